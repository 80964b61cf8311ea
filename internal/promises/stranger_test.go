package promises_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"sceau/dossier"
	"sceau/internal/postgres/roles"
	"sceau/internal/synth"
)

// stolen is the dump of the three clusters that all tests here read: with canaries in
// it, which stand in every field that takes text.
func stolen(t testing.TB, p *place) dump {
	t.Helper()
	if theDump.tables != nil {
		return theDump
	}
	p.enterCanaries(t)
	text, err := p.dumps(context.Background(), roles.Clusters...)
	if err != nil {
		t.Fatal(err)
	}
	theDump = readDump(t, text)
	return theDump
}

var (
	theDump  dump
	canaries = haystack{}
)

// A dump is what a stranger reads with psql: rows of columns, bytes as bytes.
type dump struct {
	tables map[string]*dumped
	rest   []byte // schema and comments
}

type dumped struct {
	columns []string
	rows    [][][]byte
}

// readDump reads a plain dump. Partitions are told by the table they belong to.
func readDump(t testing.TB, text []byte) dump {
	t.Helper()
	d := dump{tables: map[string]*dumped{}}
	var in *dumped
	for line := range bytes.Lines(text) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		switch {
		case in != nil && string(line) == `\.`:
			in = nil
		case in != nil:
			fields := bytes.Split(line, []byte("\t"))
			row := make([][]byte, len(fields))
			for i, f := range fields {
				row[i] = unescape(t, f)
			}
			in.rows = append(in.rows, row)
		case bytes.HasPrefix(line, []byte("COPY public.")):
			name, columns, ok := strings.Cut(strings.TrimPrefix(string(line), "COPY public."), " (")
			if !ok {
				t.Fatalf("no columns in %q", line)
			}
			columns, _, _ = strings.Cut(columns, ") FROM stdin;")
			in = &dumped{columns: strings.Split(columns, ", ")}
			d.tables[strings.Trim(name, `"`)] = in
		default:
			d.rest = append(append(d.rest, line...), '\n')
		}
	}
	return d
}

var copyEscapes = strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")

func unescape(t testing.TB, field []byte) []byte {
	t.Helper()
	s := copyEscapes.Replace(string(field))
	if digits, isBytes := strings.CutPrefix(s, `\x`); isBytes {
		b, err := hex.DecodeString(digits)
		if err != nil {
			t.Fatalf("a field of bytes is no hexadecimal")
		}
		return b
	}
	return []byte(s)
}

const schema = "the schema"

// each yields every field with the table and the column it stands in.
func (d dump) each(see func(table, column string, field []byte)) {
	for _, name := range sortedKeys(d.tables) {
		for _, row := range d.tables[name].rows {
			for i, f := range row {
				see(name, d.tables[name].columns[i], f)
			}
		}
	}
	see(schema, "", d.rest)
}

// needle is the least that a value is looked for: shorter ones stand everywhere.
const needle = 6

// A haystack finds any of many values, by their first bytes.
type haystack map[[needle]byte][]string

func (h haystack) add(value string) {
	for _, s := range []string{value, strings.ToLower(value), strings.ToUpper(value), norm.NFD.String(value)} {
		if len(s) >= needle {
			key := [needle]byte([]byte(s))
			if !slices.Contains(h[key], s) {
				h[key] = append(h[key], s)
			}
		}
	}
}

func (h haystack) find(text []byte, found func(value string)) {
	for at := 0; at+needle <= len(text); at++ {
		for _, s := range h[[needle]byte(text[at:])] {
			if bytes.HasPrefix(text[at:], []byte(s)) {
				found(s)
			}
		}
	}
}

// spoken are all the values that the house was told about people: candidates and
// agents. The password is left out: a dump shows its slow hash, which the annex asks
// for in that form and no other (A01.02, A03.08).
func (p *place) spoken(t testing.TB) haystack {
	t.Helper()
	h := haystack{}
	add := func(values map[string]json.RawMessage) {
		for name, raw := range values {
			if name == "password" || name == "agent_password" {
				continue
			}
			v, err := decode(raw)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range leaves(v) {
				h.add(s)
			}
		}
	}
	for _, one := range p.people {
		add(one.values)
	}
	for _, o := range p.orders {
		add(o.Agent)
	}
	return h
}

