package proof_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/proof"
)

// good are rows of the table, of different kinds.
var (
	marks   = policy.Row{Recipient: "R4b-exam", Purpose: "P1", Action: "read", Phase: "PH3", Relation: "applied_programme", Item: "A08.12", Form: catalogue.FormPseudonymised, Derive: "as-is", Article: "D. 612-1-13 I", SheetRow: "S-R4b-exam-01"}
	wish    = policy.Row{Recipient: "R4b-exam", Purpose: "P1", Action: "read", Phase: "PH3", Relation: "applied_programme", Item: "A15.X1", Form: catalogue.FormMasked, Derive: "own-couple", Article: "Art. 3 4°", SheetRow: "S-R4b-exam-07"}
	account = policy.Row{Recipient: "R1a-sup", Purpose: "P1", Action: "write", Phase: "PH3", Relation: "open_ticket", Guards: []catalogue.Guard{"caller_verified"}, Item: "A01.19", Form: catalogue.FormClear, Derive: "as-is", Article: "Art. 3 1° a", SheetRow: "S-R1a-sup-02"}
	income  = policy.Row{Recipient: "R1c", Purpose: "P3", Action: "read", Phase: "PH7", Relation: "national", Item: "A02.01", Form: catalogue.FormPseudonymised, Derive: "band", Article: "Art. 3 1° c", SheetRow: "S-R1c-06"}
	counted = policy.Row{Recipient: "R1b", Purpose: "P3", Action: "read", Phase: "PH7", Relation: "national", Item: "A08.03", Form: catalogue.FormAggregate, Derive: "count", Article: "Art. 1 al. 3", SheetRow: "S-R1b-01"}
)

func check(t *testing.T, rows ...policy.Row) []proof.Excess {
	t.Helper()
	excess, err := proof.Check(rows, catalogue.Decree())
	if err != nil {
		t.Fatal(err)
	}
	return excess
}

func TestWhatTheDecreeAllowsIsNoExcess(t *testing.T) {
	lower := []policy.Row{marks, wish, account, income, counted}
	// Lower than the ceiling is allowed too: a guard more, a form less.
	guarded := marks
	guarded.Guards = []catalogue.Guard{"assigned_case"}
	coarser := marks
	coarser.Derive = "band"
	readOnly := account
	readOnly.Action = "read"
	matched := account
	matched.Action, matched.Form, matched.Derive = "read", catalogue.FormMasked, "match"
	onlyCounted := income
	onlyCounted.Form, onlyCounted.Derive = catalogue.FormAggregate, "count"
	for _, x := range check(t, append(lower, guarded, coarser, readOnly, matched, onlyCounted)...) {
		t.Error(x.Sentence)
	}
}

// Each cell of a row that is right, changed for one that is not.
func TestEachCellOfARowIsHeldToTheDecree(t *testing.T) {
	for _, tt := range []struct {
		name   string
		row    policy.Row
		change func(*policy.Row)
		want   proof.Code
	}{
		{"recipient: a host", marks, func(r *policy.Row) { r.Recipient, r.SheetRow = "X1", "S-X1-01" }, proof.Closed},
		{"recipient: nobody", marks, func(r *policy.Row) { r.Recipient = "R99" }, proof.UnknownRecipient},
		{"purpose", marks, func(r *policy.Row) { r.Purpose = "P2" }, proof.WrongPurpose},
		{"action", wish, func(r *policy.Row) { r.Action = "write" }, proof.WrongAction},
		{"action: neither of the two", marks, func(r *policy.Row) { r.Action = "export" }, proof.WrongAction},
		{"phase", marks, func(r *policy.Row) { r.Phase = "PH8" }, proof.WrongPhase},
		{"relation", marks, func(r *policy.Row) { r.Relation = "national" }, proof.WrongRelation},
		{"guard", account, func(r *policy.Row) { r.Guards = nil }, proof.MissingGuard},
		{"guard: another", account, func(r *policy.Row) { r.Guards = []catalogue.Guard{"hold"} }, proof.MissingGuard},
		{"guard: twice", account, func(r *policy.Row) { r.Guards = []catalogue.Guard{"caller_verified", "caller_verified"} }, proof.Repeated},
		{"item: a name", marks, func(r *policy.Row) { r.Item = "A01.28" }, proof.Closed},
		{"item: off the annex", marks, func(r *policy.Row) { r.Item = "A99.01" }, proof.UnknownItem},
		{"item: denied", wish, func(r *policy.Row) { r.Item = "A15.12" }, proof.Denied},
		{"form", marks, func(r *policy.Row) { r.Form = catalogue.FormClear }, proof.HigherForm},
		{"form: of a count", counted, func(r *policy.Row) { r.Form, r.Derive = catalogue.FormPseudonymised, "coded" }, proof.HigherForm},
		{"form: none", marks, func(r *policy.Row) { r.Form = catalogue.FormNone }, proof.Incoherent},
		{"derive", income, func(r *policy.Row) { r.Derive = "as-is" }, proof.WrongDerive},
		{"derive: another coarse form", income, func(r *policy.Row) { r.Derive = "coded" }, proof.WrongDerive},
		{"derive: against the form", account, func(r *policy.Row) { r.Derive = "band" }, proof.Incoherent},
		{"derive: a name under a number", account, func(r *policy.Row) { r.Action, r.Form = "read", catalogue.FormPseudonymised }, proof.NamedPseudonym},
		{"article", marks, func(r *policy.Row) { r.Article = "" }, proof.Uncited},
		{"sheet row", marks, func(r *policy.Row) { r.SheetRow = "S-R4a-01" }, proof.Uncited},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if x := check(t, tt.row); len(x) != 0 {
				t.Fatalf("the row was wrong before: %s", x[0].Sentence)
			}
			row := tt.row
			tt.change(&row)
			x := check(t, row)
			if len(x) != 1 {
				t.Fatal("nobody noticed")
			}
			if x[0].Code != tt.want {
				t.Errorf("the code is %s, want %s: %s", x[0].Code, tt.want, x[0].Sentence)
			}
			for _, word := range []string{string(row.Recipient), string(row.Item), string(row.Phase), string(row.Relation)} {
				if !strings.Contains(x[0].Sentence, word) {
					t.Errorf("the sentence does not name %s: %s", word, x[0].Sentence)
				}
			}
		})
	}
}

