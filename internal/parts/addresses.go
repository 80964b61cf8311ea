package parts

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"sceau/internal/parts/pgserver"
	"sceau/internal/parts/vaultserver"
	"sceau/internal/postgres/migrate"
	"sceau/internal/postgres/pool"
	"sceau/internal/postgres/roles"
	"sceau/internal/whole"
	"sceau/migrations"
)

// Addresses says where the parts answer and where their credentials lie.
type Addresses struct {
	Home      string
	VaultAddr string
	// RootTokenFile holds the development root token of a private Vault. It is
	// empty for an existing one, whose token comes from VAULT_TOKEN_FILE.
	RootTokenFile string

	house *house
}

// Locate finds the parts of a home without touching them.
func Locate(home string) (Addresses, error) {
	h, err := openHouse(home)
	if err != nil {
		return Addresses{}, err
	}
	return h.addresses()
}

// A LentVaultError is a home that changes nothing in Vault: it was brought back beside
// another, whose Vault it speaks to. Its keyring knows nothing of what stands in the
// other's, and what it trimmed or froze would be gone or shut for both.
type LentVaultError struct{ Of string }

func (e *LentVaultError) Error() string {
	return "this home was brought back beside " + e.Of + " and speaks to its Vault: what it did there it would do to the keys of the other"
}

// Hint says where keys are turned.
func (e *LentVaultError) Hint() string {
	return "turn, freeze and trim keys in the live home; docs/runbook.md says how a home takes its place, `restore --vault backup` gives one a Vault of its own"
}

// VaultOf is the home whose Vault this one speaks to, and empty when that is its own.
func (a Addresses) VaultOf() string {
	if of := a.house.at(Vault).Of; of != "" && a.house.lent("VAULT_ADDR") == "" {
		return a.house.path(of)
	}
	return ""
}

// Need finds the parts and asks each named one whether it answers: all of them
// when none is named. A part that does not is a *DownError; a database that a newer
// version of Sceau brought further than this one knows is a *migrate.NewerError.
func Need(ctx context.Context, home string, names ...string) (Addresses, error) {
	a, err := Locate(home)
	if err != nil {
		return a, err
	}
	if a.house.none() {
		return a, &NoHomeError{a.Home}
	}
	if len(names) == 0 {
		names = Names
	}
	for _, name := range names {
		host := a.house.host(name)
		if host == "" {
			return a, &DownError{Part: name}
		}
		dialer := net.Dialer{Timeout: 3 * time.Second}
		conn, err := dialer.DialContext(ctx, "tcp", host)
		if err != nil {
			return a, &DownError{Part: name}
		}
		conn.Close()
		if err := a.known(ctx, name); err != nil {
			return a, fmt.Errorf("part %s: %w", name, err)
		}
	}
	return a, nil
}

// known refuses to work on a database from the future: a cell that this version put
// back where a newer one had written is a cell lost. Only who holds the owner's password
// can ask; a machine that holds the password of one role is set up by one that can. A
// server that cannot be asked now is for the one who needs it to meet, in its own words.
func (a Addresses) known(ctx context.Context, cluster string) error {
	if !slices.Contains(roles.Clusters, cluster) {
		return nil
	}
	dsn, err := a.DSN(cluster, roles.Owner)
	var down *DownError
	if errors.As(err, &down) {
		return nil
	}
	if err != nil {
		return err
	}
	dir, err := migrations.Of(cluster)
	if err != nil {
		return err
	}
	if err = migrate.Known(ctx, dsn, dir); pool.Away(err) {
		return nil
	}
	return err
}

func (h *house) addresses() (Addresses, error) {
	if h.Aside == asideBegun {
		return Addresses{}, &UnfinishedError{Home: h.home}
	}
	return h.whereabouts()
}

func (h *house) whereabouts() (Addresses, error) {
	a := Addresses{Home: h.home, house: h}
	var err error
	if a.VaultAddr, err = h.vaultAddr(); err != nil {
		return Addresses{}, err
	}
	if h.vaultIsPrivate() && h.at(Vault).Port != 0 {
		a.RootTokenFile = h.path("vault", "root-token")
	}
	return a, nil
}

// vaultIsPrivate says whether Vault is ours to start and stop.
func (h *house) vaultIsPrivate() bool {
	p := h.at(Vault)
	return h.lent("VAULT_ADDR") == "" && !p.Existing && p.Of == ""
}

// vaultAddr is where Vault answers, empty when nobody knows.
func (h *house) vaultAddr() (string, error) {
	p := h.at(Vault)
	switch addr := h.lent("VAULT_ADDR"); {
	case addr != "":
		return addr, nil
	case p.Of != "":
		other, err := openHouse(h.path(p.Of))
		if err != nil {
			return "", err
		}
		if other.at(Vault).Of != "" {
			return "", fmt.Errorf("the Vault of %s is another home's too", other.home)
		}
		return other.vaultAddr()
	case p.Existing:
		return p.URL, nil
	case p.Port != 0:
		return vaultserver.Addr(p.Port), nil
	}
	return "", nil
}

