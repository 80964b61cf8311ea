package promises_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
)

// A twin is one invented dossier with a secret in it. The other twin is the same
// line without: the two enter two campaigns, and nothing else differs.
type twin struct {
	item          catalogue.Item
	what          string
	with, without map[string]any
}

// Two cohorts of the same people, one with the secret and one without. Whoever holds
// the three databases counts rows and measures columns, for each person and over all.
func TestAPresenceThatIsASecretShowsNowhere(t *testing.T) {
	p := open(t)
	twins := makeTwins(t, p)
	secret := map[catalogue.ItemID]bool{}
	for _, x := range twins {
		secret[x.item.ID] = true
	}
	for _, it := range p.Catalogue.Items() {
		if it.PresenceSecret && !secret[it.ID] {
			t.Errorf("%s %s: no twins were made for it", it.ID, it.Name)
		}
	}
	with, without := p.cohorts(t, "cohort-a", "cohort-b", twins)
	reported := map[string]bool{}
	for i, x := range twins {
		for _, d := range differences(with.sizes[i], without.sizes[i]) {
			if key := string(x.item.ID) + d; !reported[key] {
				reported[key] = true
				t.Errorf("%s %s, %s, shows: %s", x.item.ID, x.item.Name, x.what, d)
			}
		}
	}
	for _, d := range differences(with.whole, without.whole) {
		t.Errorf("over a whole cohort: %s", d)
	}
	t.Logf("%d secret items, %d pairs of twins; %d kinds of row compared, %d rows", len(secret), len(twins), len(with.whole), with.rows)
}

// A table of secret records has a least number of rows for everybody. Those who have
// more show that they have: the figure says how many of the invented people do.
func TestFewHaveMoreSecretRecordsThanEverybodyIsGiven(t *testing.T) {
	p := open(t)
	over := 0
	for _, table := range p.Catalogue.Tables() {
		hides := slices.ContainsFunc(table.Items, func(id catalogue.ItemID) bool {
			it, _ := p.Catalogue.Item(id)
			return it.PresenceSecret
		})
		if !hides || table.MinRecords == 0 {
			continue
		}
		var people, fewest, most, more int
		err := p.owner["data"].QueryRow(context.Background(), fmt.Sprintf(`SELECT count(*), min(n), max(n), count(*) FILTER (WHERE n > $2)
			FROM (SELECT count(*) AS n FROM %s WHERE campaign = ANY($1) GROUP BY unit) x`, ident(table.Name)), campaigns, table.MinRecords).Scan(&people, &fewest, &most, &more)
		if err != nil {
			t.Fatal(err)
		}
		if people != len(p.people) || fewest < table.MinRecords {
			t.Errorf("%s: %d of %d people have rows, the least %d, and everybody is to have %d", table.Name, people, len(p.people), fewest, table.MinRecords)
		}
		if more > 0 {
			t.Logf("%s: %d of %d people have more than %d rows, up to %d", table.Name, more, len(p.people), table.MinRecords, most)
		}
		over += more
	}
	if over*20 > len(p.people) {
		t.Errorf("%d of %d people show that they have a secret record", over, len(p.people))
	}
}

// The comparison sees a difference of one row, or of one step of padding.
func TestTheComparisonOfCohortsSeesWhatIsNoSecret(t *testing.T) {
	p := open(t)
	lines, err := invent(context.Background(), 4, 77, false)
	if err != nil {
		t.Fatal(err)
	}
	var twins []twin
	for k, change := range []func(map[string]any){
		func(d map[string]any) { d["commitments"] = strings.Repeat("engagement ", 40) },
		func(d map[string]any) { d["per_wish"] = append(d["per_wish"].([]any), d["per_wish"].([]any)[0]) },
	} {
		with, without := parse(t, lines[k]), parse(t, lines[k])
		delete(without, "commitments")
		delete(with, "commitments")
		change(with)
		twins = append(twins, twin{what: "tampered", with: with, without: without})
	}
	with, without := p.cohorts(t, "cohort-c", "cohort-d", twins)
	for i := range twins {
		if len(differences(with.sizes[i], without.sizes[i])) == 0 {
			t.Errorf("pair %d differs in what is no secret, and no difference was found", i+1)
		}
	}
	if len(differences(with.whole, without.whole)) == 0 {
		t.Error("the two cohorts differ, and no difference was found")
	}
}

