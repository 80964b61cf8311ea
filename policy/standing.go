package policy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Why a table is not in force.
var (
	ErrUnsigned = errors.New("not signed by enough people")
	ErrAltered  = errors.New("altered after it was signed")
	ErrStale    = errors.New("signed to replace another table than the one in force")
	ErrAuthor   = errors.New("signed by who drafted it")
)

// signers are the distinct people whose signatures on a publication hold. A
// signature of a known key that does not verify is an alteration, and not just
// a signature less.
func (t Trust) signers(p Publication) ([]string, Statement, error) {
	s, err := p.Statement()
	if err != nil {
		return nil, s, fmt.Errorf("publication %s: %w: %w", p.ID, ErrAltered, err)
	}
	if len(p.Signatures) == 0 {
		return nil, s, nil
	}
	var msg bytes.Buffer
	msg.WriteString(p.Text + "\n")
	for _, sig := range p.Signatures {
		msg.WriteString(strings.TrimRight(sig.Line, "\n") + "\n")
	}
	n, err := note.Open(msg.Bytes(), note.VerifierList(t.Signers...))
	var unknown *note.UnverifiedNoteError
	if errors.As(err, &unknown) {
		return nil, s, nil // signed by keys that do not count here
	}
	if err != nil {
		return nil, s, fmt.Errorf("publication %s: %w: %w", p.ID, ErrAltered, err)
	}
	var names []string
	for _, sig := range n.Sigs {
		// Who drafts a table does not approve it. Sign refuses, so that whoever put
		// this one there went around it.
		if samePerson(sig.Name, s.Author) {
			return nil, s, fmt.Errorf("publication %s: %s: %w", p.ID, s.Author, ErrAuthor)
		}
		names = append(names, sig.Name)
	}
	return names, s, nil
}

