package promises_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"sceau/dossier"
)

// altered is an invented dossier with some keys set otherwise.
func altered(t *testing.T, line []byte, change map[string]any) []byte {
	t.Helper()
	d := parse(t, line)
	for key, value := range change {
		d[key] = value
	}
	out, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A dossier that is refused takes nobody's place: beside it, one with the same number
// enters.
func TestARefusedDossierTakesNobodysNumber(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign = "neighbours"
	in := p.campaignIntake(t, campaign)
	lines, err := invent(ctx, 2, 911, false)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := []any{map[string]any{"wish_target_programme": "F99999"}}
	for _, tt := range []struct {
		name  string
		line  []byte
		wrong map[string]any
	}{
		{"the same registration number", lines[0], map[string]any{"per_wish": elsewhere}},
		{"the same INE", lines[1], map[string]any{"per_wish": elsewhere, "registration_number": "7999999"}},
	} {
		var filings []*dossier.Filing
		for _, line := range [][]byte{altered(t, tt.line, tt.wrong), altered(t, tt.line, nil)} {
			f, err := in.Forms.Parse(line)
			if err != nil {
				t.Fatal(err)
			}
			filings = append(filings, f)
		}
		entries, err := in.Enter(ctx, campaign, filings, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if bad := entries[0].Refused; bad == nil || bad.Item != "A15.X1" {
			t.Errorf("%s: the first is refused with %v", tt.name, bad)
		}
		if bad := entries[1].Refused; bad != nil {
			t.Errorf("%s: the second is refused with %v", tt.name, bad)
		}
	}
}

// Two processes take in the same people at once: each number enters once, who lost is
// told so, those around them enter, and what lost leaves nothing.
func TestTwoProcessesTakeEachNumberOnce(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign, n = "race", 24
	if err := p.campaign(ctx, campaign); err != nil {
		t.Fatal(err)
	}
	all, err := invent(ctx, 3*n, 912, false)
	if err != nil {
		t.Fatal(err)
	}
	var lines [][]byte
	for _, line := range all {
		if parse(t, line)["ine"] != nil && len(lines) < n {
			lines = append(lines, line)
		}
	}
	var mu sync.Mutex
	entered, lost := 0, 0
	var wait sync.WaitGroup
	for process := range 2 {
		in, err := p.Intake(ctx, campaign)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range lines {
			// A third race for a registration number, a third for an INE under
			// different numbers, and a third are alone.
			change := map[string]any{"per_event": nil}
			switch {
			case i%3 == 1:
				change["registration_number"] = fmt.Sprint(7100000 + 100*process + i)
			case i%3 == 2 && process == 1:
				continue
			}
			sent := altered(t, line, change)
			wait.Go(func() {
				e, err := in.Create(ctx, campaign, sent)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err != nil:
					t.Errorf("dossier %d: %v", i, err)
				case e.Refused == nil:
					entered++
				case e.Refused.Item == "A01.01" || e.Refused.Item == "A01.03":
					lost++
				default:
					t.Errorf("dossier %d: %v", i, e.Refused)
				}
			})
		}
	}
	wait.Wait()
	if entered != n || lost != 2*n/3 {
		t.Errorf("%d entered and %d lost a number, of %d people", entered, lost, n)
	}
	for table, cluster := range map[string]string{"identity_other": "data", "unit_secret": "keyring", "trace": "audit"} {
		only := map[string]string{"unit_secret": " AND kind = 'candidate'", "trace": " AND action = 'write'"}[table]
		var rows int
		if err := p.owner[cluster].QueryRow(ctx, "SELECT count(*) FROM "+ident(table)+" WHERE campaign = $1"+only, campaign).Scan(&rows); err != nil {
			t.Fatal(err)
		}
		if rows != n {
			t.Errorf("%s has %d rows for %d people", table, rows, n)
		}
	}
}
