package promises_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
)

// A cell is one sealed value where it lies.
type cell struct {
	*row
	column int
}

// A row is a row of a sealed table.
type row struct {
	table        int // in Layout.Tables
	campaign     string
	unit, record []byte
	cells        [][]byte
	owner        belonging // of nobody for an agent
	padding      bool      // written for everybody so that presence does not show
}

func (c cell) bytes() []byte { return c.cells[c.column] }

// A ledger is every cell of the house as intake left it, and who reads each.
type ledger struct {
	*place
	rows    []*row
	cells   []cell            // all
	live    []cell            // those that an account reads
	byItem  map[string][]cell // live, by table and column
	byRow   map[*row][]cell   // live
	sibling map[string][]cell // live, of one unit and column
	readers map[string]map[catalogue.ItemID]bool
}

func column(p *place, c cell) string {
	return p.Layout.Tables[c.table].Name + "." + p.Layout.Tables[c.table].Columns[c.column]
}

func (l *ledger) item(c cell) catalogue.ItemID { return l.Layout.Tables[c.table].Items[c.column] }

// theLedger is read once: each test puts back what it touched.
var theLedger *ledger

// loadLedger reads all sealed tables as the owner of the database.
func loadLedger(t testing.TB, p *place) *ledger {
	t.Helper()
	if theLedger != nil {
		return theLedger
	}
	ctx := context.Background()
	l := &ledger{place: p, byItem: map[string][]cell{}, byRow: map[*row][]cell{}, sibling: map[string][]cell{}, readers: map[string]map[catalogue.ItemID]bool{}}
	faces := map[string]*crypto.RoutingKey{}
	ring, _, err := p.ColdRing("agents")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range campaigns {
		if faces[c], err = ring.Routing(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	for n, plan := range p.Layout.Tables {
		names := []string{"campaign", "unit", "record"}
		for _, c := range plan.Columns {
			names = append(names, ident(c))
		}
		rows, err := p.owner["data"].Query(ctx, "SELECT "+strings.Join(names, ", ")+" FROM "+ident(plan.Name)+" WHERE campaign = ANY($1)", campaigns)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			r := &row{table: n, cells: make([][]byte, len(plan.Columns))}
			dest := []any{&r.campaign, &r.unit, &r.record}
			for k := range r.cells {
				dest = append(dest, &r.cells[k])
			}
			if err := rows.Scan(dest...); err != nil {
				t.Fatal(err)
			}
			r.owner = p.byUnit[crypto.UnitID(r.unit)]
			if !bytes.Equal(r.record, make([]byte, 16)) && r.owner.person != nil {
				face := faces[r.campaign].Unmask(crypto.RecordID(r.record))
				r.padding = face[8] == 1
			}
			l.rows = append(l.rows, r)
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
	}
	for _, r := range l.rows {
		for k := range r.cells {
			l.add(t, cell{r, k})
		}
	}
	theLedger = l
	return l
}

func (l *ledger) add(t testing.TB, c cell) {
	l.cells = append(l.cells, c)
	if c.padding || !l.reads(t, c) {
		return
	}
	l.live = append(l.live, c)
	l.byItem[column(l.place, c)] = append(l.byItem[column(l.place, c)], c)
	l.byRow[c.row] = append(l.byRow[c.row], c)
	key := column(l.place, c) + string(c.unit)
	l.sibling[key] = append(l.sibling[key], c)
}

// account is who reads a cell: the candidate, or a responsible for the own record.
func (c cell) account() string {
	if c.owner.person == nil {
		return ""
	}
	return c.owner.accounts[c.owner.responsible]
}

// reads says whether the table grants the cell's item to its account.
func (l *ledger) reads(t testing.TB, c cell) bool {
	who := c.account()
	if who == "" {
		return false
	}
	// One of each kind of account answers for all: what they read is their own.
	kind := who[:len("S1")]
	id := l.item(c)
	granted, known := l.readers[kind][id]
	if !known {
		_, err := l.read(t, who, id)
		var refusal *dossier.Refusal
		if err != nil && !errors.As(err, &refusal) {
			t.Fatalf("before anything is touched, %s reads %s: %v", kind, id, err)
		}
		granted = err == nil
		if l.readers[kind] == nil {
			l.readers[kind] = map[catalogue.ItemID]bool{}
		}
		l.readers[kind][id] = granted
	}
	return granted
}

// put writes bytes in the place of a cell.
func (l *ledger) put(t testing.TB, c cell, b []byte) {
	t.Helper()
	l.one(t, "data", "UPDATE "+ident(l.Layout.Tables[c.table].Name)+" SET "+ident(l.Layout.Tables[c.table].Columns[c.column])+
		" = $1 WHERE campaign = $2 AND unit = $3 AND record = $4", b, c.campaign, c.unit, c.record)
}

// sealed asks for a cell's item and wants it not to open.
func (l *ledger) sealed(t testing.TB, what string, c cell) {
	t.Helper()
	v, err := l.read(t, c.account(), l.item(c))
	if err == nil || !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("%s: %s answers %d fields and %v, want %v", what, column(l.place, c), len(v.Fields), err, crypto.ErrOpen)
	}
	if len(v.Fields) > 0 {
		t.Errorf("%s: an error came with %d fields", what, len(v.Fields))
	}
}

// opens asks for a cell's item and wants an answer.
func (l *ledger) opens(t testing.TB, what string, c cell) {
	t.Helper()
	if _, err := l.read(t, c.account(), l.item(c)); err != nil {
		t.Errorf("%s: %s: %v", what, column(l.place, c), err)
	}
}

// kinds of exchange: what the two places differ in.
var exchanges = []string{"item", "record", "candidate", "campaign", "table", "any", "revision"}

func TestNoTwoCellsCanBeExchanged(t *testing.T) {
	l := loadLedger(t, open(t))
	if len(l.live) < 10_000 {
		t.Fatalf("%d cells that somebody reads: too few to prove anything", len(l.live))
	}
	tried := map[string]int{}
	tables := map[string]bool{}
	rapid.Check(t, func(r *rapid.T) {
		kind := rapid.SampledFrom(exchanges).Draw(r, "exchange")
		a, b, ok := l.pair(r, kind)
		if !ok {
			r.Skip("no such pair here")
		}
		tried[kind]++
		tables[l.Layout.Tables[a.table].Name] = true
		l.opens(t, "before", a)
		if kind == "revision" {
			forged := bytes.Clone(a.bytes())
			forged[1+rapid.IntRange(0, 3).Draw(r, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(r, "bits"))
			l.put(t, a, forged)
			l.sealed(t, kind, a)
		} else {
			l.put(t, a, b.bytes())
			l.put(t, b, a.bytes())
			l.sealed(t, kind, a)
			if !b.padding && l.reads(t, b) {
				l.sealed(t, kind, b)
			}
			l.put(t, b, b.bytes())
		}
		l.put(t, a, a.bytes())
		l.opens(t, "put back", a)
		if t.Failed() {
			r.FailNow()
		}
	})
	t.Logf("%d cells, %d of them read by an account; exchanges tried: %v, in %d tables", len(l.cells), len(l.live), tried, len(tables))
}

// pair draws two cells that differ as kind says. The first is one that somebody
// reads; the second may be anybody's, padding and agents included.
func (l *ledger) pair(r *rapid.T, kind string) (a, b cell, ok bool) {
	// By column first: most cells are of wishes, and every item deserves its turn.
	names := sortedKeys(l.byItem)
	draw := func(from []cell, name string) cell { return from[rapid.IntRange(0, len(from)-1).Draw(r, name)] }
	for range 20 {
		a = draw(l.byItem[names[rapid.IntRange(0, len(names)-1).Draw(r, "column")]], "first")
		switch kind {
		case "item":
			b = draw(l.byRow[a.row], "second")
		case "record":
			b = draw(l.sibling[column(l.place, a)+string(a.unit)], "second")
		case "candidate", "campaign":
			b = draw(l.byItem[column(l.place, a)], "second")
			if (kind == "campaign") != (a.campaign != b.campaign) || bytes.Equal(a.unit, b.unit) {
				continue
			}
		case "table":
			b = draw(l.cells, "second")
			if a.table == b.table {
				continue
			}
		case "any":
			b = draw(l.cells, "second")
		case "revision":
			return a, a, true
		}
		if a.row != b.row || a.column != b.column {
			return a, b, true
		}
	}
	return a, b, false
}

// What no account reads, such as an agent's own data, is tried with the keys of the
// identity that opens every class.
func TestTheItemsThatNoAccountReadsDoNotMoveEither(t *testing.T) {
	l := loadLedger(t, open(t))
	ring, _, err := l.ColdRing("keyring-verify")
	if err != nil {
		t.Fatal(err)
	}
	unread := map[string][]cell{}
	for _, c := range l.cells {
		if name := column(l.place, c); l.byItem[name] == nil {
			unread[name] = append(unread[name], c)
		}
	}
	if len(unread) == 0 {
		t.Fatal("every item has a reader: this test would prove nothing")
	}
	for _, name := range sortedKeys(unread) {
		a, b := unread[name][0], unread[name][len(unread[name])-1]
		if a.row == b.row {
			t.Errorf("%s: one row only", name)
			continue
		}
		own, err := l.openAt(ring, a, a.bytes())
		if err != nil || len(own) == 0 {
			t.Errorf("%s in its own place: %v", name, err)
		}
		if _, err := l.openAt(ring, a, b.bytes()); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("%s of somebody else: %v, want %v", name, err, crypto.ErrOpen)
		}
		other := cell{a.row, (a.column + 1) % len(a.cells)}
		if _, err := l.openAt(ring, a, other.bytes()); other.column != a.column && !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("%s from another column: %v, want %v", name, err, crypto.ErrOpen)
		}
	}
	t.Logf("%d items that no account reads: %v", len(unread), sortedKeys(unread))
}

