package signed_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"sceau/policy"
	"sceau/policy/signed"
	"sceau/policy/signed/signedtest"
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
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo", "aicha")
	first := propose(t, store, p, table(t), "thibault")
	sign(t, store, p, first.ID, "ines", "malo")

	less := propose(t, store, p, narrower(t), "thibault")
	if s, err := less.Statement(); err != nil || s.Widens != 0 || s.Narrows == 0 {
		t.Fatalf("it says that it widens %d and narrows %d, %v", s.Widens, s.Narrows, err)
	}
	if _, lacks, err := signedtest.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, less.ID, p.key["aicha"]); lacks != 0 || err != nil {
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
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo")
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
		if _, lacks, err := signedtest.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, pub.ID, p.key["malo"]); lacks != tt.lack || err != nil {
			t.Errorf("%s: %d signatures lack, %v", tt.name, lacks, err)
		}
	}
	tb, _, err := signed.InForce(t.Context(), store, table(t).Vocabulary(), p.trust)
	if err != nil || tb.Limit("R5").Day != 100 {
		t.Errorf("a day is %d, %v", tb.Limit("R5").Day, err)
	}
}

// forged is a statement that counts its change as its author likes.
func forged(t *testing.T, store *signedtest.Memory, p people, tb *policy.Table, change func(*signed.Statement)) signed.Publication {
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
	lie := signed.Publication{ID: signed.StatementID(s.Text()), Text: s.Text()}
	if err := store.Add(t.Context(), lie, e); err != nil {
		t.Fatal(err)
	}
	return lie
}

// signedAside writes a signature into the store, past every check.
func signedAside(t *testing.T, store *signedtest.Memory, p people, pub signed.Publication, by string) {
	t.Helper()
	msg, err := note.Sign(&note.Note{Text: pub.Text}, p.key[by])
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Sign(t.Context(), pub.ID, signed.Signature{Signer: by, Line: strings.TrimPrefix(string(msg), pub.Text+"\n")}); err != nil {
		t.Fatal(err)
	}
}

func TestAWideningThatSaysItIsNoneIsRefused(t *testing.T) {
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo")
	sign(t, store, p, propose(t, store, p, table(t), "thibault").ID, "ines", "malo")
	lie := forged(t, store, p, other(t), func(s *signed.Statement) { s.Widens = 0 })
	if _, _, err := signedtest.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, lie.ID, p.key["ines"]); !errors.Is(err, signed.ErrAltered) {
		t.Errorf("it was signed: %v", err)
	}
	signedAside(t, store, p, lie, "ines")
	if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrAltered) || !strings.Contains(err.Error(), "it says that it widens 0") {
		t.Errorf("one person widened the table: %v", err)
	}

	// Nor in two steps, the second of which is what it says.
	honest := forged(t, store, p, other(t), func(s *signed.Statement) {
		s.Widens, s.Narrows, s.Replaces, s.Limits = 0, 0, other(t).Hash(), table(t).Limits().Hash()
	})
	signedAside(t, store, p, honest, "ines")
	if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrAltered) {
		t.Errorf("one person widened the table in two steps: %v", err)
	}
}

// Nothing is in force, and one person says that a whole table adds nothing.
func TestAFirstTableTakesTwoWhateverItSays(t *testing.T) {
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo")
	lie := forged(t, store, p, table(t), func(s *signed.Statement) { s.Widens = 0 })
	signedAside(t, store, p, lie, "ines")
	if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrAltered) {
		t.Errorf("it started: %v", err)
	}
}

// A statement of before changes were counted takes two, as it did then.
func TestAStatementThatCountsNothingTakesTwo(t *testing.T) {
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo")
	old := forged(t, store, p, table(t), func(s *signed.Statement) { s.Limits, s.Widens, s.Narrows = "", 0, 0 })
	if strings.Contains(old.Text, "widens") {
		t.Fatal("it counts")
	}
	signedAside(t, store, p, old, "ines")
	if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrUnsigned) {
		t.Errorf("one was enough: %v", err)
	}
	signedAside(t, store, p, old, "malo")
	tb, _, err := signed.InForce(t.Context(), store, table(t).Vocabulary(), p.trust)
	if err != nil || tb.Limit("R5").Request == 0 {
		t.Errorf("it does not start any more, or answers nothing: %v", err)
	}
}