func TestAnExcessReadsAsASentence(t *testing.T) {
	row := marks
	row.Form = catalogue.FormClear
	label, _ := catalogue.MustLoad().Item("A08.12")
	want := "R4b-exam (Membre de commission d'examen des vœux) lirait A08.12 (" + label.Label + ") en clair pour P1 en PH3 " +
		"par la relation applied_programme, selon S-R4b-exam-01 (D. 612-1-13 I) : le plafond l'accorde sous numéro de dossier, N0415 (D. 612-1-13 I; Art. 3 4°)."
	x := check(t, row)
	if got := x[0].Sentence; got != want {
		t.Errorf("it reads: %s", got)
	}
}

// A guard taken out of a row is one sentence, which names each item and each phase.
func TestExcessesThatSayTheSameAreOneSentence(t *testing.T) {
	var rows []policy.Row
	for _, item := range []catalogue.ItemID{"A08.12", "A08.14"} {
		for _, ph := range []catalogue.Phase{"PH3", "PH4"} {
			row := marks
			row.Item, row.Phase, row.Form = item, ph, catalogue.FormClear
			rows = append(rows, row)
		}
	}
	said := proof.Sentences(check(t, rows...))
	if len(said) != 1 || said[0].Rows != 4 {
		t.Fatalf("%d sentences: %+v", len(said), said)
	}
	for _, word := range []string{"A08.12", "A08.14", "en PH3, PH4", "N0415"} {
		if !strings.Contains(said[0].Sentence, word) {
			t.Errorf("it does not say %s: %s", word, said[0].Sentence)
		}
	}
}

func TestWhatATableLeavesOutIsListed(t *testing.T) {
	gaps, err := proof.Missing(nil, catalogue.Decree())
	if err != nil {
		t.Fatal(err)
	}
	granted := 0
	for _, row := range catalogue.MustLoad().Ceiling() {
		if row.Grants() {
			granted++
		}
	}
	rows := map[string]bool{}
	for _, g := range gaps {
		rows[g.CeilingRow] = true
	}
	if len(rows) != granted {
		t.Errorf("an empty table leaves out %d rows of the ceiling, and the ceiling grants by %d", len(rows), granted)
	}
}

// A ceiling that cannot be read allows nothing, and the proof says so instead
// of passing.
func TestABrokenDecreeIsNoProof(t *testing.T) {
	for name, change := range map[string]func(fstest.MapFS){
		"no ceiling":       func(f fstest.MapFS) { delete(f, "need-to-know.csv") },
		"no annex":         func(f fstest.MapFS) { delete(f, "annex.csv") },
		"a truncated line": func(f fstest.MapFS) { f["need-to-know.csv"].Data = append(f["need-to-know.csv"].Data, "N9999,R5"...) },
		"an unknown class": func(f fstest.MapFS) {
			f["need-to-know.csv"].Data = append(f["need-to-know.csv"].Data, "N9999,R5,wealth,,P2,read,x,x,own_call,PH3,,as-is,,x,x,x\n"...)
		},
		"an item not there": func(f fstest.MapFS) {
			f["need-to-know.csv"].Data = append(f["need-to-know.csv"].Data, "N9999,R5,identity,A99.01,P2,read,x,x,own_call,PH3,,as-is,,x,x,x\n"...)
		},
	} {
		files := fstest.MapFS{}
		for _, n := range []string{"annex.csv", "recipients.csv", "need-to-know.csv"} {
			raw, err := fs.ReadFile(catalogue.Decree(), n)
			if err != nil {
				t.Fatal(err)
			}
			files[n] = &fstest.MapFile{Data: raw}
		}
		change(files)
		if _, err := proof.Check([]policy.Row{marks}, files); err == nil {
			t.Errorf("%s: the proof passed", name)
		}
	}
}

// Two readings are worth two only while neither leans on the other.
func TestTheCheckerSharesNothingWithWhatMakesTheTable(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) < 3 {
		t.Fatalf("the checker's files are %v, %v", names, err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			path := strings.Trim(i.Path.Value, `"`)
			if strings.Contains(path, "open-policy-agent") || strings.HasPrefix(path, "sceau/policy/") {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}
