package policy_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/policytest"
)

// other is a table that takes from one recipient and gives to another.
func other(t testing.TB) *policy.Table {
	t.Helper()
	var rows []policy.Row
	for _, r := range table(t).Rows() {
		switch {
		case r.Recipient == "R5":
			continue
		case r.Recipient == "R4b-exam" && r.Item == "A08.07":
			r.Guards = nil // without the candidate's word
		}
		rows = append(rows, r)
	}
	return compiled(t, rows)
}

func TestWhatOnlyTakesAwayIsSignedByOne(t *testing.T) {
	store, p := &policytest.Memory{}, signers(t, "ines", "malo", "aicha")
	first := propose(t, store, p, table(t), "thibault")
	sign(t, store, p, first.ID, "ines", "malo")

	less := propose(t, store, p, narrower(t), "thibault")
	if s, err := less.Statement(); err != nil || s.Widens != 0 || s.Narrows == 0 {
		t.Fatalf("it says that it widens %d and narrows %d, %v", s.Widens, s.Narrows, err)
	}
	if _, lacks, err := policy.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, less.ID, p.key["aicha"]); lacks != 0 || err != nil {
		t.Fatalf("%d signatures lack, %v", lacks, err)
	}
	if hash, err := inForce(t, store, p.trust); err != nil || hash != narrower(t).Hash() {
		t.Errorf("in force: %s, %v", hash, err)
	}

	// The way back gives again what was taken: two people.
	back := propose(t, store, p, table(t), "thibault")
	sign(t, store, p, back.ID, "aicha")
	if hash, err := inForce(t, store, p.trust); err != nil || hash != narrower(t).Hash() {
		t.Errorf("one person gave it back: %s, %v", hash, err)
	}
	sign(t, store, p, back.ID, "ines")
	if hash, err := inForce(t, store, p.trust); err != nil || hash != table(t).Hash() {
		t.Errorf("in force: %s, %v", hash, err)
	}
}

func TestALimitRaisedTakesTwo(t *testing.T) {
	store, p := &policytest.Memory{}, signers(t, "ines", "malo")
	sign(t, store, p, propose(t, store, p, table(t), "thibault").ID, "ines", "malo")
	limits := maps.Clone(table(t).Limits())
	for _, tt := range []struct {
		name string
		day  int
		lack int
	}{{"lowered", 100, 0}, {"raised", 101, 1}} {
		l := limits["R5"]
		l.Day = tt.day
		limits["R5"] = l
		pub := propose(t, store, p, table(t).Under(maps.Clone(limits)), "thibault")
		if _, lacks, err := policy.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, pub.ID, p.key["malo"]); lacks != tt.lack || err != nil {
			t.Errorf("%s: %d signatures lack, %v", tt.name, lacks, err)
		}
	}
	tb, _, err := policy.InForce(t.Context(), store, table(t).Vocabulary(), p.trust)
	if err != nil || tb.Limit("R5").Day != 100 {
		t.Errorf("a day is %d, %v", tb.Limit("R5").Day, err)
	}
}

// forged is a statement that counts its change as its author likes.
func forged(t *testing.T, store *policytest.Memory, p people, tb *policy.Table, change func(*policy.Statement)) policy.Publication {
	t.Helper()
	pub := propose(t, store, p, tb, "thibault")
	e, err := store.Enclosed(t.Context(), pub.ID)
	if err != nil {
		t.Fatal(err)
	}
	s, err := pub.Statement()
	if err != nil {
		t.Fatal(err)
	}
	change(&s)
	lie := policy.Publication{ID: policy.StatementID(s.Text()), Text: s.Text()}
	if err := store.Add(t.Context(), lie, e); err != nil {
		t.Fatal(err)
	}
	return lie
}

// signedAside writes a signature into the store, past every check.
func signedAside(t *testing.T, store *policytest.Memory, p people, pub policy.Publication, by string) {
	t.Helper()
	msg, err := note.Sign(&note.Note{Text: pub.Text}, p.key[by])
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Sign(t.Context(), pub.ID, policy.Signature{Signer: by, Line: strings.TrimPrefix(string(msg), pub.Text+"\n")}); err != nil {
		t.Fatal(err)
	}
}

func TestAWideningThatSaysItIsNoneIsRefused(t *testing.T) {
	store, p := &policytest.Memory{}, signers(t, "ines", "malo")
	sign(t, store, p, propose(t, store, p, table(t), "thibault").ID, "ines", "malo")
	lie := forged(t, store, p, other(t), func(s *policy.Statement) { s.Widens = 0 })
	if _, _, err := policy.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, lie.ID, p.key["ines"]); !errors.Is(err, policy.ErrAltered) {
		t.Errorf("it was signed: %v", err)
	}
	signedAside(t, store, p, lie, "ines")
	if _, err := inForce(t, store, p.trust); !errors.Is(err, policy.ErrAltered) || !strings.Contains(err.Error(), "it says that it widens 0") {
		t.Errorf("one person widened the table: %v", err)
	}

	// Nor in two steps, the second of which is what it says.
	honest := forged(t, store, p, other(t), func(s *policy.Statement) {
		s.Widens, s.Narrows, s.Replaces, s.Limits = 0, 0, other(t).Hash(), table(t).Limits().Hash()
	})
	signedAside(t, store, p, honest, "ines")
	if _, err := inForce(t, store, p.trust); !errors.Is(err, policy.ErrAltered) {
		t.Errorf("one person widened the table in two steps: %v", err)
	}
}

