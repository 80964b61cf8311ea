package main

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"sceau/internal/parts"
)

// A run of a day and a taking of answers are whole or are none, at whatever moment they
// are killed, and what is run again gives what it would have given.
func TestADayIsWholeWhateverMomentItIsKilledAt(t *testing.T) {
	t.Parallel()
	kills := 4
	if os.Getenv("SCEAU_SOAK") != "" {
		kills = 40
	}
	h := inhabited.own(t)
	offer := filepath.Join(h.home, "offer.ndjson")
	for _, args := range [][]string{
		{"campaign", "calendar", "2026", filepath.Join(examples, "calendar-admission.yaml")},
		{"generate", "--candidates", "60", "--out", filepath.Join(h.home, "again.ndjson"), "--offer", offer},
		{"admission", "project"},
		{"admission", "offer", offer, "--calendar", filepath.Join(examples, "session.yaml"), "--reservation-end", "2026-06-20"},
	} {
		if err := h.run(args); err != nil {
			t.Fatal(err)
		}
	}
	published := func(day int) int {
		return count(t, h, parts.Data, fmt.Sprintf("SELECT count(*) FROM core.run WHERE kind = 'day' AND day = %d AND ended_at IS NOT NULL", day))
	}
	day := 0
	v := &victim{name: "admission run", kills: kills,
		ready: func(*testing.T) []string {
			day++
			return []string{"admission", "run", "--day", fmt.Sprint(day)}
		},
		over: func(*testing.T) bool { return published(day) == 1 },
	}
	k := &killer{h: h, dice: rand.New(rand.NewPCG(7, 0)), struck: func(t *testing.T, what string) {
		if n := published(day); n > 1 {
			t.Errorf("day %d is published %d times", day, n)
		}
	}}
	k.measure(t, v)
	k.kill(t, v)
	if k.late > 2*k.kills {
		t.Errorf("%d kills, and %d came too late: this proves little", k.kills, k.late)
	}
	// Each that ended is what it would have been without a kill.
	ended := count(t, h, parts.Data, "SELECT max(number) FROM core.run WHERE ended_at IS NOT NULL")
	replayed := 0
	for number := 1; number <= ended; number++ {
		if count(t, h, parts.Data, fmt.Sprintf("SELECT count(*) FROM core.run WHERE number = %d AND ended_at IS NOT NULL AND kind IN ('day', 'call-order')", number)) == 0 {
			continue
		}
		if err := h.run([]string{"admission", "replay", fmt.Sprint(number)}); err != nil {
			t.Errorf("run %d: %v", number, err)
		}
		replayed++
	}
	if replayed < 2 {
		t.Errorf("%d runs were computed again", replayed)
	}
	// What the kills cut has neither key nor file any more.
	if err := h.run([]string{"admission", "run", "--day", fmt.Sprint(day + 1)}); err != nil {
		t.Fatal(err)
	}
	kept := count(t, h, parts.Data, "SELECT count(input_file) + count(output_file) FILTER (WHERE output_file <> '') FROM core.run WHERE ended_at IS NOT NULL AND dropped_at IS NULL")
	files := 0
	err := filepath.WalkDir(filepath.Join(h.home, "runs"), func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			files++
		}
		return err
	})
	if err != nil || files != kept {
		t.Errorf("%d files of runs, and %d that something stands on: %v", files, kept, err)
	}
	if keys := count(t, h, parts.Keyring, "SELECT count(*) FROM run_key"); keys != kept {
		t.Errorf("%d keys of run files, and %d files that something stands on", keys, kept)
	}
	if n := count(t, h, parts.Data, "SELECT count(*) FROM core.run WHERE kind = 'call-order' AND ended_at IS NOT NULL"); n != 1 {
		t.Errorf("the call orders were computed %d times", n)
	}
}