// samePerson compares names as people write them.
func samePerson(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// needs is how many signatures put a publication in force: one where it only takes
// away, since closing is the safe side, and the full number where it grants anything
// more, or takes from a right of the person. What a statement says of that is held
// against the tables before it counts.
func (t Trust) needs(s Statement) int {
	if !s.counted() {
		return t.threshold()
	}
	return t.takes(s.Widens, s.Rights)
}

// Needs is how many signatures a change takes.
func (t Trust) Needs(c Change) int { return t.takes(c.Widens(), len(c.Rights)) }

func (t Trust) takes(widens, rights int) int {
	if widens == 0 && rights == 0 {
		return min(1, t.threshold())
	}
	return t.threshold()
}

// standing finds the publications that decide: the one in force, the newest that
// enough people signed, and those it rests on, newest first, back to one that the full
// number signed. There is none when nothing is in force. A newer one that waits for
// signatures changes nothing; a newer one that was altered stops everything, because
// falling back in silence is what an attacker would want.
func (t Trust) standing(list []Publication) ([]int, error) {
	var found []int
	var replaces string
	for i := len(list) - 1; i >= 0; i-- {
		names, s, err := t.signers(list[i])
		if err != nil {
			return nil, err
		}
		if len(names) < t.needs(s) {
			continue
		}
		if len(found) > 0 && s.Table != replaces {
			return nil, fmt.Errorf("publication %s: %w", list[found[len(found)-1]].ID, ErrStale)
		}
		// The one before is looked at too, to see that it is the one replaced.
		if n := len(found); n > 0 && t.full(list[found[n-1]]) {
			return found, nil
		}
		found, replaces = append(found, i), s.Replaces
	}
	return found, nil
}

// full says whether the full number of people signed.
func (t Trust) full(p Publication) bool {
	names, _, err := t.signers(p)
	return err == nil && len(names) >= t.threshold()
}

// current finds the publication in force, -1 when there is none.
func (t Trust) current(list []Publication) (int, error) {
	found, err := t.standing(list)
	if err != nil || len(found) == 0 {
		return -1, err
	}
	return found[0], nil
}

// InForce gives the table that decides, or says why there is none. The
// signatures are verified over the exact bytes, the table is compiled anew from
// what the store keeps, and its hash must be the one that people signed.
func InForce(ctx context.Context, store Publications, v *Vocabulary, trust Trust) (*Table, Publication, error) {
	list, err := store.List(ctx)
	if err != nil {
		return nil, Publication{}, fmt.Errorf("reading the publications: %w", err)
	}
	standing, err := trust.standing(list)
	if err != nil {
		return nil, Publication{}, fmt.Errorf("the access table is refused: %w", err)
	}
	if len(standing) == 0 {
		return nil, Publication{}, fmt.Errorf("no access table is in force: %w", trust.lacking(list))
	}
	p := list[standing[0]]
	t, err := trust.rests(ctx, store, v, list, standing)
	if err != nil {
		return nil, p, fmt.Errorf("the access table is refused: %w", err)
	}
	return t, p, nil
}

func (t Trust) lacking(list []Publication) error {
	if len(list) == 0 {
		return errors.New("none was published")
	}
	last := list[len(list)-1]
	names, s, err := t.signers(last)
	if err != nil {
		return err
	}
	return fmt.Errorf("publication %s has %d of %d signatures: %w", last.ID, len(names), t.needs(s), ErrUnsigned)
}

// CurrentID names the publication in force, without opening its table; empty when there is
// none. It is what a service asks every few seconds.
func CurrentID(ctx context.Context, store Publications, trust Trust) (string, error) {
	list, err := store.List(ctx)
	if err != nil {
		return "", fmt.Errorf("reading the publications: %w", err)
	}
	current, err := trust.current(list)
	if err != nil || current < 0 {
		return "", err
	}
	return list[current].ID, nil
}

// rests opens the publication in force, and shows that each one below the full number
// of signatures takes away from the next and adds nothing: whoever signs alone would
// otherwise widen the table in two steps, by a claim in the first that nobody checks
// once the second stands on it.
func (t Trust) rests(ctx context.Context, store Publications, v *Vocabulary, list []Publication, standing []int) (*Table, error) {
	var inForce, above *Table
	var claims Statement
	for n, i := range standing {
		p := list[i]
		s, err := p.Statement()
		if err != nil {
			return nil, err
		}
		table, err := open(ctx, store, v, p, s)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			inForce = table
		} else if err := claims.counts(Compare(table, above)); err != nil {
			return nil, fmt.Errorf("publication %s: %w", list[standing[n-1]].ID, err)
		}
		if t.full(p) {
			return inForce, nil
		}
		above, claims = table, s
	}
	// The last replaces nothing, so that all it grants is more.
	if err := claims.counts(Compare(nil, above)); err != nil {
		return nil, fmt.Errorf("publication %s: %w", list[standing[len(standing)-1]].ID, err)
	}
	return inForce, nil
}

// counts holds what a statement says it changes against what it does change.
func (s Statement) counts(c Change) error {
	if s.Widens != c.Widens() || s.Narrows != c.Narrows() || s.Rights != len(c.Rights) {
		return fmt.Errorf("it says that it widens %d and narrows %d, %d of it from rights, and it widens %d and narrows %d, %d of it from rights: %w",
			s.Widens, s.Narrows, s.Rights, c.Widens(), c.Narrows(), len(c.Rights), ErrAltered)
	}
	return nil
}

// counts does the same for a publication that somebody is about to sign. Where the
// table in force does not open any more, everything counts as more.
func (t Trust) counts(ctx context.Context, store Publications, v *Vocabulary, list []Publication, table *Table, s Statement) error {
	if !s.counted() {
		return nil
	}
	current, err := t.current(list)
	if err != nil {
		return err
	}
	var before *Table
	if current >= 0 {
		in, err := list[current].Statement()
		if err != nil {
			return err
		}
		if in.Table == s.Table && in.Limits == s.Limits {
			return nil // one more signature on what is in force
		}
		if before, err = open(ctx, store, v, list[current], in); err != nil {
			before = nil
		}
	}
	return s.counts(Compare(before, table))
}
