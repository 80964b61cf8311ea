package policy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// NewSigner makes the key of a person who signs, and writes it to a file that
// only its owner reads. It returns the public half, which is what a service
// holds. The service never holds a key that signs.
func NewSigner(name, file string) (public string, err error) {
	private, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return "", fmt.Errorf("making a signer's key: %w", err)
	}
	// O_EXCL: a key is never overwritten, nor written through somebody's link.
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("making a signer's key: %w", err)
	}
	_, err = io.WriteString(f, private+"\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("making a signer's key: %w", err)
	}
	return public, nil
}

// ReadSigner reads a key that NewSigner wrote, unless others can read it too.
func ReadSigner(file string) (note.Signer, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("reading a signer's key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("reading a signer's key: %s is open to others (%s): %w", file, info.Mode().Perm(), fs.ErrPermission)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading a signer's key: %w", err)
	}
	s, err := note.NewSigner(strings.TrimSpace(string(raw)))
	if err != nil {
		// The library's error is about the form of the key, and quotes none of it.
		return nil, fmt.Errorf("reading a signer's key: %s: %w", file, err)
	}
	return s, nil
}

// Trust is whose signatures count, and how many put a table in force.
type Trust struct {
	Signers   []note.Verifier
	Threshold int // for what grants more; zero means two: nobody widens a table alone
}

func (t Trust) threshold() int {
	if t.Threshold == 0 {
		return 2
	}
	return t.Threshold
}

// ReadTrust reads public keys, one a line; lines that begin with # are for
// people. A name or a key that comes twice is refused: it would let one person
// count for two.
func ReadTrust(r io.Reader, threshold int) (Trust, error) {
	t := Trust{Threshold: threshold}
	keys, names := map[string]bool{}, map[string]bool{}
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		l := strings.TrimSpace(sc.Text())
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		v, err := note.NewVerifier(l)
		if err != nil {
			return Trust{}, fmt.Errorf("reading the signers: line %d: %w", n, err)
		}
		// NAME+HASH+KEY: the key is base64, and may have a plus of its own.
		key := strings.SplitN(l, "+", 3)[2]
		if keys[key] || names[v.Name()] {
			return Trust{}, fmt.Errorf("reading the signers: line %d: %s, or its key, is there already", n, v.Name())
		}
		keys[key], names[v.Name()] = true, true
		t.Signers = append(t.Signers, v)
	}
	if err := sc.Err(); err != nil {
		return Trust{}, fmt.Errorf("reading the signers: %w", err)
	}
	if len(t.Signers) < t.threshold() {
		return Trust{}, fmt.Errorf("reading the signers: %d of them cannot give %d signatures", len(t.Signers), t.threshold())
	}
	return t, nil
}

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
		if sig.Name == s.Author {
			return nil, s, fmt.Errorf("publication %s: %s: %w", p.ID, s.Author, ErrAuthor)
		}
		names = append(names, sig.Name)
	}
	return names, s, nil
}

// needs is how many signatures put a publication in force: one where it only takes
// away, since closing is the safe side, and the full number where it grants anything
// more. What a statement says of that is held against the tables before it counts.
func (t Trust) needs(s Statement) int {
	if s.counted() && s.Widens == 0 {
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
	if s.Widens != c.Widens() || s.Narrows != c.Narrows() {
		return fmt.Errorf("it says that it widens %d and narrows %d, and it widens %d and narrows %d: %w",
			s.Widens, s.Narrows, c.Widens(), c.Narrows(), ErrAltered)
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
