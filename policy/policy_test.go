package policy_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/policytest"
	"sceau/policy/publish"
)

var update = flag.Bool("update", false, "rewrite the goldens")

func draft(t testing.TB) *publish.Draft { t.Helper(); return policytest.Draft(t) }

func table(t testing.TB) *policy.Table { return draft(t).Table }

func ask(t testing.TB, r catalogue.RecipientID, p catalogue.Purpose, ph catalogue.Phase, a policy.Action, rel catalogue.Relation, guards ...catalogue.Guard) policy.Query {
	t.Helper()
	q, err := table(t).Query(r, p, ph, a)
	if err != nil {
		t.Fatal(err)
	}
	v := table(t).Vocabulary()
	if q.Relations, err = v.Relations(rel); err != nil {
		t.Fatal(err)
	}
	if q.Guards, err = v.Guards(guards...); err != nil {
		t.Fatal(err)
	}
	return q
}

func item(id catalogue.ItemID) int { return catalogue.MustLoad().ItemIndex(id) }

func TestEachGrantHasANeighbourThatIsRefused(t *testing.T) {
	tb := table(t)
	for _, tt := range []struct {
		name  string
		query policy.Query
		item  catalogue.ItemID
		want  string // form and derive, or none
	}{
		{"a commission reads marks under a file number", ask(t, "R4b-exam", "P1", "PH3", policy.Read, "applied_programme"), "A08.12", "pseudonymised as-is"},
		{"and no name", ask(t, "R4b-exam", "P1", "PH3", policy.Read, "applied_programme"), "A01.06", "none"},
		{"nor marks of a wish on another programme", ask(t, "R4b-exam", "P1", "PH3", policy.Read, "other_programme"), "A08.12", "none"},
		{"nor marks once the examination is over", ask(t, "R4b-exam", "P1", "PH6", policy.Read, "applied_programme"), "A08.12", "none"},
		{"nor the scheme that the candidate did not want shown", ask(t, "R4b-exam", "P1", "PH3", policy.Read, "applied_programme"), "A08.07", "none"},
		{"but the scheme that the candidate wants shown", ask(t, "R4b-exam", "P1", "PH3", policy.Read, "applied_programme", "equal_opportunity_opt_in"), "A08.07", "pseudonymised as-is"},
		{"a commission writes its answer", ask(t, "R4b-exam", "P1", "PH4", policy.Write, "applied_programme"), "A16.07", "masked own-couple"},
		{"and not the candidate's wish", ask(t, "R4b-exam", "P1", "PH4", policy.Write, "applied_programme"), "A15.X1", "none"},
		{"summons needs a reason of D. 612-1-13", ask(t, "R4b-conv", "P1", "PH3", policy.Read, "applied_programme", "art13_exception"), "A01.06", "clear as-is"},
		{"and without it no name appears", ask(t, "R4b-conv", "P1", "PH3", policy.Read, "applied_programme"), "A01.06", "none"},
		{"support confirms a parent's name", ask(t, "R1a-sup", "P1", "PH3", policy.Read, "open_ticket"), "A01.22", "masked match"},
		{"and without a ticket nothing", ask(t, "R1a-sup", "P1", "PH3", policy.Read, "national"), "A01.22", "none"},
		{"a second approval opens a request", ask(t, "R1a-leg", "P1", "PH3", policy.Read, "open_request", "second_approval"), "A01.06", "clear as-is"},
		{"a request alone opens nothing", ask(t, "R1a-leg", "P1", "PH3", policy.Read, "open_request"), "A01.06", "none"},
		{"the archive opens to the person's request", ask(t, "S1", "P1", "PH8", policy.Read, "self", "art15_request"), "A01.06", "clear as-is"},
		{"and not to curiosity", ask(t, "S1", "P1", "PH8", policy.Read, "self"), "A01.06", "none"},
		{"the form goes to the commission it was sent to", ask(t, "R2g", "P1", "PH5", policy.Read, "caes_request", "form_produced", "health_ground"), "A07.03", "clear as-is"},
		{"and to no programme", ask(t, "R4a", "P1", "PH3", policy.Read, "applied_programme", "form_produced", "health_ground", "agreement_given"), "A07.03", "none"},
		{"the core sees one bit of a bursary", ask(t, "SYS-core", "P1", "PH4", policy.Read, "national"), "A02.06", "pseudonymised yes-no"},
		{"a host sees nothing", ask(t, "X1", "P1", "PH3", policy.Read, "national"), "A01.06", "none"},
		{"steering counts", ask(t, "R1a-pil", "P3", "PH7", policy.Read, "national"), "A08.03", "aggregate count"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := "none"
			if g, ok := tb.Decide(&tt.query, item(tt.item)); ok {
				got = fmt.Sprintf("%s %s", g.Form, g.Derive)
			}
			if got != tt.want {
				t.Errorf("%s is granted in form %s, want %s", tt.item, got, tt.want)
			}
		})
	}
}