// Nothing is in force, and one person says that a whole table adds nothing.
func TestAFirstTableTakesTwoWhateverItSays(t *testing.T) {
	store, p := &policytest.Memory{}, signers(t, "ines", "malo")
	lie := forged(t, store, p, table(t), func(s *policy.Statement) { s.Widens = 0 })
	signedAside(t, store, p, lie, "ines")
	if _, err := inForce(t, store, p.trust); !errors.Is(err, policy.ErrAltered) {
		t.Errorf("it started: %v", err)
	}
}

// A statement of before changes were counted takes two, as it did then.
func TestAStatementThatCountsNothingTakesTwo(t *testing.T) {
	store, p := &policytest.Memory{}, signers(t, "ines", "malo")
	old := forged(t, store, p, table(t), func(s *policy.Statement) { s.Limits, s.Widens, s.Narrows = "", 0, 0 })
	if strings.Contains(old.Text, "widens") {
		t.Fatal("it counts")
	}
	signedAside(t, store, p, old, "ines")
	if _, err := inForce(t, store, p.trust); !errors.Is(err, policy.ErrUnsigned) {
		t.Errorf("one was enough: %v", err)
	}
	signedAside(t, store, p, old, "malo")
	tb, _, err := policy.InForce(t.Context(), store, table(t).Vocabulary(), p.trust)
	if err != nil || tb.Limit("R5").Request == 0 {
		t.Errorf("it does not start any more, or answers nothing: %v", err)
	}
}

// What Compare calls no wider decides no wider: whatever holds, each form that the new
// table gives, the old one gave.
func TestWhatIsNotWiderGrantsNothingMore(t *testing.T) {
	// Two recipients stand for all: to compile everybody's rows a hundred times is slow.
	base := compiled(t, slices.DeleteFunc(slices.Clone(table(t).Rows()), func(r policy.Row) bool {
		return r.Recipient != "R4b-conv" && r.Recipient != "R3a"
	}))
	v, c := base.Vocabulary(), base.Vocabulary().Catalogue
	rapid.Check(t, func(t *rapid.T) {
		rows := slices.Clone(base.Rows())
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			i := rapid.IntRange(0, len(rows)-1).Draw(t, "row")
			r := rows[i]
			switch rapid.IntRange(0, 4).Draw(t, "kind") {
			case 0:
				rows = slices.Delete(rows, i, i+1)
				continue
			case 1:
				r.Guards = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(r.Guards), rapid.SampledFrom(c.Guards()).Draw(t, "guard").ID))))
			case 2:
				r.Guards = nil
			case 3:
				r.Phase = rapid.SampledFrom(c.Phases()).Draw(t, "phase").ID
			case 4:
				r.Form, r.Derive = catalogue.FormMasked, "yes-no"
			}
			rows = append(rows, r)
		}
		tb, err := policy.Compile(v, rows)
		if err != nil {
			t.Skip("the decree denies it outright")
		}
		change := policy.Compare(base, tb.Under(base.Limits()))
		for _, r := range rows {
			if same(change.Wider, r) {
				continue
			}
			// A row that is not wider: where it alone holds, the old table grants as much.
			q, err := base.Query(r.Recipient, r.Purpose, r.Phase, r.Action)
			if err != nil {
				t.Fatal(err)
			}
			q.Relations, _ = v.Relations(r.Relation)
			q.Guards, _ = v.Guards(r.Guards...)
			if g, ok := base.Decide(&q, c.ItemIndex(r.Item)); !ok || g.Form < r.Form {
				t.Fatalf("%s %s was granted %s, the new table grants %s", r.Recipient, r.Item, g.Form, r.Form)
			}
		}
		// And a wider one is: there, the old table granted less, or something else.
		for _, r := range change.Wider {
			q, _ := base.Query(r.Recipient, r.Purpose, r.Phase, r.Action)
			q.Relations, _ = v.Relations(r.Relation)
			q.Guards, _ = v.Guards(r.Guards...)
			if g, ok := base.Decide(&q, c.ItemIndex(r.Item)); ok && g.Form > r.Form && g.Derive == "as-is" {
				t.Fatalf("%s %s is called wider, and was granted as it is", r.Recipient, r.Item)
			}
		}
		if back := policy.Compare(tb.Under(base.Limits()), base); len(back.Wider) != len(change.Narrower) || len(back.Narrower) != len(change.Wider) {
			t.Fatalf("there it widens %d and narrows %d, back %d and %d", len(change.Wider), len(change.Narrower), len(back.Wider), len(back.Narrower))
		}
	})
}

