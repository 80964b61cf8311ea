package signed

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"sceau/policy"
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
	// Proves proves a table anew against the decree before anybody signs it and before it
	// decides, so that whoever went around its publication went nowhere. Nil proves
	// nothing.
	Proves func(*policy.Table) error
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
