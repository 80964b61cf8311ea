package audit

import (
	"encoding/json"
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"sceau/catalogue"
	"sceau/crypto"
)

func FuzzDay(f *testing.F) {
	for _, text := range []string{"2026-04-02", "1970-01-01", "0000-01-01", "9999-12-31", "2026-02-30", "2026-4-2", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDay(text)
		if err == nil && (d.String() != text || DayOf(d.Start()) != d) {
			t.Errorf("%q is taken for %s", text, d)
		}
		var again Day
		if other := again.UnmarshalText([]byte(text)); (other == nil) != (err == nil) || other == nil && again != d {
			t.Errorf("as a text it reads otherwise: %v, %v", err, other)
		}
	})
}

func FuzzNames(f *testing.F) {
	f.Add("00112233445566778899aabbccddeeff")
	f.Add("00112233445566778899AABBCCDDEEFF")
	f.Add("0011")
	f.Add("zz112233445566778899aabbccddeeff")
	f.Fuzz(func(t *testing.T, text string) {
		var tag, again Tag
		var set FieldSetID
		err := tag.UnmarshalText([]byte(text))
		if other := set.UnmarshalText([]byte(text)); (other == nil) != (err == nil) || err == nil && [16]byte(set) != [16]byte(tag) {
			t.Errorf("a tag and a set read otherwise: %v, %v", err, other)
		}
		if err != nil {
			return
		}
		b, _ := tag.MarshalText()
		if err := again.UnmarshalText(b); err != nil || again != tag {
			t.Errorf("%q reads as another: %v", text, err)
		}
	})
}

// Whatever lies in the place of a sealed cell, it opens to what was sealed or to
// nothing.
func FuzzSealedRest(f *testing.F) {
	k := fixed(f, "2026-04-02")
	e := &Event{Recipient: "R5", Action: "read", Decision: Granted, Agent: "mission-0007", Candidate: "c", Request: "r", Detail: []byte("d"), Subject: []byte("f")}
	row := k.row(e, NewFieldSet([]catalogue.ItemID{"A01.06"}).ID, 3, k.day.Start())
	f.Add(row.SealedRest, int64(3))
	f.Add(row.SealedRest, int64(4))
	f.Add(row.SealedAgent, int64(3))
	f.Add([]byte{}, int64(3))
	if candidate, _, _, err := k.openRest(row); err != nil || candidate != "c" {
		f.Fatalf("in its own place: %q, %v", candidate, err)
	}
	f.Fuzz(func(t *testing.T, sealed []byte, seq int64) {
		forged := *row
		forged.SealedRest, forged.SealedAgent, forged.Seq = sealed, sealed, seq
		// What opens at all is what was sealed at that place: nothing else ever was.
		candidate, request, detail, err := k.openRest(&forged)
		if err == nil && (seq != 3 || candidate != "c" || request != "r" || string(detail) != "d") || err != nil && !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("at %d it opened to %q, %q, %q: %v", seq, candidate, request, detail, err)
		}
		agent, err := k.openAgent(&forged)
		if err == nil && (seq != 3 || agent != "mission-0007") || err != nil && !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("at %d the agent opened to %q: %v", seq, agent, err)
		}
	})
}

// A proof comes from outside, as a file: whatever it says, nobody signed it.
func FuzzProof(f *testing.F) {
	k := fixed(f, "2026-04-02")
	row := k.row(&Event{Recipient: "R5", Action: "read", Decision: Granted}, FieldSetID{}, 0, k.day.Start())
	good, err := json.Marshal(Proof{Row: row, Salt: "00", Size: 1, Checkpoint: "sceau.test/2026-04-02\n1\nAAAA\n\n— sceau.test AAAA\n"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"row":{"day":"2026-04-02"},"size":-1}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var p Proof
		if json.Unmarshal(text, &p) != nil {
			return
		}
		if p.Check(noVerifiers{}) == nil || p.Check(note.VerifierList()) == nil {
			t.Error("a proof that nobody signed is good")
		}
	})
}

// Two rows that differ have two forms, or a leaf would vouch for both.
func FuzzCanonicalRow(f *testing.F) {
	f.Add("2026", "R5", "read", []byte("a"), []byte("b"), "202", "6R5", []byte("ab"), []byte(""))
	f.Fuzz(func(t *testing.T, c1, r1, a1 string, s1, q1 []byte, c2, r2 string, s2, q2 []byte) {
		x := Row{Campaign: c1, Recipient: r1, Action: a1, SealedAgent: s1, SealedRest: q1}
		y := Row{Campaign: c2, Recipient: r2, Action: a1, SealedAgent: s2, SealedRest: q2}
		same := c1 == c2 && r1 == r2 && string(s1) == string(s2) && string(q1) == string(q2)
		if got := string(x.canonical()) == string(y.canonical()); got != same {
			t.Error("two rows have one form, or one row has two")
		}
	})
}
