package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sceau/crypto/rotation"
	"sceau/dossier"
	"sceau/internal/backup"
	"sceau/internal/parts"
)

// importing enters a file of dossiers, of several batches. Edge cases are among them:
// families of four responsibles, empty dossiers, long texts.
func (w *watcher) importing(kills int) *victim {
	v := &victim{name: "import", kills: kills}
	v.ready = func(t *testing.T) []string {
		file := filepath.Join(w.h.home, fmt.Sprintf("dossiers-%d.ndjson", len(w.files)))
		w.files = append(w.files, file)
		w.generate(t, file)
		return []string{"import", file}
	}
	v.over = func(t *testing.T) bool {
		return count(t, w.h, parts.Data, "SELECT count(*) FROM import WHERE done") == len(w.files)
	}
	v.share = func(t *testing.T) float64 {
		in := count(t, w.h, parts.Data, "SELECT coalesce(max(lines), 0) FROM import WHERE NOT done")
		return max(0.2, 1-float64(in)/float64(w.candidates))
	}
	v.after = func(t *testing.T) { w.acknowledged = w.accounts(t) }
	return v
}

// generate writes a file of people who have no number of those in another file. Among
// thousands of two seeds somebody has, and would be refused with reason.
func (w *watcher) generate(t *testing.T, file string) {
	t.Helper()
	for fresh := false; !fresh; {
		w.seed++
		err := w.h.run([]string{"generate", "--candidates", fmt.Sprint(w.candidates), "--seed", strconv.Itoa(w.seed), "--edge", "--out", file})
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fresh = true
		mine := map[string]bool{}
		for line := range bytes.Lines(text) {
			var p person
			if err := json.Unmarshal(line, &p.Dossier); err != nil {
				t.Fatal(err)
			}
			for _, number := range []string{p.text("registration_number"), p.text("ine")} {
				fresh = fresh && !w.numbers[number]
				mine[number] = number != ""
			}
		}
		if fresh {
			maps.Copy(w.numbers, mine)
		}
	}
}

// epoch carries an epoch to where it waits for a second person.
func (w *watcher) epoch(kills int) *victim {
	v := &victim{name: "keys epoch", kills: kills}
	v.ready = func(t *testing.T) []string {
		w.approve(t)
		w.keepOldWraps(t)
		return []string{"keys", "epoch", "--order"}
	}
	v.over = func(t *testing.T) bool { return w.epochState(t) == rotation.Waiting }
	return v
}

// approval gives the word of the second person, which trims.
func (w *watcher) approval(kills int) *victim {
	v := &victim{name: "keys epoch approve", kills: kills}
	v.ready = func(t *testing.T) []string {
		if w.epochState(t) == rotation.Ended {
			w.keepOldWraps(t)
			if err := w.h.run([]string{"keys", "epoch", "--order"}); err != nil {
				t.Fatal(err)
			}
		}
		w.oldWrapsStillOpen(t)
		return []string{"keys", "epoch", "approve", "--as", approver}
	}
	v.over = func(t *testing.T) bool { return w.epochState(t) == rotation.Ended }
	return v
}

// approver is a mission of the ministry.
const approver = "dgesip"

func (w *watcher) approve(t *testing.T) {
	t.Helper()
	if w.epochState(t) == rotation.Ended {
		return
	}
	if err := w.h.run([]string{"keys", "epoch", "approve", "--as", approver}); err != nil {
		t.Fatal(err)
	}
}

// rotation turns every key that wraps.
func (w *watcher) rotation(kills int) *victim {
	return &victim{name: "keys rotate wraps", kills: kills, ready: func(*testing.T) []string { return []string{"keys", "rotate", "wraps"} }}
}

// backup copies the platform. A copy that was cut is refused by its name.
func (w *watcher) backup(kills int) *victim {
	v := &victim{name: "backup", kills: kills}
	at := func() string { return w.backups[len(w.backups)-1] }
	v.ready = func(*testing.T) []string {
		w.backups = append(w.backups, filepath.Join(w.h.home, fmt.Sprintf("backup-%d", len(w.backups))))
		return []string{"backup", "--to", at()}
	}
	v.over = func(*testing.T) bool {
		_, err := backup.Read(at())
		return err == nil
	}
	v.after = func(t *testing.T) {
		if v.over(t) {
			return // killed after its last word: it must be whole, which mustBeWhole sees
		}
		out, err := w.h.command("restore", "--aside", "--from", at()).CombinedOutput()
		var unfinished *backup.UnfinishedError
		_, cause := backup.Read(at())
		said := string(out)
		begun := errors.As(cause, &unfinished)
		if err == nil || begun && !strings.Contains(said, "was not finished") {
			t.Errorf("a backup that was cut is restored, or refused for something else: %v\n%s", err, said)
		}
	}
	return v
}

// accounts are the candidates whose dossiers were committed.
func (w *watcher) accounts(t *testing.T) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, unit := range w.units(t, parts.Data, "SELECT unit FROM account WHERE responsible = 0") {
		all[dossier.Ref(unit).String()]++
	}
	return all
}