func parse(t testing.TB, line []byte) map[string]any {
	t.Helper()
	v, err := decode(line)
	if err != nil {
		t.Fatal(err)
	}
	return v.(map[string]any)
}

// makeTwins makes, for each secret item, pairs whose value is short, long, and met
// in generated dossiers; and pairs for secrets that come together.
func makeTwins(t testing.TB, p *place) (twins []twin) {
	t.Helper()
	ctx := context.Background()
	bases, err := invent(ctx, 150, 4242, false)
	if err != nil {
		t.Fatal(err)
	}
	found := metValues(t, p)
	n := 0
	base := func() map[string]any {
		for {
			d := parse(t, bases[n]) // each person once: a number is one file
			n++
			if len(d["per_wish"].([]any)) > 0 && len(listOf(d, "per_responsible")) > 0 {
				d["registration_number"] = fmt.Sprintf("%07d", 9_000_000+n)
				return d
			}
		}
	}
	for _, it := range p.Catalogue.Items() {
		if !it.PresenceSecret {
			continue
		}
		for what, v := range found[it.ID] {
			d := base()
			clearOf(p, d, it)
			with := clone(t, d)
			put(with, it, v)
			twins = append(twins, twin{it, what + " value", with, d})
		}
	}
	// A request of each kind with all that it may hold, and its documents.
	for _, kind := range [][]catalogue.ItemID{
		{"A04.01", "A04.02", "A04.03", "A04.04", "A04.05", "A04.06", "A04.07", "A04.08", "A04.09", "A04.10", "A04.11"},
		{"A05.01", "A05.02", "A05.03", "A05.04"},
		{"A07.03", "A13.01", "A13.02", "A13.03", "A13.04"},
		{"A02.01", "A02.02", "A02.03", "A02.04", "A02.05", "A02.06", "A02.07"},
		{"A04.01", "A04.03", "A04.10", "A05.01", "A05.03"},
	} {
		d := base()
		for _, id := range kind {
			it, _ := p.Catalogue.Item(id)
			clearOf(p, d, it)
		}
		with := clone(t, d)
		var last catalogue.Item
		for _, id := range kind {
			last, _ = p.Catalogue.Item(id)
			for _, what := range sortedKeys(found[id]) {
				put(with, last, found[id][what])
				break
			}
		}
		twins = append(twins, twin{last, fmt.Sprintf("with all of %v", kind), with, d})
	}
	return twins
}

// metValues are values of each secret item: the shortest and the longest that the
// generator makes, or some of ours where it makes none.
func metValues(t testing.TB, p *place) map[catalogue.ItemID]map[string]any {
	t.Helper()
	lines, err := invent(context.Background(), 600, 99, true)
	if err != nil {
		t.Fatal(err)
	}
	found := map[catalogue.ItemID]map[string]any{}
	meet := func(it catalogue.Item, v any) {
		if v == nil {
			return
		}
		f := found[it.ID]
		if f == nil {
			f = map[string]any{"shortest": v, "longest": v}
			found[it.ID] = f
		}
		if len(fmt.Sprint(v)) < len(fmt.Sprint(f["shortest"])) {
			f["shortest"] = v
		}
		if len(fmt.Sprint(v)) > len(fmt.Sprint(f["longest"])) {
			f["longest"] = v
		}
	}
	for _, line := range lines {
		d := parse(t, line)
		for _, it := range p.Catalogue.Items() {
			if !it.PresenceSecret {
				continue
			}
			if it.Repeats == "one" {
				meet(it, d[it.Name])
				continue
			}
			for _, r := range listOf(d, string(it.Repeats)) {
				meet(it, r.(map[string]any)[it.Name])
			}
		}
	}
	for id, v := range map[catalogue.ItemID]any{"A01.28": "Soupçon de fausse identité, dossier transmis.", "A04.11": "Hors délai.", "A05.04": "Places pourvues."} {
		it, _ := p.Catalogue.Item(id)
		meet(it, v)
	}
	return found
}

