package dossiers

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/postgres/pool"
	"sceau/internal/postgres/roles"
	"sceau/internal/testkit"
)

// A ledger is a table of routing drawn at random, and what happens to it between the
// pages of one list.
type ledger struct {
	lies  []entry // before the first page
	steps []step  // between pages
	ids   []string
	limit int
}

type entry struct {
	campaign string
	route    dossier.Route
}

type step struct {
	enters []entry
	leaves int // of those that lay there from the beginning, by position
}

// hostile are ids of scopes that a careless statement would confuse, those that it could
// take for each other together: prefixes, spaces, cases, scripts, accents in two spellings,
// wildcards, quotes.
var hostile = [][]string{
	{"F1", "F10", "F100", "F", ""},
	{"F1", "f1", "F1 ", " F1", "F1\n", "F1\u200b", "\uff26\uff11"},
	{"Paris", "PARIS", "P\u0430ris", "Paris\t"},
	{"Polyn\u00e9sie", "Polyne\u0301sie", "Polynesie"},
	{"F1", "F%", "%", "F_", "_1", `F\`, `\F1`, `\x4631`, `F\u0031`},
	{"F1", "F1'", `F1"`, "F1; DROP TABLE routing; --", "' OR '1'='1", "$2", "{F1,F10}", "F1,F10"},
	{"null", "NULL", "", " "},
	{strings.Repeat("F1", 40_000), strings.Repeat("F1", 40_000) + "0", "F1"},
}

var (
	kinds = []dossier.ScopeKind{dossier.ScopeProgramme, dossier.ScopeSchool, dossier.ScopeAcademy, dossier.ScopeAcademyOfProgramme,
		dossier.ScopeMinistryOfSchool, dossier.ScopeMinistryOfProgramme, dossier.ScopeFile, dossier.ScopeRecipient, "Programme", "programme ", ""}
	states = []dossier.RouteState{dossier.RouteOpen, dossier.RouteWished, dossier.RouteConfirmed, dossier.RouteAdmitted, "Confirmed", "confirmed ", "admitted,confirmed", ""}
	// One is the beginning of the other.
	places = []string{"2026", "20260"}
)

var ledgers = rapid.Custom(func(r *rapid.T) (l ledger) {
	family := rapid.SampledFrom(hostile).Draw(r, "family")
	l.ids = rapid.SliceOfNDistinct(rapid.SampledFrom(family), 2, min(4, len(family)), rapid.ID).Draw(r, "ids")
	l.limit = rapid.IntRange(1, 9).Draw(r, "limit")
	seen := map[string]bool{}
	entries := func(most int) (all []entry) {
		for range rapid.IntRange(0, most).Draw(r, "rows") {
			e := entry{campaign: rapid.SampledFrom(places).Draw(r, "campaign")}
			e.route.Scope.ID = rapid.SampledFrom(l.ids).Draw(r, "id")
			// Mostly what intake writes, so that pages are full.
			e.route.Scope.Kind = rapid.SampledFrom(kinds[:1+rapid.IntRange(0, len(kinds)-1).Draw(r, "kinds")]).Draw(r, "kind")
			e.route.State = rapid.SampledFrom(states).Draw(r, "state")
			no := rapid.SliceOfN(rapid.Byte(), 2, 2).Draw(r, "number")
			copy(e.route.FileNo[rapid.SampledFrom([]int{0, 14}).Draw(r, "digits"):], no)
			if key := e.campaign + string(e.route.FileNo[:]); seen[key] || e.route.FileNo == (dossier.FileNo{}) {
				continue // a number is one row's in its campaign
			} else {
				seen[key] = true
			}
			copy(e.route.Tag[:], fmt.Sprintf("%016d", len(seen)))
			e.route.Sealed = []byte{1, byte(len(seen))}
			all = append(all, e)
		}
		return all
	}
	l.lies = entries(60)
	for range rapid.IntRange(0, 4).Draw(r, "steps") {
		l.steps = append(l.steps, step{entries(12), rapid.IntRange(0, 3).Draw(r, "leaves")})
	}
	return l
})

// A shelfOfRoutes is a routing table that tests fill as its owner and list as the gate.
type shelfOfRoutes struct {
	owner *pgxpool.Pool
	desk  *Desk
	dsn   func(role string) string
}

func newRoutes(t testing.TB) shelfOfRoutes {
	t.Helper()
	d := testkit.Postgres(t, "data")
	s := shelfOfRoutes{dsn: d.DSN}
	for role, into := range map[string]func(*pgxpool.Pool){
		roles.Owner:  func(p *pgxpool.Pool) { s.owner = p },
		"sceau_gate": func(p *pgxpool.Pool) { s.desk = NewDesk(p) },
	} {
		p, err := pool.Open(context.Background(), d.DSN(role))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		into(p)
	}
	return s
}

func (s shelfOfRoutes) add(ctx context.Context, entries []entry) error {
	_, err := s.owner.CopyFrom(ctx, pgx.Identifier{"routing"}, []string{"campaign", "scope_kind", "scope_id", "file_no", "state", "ref_tag", "sealed_ref"},
		pgx.CopyFromSlice(len(entries), func(i int) ([]any, error) {
			e := entries[i]
			return []any{e.campaign, string(e.route.Scope.Kind), e.route.Scope.ID, e.route.FileNo[:], string(e.route.State), e.route.Tag[:], e.route.Sealed}, nil
		}))
	return err
}

// A lister gives one page: the desk, or a twin that somebody wrote in a hurry.
type lister func(context.Context, dossier.Listing) ([]dossier.Route, error)

// difference goes through lists of a ledger and says where one is not what
// Route.Relations says of the rows, in a sentence; empty when none is. The first list of
// each relation is gone through once more while rows enter and leave.
func (s shelfOfRoutes) difference(ctx context.Context, list lister, l ledger, by ...catalogue.Relation) (string, error) {
	if err := s.fill(ctx, l.lies); err != nil {
		return "", err
	}
	quiet := l
	quiet.steps = nil
	for _, by := range by {
		for _, campaign := range places {
			for _, id := range append(slices.Clone(l.ids), "nobody's") {
				said, err := s.compare(ctx, list, quiet, dossier.Listing{Campaign: campaign, By: by, ID: id, Limit: l.limit})
				if said != "" || err != nil {
					return said, err
				}
			}
		}
	}
	for _, by := range by {
		if len(l.steps) == 0 {
			break
		}
		said, err := s.compare(ctx, list, l, dossier.Listing{Campaign: places[0], By: by, ID: l.ids[0], Limit: l.limit})
		if said != "" || err != nil {
			return said, err
		}
		if err := s.fill(ctx, l.lies); err != nil {
			return "", err
		}
	}
	return "", nil
}

// fill makes a table of what lies there and nothing else.
func (s shelfOfRoutes) fill(ctx context.Context, lies []entry) error {
	if _, err := s.owner.Exec(ctx, "DELETE FROM routing"); err != nil {
		return err
	}
	return s.add(ctx, lies)
}

// compare goes through one list, while rows enter and leave between its pages.
func (s shelfOfRoutes) compare(ctx context.Context, list lister, l ledger, of dossier.Listing) (string, error) {
	belongs := func(e entry) bool {
		return e.campaign == of.Campaign && e.route.Scope.ID == of.ID && slices.Contains(e.route.Relations(), of.By)
	}
	ever, throughout := slices.Clone(l.lies), slices.Clone(l.lies)
	var got []dossier.Route
	for n := 0; ; n++ {
		rows, err := list(ctx, of)
		if err != nil {
			return "", err
		}
		if len(rows) > of.Limit {
			return fmt.Sprintf("a page of %s has %d rows, %d at most may", of.By, len(rows), of.Limit), nil
		}
		got = append(got, rows...)
		if len(rows) < of.Limit {
			break
		}
		if of.After = rows[len(rows)-1].FileNo; len(got) > len(ever)+len(rows) {
			return fmt.Sprintf("the list by %s does not end", of.By), nil
		}
		if n < len(l.steps) {
			ever = append(ever, l.steps[n].enters...)
			if err := s.add(ctx, l.steps[n].enters); err != nil {
				return "", err
			}
			for range min(l.steps[n].leaves, len(throughout)) {
				gone := throughout[0]
				throughout = throughout[1:]
				if _, err := s.owner.Exec(ctx, "DELETE FROM routing WHERE campaign = $1 AND file_no = $2", gone.campaign, gone.route.FileNo[:]); err != nil {
					return "", err
				}
			}
		}
	}
	for i, r := range got {
		if i > 0 && bytes.Compare(got[i-1].FileNo[:], r.FileNo[:]) >= 0 {
			return fmt.Sprintf("the list by %s goes back, or has a row twice", of.By), nil
		}
		at := slices.IndexFunc(ever, func(e entry) bool { return e.campaign == of.Campaign && e.route.FileNo == r.FileNo })
		if at < 0 || !belongs(ever[at]) {
			return fmt.Sprintf("the list by %s has a row too many: %s in state %q", of.By, r.Scope.Kind, r.State), nil
		}
		if e := ever[at].route; e.Scope != r.Scope || e.State != r.State || e.Tag != r.Tag || !bytes.Equal(e.Sealed, r.Sealed) {
			return fmt.Sprintf("the list by %s has a row that is not as it lies", of.By), nil
		}
	}
	for _, e := range throughout {
		if belongs(e) && !slices.ContainsFunc(got, func(r dossier.Route) bool { return r.FileNo == e.route.FileNo }) {
			return fmt.Sprintf("the list by %s misses a row in state %q", of.By, e.route.State), nil
		}
	}
	return "", nil
}

// The promise of every list: what the database gives is what the relation says, over
// whatever lies in the table, across the borders of pages, while rows come and go.
func TestAListHasTheFilesOfTheRelationAndNoOther(t *testing.T) {
	s := newRoutes(t)
	every := slices.Sorted(maps.Keys(holding))
	rapid.Check(t, func(r *rapid.T) {
		said, err := s.difference(context.Background(), s.desk.List, ledgers.Draw(r, "ledger"), every...)
		if err != nil || said != "" {
			r.Fatalf("%s %v", said, err)
		}
	})
}

// Each of these is a predicate that somebody could have written. The property finds it.
func TestANaivePredicateIsFound(t *testing.T) {
	s := newRoutes(t)
	for _, tt := range []struct{ name, sql string }{
		{"the state forgotten", page(`scope_kind = 'programme' AND scope_id = $2`)},
		{"wishes that are not confirmed", page(`scope_kind = 'programme' AND scope_id = $2 AND state <> 'open'`)},
		{"those admitted forgotten", page(`scope_kind = 'programme' AND scope_id = $2 AND state = 'confirmed'`)},
		{"the campaign forgotten", strings.Replace(page(holding["applied_programme"]), "campaign = $1", "$1::text <> ''", 1)},
		{"the kind forgotten", page(`scope_id = $2 AND state IN ('confirmed', 'admitted')`)},
		{"the scope forgotten", page(`scope_kind = 'programme' AND $2::text IS NOT NULL AND state IN ('confirmed', 'admitted')`)},
		{"a pattern", page(`scope_kind = 'programme' AND scope_id LIKE $2 AND state IN ('confirmed', 'admitted')`)},
		{"a beginning", page(`scope_kind = 'programme' AND starts_with(scope_id, $2) AND state IN ('confirmed', 'admitted')`)},
		{"capitals folded", page(`scope_kind = 'programme' AND lower(scope_id) = lower($2) AND state IN ('confirmed', 'admitted')`)},
		{"spaces dropped", page(`scope_kind = 'programme' AND btrim(scope_id) = btrim($2) AND state IN ('confirmed', 'admitted')`)},
		{"accents brought to one spelling", page(`scope_kind = 'programme' AND normalize(scope_id) = normalize($2) AND state IN ('confirmed', 'admitted')`)},
		{"the last row again", strings.Replace(page(holding["applied_programme"]), "file_no > $3", "file_no >= $3", 1)},
		{"no order", strings.Replace(page(holding["applied_programme"]), "ORDER BY file_no", "ORDER BY ref_tag", 1)},
		{"no limit", strings.Replace(page(holding["applied_programme"]), "LIMIT $4", "LIMIT $4 + 1", 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			naive := func(ctx context.Context, l dossier.Listing) ([]dossier.Route, error) {
				return s.desk.page(ctx, tt.sql, l)
			}
			for seed := range 300 {
				said, err := s.difference(t.Context(), naive, ledgers.Example(seed), "applied_programme")
				if said != "" || err != nil { // an id that the statement cannot take is found out too
					t.Logf("table %d: %s %v", seed, said, err)
					return
				}
			}
			t.Error("it passes for the real one")
		})
	}
}

// What is not in the table cannot be asked for either: the schema has no NULL in routing,
// and PostgreSQL no NUL in a text.
func TestNeitherNULLNorNULIsARoute(t *testing.T) {
	s := newRoutes(t)
	ctx := t.Context()
	columns := []string{"campaign", "scope_kind", "scope_id", "file_no", "state", "ref_tag", "sealed_ref"}
	whole := []any{"2026", "programme", "F1", []byte("0123456789abcdef"), "confirmed", []byte("0123456789abcdef"), []byte{1}}
	insert := "INSERT INTO routing (" + strings.Join(columns, ", ") + ") VALUES ($1, $2, $3, $4, $5, $6, $7)"
	for i, column := range columns {
		row := slices.Clone(whole)
		row[i] = nil
		if _, err := s.owner.Exec(ctx, insert, row...); err == nil {
			t.Errorf("a route without %s lies in the table: the property must draw some", column)
		}
	}
	if _, err := s.owner.Exec(ctx, insert, whole...); err != nil {
		t.Fatalf("the control: %v", err)
	}
	for _, id := range []string{"F1\x00", "\x00", "F1\xff"} {
		for by := range holding {
			rows, err := s.desk.List(ctx, dossier.Listing{Campaign: "2026", By: by, ID: id, Limit: 10})
			if len(rows) > 0 || err == nil || strings.Contains(err.Error(), id) {
				t.Errorf("%s of an id that no text can be: %d rows, %v", by, len(rows), err)
			}
		}
		if _, found, err := s.desk.Numbered(ctx, "2026", dossier.Scope{Kind: dossier.ScopeProgramme, ID: id}, dossier.FileNo([]byte("0123456789abcdef"))); found || err == nil {
			t.Errorf("a number of an id that no text can be: found %t, %v", found, err)
		}
	}
}

// Numbers are spread over the whole table: without its index a page would read all of it.
func TestAPageIsOneLookUpInTheIndexOfLists(t *testing.T) {
	s := newRoutes(t)
	ctx := t.Context()
	_, err := s.owner.Exec(ctx, `INSERT INTO routing SELECT '2026', (ARRAY['file', 'programme', 'school', 'academy'])[1 + n % 4], CASE n % 4 WHEN 0 THEN '' ELSE 'F' || n % 40 END,
		uuid_send(gen_random_uuid()), 'confirmed', uuid_send(gen_random_uuid()), 'x' FROM generate_series(1, 20000) n`)
	if err != nil {
		t.Fatal(err)
	}
	look := func(when string) {
		for by, holds := range holding {
			rows, err := s.desk.db.Query(ctx, "EXPLAIN "+page(holds), "2026", "F1", []byte{}, 200)
			if err != nil {
				t.Fatal(err)
			}
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if plan := strings.Join(lines, "\n"); err != nil || !strings.Contains(plan, "Index Scan using routing_list") || strings.Contains(plan, "Sort") {
				t.Errorf("%s, %s: %v\n%s", by, when, err, plan)
			}
		}
	}
	look("with no statistics of the table")
	if _, err := s.owner.Exec(ctx, "ANALYZE routing"); err != nil {
		t.Fatal(err)
	}
	look("with statistics")
}

func TestEveryRelationOfARouteHasItsPredicate(t *testing.T) {
	var said []catalogue.Relation
	for _, kind := range kinds {
		for _, state := range states {
			said = append(said, dossier.Route{Scope: dossier.Scope{Kind: kind}, State: state}.Relations()...)
		}
	}
	slices.Sort(said)
	for by := range holding {
		if !slices.Contains(said, by) {
			t.Errorf("%s has a predicate, and no route brings it", by)
		}
	}
	if said = slices.Compact(said); len(said) != len(holding) {
		t.Errorf("routes bring %v, and there are %d predicates", said, len(holding))
	}
	s := &Desk{}
	for _, by := range []catalogue.Relation{"", "national", "own_class", "APPLIED_PROGRAMME", "applied_programme' OR true --"} {
		if _, err := s.List(t.Context(), dossier.Listing{By: by}); err == nil {
			t.Errorf("a list by %q", by)
		}
	}
}

func TestANumberLeadsFromItsOwnScopeAndCampaignOnly(t *testing.T) {
	s := newRoutes(t)
	rapid.Check(t, func(r *rapid.T) {
		ctx := context.Background()
		l := ledgers.Draw(r, "ledger")
		if err := s.fill(ctx, l.lies); err != nil {
			r.Fatal(err)
		}
		for _, e := range l.lies {
			for _, campaign := range places {
				asked := dossier.Scope{Kind: rapid.SampledFrom(kinds).Draw(r, "kind"), ID: rapid.SampledFrom(l.ids).Draw(r, "id")}
				if rapid.Bool().Draw(r, "own") {
					asked = e.route.Scope
				}
				got, found, err := s.desk.Numbered(ctx, campaign, asked, e.route.FileNo)
				if err != nil {
					r.Fatal(err)
				}
				at := slices.IndexFunc(l.lies, func(o entry) bool {
					return o.campaign == campaign && o.route.FileNo == e.route.FileNo && o.route.Scope == asked
				})
				if found != (at >= 0) || found && (got.Scope != asked || got.FileNo != e.route.FileNo || got.Tag != l.lies[at].route.Tag) {
					r.Fatalf("a number of %s in another place: found %t, want %t", e.route.Scope.Kind, found, at >= 0)
				}
			}
		}
	})
}
