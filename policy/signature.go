package policy

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Sign adds a person's signature to a publication, after the same checks that a
// service makes before it runs on the table: nobody signs what would not start.
// It returns the publication, and how many signatures it still lacks.
func Sign(ctx context.Context, store Publications, v *Vocabulary, trust Trust, id string, with note.Signer) (Publication, int, error) {
	list, err := store.List(ctx)
	if err != nil {
		return Publication{}, 0, fmt.Errorf("reading the publications: %w", err)
	}
	var p *Publication
	for i := range list {
		if list[i].ID == id {
			p = &list[i]
		}
	}
	if p == nil {
		return Publication{}, 0, fmt.Errorf("signing %s: %w", id, ErrNotPublished)
	}
	names, s, err := trust.signers(*p)
	if err != nil {
		return *p, 0, err
	}
	known := false
	for _, k := range trust.Signers {
		known = known || (k.Name() == with.Name() && k.KeyHash() == with.KeyHash())
	}
	switch {
	case !known:
		return *p, 0, fmt.Errorf("signing %s: the key of %s is not among the signers", id, with.Name())
	case with.Name() == s.Author:
		return *p, 0, fmt.Errorf("signing %s: %s drafted this table, and another signs it", id, s.Author)
	case len(names) < trust.needs(s):
		if err := trust.replacesCurrent(list, s); err != nil {
			return *p, 0, fmt.Errorf("signing %s: %w: publish it again", id, err)
		}
	}
	table, err := open(ctx, store, v, *p, s)
	if err != nil {
		return *p, 0, err
	}
	if err := trust.counts(ctx, store, v, list, table, s); err != nil {
		return *p, 0, fmt.Errorf("signing %s: %w", id, err)
	}
	msg, err := note.Sign(&note.Note{Text: p.Text}, with)
	if err != nil {
		return *p, 0, fmt.Errorf("signing %s: %w", id, err)
	}
	sig := Signature{Signer: with.Name(), Line: strings.TrimPrefix(string(msg), p.Text+"\n")}
	if err := store.Sign(ctx, id, sig); err != nil {
		return *p, 0, fmt.Errorf("signing %s: %w", id, err)
	}
	p.Signatures = append(p.Signatures, sig)
	return *p, max(0, trust.needs(s)-len(names)-1), nil
}

func (t Trust) replacesCurrent(list []Publication, s Statement) error {
	current, err := t.current(list)
	if err != nil {
		return err
	}
	in := None
	if current >= 0 {
		cs, err := list[current].Statement()
		if err != nil {
			return err
		}
		in = cs.Table
	}
	if s.Replaces != in {
		return ErrStale
	}
	return nil
}

// Waiting is the newest publication that is not in force, for a signer who does
// not want to copy an id. There is none when the newest is in force.
func Waiting(ctx context.Context, store Publications, trust Trust) (Publication, bool, error) {
	list, err := store.List(ctx)
	if err != nil {
		return Publication{}, false, fmt.Errorf("reading the publications: %w", err)
	}
	current, err := trust.current(list)
	if err != nil || current == len(list)-1 {
		return Publication{}, false, err
	}
	return list[len(list)-1], true, nil
}