// public are the words of the empty house, and those of missions: their recipients,
// organisations and scopes.
func (p *place) public(t testing.TB, values haystack) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	see := func(_, _ string, field []byte) { values.find(field, func(s string) { known[s] = true }) }
	readDump(t, p.empty).each(see)
	for _, o := range p.orders {
		o.Agent = nil
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		see("", "", text)
		see("", "", fmt.Appendf(nil, "%s %v", o.Mission, o.Scopes))
	}
	return known
}

func TestADumpTellsAStrangerNoValue(t *testing.T) {
	p := open(t)
	d := stolen(t, p)
	values := p.spoken(t)
	public := p.public(t, values)
	if len(values) < 2000 || len(public)*4 > len(values) {
		t.Fatalf("%d values, %d of them public words: this test would prove little", len(values), len(public))
	}
	reported := map[string]bool{}
	fields, size := 0, 0
	d.each(func(table, column string, field []byte) {
		if column == "day" || table+"."+column == "import_refusal.rule" {
			// The day of a trace or a connection is in clear, because keys go by days. A
			// rule names the words of a closed list; that it repeats no value is tried
			// with markers.
			return
		}
		fields++
		size += len(field)
		values.find(field, func(s string) {
			where := table + "." + column
			if _, err := time.Parse(time.DateOnly, s); err == nil && table == schema {
				return // a bound of a partition
			}
			if (strings.HasSuffix(column, "at") || column == "seen") && len(s) == 6 && strings.Trim(s, "0123456789") == "" {
				return // a board's rank has six digits, and so has the fraction of a second
			}
			if !public[s] && !(len(reported) > 30) && !reported[where+s] {
				reported[where+s] = true
				t.Errorf("%s holds a value of %d bytes that stands in a dossier as %s", where, len(s), p.itemOf(s))
			}
		})
	})
	t.Logf("%d values of %d bytes or more looked for (%d are words of the empty house), in %d fields of %d kB",
		len(values), needle, len(public), fields, size/1024)
}

// itemOf says where a value comes from, without the value.
func (p *place) itemOf(value string) string {
	for _, one := range p.people {
		for name, raw := range one.values {
			if v, err := decode(raw); err == nil {
				for _, s := range leaves(v) {
					if s == value || strings.EqualFold(s, value) || norm.NFD.String(s) == value {
						return name
					}
				}
			}
		}
	}
	return "an agent's"
}

