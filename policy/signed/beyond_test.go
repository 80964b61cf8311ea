package signed_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/proof"
	"sceau/policy/signed"
	"sceau/policy/signed/signedtest"
)

// beyondTheCeiling gives teachers the grants that a household has: the ceiling closes it.
var beyondTheCeiling = policy.Row{Recipient: "R3b", Purpose: "P1", Action: policy.Read, Phase: "PH3", Relation: "own_class", Item: "A02.01",
	Form: catalogue.FormClear, Derive: "as-is", Article: "Art. 3 3° b", SheetRow: "S-R3b-01"}

// planted puts a publication into the store as whoever has its password does.
func planted(t *testing.T, store *signedtest.Memory, tb *policy.Table, say func(*signed.Statement)) signed.Publication {
	t.Helper()
	d := draft(t)
	s := signed.Statement{Table: tb.Hash(), Rows: tb.Len(), Ceiling: d.From.Ceiling, Annex: d.From.Annex, Sheets: d.From.Sheets, Rules: d.From.Rules,
		Limits: tb.Limits().Hash(), Replaces: table(t).Hash(), Dated: noon, Author: "legal-office"}
	say(&s)
	var rows, limits bytes.Buffer
	if err := errors.Join(tb.WriteCSV(&rows), tb.Limits().WriteCSV(&limits)); err != nil {
		t.Fatal(err)
	}
	p := signed.Publication{ID: signed.StatementID(s.Text()), Text: s.Text()}
	if err := store.Add(t.Context(), p, signed.Enclosed{Table: rows.Bytes(), Limits: limits.Bytes(), Sources: d.From.Bundle}); err != nil {
		t.Fatal(err)
	}
	return p
}

// Two people who sign far from the platform believe the statement. What it says is counted
// all the same, by the verb that adds the line and by what starts on the table, in
// whichever way the lines came there.
func TestAStatementIsCountedHoweverManySignedIt(t *testing.T) {
	for _, planting := range []string{"none", "the first", "both"} {
		t.Run(planting+" by hand", func(t *testing.T) {
			store, p := &signedtest.Memory{}, signers(t, "dpo", "controller")
			one := propose(t, store, p, table(t), "thibault")
			sign(t, store, p, one.ID, "dpo", "controller")
			wide := compiled(t, append(slices.Clone(table(t).Rows()), beyondTheCeiling))
			lie := planted(t, store, wide, func(s *signed.Statement) { s.Narrows = 2 })
			for i, name := range []string{"dpo", "controller"} {
				sig, err := signed.SignStatement(lie.Text, p.key[name])
				if err != nil {
					t.Fatal(err)
				}
				if planting == "both" || planting == "the first" && i == 0 {
					if err := store.Sign(t.Context(), lie.ID, sig); err != nil {
						t.Fatal(err)
					}
				} else if _, _, err := signed.AddSignature(t.Context(), store, table(t).Vocabulary(), p.trust, lie.ID, sig); !errors.Is(err, signed.ErrAltered) {
					t.Errorf("%s signs a statement that lies: %v", name, err)
				}
				if hash, _ := inForce(t, store, p.trust); hash == wide.Hash() {
					t.Errorf("it is in force once %s signed", name)
				}
			}
		})
	}
}

// What people sign was proved when it was published. What was put there otherwise is
// proved before it is signed, and again where it decides.
func TestATableBeyondTheDecreeIsNotSignedAndDecidesNothing(t *testing.T) {
	named := slices.Clone(table(t).Rows())
	for i, r := range named {
		if r.Recipient == "R4b-enr" && r.Form == catalogue.FormClear && r.Action == policy.Read && r.Item == "A01.06" {
			named[i].Form = catalogue.FormPseudonymised // a name under a file number, which counts as less
		}
	}
	for name, rows := range map[string][]policy.Row{
		"an item that the ceiling closes": append(slices.Clone(table(t).Rows()), beyondTheCeiling),
		"a name under a file number":      named,
	} {
		t.Run(name, func(t *testing.T) {
			store, p := &signedtest.Memory{}, signers(t, "dpo", "controller")
			unproved := p.trust
			p.trust.Proves = func(tb *policy.Table) error {
				x, err := proof.Check(tb.Rows(), catalogue.Decree())
				if err == nil && len(x) > 0 {
					err = errors.New(x[0].Sentence)
				}
				return err
			}
			one := propose(t, store, p, table(t), "thibault")
			sign(t, store, p, one.ID, "dpo", "controller")
			beyond := compiled(t, rows)
			two := propose(t, store, p, beyond, "thibault")
			sig, err := signed.SignStatement(two.Text, p.key["dpo"])
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := signed.AddSignature(t.Context(), store, table(t).Vocabulary(), p.trust, two.ID, sig); !errors.Is(err, signed.ErrBeyond) {
				t.Errorf("signing it: %v", err)
			}
			for _, name := range []string{"dpo", "controller"} {
				sig, err := signed.SignStatement(two.Text, p.key[name])
				if err != nil {
					t.Fatal(err)
				}
				if err := store.Sign(t.Context(), two.ID, sig); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrBeyond) {
				t.Errorf("starting on it: %v", err)
			}
			// The control: without the proof it would decide.
			if hash, err := inForce(t, store, unproved); err != nil || hash != beyond.Hash() {
				t.Errorf("without a proof: %s, %v", hash, err)
			}
		})
	}
}

