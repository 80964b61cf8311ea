package promises_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sceau/crypto"
	"sceau/crypto/rotation"
	"sceau/dossier"
	"sceau/internal/backup"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/internal/postgres/atrest"
)

// Everything is copied, somebody is forgotten, an epoch passes. Whatever copy is then
// brought back beside the Vault of today, whoever was forgotten opens nowhere, and
// somebody else opens as before.
func TestWhatIsRestoredAfterAnEpochOpensTheLivingAndNotTheForgotten(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign = "epoch"
	people := p.newcomers(t, campaign, 4, 1410)
	gone, control := people[0], people[1]
	order := p.orders[slices.IndexFunc(p.orders, func(o dossier.MissionOrder) bool { return o.Recipient == "R1a" && o.Campaign == campaigns[0] })]
	order.Mission, order.Campaign = "second-person", campaign
	if err := p.GiveMissions(ctx, []dossier.MissionOrder{order}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()

	// Copies of every kind, made before.
	before, after := filepath.Join(dir, "before"), filepath.Join(dir, "after")
	if _, err := house.Backup(ctx, p.at, before, backup.Options{}); err != nil {
		t.Fatal(err)
	}
	admin, err := p.at.Admin(parts.Keyring)
	if err != nil {
		t.Fatal(err)
	}
	base, dump := filepath.Join(dir, "base"), filepath.Join(dir, "keyring.sql")
	if err := errors.Join(atrest.BaseBackup(ctx, admin, base), atrest.Dump(ctx, admin, dump)); err != nil {
		t.Fatal(err)
	}
	key, wraps := p.personWraps(t, campaign)
	opens := p.opener(t, key)
	for _, one := range []*person{gone, control} {
		if err := opens(one.ref, wraps[one.ref]); err != nil {
			t.Fatalf("before the epoch a wrap does not open: this test would prove nothing: %v", err)
		}
	}

	f, err := p.Forgetting(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Forget(ctx, campaign, dossier.Target{Candidate: gone.ref}, "operator:test"); err != nil {
		t.Fatal(err)
	}
	if err := opens(gone.ref, wraps[gone.ref]); err != nil {
		t.Errorf("before the epoch, a copy of the wrap: %v: the epoch is what makes copies useless", err)
	}
	if e, err := p.RunEpoch(ctx, campaign, "operator:test", false, nil); err != nil || e.State != rotation.Waiting {
		t.Fatalf("the epoch is %+v, error %v", e, err)
	}
	if e, err := p.ApproveEpoch(ctx, campaign, order.Mission); err != nil || e.State != rotation.Ended {
		t.Fatalf("approved, the epoch is %+v, error %v", e, err)
	}
	if _, err := house.Backup(ctx, p.at, after, backup.Options{}); err != nil {
		t.Fatal(err)
	}

	// The wrap of who is gone still lies in every copy, and opens nothing any more.
	wal := filepath.Join(p.folder(t, parts.Keyring, "data"), "pg_wal")
	for _, place := range []string{base, wal} {
		if !holds(t, place, wraps[gone.ref].Wrap.Raw()) {
			t.Errorf("%s does not hold the wrap: it proves nothing", filepath.Base(place))
		}
	}
	text, err := os.ReadFile(dump)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, hex.AppendEncode(nil, wraps[gone.ref].Wrap)) {
		t.Error("the dump does not hold the wrap: it proves nothing")
	}
	for _, one := range []*person{gone, control} {
		if err := opens(one.ref, wraps[one.ref]); err == nil {
			t.Error("a wrap of before the epoch opens")
		}
	}
	_, fresh := p.personWraps(t, campaign)
	if err := opens(control.ref, fresh[control.ref]); err != nil {
		t.Errorf("the control's wrap of today: %v", err)
	}
	if _, there := fresh[gone.ref]; there {
		t.Error("who was forgotten has a wrap")
	}

	for _, tt := range []struct {
		name          string
		from, data    string
		vault         string
		gone, control bool // opens
	}{
		{"everything of before, beside the Vault of today", before, "", backup.Current, false, false},
		{"the data of before with the keyring of today", after, before, backup.Current, false, true},
		// The limit, and the control of it all: an older snapshot of Vault brings back the
		// version that was trimmed, until it is destroyed itself.
		{"everything of before, its Vault included", before, "", backup.FromBackup, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			restored, err := house.RestoreAside(ctx, p.home, tt.from, backup.RestoreOptions{Vault: tt.vault, Data: tt.data, Replace: true})
			if err != nil {
				t.Fatal(err)
			}
			_, gate := besides(t, restored)
			for who, one := range map[string]*person{"who was forgotten": gone, "the control": control} {
				view, err := gate.Read(ctx, p.ask(t, one.accounts[0], "P1", one.ref, "A01.06", "A01.15"))
				want := map[string]bool{"who was forgotten": tt.gone, "the control": tt.control}[who]
				if opened := err == nil && len(view.Fields) == 2; opened != want {
					t.Errorf("%s opens: %v, error %v, want %v", who, opened, err, want)
				}
			}
		})
	}
}