// openAt opens bytes as if they lay in the place of a cell.
func (l *ledger) openAt(ring *crypto.Keyring, c cell, b []byte) ([]byte, error) {
	plan := l.Layout.Tables[c.table]
	half, err := ring.Half(context.Background(), c.campaign, crypto.UnitID(c.unit), string(plan.Class), string(plan.Fate), 1)
	if err != nil {
		return nil, err
	}
	row, err := half.Row(crypto.RecordID(c.record))
	if err != nil {
		return nil, err
	}
	return row.Open(nil, string(l.item(c)), b)
}

// A row is moved as it is, header and all, to where another stood.
func TestARowPutInThePlaceOfAnotherDoesNotOpen(t *testing.T) {
	l := loadLedger(t, open(t))
	ctx := context.Background()
	tried := 0
	for n, plan := range l.Layout.Tables {
		rows := l.liveRows(n)
		for _, pair := range rowPairs(rows) {
			tried++
			what := fmt.Sprintf("%s to another %s", plan.Name, pair.differ)
			move := func() {
				tx, err := l.owner["data"].Begin(ctx)
				if err != nil {
					t.Fatal(err)
				}
				set := "UPDATE " + ident(plan.Name) + " SET campaign = $4, unit = $5, record = $6 WHERE campaign = $1 AND unit = $2 AND record = $3"
				aside := []byte("aside")
				for _, step := range [][]any{
					{pair.a.campaign, pair.a.unit, pair.a.record, pair.a.campaign, aside, aside},
					{pair.b.campaign, pair.b.unit, pair.b.record, pair.a.campaign, pair.a.unit, pair.a.record},
					{pair.a.campaign, aside, aside, pair.b.campaign, pair.b.unit, pair.b.record},
				} {
					tag, err := tx.Exec(ctx, set, step...)
					if err != nil || tag.RowsAffected() != 1 {
						t.Fatalf("moving a row of %s: %d rows, %v", plan.Name, tag.RowsAffected(), err)
					}
				}
				if err := tx.Commit(ctx); err != nil {
					t.Fatal(err)
				}
			}
			move()
			for _, r := range []*row{pair.a, pair.b} {
				l.sealed(t, what, l.byRow[r][0])
			}
			move()
			for _, r := range []*row{pair.a, pair.b} {
				l.opens(t, what+", and back", l.byRow[r][0])
			}
		}
	}
	if tried < 40 {
		t.Errorf("%d rows moved: too few to prove anything", tried)
	}
	t.Logf("%d pairs of rows moved", tried)
}