// The item-level denials of the ceiling hold
// whatever else is held: a relation more can close.
func TestADenialHoldsWhateverElseIsHeld(t *testing.T) {
	tb := table(t)
	q := ask(t, "R4a", "P1", "PH3", policy.Read, "applied_programme")
	if _, ok := tb.Decide(&q, item("A15.X1")); !ok {
		t.Fatal("a programme does not see that it was asked for")
	}
	other, err := tb.Vocabulary().Relations("other_programme")
	if err != nil {
		t.Fatal(err)
	}
	q.Relations |= other
	if g, ok := tb.Decide(&q, item("A15.X1")); ok {
		t.Errorf("a wish on another programme is shown in form %s", g.Form)
	}
	if why := tb.Why(&q, item("A15.X1")); !strings.Contains(why.Article, "Art. 3 4°") {
		t.Errorf("the refusal cites %q", why.Article)
	}
}

// reference is the ceiling read row by row, less what the sheets leave out of it, with
// none of the table's machinery.
func reference(c *catalogue.Catalogue, r catalogue.RecipientID, p catalogue.Purpose, ph catalogue.Phase, a policy.Action,
	held []catalogue.Relation, guards []catalogue.Guard, it catalogue.Item) (catalogue.Form, catalogue.Derive) {
	form, derive := catalogue.FormNone, catalogue.Derive("")
	for _, row := range c.Ceiling() {
		inItems := slices.Contains(row.Items, it.ID)
		if row.Recipient != r || !slices.Contains(row.Phases, ph) || (row.Purpose != p && row.Purpose != catalogue.All) {
			continue
		}
		related := slices.ContainsFunc(row.Relations, func(w catalogue.Relation) bool { return slices.Contains(held, w) })
		if !row.Grants() {
			if inItems && (related || len(row.Relations) == 0) {
				return catalogue.FormNone, ""
			}
			continue
		}
		missing := slices.ContainsFunc(row.Guards, func(g catalogue.Guard) bool { return !slices.Contains(guards, g) })
		if !related || missing || (!inItems && (len(row.Items) > 0 || row.Class != it.Class)) || (a == policy.Write && row.Access != "write") {
			continue
		}
		if _, less := policytest.Below[row.Row+" "+string(it.ID)]; less && a == policy.Write {
			continue // the sheets chose to grant less
		}
		f := catalogue.FormMasked
		switch {
		case row.Access == "aggregate":
			f = catalogue.FormAggregate
		case row.Access == "pseudonymised":
			f = catalogue.FormPseudonymised
		case row.Derive == "as-is":
			f = catalogue.FormClear
		}
		if f > form || (f == form && row.Derive == "as-is") {
			form, derive = f, row.Derive
		}
	}
	return form, derive
}

