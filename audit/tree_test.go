package audit

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"sceau/catalogue"
	"sceau/crypto"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestTheEdgeStoresWhatTlogStores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(0, 300).Draw(t, "size")
		var e edge
		var ours, theirs hashList
		for n := range size {
			leaf := tlog.RecordHash([]byte{byte(n), byte(n >> 8)})
			ours = e.append(ours, leaf)
			more, err := tlog.StoredHashesForRecordHash(n, leaf, theirs)
			if err != nil {
				t.Fatal(err)
			}
			theirs = append(theirs, more...)
		}
		if !slices.Equal(ours, theirs) {
			t.Fatal("stored hashes differ")
		}
		want, err := tlog.TreeHash(size, theirs)
		if err != nil || e.root() != want {
			t.Fatalf("root of %d leaves is %s, tlog says %s (%v)", size, e.root(), want, err)
		}
		again, err := readEdge(size, theirs)
		if err != nil || again.root() != want {
			t.Fatalf("an edge read back gives %s (%v)", again.root(), err)
		}
	})
}

// fixed is a key whose bytes are known, for goldens.
func fixed(t testing.TB, day string) *dayKey {
	d, err := ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	k, err := newDayKey(d, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// What a leaf commits to is for ever: a receipt given this year is checked by the
// program of next year.
func TestWhatALeafCommitsToDoesNotChange(t *testing.T) {
	k := fixed(t, "2026-04-02")
	r := &Row{
		Day: k.day, Seq: 41, At: time.Date(2026, 4, 2, 9, 30, 0, 123456000, time.UTC),
		Campaign: "2026", Recipient: "R4b-exam", Organisation: "0750001A", Purpose: "P1", Action: "read",
		FieldSet: NewFieldSet([]catalogue.ItemID{"A12.03", "A07.01", "A12.03"}).ID,
		Decision: Granted, Rule: "N0123", Policy: "5f2d",
		Subject: k.subjectTag([]byte("file-ines")), Agent: k.agentTag("mission-0007"),
		SealedAgent: []byte{1, 2, 3}, SealedRest: []byte{4, 5, 6},
	}
	got, err := json.MarshalIndent(map[string]any{
		"row": r, "canonical": hex.EncodeToString(r.canonical()),
		"salt": hex.EncodeToString(k.leafSalt(r.Seq)), "leaf": leaf(k.leafSalt(r.Seq), r),
		"closed": string(DayRoot{Day: k.day, Size: 42, Root: leaf(nil, r)}.record()),
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "leaf.json", append(got, '\n'))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs:\n%s", name, got)
	}
}

func TestNoTwoRowsHaveTheSameBytes(t *testing.T) {
	one := &Row{Campaign: "ab", Recipient: "c"}
	two := &Row{Campaign: "a", Recipient: "bc"}
	if bytes.Equal(one.canonical(), two.canonical()) {
		t.Error("a boundary between two columns moved unseen")
	}
}

func TestADayIsAUTCDay(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		at   time.Time
		want string
	}{
		{"one in the morning in Paris is still yesterday", time.Date(2026, 7, 2, 1, 0, 0, 0, paris), "2026-07-01"},
		{"the last microsecond", time.Date(2026, 4, 2, 23, 59, 59, 999999000, time.UTC), "2026-04-02"},
		{"before 1970", time.Date(1969, 12, 31, 23, 0, 0, 0, time.UTC), "1969-12-31"},
		{"a leap day", time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC), "2028-02-29"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := DayOf(tt.at); got.String() != tt.want {
				t.Errorf("DayOf = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestASealedCellOpensOnlyInItsPlace(t *testing.T) {
	k := fixed(t, "2026-04-02")
	e := &Event{Recipient: "R5", Action: "read", Decision: Granted, Agent: "mission-0007", Candidate: "c", Request: "r"}
	r := k.row(e, FieldSetID{}, 3, k.day.Start())
	if agent, err := k.openAgent(r); err != nil || agent != "mission-0007" {
		t.Fatalf("in its place: %q, %v", agent, err)
	}
	for name, move := range map[string]func(Row) (*dayKey, Row){
		"another sequence": func(r Row) (*dayKey, Row) { r.Seq++; return k, r },
		"another day":      func(r Row) (*dayKey, Row) { r.Day++; return k, r },
		"another cell":     func(r Row) (*dayKey, Row) { r.SealedAgent = r.SealedRest; return k, r },
		"another key": func(r Row) (*dayKey, Row) {
			other, err := newDayKey(k.day, bytes.Repeat([]byte{8}, 32))
			if err != nil {
				t.Fatal(err)
			}
			return other, r
		},
	} {
		key, moved := move(*r)
		if _, err := key.openAgent(&moved); err == nil {
			t.Errorf("a cell opens in %s", name)
		}
	}
}

func TestTagsOfADayTellNothingOfAnother(t *testing.T) {
	one, err := newDayKey(1, bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	two, err := newDayKey(2, bytes.Repeat([]byte{2}, 32))
	if err != nil {
		t.Fatal(err)
	}
	name := []byte("file-ines")
	again := one.subjectTag([]byte("file-ines"))
	if one.subjectTag(name) != again {
		t.Error("a file has two tags in one day")
	}
	if one.subjectTag(name) == two.subjectTag(name) {
		t.Error("a file has one tag in two days")
	}
	if one.subjectTag(name) == one.agentTag(string(name)) {
		t.Error("an agent's tag answers for a file")
	}
	if first, second := one.subjectTag(nil), one.subjectTag(nil); first == second {
		t.Error("traces without a subject can be told from others")
	}
}

// The register is where items are listed; the cells of a connection follow it.
func TestConnectionItemsAreThoseOfTheRegister(t *testing.T) {
	register := catalogue.MustLoad()
	var want []catalogue.ItemID
	for _, it := range register.Items() {
		// A14.03 is the traces themselves.
		if it.Class == "connection" && it.ID != "A14.03" {
			want = append(want, it.ID)
		}
	}
	if !slices.Equal(ConnectionItems, want) {
		t.Errorf("connection items are %v, the register says %v", ConnectionItems, want)
	}
}

func FuzzOpeningACheckpointOfAnyText(f *testing.F) {
	f.Add([]byte("sceau.test/days\n3\nAAAA\n\n— sceau.test AAAA\n"))
	f.Fuzz(func(t *testing.T, msg []byte) {
		if s, err := openCheckpoint(msg, noVerifiers{}); err == nil {
			t.Errorf("a note that nobody signed says %v", s)
		}
	})
}

func FuzzUnpaddingAnyCell(f *testing.F) {
	f.Add(pad(64, []byte("mission-0007")))
	f.Fuzz(func(t *testing.T, cell []byte) {
		parts, err := unpad(cell, 3)
		if err == nil && len(parts) != 3 {
			t.Errorf("%d parts", len(parts))
		}
	})
}

func BenchmarkLeaf(b *testing.B) {
	k := fixed(b, "2026-04-02")
	e := &Event{Recipient: "R5", Action: "read", Decision: Granted, Agent: "mission-0007", Candidate: "c", Request: "r", Subject: []byte("f")}
	var tree edge
	stored := make([]tlog.Hash, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		r := k.row(e, FieldSetID{}, tree.size, k.day.Start())
		stored = tree.append(stored[:0], leaf(k.leafSalt(r.Seq), r))
	}
}

var _ Keys = crypto.KeyService(nil)

type noVerifiers struct{}

func (noVerifiers) Verifier(name string, hash uint32) (note.Verifier, error) {
	return nil, &note.UnknownVerifierError{Name: name, KeyHash: hash}
}