// Every value is found in a dump in which it stands: in clear, in bytes, in the middle
// of others.
func TestTheSearchFindsEveryValueThatIsThere(t *testing.T) {
	p := open(t)
	values := p.spoken(t)
	n := 0
	for _, all := range values {
		for _, s := range all {
			for _, text := range []string{
				"COPY public.t (a, b) FROM stdin;\n1\t\\\\x" + hex.EncodeToString([]byte("before "+s+" after")) + "\n\\.\n",
				"COPY public.t (a, b) FROM stdin;\n1\t" + strings.NewReplacer("\\", `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(s) + "\n\\.\n",
			} {
				found := false
				readDump(t, []byte(text)).each(func(_, _ string, field []byte) {
					values.find(field, func(got string) { found = found || got == s })
				})
				if !found {
					t.Fatalf("a value of %d bytes is not found where it stands", len(s))
				}
			}
			if n++; n > 3000 {
				return
			}
		}
	}
}

func (p *place) enterCanaries(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	var lines, marks bytes.Buffer
	if err := synth.Generate(ctx, &lines, &marks, synth.Options{Candidates: 6, Seed: 31}); err != nil {
		t.Fatal(err)
	}
	in := p.campaignIntake(t, "canaries")
	if _, err := takeIn(ctx, in, "canaries", bytes.SplitAfter(bytes.TrimSpace(lines.Bytes()), []byte("\n"))); err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(marks.Bytes()) {
		var mark struct{ Value string }
		if err := json.Unmarshal(line, &mark); err != nil {
			t.Fatal(err)
		}
		canaries.add(mark.Value)
	}
}

func TestADumpHoldsNoCanary(t *testing.T) {
	d := stolen(t, open(t))
	if len(canaries) < 100 {
		t.Fatalf("%d canaries: too few", len(canaries))
	}
	d.each(func(table, column string, field []byte) {
		canaries.find(field, func(string) { t.Errorf("%s.%s holds a canary", table, column) })
	})
	t.Logf("%d canaries", len(canaries))
}

// A route names a scope, which is public, and a file by a number. Nothing in a dump
// says that two numbers are one person's, nor whose they are.
func TestADumpJoinsNoRoute(t *testing.T) {
	p := open(t)
	d := stolen(t, p)
	routing := d.tables["routing"]
	if routing == nil || len(routing.rows) < 10*len(p.people) {
		t.Fatal("the dump holds too few routes")
	}
	// Three columns of a route may join: none has a value twice, whatever the column.
	where := map[string]string{}
	windows := map[[8]byte]bool{}
	for _, row := range routing.rows {
		for i, name := range routing.columns {
			if name != "file_no" && name != "ref_tag" && name != "sealed_ref" {
				continue
			}
			if before, twice := where[string(row[i])]; twice {
				t.Fatalf("a value stands twice in routing, as %s and as %s", before, name)
			}
			where[string(row[i])] = name
			for at := 0; at+8 <= len(row[i]); at++ {
				w := [8]byte(row[i][at:])
				if windows[w] {
					t.Fatalf("two routes share eight bytes of %s", name)
				}
				windows[w] = true
			}
		}
	}
	// Nor does any piece of them stand in any other table of the three clusters.
	pieces := 0
	d.each(func(table, column string, field []byte) {
		if table == "routing" {
			return
		}
		for at := 0; at+8 <= len(field); at++ {
			pieces++
			if windows[[8]byte(field[at:])] {
				t.Fatalf("%s.%s shares eight bytes with a route", table, column)
			}
		}
	})
	t.Logf("%d routes: %d pieces of 8 bytes, none of which is among %d others", len(routing.rows), len(windows), pieces)
}

// Where a row lies on the disk must not say whose it is either.
func TestTheOrderOfRoutesFollowsNobody(t *testing.T) {
	p := open(t)
	routing := stolen(t, p).tables["routing"]
	for _, campaign := range campaigns {
		order := p.whose(t, campaign, routing)
		adjacent, expected := adjacency(order)
		tilt := follows(order)
		t.Logf("campaign %s: %d routes, %d neighbours of one candidate where chance gives %.1f; order of entry to order of rows: %+.3f",
			campaign, len(order), adjacent, expected, tilt)
		if float64(adjacent) > expected+5*math.Sqrt(expected)+3 {
			t.Errorf("campaign %s: %d neighbouring rows are one candidate's, chance gives %.1f", campaign, adjacent, expected)
		}
		if limit := 5 / math.Sqrt(float64(len(order))); math.Abs(tilt) > limit {
			t.Errorf("campaign %s: rows follow the order of candidates by %+.3f, chance gives less than %.3f", campaign, tilt, limit)
		}
		// The test sees what it looks for.
		slices.Sort(order)
		if adjacent, expected := adjacency(order); float64(adjacent) < expected+5*math.Sqrt(expected)+3 || follows(order) < 0.9 {
			t.Error("rows in the order of candidates were not noticed")
		}
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
}

// Dossiers that come alone are alone in their transactions, and their routes neighbours
// on the disk: docs/threats.md says so. Writing the table anew by its key, which holds
// random numbers, ends it in dumps made from then on.
func TestATableOfRoutesWrittenAnewFollowsNobody(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	in := p.campaignIntake(t, "one-by-one")
	lines, err := invent(ctx, 40, 303, false)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range lines {
		entry, err := in.Create(ctx, "one-by-one", line)
		if err != nil || entry.Refused != nil {
			t.Fatalf("creating a dossier: %v, %v", err, entry.Refused)
		}
		p.byUnit[entry.Ref] = belonging{person: &person{campaign: "one-by-one", number: int64(i + 1), ref: entry.Ref}}
	}
	neighbours := func() (int, float64) {
		return adjacency(p.whose(t, "one-by-one", p.routesAsTheyLie(t)))
	}
	before, expected := neighbours()
	p.exec(t, "data", "CLUSTER routing USING routing_pkey")
	after, _ := neighbours()
	t.Logf("40 dossiers one by one: %d neighbours of one candidate; written anew: %d, where chance gives %.1f", before, after, expected)
	if float64(after) > expected+5*math.Sqrt(expected)+3 {
		t.Errorf("written anew, %d neighbouring rows are one candidate's, chance gives %.1f", after, expected)
	}
}

// routesAsTheyLie are all routes in the order of the disk, which is that of a dump.
func (p *place) routesAsTheyLie(t testing.TB) *dumped {
	t.Helper()
	d := &dumped{columns: []string{"campaign", "scope_kind", "scope_id", "file_no", "state", "sealed_ref"}}
	rows, err := p.owner["data"].Query(context.Background(), "SELECT campaign::bytea, scope_kind::bytea, scope_id::bytea, file_no, state::bytea, sealed_ref FROM routing ORDER BY ctid")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		row := make([][]byte, len(d.columns))
		if err := rows.Scan(&row[0], &row[1], &row[2], &row[3], &row[4], &row[5]); err != nil {
			t.Fatal(err)
		}
		d.rows = append(d.rows, row)
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return d
}

// whose says, for the routes of a campaign in the order of a dump, which candidate
// each leads to, by the number of the line. It takes the routing key to know.
func (p *place) whose(t testing.TB, campaign string, routing *dumped) (order []int64) {
	t.Helper()
	key := p.routingKey(t, campaign)
	at := func(name string) int { return slices.Index(routing.columns, name) }
	for _, row := range routing.rows {
		if string(row[at("campaign")]) != campaign {
			continue
		}
		sealedTo := slices.Concat(row[at("file_no")], row[at("state")])
		payload, err := key.Open(nil, string(row[at("scope_kind")]), string(row[at("scope_id")]), sealedTo, row[at("sealed_ref")])
		if err != nil {
			t.Fatalf("following a route with its key: %v", err)
		}
		order = append(order, p.byUnit[dossier.Ref(payload[:16])].number)
	}
	if len(order) < 300 {
		t.Fatalf("%d routes of campaign %s: too few", len(order), campaign)
	}
	return order
}

// adjacency counts neighbours that are one candidate's, and how many chance gives.
func adjacency(order []int64) (n int, expected float64) {
	many := map[int64]float64{}
	for i, c := range order {
		many[c]++
		if i > 0 && order[i-1] == c {
			n++
		}
	}
	for _, k := range many {
		expected += k * (k - 1) / float64(len(order))
	}
	return n, expected
}

// follows correlates the place of a row with the place of its candidate in the file.
func follows(order []int64) float64 {
	var sx, sy, sxx, syy, sxy float64
	for i, c := range order {
		x, y := float64(i), float64(c)
		sx, sy, sxx, syy, sxy = sx+x, sy+y, sxx+x*x, syy+y*y, sxy+x*y
	}
	n := float64(len(order))
	return (n*sxy - sx*sy) / math.Sqrt((n*sxx-sx*sx)*(n*syy-sy*sy))
}

// Two scopes know one candidate by two numbers, and two candidates share none.
func TestEachScopeKnowsAFileByAnotherNumber(t *testing.T) {
	p := open(t)
	rows, err := p.owner["data"].Query(context.Background(), "SELECT file_no FROM routing WHERE campaign = ANY($1)", campaigns)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	seen := map[string]bool{}
	for rows.Next() {
		var no []byte
		if err := rows.Scan(&no); err != nil {
			t.Fatal(err)
		}
		if len(no) != 16 || seen[string(no)] {
			t.Fatalf("a file number of %d bytes, met before: %t", len(no), seen[string(no)])
		}
		seen[string(no)] = true
		if _, isUnit := p.byUnit[dossier.Ref(no)]; isUnit {
			t.Fatal("a file number is the reference of a candidate")
		}
	}
	if len(seen) < 10*len(p.people) {
		t.Fatalf("%d file numbers: too few", len(seen))
	}
}