// The lemma of the table: with any relations and any guards held, a decision is
// the best of the rows that hold, within the decree; and a fact less never
// grants more.
func TestWhateverHoldsADecisionStaysWithinTheDecree(t *testing.T) {
	c, tb := catalogue.MustLoad(), table(t)
	v := tb.Vocabulary()
	rapid.Check(t, func(t *rapid.T) {
		// Half of the questions start from a row that grants, because most
		// contexts grant nothing and would show nothing.
		row := tb.Row(rapid.IntRange(0, tb.Len()-1).Draw(t, "row"))
		if rapid.Bool().Draw(t, "anywhere") {
			row.Recipient = rapid.SampledFrom(c.Recipients()).Draw(t, "recipient").ID
			row.Purpose = rapid.SampledFrom(c.Purposes()).Draw(t, "purpose").ID
			row.Phase = rapid.SampledFrom(c.Phases()).Draw(t, "phase").ID
			row.Item = rapid.SampledFrom(c.Items()).Draw(t, "item").ID
		}
		q, err := tb.Query(row.Recipient, row.Purpose, row.Phase, row.Action)
		if err != nil {
			t.Fatal(err)
		}
		q.Relations = policy.RelationSet(rapid.Uint32Range(0, 1<<len(c.Relations())-1).Draw(t, "relations"))
		q.Guards = policy.GuardSet(rapid.Uint64Range(0, 1<<len(c.Guards())-1).Draw(t, "guards"))
		if rapid.Bool().Draw(t, "the row's own facts hold") {
			rel, _ := v.Relations(row.Relation)
			g, _ := v.Guards(row.Guards...)
			q.Relations, q.Guards = q.Relations|rel, q.Guards|g
		}
		i := c.ItemIndex(row.Item)
		g, ok := tb.Decide(&q, i)
		form, derive := reference(c, row.Recipient, row.Purpose, row.Phase, row.Action,
			v.RelationWords(q.Relations), v.GuardWords(q.Guards), c.Items()[i])
		if ok != (form != catalogue.FormNone) || g.Form != form || (form == catalogue.FormClear && g.Derive != derive) {
			t.Fatalf("%s %s %s %s: decided %s %s, the decree says %s %s", row.Recipient, row.Item, row.Phase, row.Action, g.Form, g.Derive, form, derive)
		}
		if ok {
			by := tb.Row(g.Row)
			rel, _ := v.Relations(by.Relation)
			guards, _ := v.Guards(by.Guards...)
			if !q.Relations.Has(rel) || !q.Guards.Has(guards) || by.Item != row.Item || by.Recipient != row.Recipient {
				t.Fatalf("decided by a row that does not hold: %+v", by)
			}
		} else if why := tb.Why(&q, i); why.Article == "" || why.Reason == "" {
			t.Fatalf("%s is refused to %s without an article or a reason: %+v", row.Item, row.Recipient, why)
		}
		fewer := q
		fewer.Guards &= policy.GuardSet(rapid.Uint64Range(0, 1<<len(c.Guards())-1).Draw(t, "guards that stay"))
		if less, _ := tb.Decide(&fewer, i); less.Form > g.Form {
			t.Fatalf("with fewer guards %s grew from %s to %s", row.Item, g.Form, less.Form)
		}
	})
}

func TestTheFactsWorthLookingUpAreAllThatADecisionReads(t *testing.T) {
	tb := table(t)
	relations, guards := tb.Needs("R4b-conv", "P1", "PH3")
	v := tb.Vocabulary()
	if got := v.RelationWords(relations); !slices.Equal(got, []catalogue.Relation{"applied_programme"}) {
		t.Errorf("relations: %v", got)
	}
	want, _ := v.Guards("art13_exception", "boarding_wish", "apprenticeship_wish", "adapted_test")
	if guards != want {
		t.Errorf("guards: %v", v.GuardWords(guards))
	}
	if relations, guards := tb.Needs("X1", "P1", "PH3"); relations != 0 || guards != 0 {
		t.Error("facts would be looked up for a host, who is granted nothing")
	}
	rapid.Check(t, func(t *rapid.T) {
		row := tb.Row(rapid.IntRange(0, tb.Len()-1).Draw(t, "row"))
		relations, guards := tb.Needs(row.Recipient, row.Purpose, row.Phase)
		q, _ := tb.Query(row.Recipient, row.Purpose, row.Phase, row.Action)
		q.Relations, q.Guards = policy.RelationSet(rapid.Uint32Range(0, 1<<23-1).Draw(t, "relations")), policy.GuardSet(rapid.Uint64().Draw(t, "guards"))
		narrow := q
		narrow.Relations, narrow.Guards = q.Relations&relations, q.Guards&guards
		i := item(row.Item)
		a, okA := tb.Decide(&q, i)
		b, okB := tb.Decide(&narrow, i)
		if a != b || okA != okB {
			t.Fatalf("a fact outside the needs changed %s for %s", row.Item, row.Recipient)
		}
	})
}