func (l *ledger) liveRows(table int) (rows []*row) {
	for _, r := range l.rows {
		if r.table == table && len(l.byRow[r]) > 0 {
			rows = append(rows, r)
		}
	}
	return rows
}

type rowPair struct {
	a, b   *row
	differ string
}

// rowPairs finds, in a table, two rows of one unit, of two candidates and of two
// campaigns.
func rowPairs(rows []*row) (pairs []rowPair) {
	found := map[string]bool{}
	for i, a := range rows {
		for _, b := range rows[i+1:] {
			differ := "campaign"
			switch {
			case bytes.Equal(a.unit, b.unit):
				differ = "record"
			case a.campaign == b.campaign && a.owner.person == b.owner.person:
				differ = "unit of the same file"
			case a.campaign == b.campaign:
				differ = "candidate"
			}
			if !found[differ] {
				found[differ] = true
				pairs = append(pairs, rowPair{a, b, differ})
			}
		}
	}
	return pairs
}

func TestTheHeaderOfARowIsHeldToItsKey(t *testing.T) {
	l := loadLedger(t, open(t))
	for n, plan := range l.Layout.Tables {
		rows := l.liveRows(n)
		if len(rows) < 2 {
			continue
		}
		c, other := l.byRow[rows[0]][0], rows[len(rows)-1]
		where := " WHERE campaign = $2 AND unit = $3 AND record = $4"
		get := func(r *row, name string) (v any) {
			if err := l.owner["data"].QueryRow(context.Background(), "SELECT "+name+" FROM "+ident(plan.Name)+
				" WHERE campaign = $1 AND unit = $2 AND record = $3", r.campaign, r.unit, r.record).Scan(&v); err != nil {
				t.Fatal(err)
			}
			return v
		}
		set := func(name string, v any) {
			l.one(t, "data", "UPDATE "+ident(plan.Name)+" SET "+name+" = $1"+where, v, c.campaign, c.unit, c.record)
		}
		commitment, version := get(c.row, "commitment"), get(c.row, "branch_version")
		for _, forged := range []any{make([]byte, 16), []byte{}, get(other, "commitment")} {
			set("commitment", forged)
			l.sealed(t, "another commitment", c)
		}
		set("commitment", commitment)
		// Version 0 would ask the keyring for the current one, and must not.
		for _, forged := range []int{2, 7, 0, -1} {
			set("branch_version", forged)
			if v, err := l.read(t, c.account(), l.item(c)); err == nil || len(v.Fields) > 0 {
				t.Errorf("%s at branch version %d: %d fields and %v, want an error", plan.Name, forged, len(v.Fields), err)
			}
		}
		set("branch_version", version)
		l.opens(t, "header put back", c)
	}
}

