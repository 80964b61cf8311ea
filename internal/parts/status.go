package parts

import (
	"context"
	"errors"
	"time"

	"sceau/internal/parts/pgserver"
	"sceau/internal/parts/vaultserver"
	"sceau/internal/postgres/migrate"
	"sceau/internal/postgres/roles"
	"sceau/migrations"
)

// Status tells the state of every part of a home.
type Status struct {
	Home  string       `json:"home"`
	Parts []PartStatus `json:"parts"`
}

// PartStatus tells the state of one part.
type PartStatus struct {
	Name    string `json:"name"`
	Private bool   `json:"private"` // started by Sceau
	State   State  `json:"state"`
	Address string `json:"address,omitempty"`
	PID     int    `json:"pid,omitempty"`
	Folder  string `json:"folder,omitempty"`
	Log     string `json:"log,omitempty"`
	Version string `json:"version,omitempty"`
	Detail  string `json:"detail,omitempty"` // why it is not up, in words
}

// State of a part.
type State string

const (
	StateUp     State = "up"
	StateDown   State = "down"
	StateSealed State = "sealed" // a Vault that runs and opens nothing
	StateBehind State = "behind" // a database that lacks migrations
	StateAhead  State = "ahead"  // a database that a newer version of sceau brought further
	StateAbsent State = "absent" // never started here
)

// Up says whether every part is.
func (s Status) Up() bool {
	for _, p := range s.Parts {
		if p.State != StateUp {
			return false
		}
	}
	return true
}

// Read asks every part of a home how it is, and changes nothing.
func Read(ctx context.Context, home string) (Status, error) {
	h, err := openHouse(home)
	if err != nil {
		return Status{}, err
	}
	a, err := h.addresses()
	if err != nil {
		return Status{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	s := Status{Home: h.home}
	for _, cluster := range roles.Clusters {
		s.Parts = append(s.Parts, h.readCluster(ctx, a, cluster))
	}
	s.Parts = append(s.Parts, h.readVault(ctx, a))
	return s, nil
}

func (h *house) readCluster(ctx context.Context, a Addresses, cluster string) PartStatus {
	p := PartStatus{Name: cluster, Address: h.host(cluster), State: StateAbsent}
	if p.Private = h.existing(cluster) == "" && !h.at(cluster).Existing; p.Private {
		if h.at(cluster).Port == 0 {
			return p
		}
		p.Folder, p.Log = h.dataDir(cluster), h.logFile(cluster)
		lock, running := pgserver.Running(p.Folder)
		if !running {
			p.State = StateDown
			return p
		}
		p.PID = lock.PID
	}
	p.State = StateDown
	dsn, err := a.DSN(cluster, roles.Owner)
	if err != nil {
		p.Detail = err.Error()
		return p
	}
	dir, err := migrations.Of(cluster)
	if err != nil {
		p.Detail = err.Error()
		return p
	}
	var newer *migrate.NewerError
	if err := migrate.Known(ctx, dsn, dir); errors.As(err, &newer) {
		p.State, p.Detail = StateAhead, newer.Error()
		return p
	}
	pending, err := migrate.Pending(ctx, dsn, dir)
	switch {
	case err != nil:
		p.Detail = err.Error()
	case pending > 0:
		p.State, p.Detail = StateBehind, "migrations are waiting for `sceau up`"
	default:
		p.State = StateUp
	}
	return p
}

func (h *house) readVault(ctx context.Context, a Addresses) PartStatus {
	p := PartStatus{Name: Vault, Address: a.VaultAddr, State: StateAbsent, Private: a.RootTokenFile != ""}
	if a.VaultAddr == "" {
		p.Private = true
		return p
	}
	if p.Private {
		v := h.vault()
		p.Folder, p.Log = v.Dir, v.LogFile()
		if p.PID = h.vaultPID(); p.PID == 0 {
			p.State = StateDown
			return p
		}
	}
	health, err := vaultserver.Client{Addr: a.VaultAddr}.Health(ctx)
	p.Version = health.Version
	switch {
	case errors.Is(err, vaultserver.ErrUnreachable):
		p.State, p.Detail = StateDown, "it does not answer"
	case err != nil:
		p.State, p.Detail = StateDown, err.Error()
	case health.Serving():
		p.State = StateUp
	case health.Initialized && !health.Sealed:
		p.State, p.Detail = StateSealed, "it is unsealed and has no leader yet"
	default:
		p.State = StateSealed
	}
	return p
}
