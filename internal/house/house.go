// Package house puts the parts together: which role connects where, which identity
// holds which keys, which table is in force. Commands, the demonstration and tests
// stand on one house, so that what is tested is what runs.
package house

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/parts"
	"sceau/internal/postgres/dossiers"
	"sceau/internal/postgres/keyring"
	"sceau/internal/postgres/pool"
	"sceau/internal/whole"
	"sceau/policy"
)

// A House is an open platform. What it opens it closes.
type House struct {
	Catalogue *catalogue.Catalogue
	Words     *policy.Vocabulary
	Forms     *dossier.Forms
	Layout    *dossier.Layout
	Parts     parts.Addresses
	Now       func() time.Time
	OpenFor   time.Duration // how long opened secrets stay in memory; 0 is as long as they may

	home  string
	mu    sync.Mutex
	close []func()
	rings *rings

	pools    map[string]*pool.Pool     // of the data cluster, by role
	keyrings map[string]*keyring.Store // by role
	logs     map[string]*audit.Log     // by identity
}

// Open reads the register and finds the parts. It connects to nothing yet: a verb
// waits only for the parts that it needs.
func Open(ctx context.Context, home string) (*House, error) {
	addresses, err := parts.Need(ctx, home)
	if err != nil {
		return nil, err
	}
	return At(addresses)
}

// At opens the house of parts that are found already.
func At(addresses parts.Addresses) (*House, error) {
	c, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	h := &House{Catalogue: c, Words: policy.NewVocabulary(c), Forms: dossier.NewForms(c), Parts: addresses,
		Now: time.Now, home: addresses.Home, pools: map[string]*pool.Pool{},
		keyrings: map[string]*keyring.Store{}, logs: map[string]*audit.Log{}}
	h.Layout = dossier.NewLayout(c, h.Forms)
	h.rings = newRings(h)
	return h, nil
}

// Close ends what was opened, latest first: traces are flushed before their
// database goes.
func (h *House) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, end := range slices.Backward(h.close) {
		end()
	}
	h.close = nil
	clear(h.pools)
	clear(h.keyrings)
	clear(h.logs)
}

// Path is a place under the home.
func (h *House) Path(names ...string) string {
	return filepath.Join(append([]string{h.home}, names...)...)
}

// pool connects to the data cluster as one role, once.
func (h *House) pool(ctx context.Context, role string) (*pool.Pool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p, ok := h.pools[role]; ok {
		return p, nil
	}
	dsn, err := h.Parts.DSN(parts.Data, role)
	if err != nil {
		return nil, err
	}
	p, err := pool.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	h.pools[role] = p
	h.close = append(h.close, p.Close)
	return p, nil
}

// Register opens the register of campaigns, missions and facts.
func (h *House) Register(ctx context.Context) (dossiers.Register, error) {
	p, err := h.pool(ctx, "sceau_register")
	return dossiers.Register{DB: p}, err
}

// OnlyCampaign is the campaign named, or the only one there is.
func (h *House) OnlyCampaign(ctx context.Context, named string) (string, error) {
	register, err := h.Register(ctx)
	if err != nil {
		return "", err
	}
	campaigns, err := register.Campaigns(ctx)
	if err != nil {
		return "", err
	}
	switch {
	case named != "":
		for _, c := range campaigns {
			if c.ID == named {
				return named, nil
			}
		}
		return "", fmt.Errorf("there is no campaign %s", named)
	case len(campaigns) == 1:
		return campaigns[0].ID, nil
	case len(campaigns) == 0:
		return "", errors.New("there is no campaign: make one with `sceau campaign create FILE`")
	}
	return "", errors.New("more than one campaign is open: name one with --campaign")
}

// Credential reads the credential of a mission, or draws that of an account.
func (h *House) Credential(id string) (dossier.Credential, error) {
	if _, _, ok := dossier.ParseAccount(id); ok {
		activation, err := h.activation()
		if err != nil {
			return dossier.Credential{}, err
		}
		return activation.Credential(id), nil
	}
	if strings.ContainsAny(id, "/\\.") {
		return dossier.Credential{}, dossier.ErrNoSuchMission
	}
	text, err := readSecret(h.Path("missions", id+".key"))
	if errors.Is(err, os.ErrNotExist) {
		return dossier.Credential{}, fmt.Errorf("%w: no credential of %s under %s", dossier.ErrNoSuchMission, id, h.Path("missions"))
	}
	if err != nil {
		return dossier.Credential{}, err
	}
	return dossier.ParseCredential(text)
}

// activation reads the secret that first credentials of accounts are drawn from,
// and makes it the first time.
func (h *House) activation() (*dossier.Activation, error) {
	path := h.Path("missions", dossier.AccountsName+".key")
	text, err := readSecret(path)
	if errors.Is(err, os.ErrNotExist) {
		err = whole.WriteNew(path, dossier.NewCredential().Text())
		if err == nil || errors.Is(err, os.ErrExist) {
			text, err = readSecret(path)
		}
	}
	if err != nil {
		return nil, err
	}
	// Half a secret, or none, hashes as well as a whole one: everybody could draw the
	// credentials that come of it.
	if _, err := dossier.ParseCredential(text); err != nil {
		return nil, fmt.Errorf("%s is not whole, and first credentials of accounts are drawn from it: bring back the copy that is kept, or remove it if nobody has entered yet", path)
	}
	sum := sha256.Sum256(text)
	return dossier.NewActivation(sum[:])
}

// makeSenderKey makes the credential of who sends dossiers in over HTTP, once.
func (h *House) makeSenderKey() error {
	err := whole.WriteNew(h.Path("missions", dossier.SenderName+".key"), dossier.NewCredential().Text())
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}

// readSecret reads a file of its owner's alone; one that others may read is refused,
// because they may have.
func readSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s is open to others (%s): make a new one", path, info.Mode().Perm())
	}
	return os.ReadFile(path)
}

// SourceOf names a file by its content, so that an import resumes wherever the file
// was moved to, and a changed file is another import. The file is left at its start.
func SourceOf(f *os.File) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	_, err := f.Seek(0, io.SeekStart)
	return hex.EncodeToString(h.Sum(nil)), err
}