// host is where a part listens, empty when nobody knows.
func (h *house) host(name string) string {
	p := h.at(name)
	text := p.URL
	switch {
	case name == Vault:
		text, _ = h.vaultAddr() // an error is told by who asks for addresses
	case h.existing(name) != "":
		text = h.existing(name)
	case !p.Existing && p.Port != 0:
		return fmt.Sprintf("127.0.0.1:%d", p.Port)
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return ""
	}
	if u.Port() != "" {
		return u.Host
	}
	port := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	if port == "" {
		port = "5432"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// DSN is the address of a cluster's database for one role.
func (a Addresses) DSN(cluster, role string) (string, error) {
	if !roles.Known(cluster, role) {
		return "", fmt.Errorf("cluster %s has no role %s", cluster, role)
	}
	password, err := os.ReadFile(a.house.rolePath(cluster, role))
	if errors.Is(err, os.ErrNotExist) {
		return "", &DownError{Part: cluster}
	}
	if err != nil {
		return "", fmt.Errorf("reading the password of %s: %w", role, err)
	}
	return a.house.dsn(cluster, Database, role, strings.TrimSpace(string(password)))
}

// Admin is the address of a cluster's database for its administrator: for making
// roles, for backups and for scans, never for a request.
func (a Addresses) Admin(cluster string) (string, error) {
	return a.house.admin(cluster, Database)
}

// RootToken is Vault's token for administration: the development root token of a
// private Vault, or what the environment gives for an existing one.
func (a Addresses) RootToken() (string, error) {
	if of := a.VaultOf(); of != "" {
		return "", &LentVaultError{of}
	}
	if a.RootTokenFile == "" {
		return vaultserver.TokenFromEnvironment()
	}
	token, err := os.ReadFile(a.RootTokenFile)
	if errors.Is(err, os.ErrNotExist) {
		return "", &DownError{Part: Vault}
	}
	if err != nil {
		return "", fmt.Errorf("reading the root token of vault: %w", err)
	}
	return strings.TrimSpace(string(token)), nil
}

// Folder is a place where a private part writes, for whoever looks there for
// values that must not be.
type Folder struct {
	Part string `json:"part"`
	Kind string `json:"kind"` // data (with its WAL), log, storage or audit
	Path string `json:"path"`
}

// Folders lists every place where the private parts write.
func (a Addresses) Folders() []Folder {
	var all []Folder
	for _, cluster := range roles.Clusters {
		if p := a.house.at(cluster); p.Existing || p.Port == 0 {
			continue
		}
		all = append(all,
			Folder{cluster, "data", a.house.dataDir(cluster)},
			Folder{cluster, "log", a.house.logFile(cluster)})
	}
	if p := a.house.at(Vault); !p.Existing && p.Port != 0 {
		v := a.house.vault()
		all = append(all,
			Folder{Vault, "storage", v.StorageDir()},
			Folder{Vault, "audit", v.AuditFile()},
			Folder{Vault, "log", v.LogFile()})
	}
	return all
}

// lent is what the environment says of an existing part. It lends nothing to a home
// made aside: its parts are its own, whatever serves the live home.
func (h *house) lent(name string) string {
	if h.Aside != "" {
		return ""
	}
	return os.Getenv(name)
}

// existing is the administrator's DSN of a server that is not ours to start.
func (h *house) existing(cluster string) string {
	return h.lent("SCEAU_" + strings.ToUpper(cluster) + "_DSN")
}

func (h *house) dsn(cluster, database, role, password string) (string, error) {
	base := h.existing(cluster)
	if base == "" {
		p := h.at(cluster)
		if !p.Existing {
			if p.Port == 0 {
				return "", &DownError{Part: cluster}
			}
			return pgserver.DSN(p.Port, database, role, password), nil
		}
		base = p.URL
	}
	u, err := url.Parse(base)
	// Of an opaque address (postgres:host) the role would be dropped without a word.
	if err != nil || u.Opaque != "" || !slices.Contains([]string{"postgres", "postgresql"}, u.Scheme) {
		return "", fmt.Errorf("the DSN of cluster %s is not a postgres:// address", cluster) // never quoted: it may hold a password
	}
	u.User, u.Path = url.UserPassword(role, password), "/"+database
	return u.String(), nil
}

func (h *house) admin(cluster, database string) (string, error) {
	if base := h.existing(cluster); base != "" {
		u, err := url.Parse(base)
		if err != nil || u.Host == "" {
			return "", fmt.Errorf("the DSN of cluster %s is not a postgres:// address", cluster)
		}
		if database == Database {
			u.Path = "/" + database
		}
		return u.String(), nil
	}
	if h.at(cluster).Existing {
		return "", fmt.Errorf("administering cluster %s needs SCEAU_%s_DSN", cluster, strings.ToUpper(cluster))
	}
	password, err := os.ReadFile(h.rolePath(cluster, pgserver.Admin))
	if err != nil {
		return "", &DownError{Part: cluster}
	}
	return h.dsn(cluster, database, pgserver.Admin, strings.TrimSpace(string(password)))
}

func (h *house) rolePath(cluster, role string) string { return h.path("roles", cluster, role) }

// password reads the password of a role, and makes it the first time.
func (h *house) password(cluster, role string) (string, error) {
	path := h.rolePath(cluster, role)
	text, err := os.ReadFile(path)
	if err == nil && len(text) > 0 {
		return strings.TrimSpace(string(text)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("reading the password of %s: %w", role, err)
	}
	b := make([]byte, 24)
	rand.Read(b) // never fails since Go 1.24
	made := hex.EncodeToString(b)
	return made, whole.Write(path, []byte(made+"\n"))
}