// What nobody signed stops nobody, whatever it says: whoever may propose would otherwise
// close every service with a line.
func TestWhatNobodySignedStopsNobody(t *testing.T) {
	store, p := &signedtest.Memory{}, signers(t, "dpo", "controller")
	one := propose(t, store, p, table(t), "thibault")
	sign(t, store, p, one.ID, "dpo", "controller")
	for _, text := range []string{"x", "", strings.Replace(one.Text, "author: thibault", "author: th\x1b[2Jibault", 1)} {
		for _, id := range []string{signed.StatementID(text), "x" + text} {
			if err := store.Add(t.Context(), signed.Publication{ID: id, Text: text}, signed.Enclosed{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if hash, err := inForce(t, store, p.trust); err != nil || hash != table(t).Hash() {
		t.Errorf("in force: %s, %v", hash, err)
	}
	if _, waits, err := signed.Waiting(t.Context(), store, p.trust); waits || err != nil {
		t.Errorf("waiting: %v, %v", waits, err)
	}
	// And work goes on: another table is proposed and signed.
	less := compiled(t, slices.DeleteFunc(slices.Clone(table(t).Rows()), func(r policy.Row) bool { return r.Recipient == "R5" }))
	two := propose(t, store, p, less, "thibault")
	sign(t, store, p, two.ID, "dpo")
	if hash, err := inForce(t, store, p.trust); err != nil || hash != less.Hash() {
		t.Errorf("in force: %s, %v", hash, err)
	}
	// A line under it that claims to be a signer's is another matter: somebody tampers.
	forged := signed.Publication{ID: signed.StatementID("y"), Text: "y"}
	sig, err := signed.SignStatement(one.Text, p.key["dpo"])
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(store.Add(t.Context(), forged, signed.Enclosed{}), store.Sign(t.Context(), forged.ID, sig)); err != nil {
		t.Fatal(err)
	}
	if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrAltered) {
		t.Errorf("a statement that was signed and is none: %v", err)
	}
}

// A right that its limits close is closed; so is a promise that the platform keeps by
// opening what it needs. One person does neither alone.
func TestARightIsTouchedByItsLimitsAndByWhatThePlatformOpens(t *testing.T) {
	lower := func(who ...catalogue.RecipientID) *policy.Table {
		l := policy.Limits{}
		for r, x := range table(t).Limits() {
			if l[r] = x; slices.Contains(who, r) {
				l[r] = policy.Limit{}
			}
		}
		return table(t).Under(l)
	}
	without := func(item catalogue.ItemID, r catalogue.RecipientID) *policy.Table {
		return compiled(t, slices.DeleteFunc(slices.Clone(table(t).Rows()), func(row policy.Row) bool { return row.Recipient == r && row.Item == item }))
	}
	for _, tt := range []struct {
		name  string
		table *policy.Table
		takes bool
	}{
		{"a candidate reads no file", lower("S1"), true},
		{"nobody answers a request of a right", lower("R1a-leg"), true},
		{"a jury reads no file", lower("R4b-exam"), false},
		{"the gate does not know a name", without("A01.06", "SYS-gate"), true},
		{"the projection does not read grants", without("A02.06", "SYS-project"), true},
		{"a jury does not read a series", without("A12.03", "R4b-exam"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := policy.Compare(table(t), tt.table)
			if c.Widens() != 0 || c.Narrows() == 0 {
				t.Fatalf("it widens %d and narrows %d", c.Widens(), c.Narrows())
			}
			if (c.Takes() > 0) != tt.takes || (signed.Trust{}).Needs(c) != map[bool]int{false: 1, true: 2}[tt.takes] {
				t.Errorf("it takes %d from rights, and %d signatures", c.Takes(), (signed.Trust{}).Needs(c))
			}
		})
	}
}
