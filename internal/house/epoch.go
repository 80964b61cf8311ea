package house

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/rotation"
	"sceau/dossier"
	"sceau/internal/backup"
	"sceau/internal/parts"
	"sceau/internal/postgres/keyring"
	"sceau/internal/postgres/roles"
)

// vouching are the recipients whose missions give a word about keys: the staff of the
// controller, and the cell that looks after its security.
var vouching = []catalogue.RecipientID{"R1a", "R1a-sec"}

// RunEpoch carries the epoch of a campaign to where it waits for a second person.
func (h *House) RunEpoch(ctx context.Context, campaign, by string, ordered bool, progress rotation.Progress) (e rotation.Epoch, err error) {
	err = h.turning(ctx, campaign, "epoch", by, progress, func(job *rotation.Job, epochs *keyring.Store) (err error) {
		e, err = rotation.EpochJob{Job: job, Epochs: epochs, Trial: trial{h, progress}}.Run(ctx, campaign, by, ordered)
		return err
	})
	return e, err
}

// ApproveEpoch trims, on the word of a mission that is looked up, presents its
// credential, and is traced before anything is destroyed.
func (h *House) ApproveEpoch(ctx context.Context, campaign, mission string) (e rotation.Epoch, err error) {
	if err := h.ownVault(); err != nil {
		return e, err
	}
	by, err := h.Vouch(ctx, campaign, mission, "approve an epoch")
	if err != nil {
		return e, err
	}
	err = h.turning(ctx, campaign, "trim", by, nil, func(job *rotation.Job, epochs *keyring.Store) (err error) {
		e, err = rotation.EpochJob{Job: job, Epochs: epochs, Trial: trial{h, nil}}.Approve(ctx, campaign, by)
		return err
	})
	if err == nil {
		err = trial{h, nil}.forgo(e)
	}
	return e, err
}

// Vouch finds out which person gives a word about keys, and traces it.
func (h *House) Vouch(ctx context.Context, campaign, mission, word string) (by string, err error) {
	gate, err := h.Gate(ctx)
	if err != nil {
		return "", err
	}
	credential, err := h.Credential(mission)
	if err != nil {
		return "", err
	}
	ask := dossier.Ask{Mission: mission, Credential: credential, Purpose: "P1", Campaign: campaign}
	return "mission:" + mission, gate.Vouch(ctx, ask, word, vouching, campaign)
}

// A trial backs up keyring and Vault together, and brings them back in a house of
// their own to see that they open.
type trial struct {
	house    *House
	progress rotation.Progress
}

var _ rotation.Trial = trial{}

// Keep is that of rotation.Trial.
func (t trial) Keep(ctx context.Context, e rotation.Epoch, controls []rotation.Control) (rotation.Kept, error) {
	kept := e.Kept
	// One that an administrator takes hours to bring back in another Vault is tried when
	// it is there, and not made anew.
	if kept.Where == "" || t.house.Now().Sub(kept.At) > 24*time.Hour || t.Still(ctx, kept) != nil {
		var err error
		if kept, err = t.make(ctx, e); err != nil {
			return rotation.Kept{}, err
		}
	}
	before, err := t.earlier(e)
	if err != nil {
		return kept, err
	}
	if kept.Controls, err = t.open(ctx, kept.Where, controls); err != nil {
		return kept, err
	}
	for _, dir := range before {
		if dir == kept.Where {
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return kept, err
		}
	}
	return kept, nil
}

func (t trial) say(s backup.Step) {
	if t.progress != nil {
		t.progress(s.Doing, s.Done, max(s.Of, s.Done))
	}
}

func (t trial) make(ctx context.Context, e rotation.Epoch) (rotation.Kept, error) {
	h := t.house
	now := h.Now().UTC()
	if err := os.MkdirAll(h.Path("epochs"), 0o700); err != nil {
		return rotation.Kept{}, err
	}
	where := h.Path("epochs", epochFolder(e)+now.Format(epochTime+".000"))
	summary, err := Backup(ctx, h.Parts, where, backup.Options{Only: backup.Keys, Progress: t.say, Now: h.Now})
	return rotation.Kept{Where: where, Digest: summary.Digest(), At: now}, err
}

// trialVault names the environment variable of a Vault that its administrator made from
// the snapshot of an epoch, where this home has not the share that opens one.
const trialVault = "SCEAU_TRIAL_VAULT_ADDR"

