package house

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/rotation"
	"sceau/dossier"
	"sceau/internal/backup"
	"sceau/internal/parts"
	"sceau/internal/parts/turn"
)

// A DrillReport is what an exercise of restoring has shown.
type DrillReport struct {
	Began  time.Time   `json:"began"`
	Steps  []DrillStep `json:"steps"`
	Passed bool        `json:"passed"`
}

// A DrillStep is one thing that was tried.
type DrillStep struct {
	Tried  string `json:"tried"`
	Found  string `json:"found"`
	Passed bool   `json:"passed"`
}

// wrapsTried is how many wraps of each key a drill opens.
const wrapsTried = 10_000

// An exercise notes what was tried, and how it went.
type exercise struct {
	DrillReport
	progress func(backup.Step) // may be nil
}

func (x *exercise) try(what string, do func() (string, error)) {
	if x.progress != nil {
		x.progress(backup.Step{Doing: what})
	}
	found, err := do()
	if err != nil {
		found, x.Passed = err.Error(), false
	}
	x.Steps = append(x.Steps, DrillStep{what, found, err == nil})
}

// Drill exercises the day on which everything is lost: it backs the platform up, brings
// the backup back in a home and a Vault of its own, and has it do there what the
// platform is for. What it made it takes away; nothing of the live platform is touched.
// How it ended is traced, above all when nothing came back.
func (h *House) Drill(ctx context.Context, by string, progress func(backup.Step)) (DrillReport, error) {
	x := &exercise{DrillReport{Began: h.Now().UTC(), Passed: true}, progress}
	err := h.drill(ctx, x)
	log, second := h.Traces(ctx, keeper)
	if second == nil {
		event := dossier.KeyringEvent("", "drill", "drill", by)
		if err != nil || !x.Passed {
			event.Decision = audit.Failed
		}
		_, second = log.Record(context.WithoutCancel(ctx), event)
	}
	return x.DrillReport, errors.Join(err, second)
}

func (h *House) drill(ctx context.Context, x *exercise) (err error) {
	// One at a time: what lies there otherwise is of a drill that was killed.
	end, err := turn.Take(ctx, h.Path(".drill"))
	if err != nil {
		return err
	}
	defer end()
	if err := os.RemoveAll(h.Path("drill")); err != nil {
		return err
	}
	if err := os.MkdirAll(h.Path("drill"), 0o700); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(h.Path("drill"), "backup-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	x.try("backing everything up", func() (string, error) {
		s, err := Backup(ctx, h.Parts, dir, backup.Options{Progress: x.progress, Now: h.Now})
		var bytes int64
		for _, part := range s.Parts {
			bytes += part.Bytes
		}
		return fmt.Sprintf("%d parts, %.1f MB", len(s.Parts), float64(bytes)/1e6), err
	})
	if !x.Passed {
		return nil
	}
	var home string
	defer func() {
		if home != "" {
			err = errors.Join(err, parts.Erase(context.WithoutCancel(ctx), home))
		}
	}()
	x.try("bringing it back in a home and a Vault of its own", func() (string, error) {
		restored, err := RestoreAside(ctx, h.home, dir, backup.RestoreOptions{Trial: true, Vault: backup.FromBackup, Progress: x.progress})
		home = restored.Home
		return "it answers", err
	})
	if !x.Passed {
		return nil
	}
	return h.tryAside(ctx, x, home)
}

// tryAside has a restored home do what the platform is for.
func (h *House) tryAside(ctx context.Context, x *exercise, home string) error {
	addresses, err := parts.Locate(home)
	if err != nil {
		return err
	}
	aside, err := At(addresses)
	if err != nil {
		return err
	}
	defer aside.Close()
	register, err := aside.Register(ctx)
	if err != nil {
		return err
	}
	campaigns, err := register.Campaigns(ctx)
	if err != nil {
		return err
	}
	for _, c := range campaigns {
		x.try("opening wraps of campaign "+c.ID+" as "+verifier, func() (string, error) { return aside.tryWraps(ctx, c.ID) })
		x.try("opening a control of campaign "+c.ID+" through the gate", func() (string, error) { return aside.tryControl(ctx, c) })
	}
	x.try("verifying the traces", func() (string, error) {
		report, err := aside.Verify(ctx)
		if err == nil && !report.OK() {
			err = errors.New("the traces do not verify")
		}
		return fmt.Sprintf("%d traces verify", report.Traces), err
	})
	x.try("looking for those who were forgotten", func() (string, error) { return h.tryForgotten(ctx, aside) })
	return nil
}