func same(rows []policy.Row, r policy.Row) bool {
	return slices.ContainsFunc(rows, func(x policy.Row) bool {
		return x.Recipient == r.Recipient && x.Purpose == r.Purpose && x.Action == r.Action && x.Phase == r.Phase &&
			x.Relation == r.Relation && x.Item == r.Item && x.Flags() == r.Flags() && x.Form == r.Form && x.Derive == r.Derive
	})
}

// To take away the person's own reading, or what a registered request opens, is no
// minimisation: two people, like a widening.
func TestWhatTakesFromARightTakesTwo(t *testing.T) {
	for name, goes := range map[string]func(policy.Row) bool{
		"the person's own reading": func(r policy.Row) bool { return r.Recipient == "S1" && r.Item == "A01.08" },
		"a registered request":     func(r policy.Row) bool { return r.Recipient == "R1a-leg" && r.Relation == "open_request" },
	} {
		store, p := &policytest.Memory{}, signers(t, "ines", "malo")
		sign(t, store, p, propose(t, store, p, table(t), "thibault").ID, "ines", "malo")
		less := propose(t, store, p, compiled(t, slices.DeleteFunc(slices.Clone(table(t).Rows()), goes)), "thibault")
		if s, _ := less.Statement(); s.Widens != 0 || s.Rights == 0 || s.Rights != s.Narrows {
			t.Errorf("%s: it says that it widens %d, and takes %d from rights", name, s.Widens, s.Rights)
		}
		if _, lacks, err := policy.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, less.ID, p.key["malo"]); lacks != 1 || err != nil {
			t.Errorf("%s: %d signatures lack, %v", name, lacks, err)
		}
		// Nor by a statement that does not count it.
		lie := forged(t, store, p, compiled(t, slices.DeleteFunc(slices.Clone(table(t).Rows()), goes)), func(s *policy.Statement) { s.Rights = 0 })
		signedAside(t, store, p, lie, "malo")
		if _, err := inForce(t, store, p.trust); !errors.Is(err, policy.ErrAltered) {
			t.Errorf("%s was taken by one: %v", name, err)
		}
	}
}

// A row that grants the same by another article changes nothing that decides, and all
// that a person signs.
func TestAnotherCitationIsNamed(t *testing.T) {
	rows := slices.Clone(table(t).Rows())
	for i := range rows {
		if rows[i].SheetRow == "S-R3a-01" {
			rows[i].Article = "Art. 99"
		}
	}
	c := policy.Compare(table(t), compiled(t, rows))
	if c.Widens()+c.Narrows() > 0 || len(c.Restated) == 0 || c.Restated[0].After.Article != "Art. 99" {
		t.Errorf("it widens %d, narrows %d and restates %d", c.Widens(), c.Narrows(), len(c.Restated))
	}
}

// A signer needs nothing but the text and the key; what comes back is looked at.
func TestASignatureMadeElsewhereIsAdded(t *testing.T) {
	store, p, stranger := &policytest.Memory{}, signers(t, "ines", "malo"), signers(t, "ines", "zoe")
	pub := propose(t, store, p, table(t), "Malo ")
	if _, err := policy.SignStatement(pub.Text, p.key["malo"]); err == nil {
		t.Error("the author signed, under a name in other letters")
	}
	if _, err := policy.SignStatement(pub.Text+" ", p.key["ines"]); err == nil {
		t.Error("what is no statement was signed")
	}
	sig, err := policy.SignStatement(pub.Text, p.key["ines"])
	if err != nil {
		t.Fatal(err)
	}
	v := table(t).Vocabulary()
	for name, bad := range map[string]policy.Signature{
		"a stranger's":    must(policy.SignStatement(pub.Text, stranger.key["zoe"])),
		"a name's double": must(policy.SignStatement(pub.Text, stranger.key["ines"])),
		"an altered one":  {Signer: "ines", Line: strings.Replace(sig.Line, "=", "A", 1)},
		"nothing":         {},
		"two":             {Signer: "ines", Line: sig.Line + sig.Line},
	} {
		if _, _, err := policy.AddSignature(t.Context(), store, v, p.trust, pub.ID, bad); err == nil {
			t.Errorf("%s was added", name)
		}
	}
	// The name comes from the key, not from who brings the line.
	if got, lacks, err := policy.AddSignature(t.Context(), store, v, p.trust, pub.ID[:12], policy.Signature{Signer: "somebody", Line: sig.Line}); err != nil || lacks != 1 || got.Signatures[0].Signer != "ines" {
		t.Errorf("%d lack, %v", lacks, err)
	}
}

func must(s policy.Signature, err error) policy.Signature {
	if err != nil {
		panic(err)
	}
	return s
}

func TestWhereTwoTablesWaitASignerSaysWhichOne(t *testing.T) {
	store, p := &policytest.Memory{}, signers(t, "ines", "malo")
	sign(t, store, p, propose(t, store, p, table(t), "thibault").ID, "ines", "malo")
	propose(t, store, p, narrower(t), "thibault")
	propose(t, store, p, other(t), "thibault")
	if _, _, err := policy.Waiting(t.Context(), store, p.trust); !errors.Is(err, policy.ErrSeveral) {
		t.Errorf("one was chosen: %v", err)
	}
}