// Wraps are bound to their unit: the secret of one person does not open as another's,
// fresh or cached.
func TestTheWrapsOfTwoUnitsCannotBeExchanged(t *testing.T) {
	l := loadLedger(t, open(t))
	for _, tt := range []struct{ name, table, key string }{
		{"a person's secret", "unit_secret", ""},
		{"a person's secret for health", "unit_class_secret", " AND class = 'health'"},
		{"a person's secret for fraud", "unit_class_secret", " AND class = 'fraud'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			class := strings.TrimPrefix(tt.name, "a person's secret for ")
			name := map[string]string{"health": "health.medical_certificate_held", "fraud": "fraud.preregistration_fraud_record"}[class]
			if name == "" {
				name = "identity_other.last_name"
			}
			cells := l.byItem[name]
			a, b := cells[0], cells[1]
			if a.campaign != b.campaign {
				t.Fatal("two of one campaign are needed")
			}
			l.opens(t, "before", a) // both secrets are in the cache now
			l.opens(t, "before", b)
			swap := `UPDATE ` + tt.table + ` x SET wrap = y.wrap, commitment = CASE WHEN $3 THEN y.commitment ELSE x.commitment END
				FROM ` + tt.table + ` y WHERE x.campaign = $1 AND y.campaign = $1 AND x.unit = ANY($2) AND y.unit = ANY($2) AND x.unit <> y.unit` +
				strings.ReplaceAll(tt.key, " class", " x.class") + strings.ReplaceAll(tt.key, " class", " y.class")
			for _, both := range []bool{false, true} {
				units := [][]byte{a.unit, b.unit}
				if n := l.exec(t, "keyring", swap, a.campaign, units, both); n != 2 {
					t.Fatalf("%d wraps exchanged, want 2", n)
				}
				l.sealed(t, tt.name, a)
				l.sealed(t, tt.name, b)
				l.exec(t, "keyring", swap, a.campaign, units, both)
				l.opens(t, "put back", a)
				l.opens(t, "put back", b)
			}
		})
	}
}

