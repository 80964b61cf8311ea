package promises_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/dossier"
	"sceau/internal/backup"
	"sceau/internal/house"
	"sceau/internal/parts"
)

// What is brought back is older than what was ended, frozen and forgotten since.
func TestWhatHasEndedSinceTheBackupHasEndedInWhatIsBroughtBack(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign, later = "restoring", "restoring-later"
	one := p.newcomers(t, campaign, 1, 1219)[0]
	var orders []dossier.MissionOrder
	for _, name := range []string{"dgesip", "rights"} {
		order := p.orders[slices.IndexFunc(p.orders, func(o dossier.MissionOrder) bool { return o.Mission == name })]
		order.Mission, order.Campaign = name+"-"+campaign, campaign
		orders = append(orders, order)
	}
	if err := p.GiveMissions(ctx, orders); err != nil {
		t.Fatal(err)
	}
	f := dossier.Fact{ID: "case-" + campaign, Kind: "case_open", Candidate: one.ref.String(), By: orders[0].Mission,
		To: dossier.Addressee{Recipient: "S1"}, From: "2026-01-01"}
	if err := p.RecordFacts(ctx, []dossier.Fact{f}, during); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "backup")
	if _, err := house.Backup(ctx, p.at, dir, backup.Options{}); err != nil {
		t.Fatal(err)
	}

	if err := p.EndFact(ctx, f.ID); err != nil {
		t.Fatal(err)
	}
	if err := p.register.EndMission(ctx, orders[1].Mission); err != nil {
		t.Fatal(err)
	}
	// Somebody of a campaign that the backup has never heard of.
	young := p.newcomers(t, later, 1, 1220)[0]
	if _, err := p.forgetting(t).Forget(ctx, later, dossier.Target{Candidate: young.ref}, "operator:test"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Freeze(ctx, house.Brake{Campaign: later}, "operator:test"); err != nil {
		t.Fatal(err)
	}

	back := map[string]func(backup.RestoreOptions) (backup.Restored, house.Since, error){
		"told": func(o backup.RestoreOptions) (backup.Restored, house.Since, error) {
			return house.Restore(ctx, p.home, dir, o, true)
		},
		// The control: it is the telling that ends them.
		"not told": func(o backup.RestoreOptions) (backup.Restored, house.Since, error) {
			restored, err := house.RestoreAside(ctx, p.home, dir, o)
			return restored, house.Since{}, err
		},
	}
	for name, bring := range back {
		t.Run(name, func(t *testing.T) {
			restored, since, err := bring(backup.RestoreOptions{Replace: true})
			if err != nil {
				t.Fatal(err)
			}
			aside, gate := besides(t, restored)
			told := name == "told"
			if told && (since.Forgotten == nil || since.Forgotten.Entries == 0 || since.Ended == nil || since.Ended.Missions != 1 || since.Ended.Facts != 1 || since.Ended.Unknown != 0) {
				t.Errorf("it was told %+v, %+v", since.Forgotten, since.Ended)
			}
			register, err := aside.Register(ctx)
			if err != nil {
				t.Fatal(err)
			}
			// In force, it would be told that it lacks a request of the candidate.
			_, err = gate.Read(ctx, p.ask(t, orders[1].Mission, "P1", one.ref, "A01.06"))
			if err == nil || errors.Is(err, dossier.ErrNoSuchMission) != told {
				t.Errorf("the mission that has ended: %v", err)
			}
			if _, _, err := register.Fact(ctx, f.ID); errors.Is(err, dossier.ErrNoSuchFact) != told {
				t.Errorf("the fact that has ended: %v", err)
			}
			if told {
				sameEnd(t, p, aside.Parts, f.ID)
			}
		})
	}
}

// sameEnd compares when a fact ended, and by whom, in two homes.
func sameEnd(t *testing.T, p *place, at parts.Addresses, fact string) {
	t.Helper()
	admin, err := at.Admin("data")
	if err != nil {
		t.Fatal(err)
	}
	aside, err := pgx.Connect(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	defer aside.Close(context.Background())
	const statement = "SELECT ended_at, ended_by FROM fact WHERE fact = $1"
	var when [2]time.Time
	var by [2]string
	if err := errors.Join(p.owner["data"].QueryRow(t.Context(), statement, fact).Scan(&when[0], &by[0]), aside.QueryRow(t.Context(), statement, fact).Scan(&when[1], &by[1])); err != nil {
		t.Fatal(err)
	}
	if !when[0].Equal(when[1]) || by[0] != by[1] {
		t.Errorf("it ended there at %v by %s, and at %v by %s", when[1], by[1], when[0], by[0])
	}
}