// restore brings a backup of keys back in a home of its own, and opens that home.
func (t trial) restore(ctx context.Context, from string) (*House, error) {
	o := backup.RestoreOptions{Trial: true, Only: backup.Keys, Vault: backup.FromBackup, Progress: t.say}
	elsewhere := os.Getenv(trialVault)
	if elsewhere != "" {
		o.Only, o.Vault = []string{parts.Keyring}, backup.Current
	}
	restored, err := RestoreAside(ctx, t.house.home, from, o)
	if err != nil && t.house.Parts.RootTokenFile != "" {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w (on a Vault that is somebody else's, its administrator brings %s back in another one, which %s then names)",
			err, filepath.Join(from, "vault"), trialVault)
	}
	addresses, err := parts.Locate(restored.Home)
	if err != nil {
		return nil, err
	}
	if elsewhere != "" {
		addresses.VaultAddr = elsewhere
	}
	return At(addresses)
}

// earlier are the copies of the keys that were made for this same epoch, and that a kill
// or a week of waiting made useless. The last goes when another has been tried: a copy
// that nobody keeps count of is one that somebody finds.
func (t trial) earlier(e rotation.Epoch) ([]string, error) {
	return t.copies(e.Campaign, func(number int) bool { return number == e.Number })
}

// forgo removes the copies of earlier epochs of the campaign, once this one has trimmed:
// each holds a snapshot of Vault that still opens what was trimmed since, and so whoever
// was forgotten, beside a copy of the keyring from before.
func (t trial) forgo(e rotation.Epoch) error {
	dirs, err := t.copies(e.Campaign, func(number int) bool { return number < e.Number })
	for _, dir := range dirs {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// copies are the folders of some epochs of a campaign.
func (t trial) copies(campaign string, which func(number int) bool) (dirs []string, err error) {
	held, err := os.ReadDir(t.house.Path("epochs"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, d := range held {
		// A campaign may be named as another and its number are: what follows its name
		// is a number and a time, and nothing else.
		number, made, ok := strings.Cut(strings.TrimPrefix(d.Name(), campaign+"-"), "-")
		if !ok || !strings.HasPrefix(d.Name(), campaign+"-") {
			continue
		}
		n, err := strconv.Atoi(number)
		if _, late := time.Parse(epochTime, made); err == nil && late == nil && which(n) {
			dirs = append(dirs, t.house.Path("epochs", d.Name()))
		}
	}
	return dirs, err
}

// epochTime is read with parts of a second too.
const epochTime = "20060102T150405"

func epochFolder(e rotation.Epoch) string { return fmt.Sprintf("%s-%d-", e.Campaign, e.Number) }

// open brings a backup back in a home of its own, opens the controls there, and takes
// the home away again.
func (t trial) open(ctx context.Context, from string, controls []rotation.Control) (opened int, err error) {
	aside, err := t.restore(ctx, from)
	if err != nil {
		return 0, err
	}
	defer func() {
		aside.Close()
		err = errors.Join(err, parts.Erase(context.WithoutCancel(ctx), aside.home))
	}()
	store, err := aside.keyringAs("sceau_keyring_read")
	if err != nil {
		return 0, err
	}
	opening, err := aside.keys(verifier)
	if err != nil {
		return 0, err
	}
	for _, c := range controls {
		n, err := openControl(ctx, store, opening, c)
		if err != nil {
			return opened, fmt.Errorf("opening %d controls under the %s key in what was restored: %w", len(c.Wraps), c.Key.Role, err)
		}
		opened += n
	}
	return opened, nil
}

// openControl opens, in what was restored, what stands there in the places of a
// control. Who was forgotten since is not there; somebody must be.
func openControl(ctx context.Context, store *keyring.Store, service crypto.KeyService, c rotation.Control) (int, error) {
	wanted := map[crypto.WrapPlace]bool{}
	for _, w := range c.Wraps {
		wanted[w.WrapPlace] = true
	}
	var there []crypto.Placed
	var after []byte
	for {
		page, next, err := store.Page(ctx, c.Key, 0, after, 4000)
		if err != nil {
			return 0, err
		}
		for _, w := range page {
			if wanted[w.WrapPlace] {
				there = append(there, w)
			}
		}
		if next == nil || len(there) == len(wanted) {
			break
		}
		after = next
	}
	if len(there) == 0 {
		return 0, errors.New("none of them is there")
	}
	return len(there), crypto.Verify(ctx, service, c.Key, there)
}

// Still is that of rotation.Trial.
func (t trial) Still(ctx context.Context, k rotation.Kept) error {
	summary, err := backup.Check(ctx, k.Where)
	if err != nil {
		return err
	}
	if summary.Digest() != k.Digest {
		return fmt.Errorf("%s holds another backup than the one that was tried", k.Where)
	}
	return nil
}

// WhileNoBackup is that of rotation.Trial.
func (t trial) WhileNoBackup(ctx context.Context, do func(context.Context) error) error {
	dsn, err := t.house.Parts.DSN(parts.Keyring, roles.Owner)
	if err != nil {
		return err
	}
	held, release, err := keyring.NoCopying(ctx, dsn)
	if err != nil {
		return err
	}
	defer release()
	return do(held)
}