func TestABranchKeyOfAnotherClassOrFateDoesNotOpen(t *testing.T) {
	p := open(t)
	// A house of its own keyring: the branch keys of this one are cached by their wraps.
	swap := func(class, fate, otherClass, otherFate string) {
		if n := p.exec(t, "keyring", `UPDATE branch_key x SET wrap = y.wrap, commitment = y.commitment FROM branch_key y
			WHERE x.campaign = '2026' AND y.campaign = '2026' AND x.version = y.version
			AND ((x.class, x.fate, y.class, y.fate) = ($1, $2, $3, $4) OR (y.class, y.fate, x.class, x.fate) = ($1, $2, $3, $4))`,
			class, fate, otherClass, otherFate); n != 2 {
			t.Fatalf("%d branch keys exchanged, want 2", n)
		}
	}
	for _, tt := range [][4]string{{"identity", "other", "identity", "coded"}, {"identity", "other", "contact", "other"}} {
		swap(tt[0], tt[1], tt[2], tt[3])
		ring, _, err := p.ColdRing("agents")
		if err == nil {
			_, err = ring.Half(context.Background(), "2026", p.people[0].ref, tt[0], tt[1], 1)
		}
		swap(tt[0], tt[1], tt[2], tt[3])
		if !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("branch key of %s %s in the place of %s %s: %v, want %v", tt[2], tt[3], tt[0], tt[1], err, crypto.ErrOpen)
		}
		ring, _, err = p.ColdRing("agents")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ring.Half(context.Background(), "2026", p.people[0].ref, tt[0], tt[1], 1); err != nil {
			t.Errorf("put back: %v", err)
		}
	}
}

// A document is bound to its record and to the name of its blob.
func TestABlobUnderTheNameOfAnotherDoesNotOpen(t *testing.T) {
	l := loadLedger(t, open(t))
	var blobs []string
	err := filepath.WalkDir(l.Path("blobs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			blobs = append(blobs, path)
		}
		return err
	})
	if err != nil || len(blobs) < 20 {
		t.Fatalf("%d blobs, %v: too few to prove anything", len(blobs), err)
	}
	var with []cell // documents that were sent in
	for _, name := range sortedKeys(l.byItem) {
		for _, c := range l.byItem[name] {
			it, _ := l.Catalogue.Item(l.item(c))
			if it.Kind == "document" && it.Repeats == "one" && string(c.owner.values[it.Name]) != "" && string(c.owner.values[it.Name]) != "null" {
				with = append(with, c)
			}
		}
	}
	if len(with) < 5 {
		t.Fatalf("%d documents that stand once were generated: too few", len(with))
	}
	with = with[:min(len(with), 40)]
	move := func(from func(int) int) {
		contents := make([][]byte, len(blobs))
		for i, path := range blobs {
			if contents[i], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
		for i, path := range blobs {
			if err := os.Chmod(path, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, contents[from(i)], 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	n := len(blobs)
	move(func(i int) int { return (i + 1) % n })
	for _, c := range with {
		if v, err := l.read(t, c.account(), l.item(c)); !errors.Is(err, dossier.ErrDocumentLost) || len(v.Fields) > 0 {
			t.Errorf("%s with the blob of another: %d fields and %v, want %v", column(l.place, c), len(v.Fields), err, dossier.ErrDocumentLost)
		}
	}
	move(func(i int) int { return (i + n - 1) % n })
	for _, c := range with {
		l.opens(t, "blobs put back", c)
	}
	t.Logf("%d blobs, %d documents asked for", n, len(with))
}

// Each item in turn: its cell of another candidate, and another item's cell of its
// own row.
func TestEachItemIsBoundToItsPlace(t *testing.T) {
	l := loadLedger(t, open(t))
	draw := rand.New(rand.NewPCG(7, uint64(len(l.cells))))
	tried := 0
	for _, name := range sortedKeys(l.byItem) {
		all := l.byItem[name]
		a := all[draw.IntN(len(all))]
		donors := []cell{l.byRow[a.row][draw.IntN(len(l.byRow[a.row]))]}
		for range 50 {
			if b := all[draw.IntN(len(all))]; b.owner.person != a.owner.person {
				donors = append(donors, b)
				break
			}
		}
		for _, b := range donors {
			if a == b {
				continue // the table has one item
			}
			l.put(t, a, b.bytes())
			l.sealed(t, "in its place the cell of "+column(l.place, b), a)
			tried++
		}
		l.put(t, a, a.bytes())
	}
	if tried < 200 {
		t.Errorf("%d exchanges: too few", tried)
	}
	t.Logf("%d items, %d exchanges", len(l.byItem), tried)
}

// sortedKeys are the keys of a map in order, so that a seed draws the same cells.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
