package signed

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"sceau/policy"
)

// SignStatement signs the text of a statement, with nothing but the key: a signer does it
// on a machine of their own, and sends the line. Nothing is checked here but that it is a
// statement, and somebody else's; whether it may come into force is checked where the
// line is added, and again where a service starts.
func SignStatement(text string, with note.Signer) (Signature, error) {
	s, err := ParseStatement(text)
	if err != nil {
		return Signature{}, fmt.Errorf("signing a statement: %w", err)
	}
	if samePerson(with.Name(), s.Author) {
		return Signature{}, fmt.Errorf("signing a statement: %s drafted this table, and another signs it", s.Author)
	}
	msg, err := note.Sign(&note.Note{Text: text}, with)
	if err != nil {
		return Signature{}, fmt.Errorf("signing a statement: %w", err)
	}
	return Signature{Signer: with.Name(), Line: strings.TrimPrefix(string(msg), text+"\n")}, nil
}

// AddSignature adds a person's signature to a publication, after the same checks that a
// service makes before it runs on the table: nobody signs what would not start. It
// returns the publication, and how many signatures it still lacks.
func AddSignature(ctx context.Context, store Publications, v *policy.Vocabulary, trust Trust, id string, sig Signature) (Publication, int, error) {
	list, err := store.List(ctx)
	if err != nil {
		return Publication{}, 0, fmt.Errorf("reading the publications: %w", err)
	}
	p, err := find(list, id)
	if err != nil {
		return p, 0, fmt.Errorf("signing: %w", err)
	}
	names, s, err := trust.signers(p)
	if err == nil && len(p.Signatures) == 0 {
		_, err = p.Statement()
	}
	if err != nil {
		return p, 0, err
	}
	if err := trust.verifies(p, &sig); err != nil {
		return p, 0, fmt.Errorf("signing %s: %w", p.ID, err)
	}
	if samePerson(sig.Signer, s.Author) {
		return p, 0, fmt.Errorf("signing %s: %s drafted this table, and another signs it", p.ID, s.Author)
	}
	if len(names) < trust.needs(s) {
		if err := trust.replacesCurrent(list, s); err != nil {
			return p, 0, fmt.Errorf("signing %s: %w: publish it again", p.ID, err)
		}
	}
	table, err := open(ctx, store, v, p, s)
	if err != nil {
		return p, 0, err
	}
	if err := errors.Join(trust.proves(table, p), trust.counts(ctx, store, v, list, p, table, s)); err != nil {
		return p, 0, fmt.Errorf("signing %s: %w", p.ID, err)
	}
	if err := store.Sign(ctx, p.ID, sig); err != nil {
		return p, 0, fmt.Errorf("signing %s: %w", p.ID, err)
	}
	p.Signatures = append(p.Signatures, sig)
	return p, max(0, trust.needs(s)-len(names)-1), nil
}

// verifies says whether a line is the signature of a publication by one of those who may
// sign, and takes the signer's name from the key that verifies it.
func (t Trust) verifies(p Publication, sig *Signature) error {
	sig.Line = strings.TrimRight(sig.Line, "\n") + "\n"
	n, err := note.Open([]byte(p.Text+"\n"+sig.Line), note.VerifierList(t.Signers...))
	var unknown *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unknown) && len(unknown.Note.UnverifiedSigs) == 1:
		return fmt.Errorf("the key of %s is not among the signers", unknown.Note.UnverifiedSigs[0].Name)
	case err != nil || len(n.Sigs) != 1 || strings.Count(sig.Line, "\n") != 1:
		return errors.New("that line is no signature of this statement")
	}
	sig.Signer = n.Sigs[0].Name
	return nil
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

// ErrSeveral means that more than one table waits: a signer says which one.
var ErrSeveral = errors.New("more than one table waits for signatures")

// Waiting is the publication that waits for signatures, for a signer who does not want to
// copy an id. There is none when the newest is in force, and it is an error where more
// than one could come into force: nobody signs another than the one they read.
func Waiting(ctx context.Context, store Publications, trust Trust) (Publication, bool, error) {
	list, err := store.List(ctx)
	if err != nil {
		return Publication{}, false, fmt.Errorf("reading the publications: %w", err)
	}
	current, err := trust.current(list)
	if err != nil {
		return Publication{}, false, err
	}
	var waits []Publication
	for _, p := range list[current+1:] {
		s, err := p.Statement()
		if err != nil {
			continue // nobody signed it, or standing would have stopped, and nobody can
		}
		if trust.replacesCurrent(list, s) == nil {
			waits = append(waits, p)
		}
	}
	switch len(waits) {
	case 0:
		return Publication{}, false, nil
	case 1:
		return waits[0], true, nil
	}
	ids := make([]string, len(waits))
	for i, p := range waits {
		ids[i] = p.ID[:12]
	}
	return Publication{}, false, fmt.Errorf("%w: %s", ErrSeveral, strings.Join(ids, ", "))
}