// besides opens a home that was brought back, and erases it when the test ends.
func besides(t *testing.T, restored backup.Restored) (*house.House, *dossier.Gate) {
	t.Helper()
	t.Cleanup(func() {
		if err := parts.Erase(context.Background(), restored.Home); err != nil {
			t.Error(err)
		}
	})
	at, err := parts.Locate(restored.Home)
	if err != nil {
		t.Fatal(err)
	}
	aside, err := house.At(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(aside.Close)
	gate, err := aside.Gate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return aside, gate
}

// personWraps are the wraps of a campaign's persons, as a thief copies them.
func (p *place) personWraps(t *testing.T, campaign string) (key crypto.KeyName, wraps map[crypto.UnitID]crypto.Sealing) {
	t.Helper()
	ctx := context.Background()
	key = crypto.KeyName{Campaign: campaign, Role: crypto.RolePerson}
	if err := p.owner["keyring"].QueryRow(ctx, "SELECT name FROM key_name WHERE campaign = $1 AND role = 'person'", campaign).Scan(&key.Name); err != nil {
		t.Fatal(err)
	}
	rows, err := p.owner["keyring"].Query(ctx, "SELECT unit, wrap, commitment FROM unit_secret WHERE campaign = $1", campaign)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	wraps = map[crypto.UnitID]crypto.Sealing{}
	for rows.Next() {
		var unit, wrap, commitment []byte
		if err := rows.Scan(&unit, &wrap, &commitment); err != nil {
			t.Fatal(err)
		}
		wraps[crypto.UnitID(unit)] = crypto.Sealing{Wrap: wrap, Commitment: crypto.Commitment(commitment)}
	}
	return key, wraps
}

// opener asks the Vault of today to open a wrap, as an identity that may open any.
func (p *place) opener(t *testing.T, key crypto.KeyName) func(crypto.UnitID, crypto.Sealing) error {
	t.Helper()
	client := p.vaultAs(t, "keyring-verify")
	return func(unit crypto.UnitID, s crypto.Sealing) error {
		return crypto.Verify(context.Background(), client, key, []crypto.Placed{{WrapPlace: crypto.WrapPlace{Unit: unit}, Sealing: s}})
	}
}

// folder is where a part keeps what it keeps.
func (p *place) folder(t *testing.T, part, kind string) string {
	t.Helper()
	for _, f := range p.at.Folders() {
		if f.Part == part && f.Kind == kind {
			return f.Path
		}
	}
	t.Fatalf("part %s has no folder of kind %s", part, kind)
	return ""
}

// holds says whether bytes lie in a file below a folder.
func holds(t *testing.T, dir string, what []byte) (found bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || found || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			return nil // a segment that was recycled meanwhile
		}
		found = bytes.Contains(text, what)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