func listOf(d map[string]any, word string) []any {
	list, _ := d[word].([]any)
	return list
}

func clone(t testing.TB, d map[string]any) map[string]any {
	t.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, b)
}

// clearOf takes an item out of a dossier, with the records that hold nothing else.
func clearOf(p *place, d map[string]any, it catalogue.Item) {
	if it.Repeats == "one" {
		delete(d, it.Name)
		return
	}
	var kept []any
	for _, r := range listOf(d, string(it.Repeats)) {
		delete(r.(map[string]any), it.Name)
		if len(r.(map[string]any)) > 0 {
			kept = append(kept, r)
		}
	}
	if it.Repeats == "per_request" {
		kept = nil
	}
	d[string(it.Repeats)] = kept
}

// put puts a value in: in the first wish or responsible, in the one request, in a
// document of its own.
func put(d map[string]any, it catalogue.Item, v any) {
	word := string(it.Repeats)
	switch word {
	case "one":
		d[it.Name] = v
	case "per_document":
		d[word] = append(listOf(d, word), map[string]any{it.Name: v})
	case "per_request":
		if len(listOf(d, word)) == 0 {
			d[word] = []any{map[string]any{}}
		}
		listOf(d, word)[0].(map[string]any)[it.Name] = v
	default:
		listOf(d, word)[0].(map[string]any)[it.Name] = v
	}
}

// A cohort is what a stranger measures of it: for each person, and over all, how
// many rows of each kind and sizes there are.
type cohort struct {
	sizes []map[string]int // by person
	whole map[string]int
	rows  int
}