// To take away the person's own reading, or what a registered request opens, is no
// minimisation: two people, like a widening.
func TestWhatTakesFromARightTakesTwo(t *testing.T) {
	for name, goes := range map[string]func(policy.Row) bool{
		"the person's own reading": func(r policy.Row) bool { return r.Recipient == "S1" && r.Item == "A01.08" },
		"a registered request":     func(r policy.Row) bool { return r.Recipient == "R1a-leg" && r.Relation == "open_request" },
	} {
		store, p := &signedtest.Memory{}, signers(t, "ines", "malo")
		sign(t, store, p, propose(t, store, p, table(t), "thibault").ID, "ines", "malo")
		less := propose(t, store, p, compiled(t, slices.DeleteFunc(slices.Clone(table(t).Rows()), goes)), "thibault")
		if s, _ := less.Statement(); s.Widens != 0 || s.Rights == 0 || s.Rights != s.Narrows {
			t.Errorf("%s: it says that it widens %d, and takes %d from rights", name, s.Widens, s.Rights)
		}
		if _, lacks, err := signedtest.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, less.ID, p.key["malo"]); lacks != 1 || err != nil {
			t.Errorf("%s: %d signatures lack, %v", name, lacks, err)
		}
		// Nor by a statement that does not count it.
		lie := forged(t, store, p, compiled(t, slices.DeleteFunc(slices.Clone(table(t).Rows()), goes)), func(s *signed.Statement) { s.Rights = 0 })
		signedAside(t, store, p, lie, "malo")
		if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrAltered) {
			t.Errorf("%s was taken by one: %v", name, err)
		}
	}
}

// A signer needs nothing but the text and the key; what comes back is looked at.
func TestASignatureMadeElsewhereIsAdded(t *testing.T) {
	store, p, stranger := &signedtest.Memory{}, signers(t, "ines", "malo"), signers(t, "ines", "zoe")
	pub := propose(t, store, p, table(t), "Malo ")
	if _, err := signed.SignStatement(pub.Text, p.key["malo"]); err == nil {
		t.Error("the author signed, under a name in other letters")
	}
	if _, err := signed.SignStatement(pub.Text+" ", p.key["ines"]); err == nil {
		t.Error("what is no statement was signed")
	}
	sig, err := signed.SignStatement(pub.Text, p.key["ines"])
	if err != nil {
		t.Fatal(err)
	}
	v := table(t).Vocabulary()
	for name, bad := range map[string]signed.Signature{
		"a stranger's":    must(signed.SignStatement(pub.Text, stranger.key["zoe"])),
		"a name's double": must(signed.SignStatement(pub.Text, stranger.key["ines"])),
		"an altered one":  {Signer: "ines", Line: strings.Replace(sig.Line, "=", "A", 1)},
		"nothing":         {},
		"two":             {Signer: "ines", Line: sig.Line + sig.Line},
	} {
		if _, _, err := signed.AddSignature(t.Context(), store, v, p.trust, pub.ID, bad); err == nil {
			t.Errorf("%s was added", name)
		}
	}
	// The name comes from the key, not from who brings the line.
	if got, lacks, err := signed.AddSignature(t.Context(), store, v, p.trust, pub.ID[:12], signed.Signature{Signer: "somebody", Line: sig.Line}); err != nil || lacks != 1 || got.Signatures[0].Signer != "ines" {
		t.Errorf("%d lack, %v", lacks, err)
	}
}

func must(s signed.Signature, err error) signed.Signature {
	if err != nil {
		panic(err)
	}
	return s
}

func TestWhereTwoTablesWaitASignerSaysWhichOne(t *testing.T) {
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo")
	sign(t, store, p, propose(t, store, p, table(t), "thibault").ID, "ines", "malo")
	propose(t, store, p, narrower(t), "thibault")
	propose(t, store, p, other(t), "thibault")
	if _, _, err := signed.Waiting(t.Context(), store, p.trust); !errors.Is(err, signed.ErrSeveral) {
		t.Errorf("one was chosen: %v", err)
	}
}
