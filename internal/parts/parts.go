// Package parts starts, finds and stops the real parts that Sceau stands on: three
// PostgreSQL servers and a Vault.
//
// It is the only parent of the parts. Existing ones are used when the environment
// names them; otherwise private ones live under a folder, answer on the loopback
// alone, survive the program that started them, and are adopted or mended by the
// next start, whatever a kill left.
package parts

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"sceau/internal/postgres/roles"
	"sceau/internal/whole"
)

// The parts, by their names in commands and reports.
const (
	Data    = "data"
	Keyring = "keyring"
	Audit   = "audit"
	Vault   = "vault"
)

// Names are the parts in the order in which they are shown.
var Names = append(append([]string{}, roles.Clusters...), Vault)

// Database is the name of the database in each cluster.
const Database = "sceau"

// DefaultHome is the folder of the private parts: SCEAU_HOME, else var.
func DefaultHome() string {
	if home := os.Getenv("SCEAU_HOME"); home != "" {
		return home
	}
	return "var"
}

// DownError names a part that does not answer.
type DownError struct{ Part string }

func (e *DownError) Error() string { return fmt.Sprintf("part %s is not up", e.Part) }

// Hint is what to do about it.
func (e *DownError) Hint() string {
	return "start the parts with `sceau up`, look at them with `sceau status`"
}

// NoHomeError is a folder in which there is no platform: often the wrong one.
type NoHomeError struct{ Home string }

func (e *NoHomeError) Error() string { return "there is no platform in " + e.Home }

// Hint is what to do about it.
func (e *NoHomeError) Hint() string {
	return "SCEAU_HOME names the folder of one (it is ./var when unset); `sceau up` makes a new one there"
}

// none says whether nothing was ever started here, and nothing elsewhere is named.
func (h *house) none() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.Places) == 0 && !slices.ContainsFunc([]string{"SCEAU_DATA_DSN", "SCEAU_KEYRING_DSN", "SCEAU_AUDIT_DSN", "VAULT_ADDR"},
		func(name string) bool { return os.Getenv(name) != "" })
}

// partsFile is what makes a folder a home.
const partsFile = "parts.json"

// house is what is remembered from one command to the next, in parts.json. It
// holds no secret.
type house struct {
	home string
	mu   sync.Mutex // parts start side by side

	// Folder of the private clusters: under home, and then relative to it, so that a
	// home may be moved; or elsewhere when the account that runs PostgreSQL cannot
	// enter home.
	Postgres string           `json:"postgres,omitempty"`
	Places   map[string]place `json:"places"`
	// Aside is set in a home that a backup was brought back to: begun, then ready.
	Aside string `json:"aside,omitempty"`
}

// place is where a part answers.
type place struct {
	Existing bool   `json:"existing,omitempty"`
	Port     int    `json:"port,omitempty"`
	URL      string `json:"url,omitempty"` // of an existing part, without its credential

	// Of a private Vault: file or raft, and where raft meets itself. Empty means file,
	// which is how homes began before backups.
	Storage     string `json:"storage,omitempty"`
	ClusterPort int    `json:"cluster_port,omitempty"`
	// Of is the home, relative to this one, whose part it is.
	Of string `json:"of,omitempty"`
}

func openHouse(home string) (*house, error) {
	home, err := filepath.Abs(home)
	if err != nil {
		return nil, fmt.Errorf("finding the home of the parts: %w", err)
	}
	h := &house{home: home, Places: map[string]place{}}
	text, err := os.ReadFile(h.path(partsFile))
	if errors.Is(err, os.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading parts.json: %w", err)
	}
	if err := json.Unmarshal(text, h); err != nil {
		return nil, fmt.Errorf("reading %s: %w", h.path(partsFile), err)
	}
	if h.Places == nil {
		h.Places = map[string]place{}
	}
	if p := h.Places[Vault]; p.Of != "" {
		// A Vault that was moved into a home is that home's own from then on.
		if _, err := os.Stat(h.path("vault", "furnished")); err == nil {
			delete(h.Places, Vault)
		}
	}
	return h, nil
}

// postgres is the folder of the private clusters, empty before there is one.
func (h *house) postgres() string {
	if h.Postgres == "" || filepath.IsAbs(h.Postgres) {
		return h.Postgres
	}
	return h.path(h.Postgres)
}

func (h *house) path(names ...string) string {
	return filepath.Join(append([]string{h.home}, names...)...)
}

func (h *house) at(name string) place {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.Places[name]
}

// set remembers where a part answers before it is started: a kill in between must
// not leave a server that nobody can find again.
func (h *house) set(name string, p place) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Places[name] = p
	return h.save()
}

func (h *house) save() error {
	text, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return err
	}
	return whole.Write(h.path(partsFile), append(text, '\n'))
}
