package signed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"sceau/policy"
)

// Why a table is not in force.
var (
	ErrUnsigned = errors.New("not signed by enough people")
	ErrAltered  = errors.New("altered after it was signed")
	ErrStale    = errors.New("signed to replace another table than the one in force")
	ErrAuthor   = errors.New("signed by who drafted it")
	ErrBeyond   = errors.New("granting beyond the decree")
)

// signers are the distinct people whose signatures on a publication hold. A
// signature of a known key that does not verify is an alteration, and not just
// a signature less.
func (t Trust) signers(p Publication) ([]string, Statement, error) {
	s, err := p.Statement()
	if len(p.Signatures) == 0 {
		return nil, s, nil // nobody stands behind it, whatever it says
	}
	if err != nil {
		return nil, s, fmt.Errorf("publication %s: %w: %w", p.ID, ErrAltered, err)
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
func (t Trust) Needs(c policy.Change) int { return t.takes(c.Widens(), c.Takes()) }

func (t Trust) takes(widens, rights int) int {
	if widens == 0 && rights == 0 {
		return min(1, t.threshold())
	}
	return t.threshold()
}

// A chain is the publications that decide, by their places in the list.
type chain struct {
	// found are the one in force, the newest that enough people signed, and those it
	// rests on, newest first, back to one that the full number signed. Empty when nothing
	// is in force.
	found []int
	// before is the one that the last of them replaced, -1 when it was the first: what it
	// says that it changes is counted too.
	before int
}

// standing finds the chain. A newer publication that waits for signatures changes
// nothing; a newer one that was altered stops everything, because falling back in
// silence is what an attacker would want.
func (t Trust) standing(list []Publication) (chain, error) {
	var found []int
	var replaces string
	none := chain{before: -1}
	for i := len(list) - 1; i >= 0; i-- {
		names, s, err := t.signers(list[i])
		if err != nil {
			return none, err
		}
		if len(names) < t.needs(s) {
			continue
		}
		if len(found) > 0 && s.Table != replaces {
			return none, fmt.Errorf("publication %s: %w", list[found[len(found)-1]].ID, ErrStale)
		}
		if n := len(found); n > 0 && t.full(list[found[n-1]]) {
			return chain{found, i}, nil
		}
		found, replaces = append(found, i), s.Replaces
	}
	return chain{found, -1}, nil
}

// full says whether the full number of people signed.
func (t Trust) full(p Publication) bool {
	names, _, err := t.signers(p)
	return err == nil && len(names) >= t.threshold()
}

// current finds the publication in force, -1 when there is none.
func (t Trust) current(list []Publication) (int, error) {
	c, err := t.standing(list)
	if err != nil || len(c.found) == 0 {
		return -1, err
	}
	return c.found[0], nil
}

// InForce gives the table that decides, or says why there is none. The
// signatures are verified over the exact bytes, the table is compiled anew from
// what the store keeps, and its hash must be the one that people signed.
func InForce(ctx context.Context, store Publications, v *policy.Vocabulary, trust Trust) (*policy.Table, Publication, error) {
	list, err := store.List(ctx)
	if err != nil {
		return nil, Publication{}, fmt.Errorf("reading the publications: %w", err)
	}
	standing, err := trust.standing(list)
	if err != nil {
		return nil, Publication{}, fmt.Errorf("the access table is refused: %w", err)
	}
	if len(standing.found) == 0 {
		return nil, Publication{}, fmt.Errorf("no access table is in force: %w", trust.lacking(list))
	}
	p := list[standing.found[0]]
	t, err := trust.rests(ctx, store, v, list, standing)
	if err == nil {
		err = trust.proves(t, p)
	}
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

// proves refuses a table that goes beyond the decree, whoever signed it.
func (t Trust) proves(table *policy.Table, p Publication) error {
	if t.Proves == nil {
		return nil
	}
	if err := t.Proves(table); err != nil {
		return fmt.Errorf("publication %s: %w: %w", p.ID, ErrBeyond, err)
	}
	return nil
}

// rests opens the publication in force, and shows that it and each that it rests on say
// truly what they change, back to one that the full number signed. Whoever signs alone
// would otherwise widen the table in two steps, by a claim in the first that nobody checks
// once the second stands on it; and two who sign far from the platform believe the
// statement, which one who is near it wrote.
func (t Trust) rests(ctx context.Context, store Publications, v *policy.Vocabulary, list []Publication, standing chain) (*policy.Table, error) {
	var inForce, above *policy.Table
	var claims Statement
	for n, i := range standing.found {
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
		} else if err := claims.counts(policy.Compare(table, above)); err != nil {
			return nil, fmt.Errorf("publication %s: %w", list[standing.found[n-1]].ID, err)
		}
		above, claims = table, s
	}
	last := list[standing.found[len(standing.found)-1]]
	if !claims.counted() {
		return inForce, nil
	}
	before, err := replaced(ctx, store, v, list, standing.before)
	if err != nil {
		return nil, err
	}
	if err := claims.counts(policy.Compare(before, above)); err != nil {
		return nil, fmt.Errorf("publication %s: %w", last.ID, err)
	}
	return inForce, nil
}

// replaced opens the publication that another replaces. One that does not open any more,
// or none at all, grants nothing, so that everything counts as more.
func replaced(ctx context.Context, store Publications, v *policy.Vocabulary, list []Publication, i int) (*policy.Table, error) {
	if i < 0 {
		return nil, nil
	}
	s, err := list[i].Statement()
	if err != nil {
		return nil, err
	}
	t, err := open(ctx, store, v, list[i], s)
	switch {
	case errors.Is(err, ErrAltered), errors.Is(err, ErrStale):
		return nil, nil
	case err != nil:
		return nil, err // a database that is away says nothing of the table
	}
	return t, nil
}

// counts holds what a statement says it changes against what it does change.
func (s Statement) counts(c policy.Change) error {
	if s.Widens != c.Widens() || s.Narrows != c.Narrows() || s.Rights != c.Takes() {
		return fmt.Errorf("it says that it widens %d and narrows %d, %d of it from rights, and it widens %d and narrows %d, %d of it from rights: %w",
			s.Widens, s.Narrows, s.Rights, c.Widens(), c.Narrows(), c.Takes(), ErrAltered)
	}
	return nil
}

// counts does the same for a publication that somebody is about to sign, against the one
// that it replaces: the one in force as if this one were not there, because a signature
// that was put beside it by hand may have made it the one in force already.
func (t Trust) counts(ctx context.Context, store Publications, v *policy.Vocabulary, list []Publication, p Publication, table *policy.Table, s Statement) error {
	if !s.counted() {
		return nil
	}
	others := slices.DeleteFunc(slices.Clone(list), func(o Publication) bool { return o.ID == p.ID })
	current, err := t.current(others)
	if err != nil {
		return err
	}
	before, err := replaced(ctx, store, v, others, current)
	if err != nil {
		return err
	}
	return s.counts(policy.Compare(before, table))
}