// tryWraps opens wraps of every key of a campaign, and compares them with what their
// rows commit to.
func (h *House) tryWraps(ctx context.Context, campaign string) (string, error) {
	store, err := h.keyringAs("sceau_keyring_read")
	if err != nil {
		return "", err
	}
	opening, err := h.keys(verifier)
	if err != nil {
		return "", err
	}
	names, err := rotation.Wrapping(ctx, store, campaign)
	if err != nil {
		return "", err
	}
	opened, keys := 0, 0
	for _, key := range names {
		page, _, err := store.Page(ctx, key, 0, nil, wrapsTried)
		if err == nil {
			err = crypto.Verify(ctx, opening, key, page)
		}
		if err != nil {
			return "", fmt.Errorf("under the %s key %s: %w", key.Role, key.Of, err)
		}
		opened, keys = opened+len(page), keys+1
	}
	return fmt.Sprintf("%d wraps under %d keys open to what their rows commit to", opened, keys), nil
}

// tryControl opens the dossier of somebody, chosen by the order of random references,
// as their own account would. In a phase that grants nothing it says so.
func (h *House) tryControl(ctx context.Context, c dossier.Campaign) (string, error) {
	if c.Frozen.Whole {
		return "the campaign is frozen: nothing opens", nil
	}
	store, err := h.keyringAs("sceau_keyring_read")
	if err != nil {
		return "", err
	}
	names, err := store.Names(ctx, c.ID)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(names, func(n crypto.KeyName) bool { return n.Role == crypto.RolePerson })
	if at < 0 {
		return "", errors.New("it has no key of persons")
	}
	units, _, err := store.Page(ctx, names[at], 0, nil, 256)
	if err != nil {
		return "", err
	}
	if len(units) == 0 {
		return "nobody has entered", nil
	}
	gate, err := h.Gate(ctx)
	if err != nil {
		return "", err
	}
	for _, unit := range units { // responsibles and bundles are units too, and have no account
		fields, err := h.readOwn(ctx, gate, c, unit.Unit)
		var refused *dossier.Refusal
		switch {
		case errors.Is(err, dossier.ErrNoSuchMission):
			continue
		case errors.As(err, &refused):
			return "nothing is granted to candidates in this phase", nil
		}
		return fmt.Sprintf("%d fields of a dossier open", fields), err
	}
	return "", errors.New("nobody of those tried has an account")
}

// readOwn counts the fields that somebody reads of their own: today, or in a
// demonstration on the day that opens most.
func (h *House) readOwn(ctx context.Context, gate *dossier.Gate, c dossier.Campaign, unit crypto.UnitID) (most int, err error) {
	account := dossier.AccountID(unit, 0)
	credential, err := h.Credential(account)
	if err != nil {
		return 0, err
	}
	days := map[catalogue.Phase]time.Time{"": {}}
	if c.Demo {
		days = c.Calendar
	}
	for _, on := range days {
		var view dossier.View
		view, err = gate.Read(ctx, dossier.Ask{Mission: account, Credential: credential, Purpose: "P1", Campaign: c.ID, Candidate: unit, On: on})
		if err != nil && !c.Demo {
			return 0, err
		}
		most = max(most, len(view.Fields))
	}
	if most > 0 {
		err = nil
	}
	return most, err
}

// tryForgotten asks the restored keyring for those whom the live one has forgotten.
func (h *House) tryForgotten(ctx context.Context, aside *House) (string, error) {
	live, err := h.keyringAs("sceau_keyring_forget")
	if err != nil {
		return "", err
	}
	ledger, err := live.Ledger(ctx)
	if err != nil {
		return "", err
	}
	ring, _, err := aside.ColdRing("rights")
	if err != nil {
		return "", err
	}
	for _, entry := range ledger {
		target, err := dossier.ParseTarget(entry.Target, h.Layout)
		if err != nil {
			return "", err
		}
		// Their wrap is looked for, and not opened: a frozen campaign opens for nobody.
		unit := target.Units(h.Layout)[0]
		found, err := ring.Find(ctx, entry.Campaign, unit)
		if err != nil {
			return "", err
		}
		if found.Has(unit) {
			return "", fmt.Errorf("%s is in what was restored", target)
		}
	}
	return fmt.Sprintf("the ledger has %d entries, and none opens", len(ledger)), nil
}
