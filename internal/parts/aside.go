package parts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sceau/internal/parts/turn"
	"sceau/internal/parts/vaultserver"
	"sceau/internal/postgres/roles"
	"sceau/internal/whole"
)

// States of a home that is made aside. One that was begun answers nobody: a keyring
// that was not told yet whom to forget again must not open a door.
const (
	asideBegun = "begun"
	asideReady = "ready"
)

// UnfinishedError means that a home was being made aside when its making was cut.
type UnfinishedError struct{ Home string }

func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("the home %s was begun by a restore that did not end", e.Home)
}

// Hint is what to do about it.
func (e *UnfinishedError) Hint() string {
	return "run `sceau restore` again: it begins anew what was cut"
}

// ErrAsideExists means that a home was brought back already, and may be in use.
var ErrAsideExists = errors.New("a home was brought back aside already")

// Homes made aside, by the name of their folder.
const (
	ForUse   = "aside" // to be looked at, and used in place of the live one
	ForTrial = "trial" // to see that a backup opens, and gone when that was seen
)

// AsideOf is where a backup is brought back beside a home, to be used.
func AsideOf(home string) string { return filepath.Join(home, ForUse) }

func holdsParts(home string) bool {
	_, err := os.Stat(filepath.Join(home, partsFile))
	return err == nil
}

// An Aside is a home in the making, beside a live one: clusters with the same roles
// under new passwords, at ports of their own. Nothing of the live home is touched.
type Aside struct {
	house *house
	live  *house
	end   func()
}

// BeginAside makes an empty home beside a live one, ForUse or ForTrial. What a cut restore left there is
// erased; a home that was finished is ErrAsideExists, unless it is to be replaced. The
// caller ends it with Finish, or leaves it unfinished with Close.
func BeginAside(ctx context.Context, home, name string, replace bool) (*Aside, error) {
	live, err := openHouse(home)
	if err != nil {
		return nil, err
	}
	if live.Aside == asideBegun {
		return nil, &UnfinishedError{Home: live.home}
	}
	if err := os.MkdirAll(live.home, 0o711); err != nil {
		return nil, fmt.Errorf("making the home of the parts: %w", err)
	}
	// One restore at a time; beside the aside, because the aside may be erased.
	end, err := turn.Take(ctx, live.path("."+name))
	if err != nil {
		return nil, err
	}
	a := &Aside{live: live, end: end}
	if err := a.begin(ctx, live.path(name), replace); err != nil {
		end()
		return nil, err
	}
	return a, nil
}

func (a *Aside) begin(ctx context.Context, dir string, replace bool) error {
	before, err := openHouse(dir)
	if err != nil {
		return err
	}
	switch {
	case before.Aside == asideBegun, before.Aside == asideReady && replace:
		if err := Erase(ctx, dir); err != nil {
			return err
		}
	case before.Aside == asideReady:
		return fmt.Errorf("%w: %s", ErrAsideExists, dir)
	default:
		held, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("looking at %s: %w", dir, err)
		}
		for _, e := range held {
			// A kill in the very first step leaves a parts.json that is not whole.
			if !strings.HasPrefix(e.Name(), whole.Half) {
				return fmt.Errorf("%s holds something that no restore put there: move it away", dir)
			}
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("clearing %s: %w", dir, err)
			}
		}
	}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return fmt.Errorf("making the home aside: %w", err)
	}
	if a.house, err = openHouse(dir); err != nil {
		return err
	}
	a.house.Aside = asideBegun
	return a.house.save()
}

// Home is the folder of the home aside.
func (a *Aside) Home() string { return a.house.home }

// Addresses says where the parts made so far answer.
func (a *Aside) Addresses() (Addresses, error) { return a.house.whereabouts() }

// Prepare starts a cluster with its roles and an empty database.
func (a *Aside) Prepare(ctx context.Context, cluster string) error {
	if !slices.Contains(roles.Clusters, cluster) {
		return fmt.Errorf("no cluster is named %s", cluster)
	}
	if err := a.house.ready([]string{cluster}); err != nil {
		return err
	}
	if err := a.house.startCluster(ctx, cluster, func(string, ...any) {}); err != nil {
		return fmt.Errorf("starting part %s aside: %w", cluster, err)
	}
	return a.house.prepare(ctx, cluster)
}

// Migrate brings a database, as an older version of Sceau left it, to the present.
func (a *Aside) Migrate(ctx context.Context, cluster string) error {
	return a.house.migrate(ctx, cluster)
}

// ShareVault makes the home aside speak to the Vault of the live home.
func (a *Aside) ShareVault(ctx context.Context) error {
	lender, err := filepath.Rel(a.house.home, a.live.home)
	if err != nil {
		return fmt.Errorf("sharing the Vault of the live home: %w", err)
	}
	if err := a.house.set(Vault, place{Of: lender}); err != nil {
		return err
	}
	return a.house.awaitLentVault(ctx)
}

// awaitLentVault asks for a Vault that only its own home may start.
func (h *house) awaitLentVault(ctx context.Context) error {
	addr, err := h.vaultAddr()
	if err != nil {
		return err
	}
	lender := h.path(h.at(Vault).Of)
	if addr == "" {
		return fmt.Errorf("the home %s, whose Vault is to be used, has none", lender)
	}
	health, err := vaultserver.Client{Addr: addr}.Health(ctx)
	if err != nil {
		return fmt.Errorf("the Vault of the home %s: %w", lender, err)
	}
	if !health.Serving() {
		return fmt.Errorf("the Vault of the home %s is sealed", lender)
	}
	return nil
}

// RestoreVault starts a Vault of the home's own and gives it what a snapshot holds.
// It opens with the share, and answers to the root token, of the private Vault that
// made the snapshot: both lie in the live home, and in no backup.
func (a *Aside) RestoreVault(ctx context.Context, snapshot io.Reader, out io.Writer) error {
	token, err1 := os.ReadFile(a.live.path("vault", "root-token"))
	share, err2 := os.ReadFile(a.live.path("vault", "unseal-share"))
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("a snapshot opens with the share of the Vault that made it, which is not in this home: %w", err)
	}
	h := a.house
	v := h.vault()
	program, err := vaultserver.Program(ctx, out)
	if err != nil {
		return err
	}
	if err := h.launchVault(ctx, v, program); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	client := vaultserver.Client{Addr: vaultserver.Addr(h.at(Vault).Port)}
	if err := client.Replace(ctx, snapshot, strings.TrimSpace(string(share))); err != nil {
		return err
	}
	for name, text := range map[string][]byte{"root-token": token, "unseal-share": share, "README": []byte(plainly)} {
		if err := whole.Write(h.path("vault", name), text); err != nil {
			return err
		}
	}
	client.Token = strings.TrimSpace(string(token))
	return h.furnishVault(ctx, client)
}

// Finish makes the home one that answers.
func (a *Aside) Finish() error {
	a.house.Aside = asideReady
	return a.house.save()
}

// Stop stops the servers of a home whose making was cut.
func (a *Aside) Stop(ctx context.Context) error {
	return stop(ctx, a.house.home, io.Discard, atOnce, Names...)
}

// Close ends the turn. What was not finished stays unfinished, and is begun anew by
// the next restore.
func (a *Aside) Close() { a.end() }
