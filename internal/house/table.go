package house

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/postgres/dossiers"
	"sceau/internal/postgres/publications"
	"sceau/policy"
	"sceau/policy/proof"
	"sceau/policy/signed"
)

// Publications opens the tables of access ever published, and who may sign.
func (h *House) Publications(ctx context.Context) (signed.Publications, signed.Trust, error) {
	return h.publications(ctx, "sceau_policy")
}

// PublicationsRead opens them as the gate, which can neither publish nor sign.
func (h *House) PublicationsRead(ctx context.Context) (signed.Publications, signed.Trust, error) {
	return h.publications(ctx, "sceau_gate")
}

func (h *House) publications(ctx context.Context, role string) (signed.Publications, signed.Trust, error) {
	f, err := os.Open(h.Path("policy", "signers"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, signed.Trust{}, errors.New("nobody may sign yet: make two keys with `sceau policy keygen NAME --out FILE --trust`")
	}
	if err != nil {
		return nil, signed.Trust{}, err
	}
	defer f.Close()
	trust, err := signed.ReadTrust(f, 0)
	if err != nil {
		return nil, signed.Trust{}, err
	}
	trust.Proves = proved
	p, err := h.pool(ctx, role)
	if err != nil {
		return nil, signed.Trust{}, err
	}
	return publications.Store{DB: p}, trust, nil
}

// proved proves a table against the decree of this program, row by row: what was written
// beside `sceau policy publish` was never proved, whoever signed it.
func proved(t *policy.Table) error {
	beyond, err := proof.Check(t.Rows(), catalogue.Decree())
	if err != nil || len(beyond) == 0 {
		return err
	}
	return fmt.Errorf("%s (%d in all)", beyond[0].Sentence, len(beyond))
}

// KnowsSigner says whether somebody of that name may sign already, however it is spelt.
func KnowsSigner(home, name string) (bool, error) {
	text, err := os.ReadFile(filepath.Join(home, "policy", "signers"))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	for line := range strings.Lines(string(text)) {
		if of, _, ok := strings.Cut(line, "+"); ok && strings.EqualFold(strings.TrimSpace(of), strings.TrimSpace(name)) {
			return true, nil
		}
	}
	return false, err
}

// AddSigner adds a public key to those whose signatures count.
func AddSigner(home, public string) error {
	path := filepath.Join(home, "policy", "signers")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, public)
	return errors.Join(err, f.Sync(), f.Close())
}

// Table is the table in force: signed by enough people, unaltered, compiled anew. It
// is read as the gate, which can neither publish nor sign.
func (h *House) Table(ctx context.Context) (*policy.Table, error) {
	table, _, err := h.inForce(ctx)
	return table, err
}

func (h *House) inForce(ctx context.Context) (*policy.Table, signed.Publication, error) {
	store, trust, err := h.PublicationsRead(ctx)
	if err != nil {
		return nil, signed.Publication{}, err
	}
	return signed.InForce(ctx, store, h.Words, trust)
}

// Census counts whom a change of the table concerns, as the gate, which reads missions
// and routes and changes nothing.
func (h *House) Census(ctx context.Context, on time.Time) (dossier.Census, error) {
	p, err := h.pool(ctx, "sceau_gate")
	if err != nil {
		return dossier.Census{}, err
	}
	count, err := dossiers.NewDesk(p).Headcount(ctx)
	if err != nil {
		return dossier.Census{}, err
	}
	return count.Take(on), nil
}
