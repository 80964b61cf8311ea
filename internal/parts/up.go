package parts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"

	"sceau/internal/parts/pgserver"
	"sceau/internal/parts/turn"
	"sceau/internal/parts/vaultserver"
	"sceau/internal/postgres/roles"
)

// Up starts every part of a home that does not run, with roles, tables and mounts,
// and says on out what it does. What already runs is left as it is. Stopped half
// way, by a kill or an error, it is simply run again.
func Up(ctx context.Context, home string, out io.Writer) (Addresses, error) {
	return start(ctx, home, out, Names...)
}

// Start starts one part.
func Start(ctx context.Context, home, name string) error {
	_, err := start(ctx, home, io.Discard, name)
	return err
}

func start(ctx context.Context, home string, out io.Writer, names ...string) (Addresses, error) {
	h, end, err := enter(ctx, home)
	if err != nil {
		return Addresses{}, err
	}
	defer end()
	if h.Aside == asideBegun {
		return Addresses{}, &UnfinishedError{Home: h.home}
	}
	if err := h.ready(names); err != nil {
		return Addresses{}, err
	}

	w := &lines{w: out}
	group, ctx := errgroup.WithContext(ctx)
	for _, name := range names {
		group.Go(func() error {
			say := func(format string, args ...any) { fmt.Fprintf(w, "%s: %s\n", name, fmt.Sprintf(format, args...)) }
			if err := h.startPart(ctx, name, w, say); err != nil {
				return fmt.Errorf("starting part %s: %w", name, err)
			}
			say("up at %s", h.host(name))
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return Addresses{}, err
	}
	return h.addresses()
}

func (h *house) startPart(ctx context.Context, name string, out io.Writer, say func(string, ...any)) error {
	switch {
	case name == Vault && h.lent("VAULT_ADDR") != "":
		return h.adoptVault(ctx)
	case name == Vault && h.at(Vault).Of != "":
		return h.awaitLentVault(ctx)
	case name == Vault:
		return h.startVault(ctx, out, say)
	case !slices.Contains(roles.Clusters, name):
		return errors.New("no part has that name")
	case h.existing(name) != "":
		return h.adoptServer(ctx, name)
	}
	if err := h.startCluster(ctx, name, say); err != nil {
		return err
	}
	return h.furnish(ctx, name)
}

// ready makes the folders, and stops before anything starts when PostgreSQL is
// needed and missing.
func (h *house) ready(names []string) error {
	if !slices.ContainsFunc(names, func(n string) bool { return n != Vault && h.existing(n) == "" }) {
		return nil
	}
	if _, err := pgserver.Find(); err != nil {
		return err
	}
	as, err := pgserver.Lend()
	if err != nil {
		return err
	}
	return h.choosePostgres(as)
}

// Down stops every private part of a home. Existing ones are left alone. The servers of
// a trial go too: nobody but who makes it knows of them, and a kill may have left them.
func Down(ctx context.Context, home string, out io.Writer) error {
	if trial := filepath.Join(home, ForTrial); holdsParts(trial) {
		if err := Down(ctx, trial, io.Discard); err != nil {
			return fmt.Errorf("stopping the trial of a backup: %w", err)
		}
	}
	// Vault first: what still works then works on nothing it could open.
	names := slices.Clone(Names)
	slices.Reverse(names)
	return stop(ctx, home, out, orderly, names...)
}

// Stop stops one private part.
func Stop(ctx context.Context, home, name string) error {
	return stop(ctx, home, io.Discard, orderly, name)
}

// A manner is the signal by which each kind of part is asked to stop.
type manner struct{ cluster, vault syscall.Signal }

var (
	// SIGINT is PostgreSQL's fast stop: clients are cut, nothing committed is lost.
	orderly = manner{cluster: syscall.SIGINT, vault: syscall.SIGTERM}
	// What is about to be erased writes no checkpoint and takes leave of nobody.
	atOnce = manner{cluster: syscall.SIGQUIT, vault: syscall.SIGKILL}
)

func stop(ctx context.Context, home string, out io.Writer, how manner, names ...string) error {
	h, end, err := enter(ctx, home)
	if err != nil {
		return err
	}
	defer end()
	w := &lines{w: out}
	var group errgroup.Group // one that does not stop leaves the others to
	for _, name := range names {
		group.Go(func() error {
			var err error
			if name == Vault {
				err = h.stopVault(ctx, how.vault)
			} else {
				err = h.stopCluster(ctx, name, how.cluster)
			}
			if err != nil {
				return fmt.Errorf("stopping part %s: %w", name, err)
			}
			fmt.Fprintf(w, "%s: down\n", name)
			return nil
		})
	}
	return group.Wait()
}

// Erase stops the private parts and removes the whole home, with the clusters that
// live elsewhere and the home that was made aside. Nothing of it comes back. Parts of
// another home, which one made aside may use, are left alone.
func Erase(ctx context.Context, home string) error {
	for _, name := range []string{ForUse, ForTrial} {
		if aside := filepath.Join(home, name); holdsParts(aside) {
			if err := Erase(ctx, aside); err != nil {
				return fmt.Errorf("erasing what was made aside: %w", err)
			}
		}
	}
	if err := stop(ctx, home, io.Discard, atOnce, Names...); err != nil {
		return err
	}
	h, err := openHouse(home)
	if err != nil {
		return err
	}
	if dir := h.postgres(); dir != "" {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("erasing the clusters: %w", err)
		}
	}
	if err := removeHome(h.home, os.RemoveAll); err != nil {
		return fmt.Errorf("erasing the home: %w", err)
	}
	return nil
}

// removeHome removes a home, and parts.json last: cut half way, what is left still says
// what it is.
func removeHome(home string, remove func(path string) error) error {
	held, err := os.ReadDir(home)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, e := range held {
		if e.Name() == partsFile {
			continue
		}
		if err := remove(filepath.Join(home, e.Name())); err != nil {
			return err
		}
	}
	return remove(home)
}

// Seal seals the private Vault: it runs and opens nothing until Unseal or Up.
func Seal(ctx context.Context, home string) error {
	a, err := Need(ctx, home, Vault)
	if err != nil {
		return err
	}
	token, err := a.RootToken()
	if err != nil {
		return err
	}
	return vaultserver.Client{Addr: a.VaultAddr, Token: token}.Seal(ctx)
}

// Unseal opens the private Vault again.
func Unseal(ctx context.Context, home string) error { return Start(ctx, home, Vault) }

// enter opens a home for one command at a time.
func enter(ctx context.Context, home string) (*house, func(), error) {
	h, err := openHouse(home)
	if err != nil {
		return nil, nil, err
	}
	// 0711: the account that runs PostgreSQL has to cross it, and to read nothing.
	if err := os.MkdirAll(h.home, 0o711); err != nil {
		return nil, nil, fmt.Errorf("making the home of the parts: %w", err)
	}
	end, err := turn.Take(ctx, h.path(".turn"))
	if err != nil {
		return nil, nil, err
	}
	if h, err = openHouse(home); err != nil { // as the one before us left it
		end()
		return nil, nil, err
	}
	return h, end, nil
}

// lines keeps lines of several parts whole.
type lines struct {
	sync.Mutex
	w io.Writer
}

func (l *lines) Write(b []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.w.Write(b)
}