// cohorts enters twins into two campaigns and measures both.
func (p *place) cohorts(t testing.TB, withName, withoutName string, twins []twin) (with, without cohort) {
	t.Helper()
	ctx := context.Background()
	for _, c := range []string{withName, withoutName} {
		if err := p.campaign(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	in, err := p.Intake(ctx, withName, withoutName)
	if err != nil {
		t.Fatal(err)
	}
	measure := func(campaign string, of func(twin) map[string]any) cohort {
		lines := make([][]byte, len(twins))
		for i, x := range twins {
			line, err := json.Marshal(of(x))
			if err != nil {
				t.Fatal(err)
			}
			lines[i] = append(line, '\n')
		}
		people, err := takeIn(ctx, in, campaign, lines)
		if err != nil {
			t.Fatal(err)
		}
		if len(people) != len(twins) {
			t.Fatalf("%d of %d twins entered", len(people), len(twins))
		}
		return p.measure(t, campaign, people)
	}
	return measure(withName, func(x twin) map[string]any { return x.with }), measure(withoutName, func(x twin) map[string]any { return x.without })
}

// measure reads sizes, and nothing but sizes, from every table that has campaigns.
func (p *place) measure(t testing.TB, campaign string, people []*person) cohort {
	t.Helper()
	c := cohort{sizes: make([]map[string]int, len(people)), whole: map[string]int{}}
	of := map[crypto.UnitID]int{} // position, by unit
	name := map[crypto.UnitID]string{}
	for i, one := range people {
		c.sizes[i] = map[string]int{}
		of[one.ref], name[one.ref] = i, "candidate"
		for n := 1; n < len(one.accounts); n++ {
			u := dossier.Responsible(one.ref, n)
			of[u], name[u] = i, fmt.Sprintf("responsible %d", n)
		}
		for _, table := range p.Catalogue.Tables() {
			if table.Bundle != "" {
				u := dossier.Bundle(one.ref, table.Bundle)
				of[u], name[u] = i, table.Bundle
			}
		}
	}
	for _, cluster := range []string{"data", "keyring", "audit"} {
		for _, table := range p.tablesWith(t, cluster, "campaign") {
			columns := p.columnsOf(t, cluster, table)
			unit := "''::bytea"
			if slices.Contains(columns, "unit") {
				unit = "unit"
			}
			var sizes []string
			for _, col := range columns {
				if !rowOwn[col] {
					sizes = append(sizes, fmt.Sprintf("'%s ' || coalesce(pg_column_size(%s)::text, 'null')", col, ident(col)))
				}
			}
			// What is in clear is compared as it is.
			for _, col := range clearOfPeople[table] {
				sizes = append(sizes, fmt.Sprintf("'%s=' || coalesce(%s::text, 'null')", col, ident(col)))
			}
			rows, err := p.owner[cluster].Query(context.Background(), fmt.Sprintf("SELECT %s, concat_ws(', ', %s) FROM %s WHERE campaign = $1",
				unit, strings.Join(sizes, ", "), ident(table)), campaign)
			if err != nil {
				t.Fatal(err)
			}
			var u []byte
			var signature string
			_, err = pgx.ForEachRow(rows, []any{&u, &signature}, func() error {
				c.rows++
				if len(u) == 0 {
					c.whole[table+": "+signature]++
					return nil
				}
				id := crypto.UnitID(u)
				i, known := of[id]
				if !known {
					return fmt.Errorf("%s has a unit of nobody's", table)
				}
				c.sizes[i][table+" of "+name[id]+": "+signature]++
				c.whole[table+" of "+name[id]+": "+signature]++
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if c.rows < 20*len(people) {
		t.Fatalf("%d rows measured for %d people", c.rows, len(people))
	}
	return c
}

// rowOwn are columns that differ between any two rows and say nothing by their size.
var rowOwn = map[string]bool{"campaign": true, "created_at": true, "source": true, "import": true, "seq": true, "begins": true}

// clearOfPeople are the columns in clear of rows about people: equal in value, not
// in size alone.
var clearOfPeople = map[string][]string{
	"routing":           {"scope_kind", "scope_id", "state"},
	"blind_index":       {"index_id"},
	"account":           {"responsible", "recipient"},
	"unit_secret":       {"kind"},
	"unit_class_secret": {"class"},
	"trace":             {"recipient", "purpose", "action", "decision", "rule", "field_set"},
	"import":            {"lines", "entered", "refused", "fields"},
}

func (p *place) tablesWith(t testing.TB, cluster, column string) []string {
	t.Helper()
	rows, err := p.owner[cluster].Query(context.Background(), `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace AND a.attname = $1 AND NOT a.attisdropped
		ORDER BY 1`, column)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(names) == 0 {
		t.Fatalf("no table of %s has a column %s: %v", cluster, column, err)
	}
	return names
}

func (p *place) columnsOf(t testing.TB, cluster, table string) []string {
	t.Helper()
	rows, err := p.owner[cluster].Query(context.Background(), `SELECT attname FROM pg_attribute
		WHERE attrelid = ('public.' || quote_ident($1))::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, table)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// differences says, in words, what one has more than the other. Rows are compared
// with all their sizes together.
func differences(a, b map[string]int) (out []string) {
	keys := slices.Sorted(maps.Keys(a))
	for k := range b {
		if _, ok := a[k]; !ok {
			keys = append(keys, k)
		}
	}
	for _, k := range keys {
		if a[k] != b[k] {
			out = append(out, fmt.Sprintf("%d rows with, %d without: %s", a[k], b[k], k))
		}
	}
	return out
}