func TestAWordThatTheCatalogueDoesNotKnowIsRefused(t *testing.T) {
	tb := table(t)
	v := tb.Vocabulary()
	for name, err := range map[string]error{
		"recipient": second(tb.Query("R99", "P1", "PH3", policy.Read)),
		"purpose":   second(tb.Query("R5", "P9", "PH3", policy.Read)),
		"phase":     second(tb.Query("R5", "P1", "PH9", policy.Read)),
		"action":    second(tb.Query("R5", "P1", "PH3", "export")),
		"relation":  second(v.Relations("own_pupil", "own_pupils")),
		"guard":     second(v.Guards("holds")),
	} {
		if err == nil || !strings.Contains(err.Error(), "unknown "+name) {
			t.Errorf("a wrong %s: %v", name, err)
		}
	}
	if _, err := tb.Answer(policy.Question{Recipient: "R5", Purpose: "P2", Phase: "PH3", Items: []catalogue.ItemID{"A99.01"}}); err == nil {
		t.Error("an item outside the annex was answered")
	}
}

func second[T any](_ T, err error) error { return err }

func TestARefusalSaysWhatWasMissing(t *testing.T) {
	tb := table(t)
	for _, tt := range []struct {
		name            string
		query           policy.Query
		item            catalogue.ItemID
		article, reason string
	}{
		{"a guard", ask(t, "R4b-conv", "P1", "PH3", policy.Read, "applied_programme"), "A01.06", "D. 612-1-13 I al. 3", "not held: guard art13_exception"},
		{"a relation", ask(t, "R5", "P2", "PH3", policy.Read, "national", "caller_verified"), "A15.05", "Art. 3 5°", "not held: relation own_call"},
		{"the purpose", ask(t, "R1a-sup", "P2", "PH3", policy.Read, "open_ticket"), "A01.06", "Art. 3 1° a", "P2 does not need A01.06"},
		{"the phase", ask(t, "R4b-exam", "P1", "PH6", policy.Read, "applied_programme"), "A08.12", "D. 612-1-13 I", "granted to R4b-exam in PH3, PH4, PH5, not in PH6"},
		{"the action", ask(t, "R4b-exam", "P1", "PH3", policy.Write, "applied_programme"), "A15.X1", "Art. 3 4°", "granted to R4b-exam for action read, not write"},
		{"a closed class", ask(t, "R4b-exam", "P1", "PH3", policy.Read, "applied_programme"), "A01.28", "GDPR 10", "legal officers"},
		{"a denied item", ask(t, "R4b-exam", "P1", "PH3", policy.Read, "applied_programme"), "A15.12", "charter", "never communicated to programmes"},
		{"a host", ask(t, "X1", "P1", "PH3", policy.Read, "national"), "A01.06", "Art. 3 (not listed)", "not a recipient"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			why := tb.Why(&tt.query, item(tt.item))
			if !strings.Contains(why.Article, tt.article) || !strings.Contains(why.Reason, tt.reason) {
				t.Errorf("it cites %q and says %q", why.Article, why.Reason)
			}
		})
	}
}

