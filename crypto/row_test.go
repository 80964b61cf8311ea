package crypto

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func secretOf(t testing.TB, b byte) *Secret {
	t.Helper()
	s, err := SecretFrom(bytes.Repeat([]byte{b}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A vector lets anybody with another library check what this one derives.
type vector struct {
	Person, Branch   string
	Campaign         string
	Unit             UnitID
	Class, Fate      string
	Record           RecordID
	Version          uint32
	Key, Commitment  string
	Item             string
	Revision         uint32
	AssociatedData   string
	Padded, Cell     string
	PersonContext    string
	PersonCommitment string
	RoutingScope     string
	RoutingTag       string
}

func TestADerivationIsThatOfTheVectorsForEver(t *testing.T) {
	const golden = "testdata/vectors.json"
	if *update {
		writeVectors(t, golden)
	}
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 4 {
		t.Fatalf("%d vectors, want 4 or more", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.Class+"/"+v.Item, func(t *testing.T) {
			person, branch := must(SecretFrom(unhex(v.Person))), must(SecretFrom(unhex(v.Branch)))
			row := must(Join(person, branch, v.Campaign, v.Unit, v.Class, v.Fate, v.Version).Row(v.Record))
			if got := row.Commitment(); hex.EncodeToString(got[:]) != v.Commitment {
				t.Errorf("commitment %x, want %s", got, v.Commitment)
			}
			padded, err := row.Open(nil, v.Item, unhex(v.Cell))
			if err != nil || hex.EncodeToString(padded) != v.Padded {
				t.Errorf("the cell opened to %x, error %v", padded, err)
			}
			if got := hex.EncodeToString(*row.aad(v.Item, v.Revision)); got != v.AssociatedData {
				t.Errorf("associated data %s, want %s", got, v.AssociatedData)
			}
			if got := personContext(v.Campaign, v.Unit); hex.EncodeToString(got) != v.PersonContext {
				t.Errorf("context %x, want %s", got, v.PersonContext)
			}
			if got := person.Commitment(personContext(v.Campaign, v.Unit)); hex.EncodeToString(got[:]) != v.PersonCommitment {
				t.Errorf("commitment of the secret %x, want %s", got, v.PersonCommitment)
			}
			tag := must(newRoutingKey(branch, v.Campaign)).Tag("programme", v.RoutingScope, v.Unit)
			if hex.EncodeToString(tag[:]) != v.RoutingTag {
				t.Errorf("routing tag %x, want %s", tag, v.RoutingTag)
			}

			// The same by hand, from the words of the architecture and the standard
			// library alone.
			n := func(s string) string { return fmt.Sprintf("%c%c%c%c%s", 0, 0, 0, len(s), s) }
			info := n("sceau") + n("row") + n(v.Campaign) + n(string(v.Unit[:])) + n(v.Class) + n(v.Fate) + n(string(v.Record[:])) + n("\x00\x00\x00"+string(rune(v.Version)))
			out := must(hkdf.Key(sha256.New, unhex(v.Branch), unhex(v.Person), info, 48))
			if got := hex.EncodeToString(out[:32]); got != v.Key {
				t.Errorf("by hand the key is %s, want %s", got, v.Key)
			}
			if got := hex.EncodeToString(out[32:]); got != v.Commitment {
				t.Errorf("by hand the commitment is %s, want %s", got, v.Commitment)
			}
			gcm := must(cipher.NewGCM(must(aes.NewCipher(out[:32]))))
			cell := unhex(v.Cell)
			aad := n("\x01") + n(v.Campaign) + n(string(v.Unit[:])) + n(v.Class) + n(v.Item) + n(string(v.Record[:])) + n(string(cell[1:5]))
			if padded, err := gcm.Open(nil, cell[5:17], cell[17:], []byte(aad)); err != nil || hex.EncodeToString(padded) != v.Padded {
				t.Errorf("by hand the cell opens to %x, error %v", padded, err)
			}
		})
	}
}

func writeVectors(t *testing.T, golden string) {
	var vectors []vector
	for i, c := range []struct {
		campaign, class, fate, item, value string
		version, revision                  uint32
	}{
		{"2026", "identity", "other", "A01.06", `"Inès"`, 1, 1},
		{"2026", "choices", "coded", "A15.01", `null`, 3, 7},
		{"2026-demo", "health", "", "A07.03", `true`, 1, 256},
		{"c", "file", "", "A08.01", strings.Repeat("é", 90), 2, 4294967295},
	} {
		v := vector{
			Campaign: c.campaign, Class: c.class, Fate: c.fate, Item: c.item, Version: c.version, Revision: c.revision,
			Unit: UnitID{byte(i), 1, 2, 3}, Record: RecordID{byte(i), 9}, RoutingScope: "formation-7",
			Person: hex.EncodeToString(bytes.Repeat([]byte{byte(0x10 + i)}, 32)), Branch: hex.EncodeToString(bytes.Repeat([]byte{byte(0x80 + i)}, 32)),
		}
		person, branch := must(SecretFrom(unhex(v.Person))), must(SecretFrom(unhex(v.Branch)))
		row := must(Join(person, branch, v.Campaign, v.Unit, v.Class, v.Fate, v.Version).Row(v.Record))
		key := must(row.expand("row", 48))
		tag := must(newRoutingKey(branch, v.Campaign)).Tag("programme", v.RoutingScope, v.Unit)
		own := person.Commitment(personContext(v.Campaign, v.Unit))
		v.Key, v.Commitment = hex.EncodeToString(key[:32]), hex.EncodeToString(key[32:])
		v.AssociatedData = hex.EncodeToString(*row.aad(v.Item, v.Revision))
		padded := must(Pad(nil, []byte(c.value), Padding{}))
		v.Padded, v.Cell = hex.EncodeToString(padded), hex.EncodeToString(row.Seal(nil, v.Item, v.Revision, padded))
		v.PersonContext, v.PersonCommitment = hex.EncodeToString(personContext(v.Campaign, v.Unit)), hex.EncodeToString(own[:])
		v.RoutingTag = hex.EncodeToString(tag[:])
		vectors = append(vectors, v)
	}
	text := must(json.MarshalIndent(vectors, "", "  "))
	if err := os.WriteFile(golden, append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A place is where a cell stands, and what it is sealed under.
type place struct {
	campaign, class, fate, item string
	unit                        UnitID
	record                      RecordID
	version, revision           uint32
}

// Few values of each, so that neighbours are common: same record of another unit,
// names that differ by where they are cut.
func places(t *rapid.T, label string) place {
	word := rapid.SampledFrom([]string{"", "a", "ab", "b", "bc", "abc", "A01.06", "A01.0", "6", "health", "coded"})
	return place{
		campaign: word.Draw(t, label+" campaign"), class: word.Draw(t, label+" class"), fate: word.Draw(t, label+" fate"), item: word.Draw(t, label+" item"),
		unit: UnitID{rapid.ByteMax(2).Draw(t, label+" unit")}, record: RecordID{rapid.ByteMax(2).Draw(t, label+" record")},
		version: rapid.Uint32Range(1, 3).Draw(t, label+" version"), revision: rapid.Uint32Range(1, 3).Draw(t, label+" revision"),
	}
}

func (p place) row(t interface{ Fatal(...any) }, person, branch *Secret) *Row {
	row, err := Join(person, branch, p.campaign, p.unit, p.class, p.fate, p.version).Row(p.record)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// atRevision is the cell with the revision of its header rewritten: somebody who
// writes to the database can do that.
func atRevision(cell []byte, revision uint32) []byte {
	c := slices.Clone(cell)
	c[1], c[2], c[3], c[4] = byte(revision>>24), byte(revision>>16), byte(revision>>8), byte(revision)
	return c
}

func TestTwoCellsExchangedNeverOpen(t *testing.T) {
	// The same two secrets everywhere: what keeps the cells apart is their place,
	// not a key that happens to differ.
	person, branch := secretOf(t, 1), secretOf(t, 2)
	rapid.Check(t, func(t *rapid.T) {
		a, b := places(t, "a"), places(t, "b")
		value := []byte("valeur")
		rowA, rowB := a.row(t, person, branch), b.row(t, person, branch)
		cell := rowA.Seal(nil, a.item, a.revision, value)
		if got, err := rowA.Open(nil, a.item, cell); err != nil || !bytes.Equal(got, value) {
			t.Fatalf("at its own place it opened to %q, error %v", got, err)
		}
		moved := atRevision(cell, b.revision)
		got, err := rowB.Open(nil, b.item, moved)
		if a == b {
			if err != nil {
				t.Fatalf("%+v: its own place refuses it: %v", a, err)
			}
			return
		}
		if !errors.Is(err, ErrOpen) || got != nil {
			t.Fatalf("the cell of %+v opened at %+v: %q, error %v", a, b, got, err)
		}
		// Commitments part rows, and nothing below rows.
		below := a
		below.item, below.revision = b.item, b.revision
		if (rowA.Commitment() == rowB.Commitment()) != (below == b) {
			t.Fatalf("commitments of %+v and %+v: equal %v", a, b, rowA.Commitment() == rowB.Commitment())
		}
	})
}

func TestEachPartOfAPlaceAloneKeepsACellFromOpening(t *testing.T) {
	person, branch := secretOf(t, 1), secretOf(t, 2)
	home := place{"2026", "choices", "coded", "A15.01", UnitID{1}, RecordID{1}, 1, 1}
	cell := home.row(t, person, branch).Seal(nil, home.item, home.revision, []byte("valeur"))
	for name, move := range map[string]func(*place){
		"campaign": func(p *place) { p.campaign = "2027" }, "class": func(p *place) { p.class = "file" },
		"fate": func(p *place) { p.fate = "other" }, "item": func(p *place) { p.item = "A15.02" },
		"unit": func(p *place) { p.unit = UnitID{2} }, "record": func(p *place) { p.record = RecordID{2} },
		"version": func(p *place) { p.version = 2 }, "revision": func(p *place) { p.revision = 2 },
	} {
		there := home
		move(&there)
		if _, err := there.row(t, person, branch).Open(nil, there.item, atRevision(cell, there.revision)); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: %v, want ErrOpen", name, err)
		}
	}
	for name, secrets := range map[string][2]*Secret{
		"another person": {secretOf(t, 3), branch}, "another branch": {person, secretOf(t, 3)}, "the two locks exchanged": {branch, person},
	} {
		if _, err := home.row(t, secrets[0], secrets[1]).Open(nil, home.item, cell); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: %v, want ErrOpen", name, err)
		}
	}
}

func TestARowIsRefusedBeforeUseWhenItsHeaderCommitsToAnotherKey(t *testing.T) {
	half := Join(secretOf(t, 1), secretOf(t, 2), "2026", UnitID{1}, "file", "", 1)
	row := must(half.Row(RecordID{1}))
	header := row.Commitment()
	if _, err := half.RowOf(RecordID{1}, header[:]); err != nil {
		t.Errorf("its own header: %v", err)
	}
	for i := range header {
		altered := header
		altered[i] ^= 1
		if _, err := half.RowOf(RecordID{1}, altered[:]); !errors.Is(err, ErrOpen) {
			t.Errorf("byte %d altered: %v, want ErrOpen", i, err)
		}
	}
	for _, short := range [][]byte{nil, header[:15], append(header[:], 0)} {
		if _, err := half.RowOf(RecordID{1}, short); !errors.Is(err, ErrOpen) {
			t.Errorf("a header of %d bytes: %v, want ErrOpen", len(short), err)
		}
	}
}

func TestACellIsFormatRevisionNonceCiphertextAndTag(t *testing.T) {
	row := must(Join(secretOf(t, 1), secretOf(t, 2), "2026", UnitID{1}, "file", "", 1).Row(RecordID{1}))
	value := bytes.Repeat([]byte("x"), 16)
	cell := row.Seal([]byte("before"), "A08.01", 0x01020304, value)
	if !bytes.HasPrefix(cell, []byte("before\x01\x01\x02\x03\x04")) || len(cell) != len("before")+len(value)+CellOverhead {
		t.Errorf("a cell of %d bytes begins with %x", len(cell), cell[:11])
	}
	cell = cell[len("before"):]
	if r, err := Revision(cell); err != nil || r != 0x01020304 {
		t.Errorf("revision %d, error %v", r, err)
	}
	if again := row.Seal(nil, "A08.01", 0x01020304, value); bytes.Equal(again, cell) {
		t.Error("the same value was sealed twice to the same bytes")
	}
	dst := []byte("before")
	if got, err := row.Open(dst, "A08.01", cell); err != nil || string(got) != "before"+string(value) {
		t.Errorf("opened behind %q: %q, error %v", dst, got, err)
	}
	for i := range cell {
		altered := slices.Clone(cell)
		altered[i] ^= 0x80
		if got, err := row.Open(dst, "A08.01", altered); !errors.Is(err, ErrOpen) || string(got) != "before" {
			t.Errorf("byte %d altered: %q, error %v", i, got, err)
		}
		if _, err := row.Open(nil, "A08.01", cell[:i]); !errors.Is(err, ErrOpen) {
			t.Errorf("cut after %d bytes: %v, want ErrOpen", i, err)
		}
	}
}

func TestWhatWasZeroedSealsAndOpensNothing(t *testing.T) {
	person, branch := secretOf(t, 1), secretOf(t, 2)
	half := Join(person, branch, "2026", UnitID{1}, "file", "", 1)
	row := must(half.Row(RecordID{1}))
	cell := row.Seal(nil, "A08.01", 1, []byte("valeur"))

	person.Zero()
	if person.b != [32]byte{} {
		t.Error("the bytes of a zeroed secret are still there")
	}
	if _, err := Join(person, branch, "2026", UnitID{1}, "file", "", 1).Row(RecordID{1}); err == nil {
		t.Error("a zeroed secret derived a row: its cells would be sealed under zeros")
	}
	half.Zero()
	if _, err := half.Row(RecordID{1}); err == nil {
		t.Error("a zeroed half derived a row")
	}
	if _, err := row.Open(nil, "A08.01", cell); err != nil {
		t.Errorf("a row derived before goes on: %v", err)
	}
	row.Zero()
	if row.prk != [32]byte{} {
		t.Error("the bytes of a zeroed row are still there")
	}
	if _, err := row.Open(nil, "A08.01", cell); !errors.Is(err, ErrOpen) {
		t.Errorf("a zeroed row: %v, want ErrOpen", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a zeroed row sealed")
		}
	}()
	row.Seal(nil, "A08.01", 1, []byte("valeur"))
}

func TestNothingSecretPrints(t *testing.T) {
	secret := secretOf(t, 0x41) // 32 times "A"
	half := Join(secret, secret, "2026", UnitID{1}, "file", "", 1)
	row := must(half.Row(RecordID{1}))
	routing := must(newRoutingKey(secret, "2026"))
	for _, v := range []any{secret, *secret, half, *half, row, *row, routing, *routing, UnitSecrets{person: secret}, map[string]any{"key": secret}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
			text := fmt.Sprintf(verb, v)
			if strings.Contains(text, "AAAA") || strings.Contains(text, "4141") || strings.Contains(text, "65 65") || strings.Contains(text, "2026") {
				t.Errorf("%s of a %T prints %q", verb, v, text)
			}
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("opening", "with", secret)
	if !strings.Contains(log.String(), "with=secret") {
		t.Errorf("a log says %q", log.String())
	}
	if text, err := json.Marshal(secret); err == nil {
		t.Errorf("a secret was marshalled to %d bytes", len(text))
	}
}

func TestAnIdentifierHasOneSpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := UnitID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "unit"))
		text := u.String()
		if len(text) != 26 {
			t.Fatalf("%q has %d characters, want 26", text, len(text))
		}
		if got, err := ParseUnitID(text); err != nil || got != u {
			t.Fatalf("%q reads as %v, error %v", text, got, err)
		}
	})
	text := UnitID{1}.String()
	for _, bad := range []string{"", text[:25], text + "a", strings.ToUpper(text), text[:25] + "b", text[:25] + "\n", " " + text, text[:25] + "1"} {
		if got, err := ParseUnitID(bad); err == nil {
			t.Errorf("%q reads as %v", bad, got)
		}
	}
}

func FuzzCell(f *testing.F) {
	row := must(Join(secretOf(f, 1), secretOf(f, 2), "2026", UnitID{1}, "file", "", 1).Row(RecordID{1}))
	good := row.Seal(nil, "A08.01", 1, []byte("valeur"))
	for _, seed := range [][]byte{nil, {1}, good, good[:32], good[:33], atRevision(good, 2), append([]byte{2}, good[1:]...)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell []byte) {
		got, err := row.Open(nil, "A08.01", cell)
		switch {
		case err == nil && string(got) != "valeur": // the only value ever sealed here
			t.Errorf("%x opened to %q", cell, got)
		case err != nil && !errors.Is(err, ErrOpen):
			t.Errorf("%x: %v, want ErrOpen", cell, err)
		}
		if _, err := Revision(cell); err != nil && !errors.Is(err, ErrOpen) {
			t.Errorf("%x: %v, want ErrOpen", cell, err)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func unhex(s string) []byte { return must(hex.DecodeString(s)) }
