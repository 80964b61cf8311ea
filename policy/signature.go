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
	Threshold int // zero means two: nobody puts a table in force alone
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
		if sig.Name != s.Author { // who drafts a table does not approve it
			names = append(names, sig.Name)
		}
	}
	return names, s, nil
}

// current finds the publication in force: the newest that enough people signed.
// It is -1 when there is none. A newer one that waits for signatures changes
// nothing; a newer one that was altered stops everything, because falling back
// in silence is what an attacker would want.
func (t Trust) current(list []Publication) (int, error) {
	found := -1
	var replaces string
	for i := len(list) - 1; i >= 0; i-- {
		names, s, err := t.signers(list[i])
		if err != nil {
			return -1, err
		}
		if len(names) < t.threshold() {
			continue
		}
		if found < 0 {
			found, replaces = i, s.Replaces
			continue
		}
		if s.Table != replaces {
			return -1, fmt.Errorf("publication %s: %w", list[found].ID, ErrStale)
		}
		return found, nil
	}
	return found, nil
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
	case len(names) < trust.threshold():
		if err := trust.replacesCurrent(list, s); err != nil {
			return *p, 0, fmt.Errorf("signing %s: %w: publish it again", id, err)
		}
	}
	if _, err := open(ctx, store, v, *p, s); err != nil {
		return *p, 0, err
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
	return *p, max(0, trust.threshold()-len(names)-1), nil
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
	current, err := trust.current(list)
	if err != nil {
		return nil, Publication{}, fmt.Errorf("the access table is refused: %w", err)
	}
	if current < 0 {
		return nil, Publication{}, fmt.Errorf("no access table is in force: %w", trust.lacking(list))
	}
	p := list[current]
	s, err := p.Statement()
	if err != nil {
		return nil, p, err
	}
	t, err := open(ctx, store, v, p, s)
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
	names, _, err := t.signers(last)
	if err != nil {
		return err
	}
	return fmt.Errorf("publication %s has %d of %d signatures: %w", last.ID, len(names), t.threshold(), ErrUnsigned)
}

// open compiles the table of a publication and holds it against its statement.
func open(ctx context.Context, store Publications, v *Vocabulary, p Publication, s Statement) (*Table, error) {
	csv, err := store.CSV(ctx, p.ID)
	if err != nil {
		return nil, fmt.Errorf("publication %s: %w", p.ID, err)
	}
	t, err := ReadCSV(v, bytes.NewReader(csv))
	if err != nil {
		return nil, fmt.Errorf("publication %s: %w: %w", p.ID, ErrAltered, err)
	}
	if t.Hash() != s.Table || t.Len() != s.Rows {
		return nil, fmt.Errorf("publication %s: its table is %s, and %s was signed: %w", p.ID, t.Hash(), s.Table, ErrAltered)
	}
	ceiling, err := DecreeHash("need-to-know.csv")
	if err != nil {
		return nil, err
	}
	annex, err := DecreeHash("annex.csv")
	if err != nil {
		return nil, err
	}
	if s.Ceiling != ceiling || s.Annex != annex {
		return nil, fmt.Errorf("publication %s was proved against another version of the decree than this program holds: %w", p.ID, ErrStale)
	}
	return t, nil
}