func TestTheTableAnswersAPerson(t *testing.T) {
	got, err := table(t).Answer(policy.Question{
		Recipient: "R4b-exam", Purpose: "P1", Phase: "PH3",
		Relations: []catalogue.Relation{"applied_programme"}, Items: []catalogue.ItemID{"A16.07", "A01.06"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !got[0].Granted || got[0].Form != "masked" || got[0].Derive != "own-couple" || !got[0].Write || got[0].SheetRow != "S-R4b-exam-06" {
		t.Errorf("A16.07: %+v", got[0])
	}
	if got[1].Granted || got[1].Form != "none" || got[1].Reason == "" || got[1].Article == "" || got[1].Write {
		t.Errorf("A01.06: %+v", got[1])
	}
	all, err := table(t).Answer(policy.Question{Recipient: "R5", Purpose: "P2", Phase: "PH3",
		Relations: []catalogue.Relation{"own_call"}, Guards: []catalogue.Guard{"caller_verified"}})
	if err != nil || len(all) != 6 {
		t.Errorf("without items, what is granted: %+v, %v", all, err)
	}
	if none, err := table(t).Answer(policy.Question{Recipient: "X1", Purpose: "P1", Phase: "PH3", Relations: []catalogue.Relation{"national"}}); err != nil || len(none) != 0 {
		t.Errorf("a host is granted %+v, %v", none, err)
	}
}

func TestADecisionAllocatesNothing(t *testing.T) {
	tb := table(t)
	q := ask(t, "S1", "P1", "PH3", policy.Read, "self", "not_protected")
	n := len(catalogue.MustLoad().Items())
	if allocs := testing.AllocsPerRun(1000, func() {
		for i := range n {
			tb.Decide(&q, i)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations for %d decisions", allocs, n)
	}
}

func TestTheTableReadsBackToTheByte(t *testing.T) {
	tb := table(t)
	var csv bytes.Buffer
	if err := tb.WriteCSV(&csv); err != nil {
		t.Fatal(err)
	}
	again, err := policy.ReadCSV(tb.Vocabulary(), bytes.NewReader(csv.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if again.Hash() != tb.Hash() || again.Len() != tb.Len() {
		t.Errorf("it came back as %s with %d rows, from %s with %d", again.Hash(), again.Len(), tb.Hash(), tb.Len())
	}
}

// Each column in turn, changed in one row: reading refuses it, or the hash that
// people signed is another.
func TestOneChangedCellIsFound(t *testing.T) {
	tb := table(t)
	var csv bytes.Buffer
	if err := tb.WriteCSV(&csv); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(csv.String()), "\n")
	at := slices.IndexFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "R1a-sup,P1,read,active,PH3,open_ticket,caller_verified,A01.19,")
	})
	if at < 0 {
		t.Fatal("the row to change is not there")
	}
	changes := map[string]string{
		"recipient": "R1a-sec", "purpose": "P2", "action": "write", "state": "archive", "phase": "PH4", "relation": "own_call",
		"flags": "", "item": "A01.16", "form": "masked", "derive": "match", "article": "Art. 3", "sheet_row": "S-R1a-sup-09",
	}
	for i, column := range strings.Split(lines[0], ",") {
		t.Run(column, func(t *testing.T) {
			cells := strings.Split(lines[at], ",") // the row has no quoted cell before its article
			if i >= 10 {
				cells = append(cells[:10], strings.Trim(strings.Join(cells[10:len(cells)-1], ","), `"`), cells[len(cells)-1])
			}
			if cells[i] == changes[column] {
				t.Fatal("the change changes nothing")
			}
			cells[i] = changes[column]
			altered := slices.Clone(lines)
			altered[at] = strings.Join(cells, ",")
			again, err := policy.ReadCSV(tb.Vocabulary(), strings.NewReader(strings.Join(altered, "\n")+"\n"))
			if err == nil && again.Hash() == tb.Hash() {
				t.Error("nobody noticed")
			}
		})
	}
	t.Run("a row twice", func(t *testing.T) {
		twice := slices.Insert(slices.Clone(lines), at, lines[at])
		if _, err := policy.ReadCSV(tb.Vocabulary(), strings.NewReader(strings.Join(twice, "\n"))); err == nil {
			t.Error("it was read")
		}
	})
	t.Run("a column more", func(t *testing.T) {
		if _, err := policy.ReadCSV(tb.Vocabulary(), strings.NewReader(lines[0]+",note\n"+lines[1]+",x\n")); err == nil {
			t.Error("it was read")
		}
	})
}

func TestAnIncoherentRowIsNotCompiled(t *testing.T) {
	tb := table(t)
	good := tb.Row(0)
	if _, err := policy.Compile(tb.Vocabulary(), []policy.Row{good}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*policy.Row){
		"a value under a mask":   func(r *policy.Row) { r.Form, r.Derive = catalogue.FormMasked, "as-is" },
		"a band in clear":        func(r *policy.Row) { r.Form, r.Derive = catalogue.FormClear, "band" },
		"a line counted":         func(r *policy.Row) { r.Form, r.Derive = catalogue.FormAggregate, "as-is" },
		"a grant of nothing":     func(r *policy.Row) { r.Form = catalogue.FormNone },
		"a pseudonym written":    func(r *policy.Row) { r.Form, r.Action = catalogue.FormPseudonymised, policy.Write },
		"guards out of order":    func(r *policy.Row) { r.Guards = []catalogue.Guard{"undecided", "hold"} },
		"a guard twice":          func(r *policy.Row) { r.Guards = []catalogue.Guard{"hold", "hold"} },
		"no article":             func(r *policy.Row) { r.Article = "" },
		"an item off the annex":  func(r *policy.Row) { r.Item = "A99.01" },
		"an unknown derive":      func(r *policy.Row) { r.Derive = "hash" },
		"what the decree denies": func(r *policy.Row) { r.Recipient, r.Item, r.Phase = "R4b-exam", "A15.12", "PH3" },
		"denied by that relation": func(r *policy.Row) {
			r.Recipient, r.Item, r.Relation, r.Phase = "R4a", "A15.09", "applied_programme", "PH3"
		},
		"an unknown relation held": func(r *policy.Row) { r.Relation = "everybody" },
	} {
		r := good
		change(&r)
		if _, err := policy.Compile(tb.Vocabulary(), []policy.Row{r}); err == nil {
			t.Errorf("%s was compiled", name)
		}
	}
}

// The table has two megabytes; what people review is its shape: how much each
// recipient has, and the highest form of each class. The hash stands for the rest.
func TestTheShapeOfTheTableIsReviewed(t *testing.T) {
	c, tb := catalogue.MustLoad(), table(t)
	type key struct {
		r  catalogue.RecipientID
		cl catalogue.ClassID
	}
	best := map[key]catalogue.Form{}
	writes := map[key]bool{}
	rows := map[catalogue.RecipientID]int{}
	for _, r := range tb.Rows() {
		it, _ := c.Item(r.Item)
		k := key{r.Recipient, it.Class}
		best[k] = max(best[k], r.Form)
		writes[k] = writes[k] || r.Action == policy.Write
		rows[r.Recipient]++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nrows %d\n\n", tb.Hash(), tb.Len())
	b.WriteString("highest form of each class: c clear, m masked, p pseudonymised, a aggregate; w written\n\n")
	fmt.Fprintf(&b, "%-14s %6s", "", "rows")
	for _, cl := range c.Classes() {
		fmt.Fprintf(&b, " %-5.5s", cl.ID)
	}
	b.WriteString("\n")
	for _, r := range c.Recipients() {
		fmt.Fprintf(&b, "%-14s %6d", r.ID, rows[r.ID])
		for _, cl := range c.Classes() {
			cell := "."
			if f := best[key{r.ID, cl.ID}]; f != catalogue.FormNone {
				cell = f.String()[:1]
			}
			if writes[key{r.ID, cl.ID}] {
				cell += "w"
			}
			fmt.Fprintf(&b, " %-5s", cell)
		}
		b.WriteString("\n")
	}
	var trimmed strings.Builder
	for _, l := range strings.SplitAfter(b.String(), "\n") {
		trimmed.WriteString(strings.TrimRight(l, " \n"))
		if strings.HasSuffix(l, "\n") {
			trimmed.WriteString("\n")
		}
	}
	golden(t, "table.txt", trimmed.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is not what was reviewed (run with -update and read the difference):\n%s", file, got)
	}
}

func BenchmarkDecide(b *testing.B) {
	tb := table(b)
	q := ask(b, "S1", "P1", "PH3", policy.Read, "self", "not_protected")
	n := len(catalogue.MustLoad().Items())
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		tb.Decide(&q, i)
		if i++; i == n {
			i = 0
		}
	}
}

// Cold: another context each time, as requests of many missions come.
func BenchmarkDecideAcrossContexts(b *testing.B) {
	tb := table(b)
	v := tb.Vocabulary()
	type one struct {
		q policy.Query
		i int
	}
	var all []one
	for i := 0; i < tb.Len(); i += 7 {
		r := tb.Row(i)
		q, _ := tb.Query(r.Recipient, r.Purpose, r.Phase, r.Action)
		q.Relations, _ = v.Relations(r.Relation)
		q.Guards, _ = v.Guards(r.Guards...)
		all = append(all, one{q, item(r.Item)})
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		tb.Decide(&all[i].q, all[i].i)
		if i++; i == len(all) {
			i = 0
		}
	}
}
