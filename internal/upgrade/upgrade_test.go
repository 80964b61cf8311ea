package upgrade_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/internal/parts/vaultserver"
	"sceau/internal/postgres/roles"
	"sceau/internal/synth"
	"sceau/internal/testkit"
	"sceau/policy"
	"sceau/web/api"
)

const campaign = "2026" // that of the demonstration

// during is a day on which candidates may read nearly everything of their own.
var during = time.Date(2026, 6, 20, 12, 0, 0, 0, time.UTC)

// A store of each older version is started by this one: what went in comes out, is
// found, proved, turned and forgotten as if this version had sealed it.
func TestAnOlderStoreOpens(t *testing.T) {
	testkit.Required(t)
	for _, archive := range stores(t) {
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".tar.gz"), func(t *testing.T) {
			s := layOut(t, archive)
			o := &opened{store: s, House: s.up(t)}
			o.openDoor(t)
			o.everythingReads(t, "as it came", s.people...)
			o.theFactHolds(t)
			o.isFoundByIndex(t, s.people[1])
			o.proves(t, "as it came")
			o.vaultRecordsInItsOwnFolder(t)

			newcomer := o.enters(t)
			o.everythingReads(t, "with a newcomer", newcomer)
			o.projects(t, len(s.people), len(s.people)+1)
			o.turnsItsKeys(t)
			o.everythingReads(t, "after a turn of keys", append(slices.Clone(s.people), newcomer)...)
			o.forgets(t, s.people[0], s.people[1])
			o.everythingReads(t, "when somebody was forgotten", s.people[1], s.people[2], newcomer)
			o.refusesANewerCell(t, s.people[2])
			o.proves(t, "at the end")
		})
	}
}

// opened is a store with its door.
type opened struct {
	*store
	*house.House
	gate  *dossier.Gate
	table *policy.Table
}

// openDoor opens the gate anew: nothing that an earlier one had in memory helps it.
func (o *opened) openDoor(t *testing.T) {
	t.Helper()
	var err error
	if o.gate, err = o.Gate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o.table, err = o.Table(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (o *opened) ask(t *testing.T, who string, about dossier.Ref, items ...catalogue.ItemID) dossier.Ask {
	t.Helper()
	credential, err := o.Credential(who)
	if err != nil {
		t.Fatal(err)
	}
	return dossier.Ask{Mission: who, Credential: credential, Purpose: "P1", Candidate: about, Items: items, On: during}
}

// answered is what a caller reads of an answer.
type answered struct {
	Items   map[string]json.RawMessage
	Records map[catalogue.Repeat][]struct{ Items map[string]json.RawMessage }
	Grants  map[catalogue.ItemID]api.Grant
	Empty   []catalogue.ItemID
}

// read is what an account reads of its file, as a caller receives it: there is no
// other way for a value to leave.
func (o *opened) read(t *testing.T, account string, about dossier.Ref, items ...catalogue.ItemID) (answered, error) {
	t.Helper()
	var answer answered
	view, err := o.gate.Read(t.Context(), o.ask(t, account, about, items...))
	if err != nil {
		return answer, err
	}
	var received bytes.Buffer
	if err := api.WriteView(&received, view); err != nil {
		return answer, err
	}
	return answer, json.Unmarshal(received.Bytes(), &answer)
}

// everythingReads compares what each account may read with what was sent in, item by
// item and record by record.
func (o *opened) everythingReads(t *testing.T, when string, people ...person) {
	t.Helper()
	verdicts, err := o.table.Answer(policy.Question{Recipient: "S1", Purpose: "P1", Phase: "PH5", Relations: []catalogue.Relation{"self"}})
	if err != nil {
		t.Fatal(err)
	}
	values := 0
	for n, p := range people {
		who := fmt.Sprintf("%s, candidate %d", when, n+1)
		answer, err := o.read(t, p.accounts[0], p.ref)
		if err != nil {
			t.Errorf("%s: %v", who, err)
			continue
		}
		for _, v := range verdicts {
			if it, _ := o.Catalogue.Item(v.Item); !o.throughTheDoor(it) {
				continue
			}
			if _, given := answer.Grants[v.Item]; !given && !slices.Contains(answer.Empty, v.Item) {
				t.Errorf("%s: %s is granted, and neither given nor empty", who, v.Item)
			}
		}
		for _, id := range answer.Empty {
			if it, _ := o.Catalogue.Item(id); p.says(it) {
				t.Errorf("%s: %s was sent in, and nothing came back", who, id)
			}
		}
		for id, grant := range answer.Grants {
			it, _ := o.Catalogue.Item(id)
			if grant.Derive != "as-is" {
				continue
			}
			values += o.sameAsSent(t, who, p, it, answer)
		}
		for k, account := range p.accounts[1:] {
			theirs, err := o.read(t, account, p.ref, "A01.22")
			if err != nil {
				t.Errorf("%s: responsible %d: %v", who, k+1, err)
				continue
			}
			if len(theirs.Records["per_responsible"]) == 0 {
				t.Errorf("%s: responsible %d reads nothing of their own", who, k+1)
			}
		}
	}
	if values < 200*len(people) {
		t.Errorf("%s: %d values compared for %d candidates: this proves little", when, values, len(people))
	}
}

// throughTheDoor says whether an item is read by opening cells: slow hashes are for
// nobody, the traces are read as traces.
func (o *opened) throughTheDoor(it catalogue.Item) bool {
	for _, plan := range o.Layout.Tables {
		if slices.Contains(plan.Items, it.ID) {
			return true
		}
	}
	return slices.Contains(audit.ConnectionItems, it.ID)
}

// says says whether the line has a value for an item.
func (p person) says(it catalogue.Item) bool {
	if it.Repeats == "one" {
		v := p.sent[it.Name]
		return v != nil && string(v) != "null"
	}
	for _, r := range p.records(it.Repeats) {
		if v := r[it.Name]; v != nil && string(v) != "null" {
			return true
		}
	}
	return false
}

func (p person) records(of catalogue.Repeat) (list []map[string]json.RawMessage) {
	_ = json.Unmarshal(p.sent[string(of)], &list)
	return list
}

// sameAsSent compares one item, and says how many values it compared.
func (o *opened) sameAsSent(t *testing.T, who string, p person, it catalogue.Item, answer answered) int {
	t.Helper()
	if it.Repeats == "one" {
		if !same(answer.Items[it.Name], p.sent[it.Name]) {
			t.Errorf("%s: %s is not what was sent in", who, it.ID)
		}
		return 1
	}
	sent := p.records(it.Repeats)
	if it.Repeats == "per_event" { // what is older than a year is not kept, nor read
		sent = slices.DeleteFunc(sent, func(r map[string]json.RawMessage) bool {
			var at time.Time
			return json.Unmarshal(r["connection_timestamps"], &at) != nil || at.Before(o.Now().AddDate(-1, 0, 0))
		})
	}
	// A record of which nothing was said in a table has no row there: what counts is the
	// values, and their order.
	var given, want []json.RawMessage
	for _, r := range answer.Records[it.Repeats] {
		if v := r.Items[it.Name]; !same(v, nil) {
			given = append(given, v)
		}
	}
	for _, r := range sent {
		if v := r[it.Name]; !same(v, nil) {
			want = append(want, v)
		}
	}
	if !slices.EqualFunc(given, want, same) {
		t.Errorf("%s: the %d values of %s are not the %d that were sent in", who, len(given), it.ID, len(want))
	}
	return len(want)
}

// same compares two JSON values; one that is not there is null.
func same(a, b json.RawMessage) bool {
	var x, y any
	if len(a) > 0 && json.Unmarshal(a, &x) != nil || len(b) > 0 && json.Unmarshal(b, &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}

// theFactHolds: by a case that was recorded then, a candidate reads now what the class
// of fraud holds; by no case, somebody else does not.
func (o *opened) theFactHolds(t *testing.T) {
	t.Helper()
	with, without := o.people[0], o.people[2]
	answer, err := o.read(t, with.accounts[0], with.ref, "A01.28")
	if err != nil {
		t.Errorf("by the fact that was recorded: %v", err)
	} else if v := answer.Items["preregistration_fraud_record"]; string(v) == "null" || !same(v, with.sent["preregistration_fraud_record"]) {
		t.Error("by the fact that was recorded: not what was sent in")
	}
	if _, err := o.read(t, without.accounts[0], without.ref, "A01.28"); err == nil {
		t.Error("the class of fraud is read without the fact that it takes")
	}
}

// isFoundByIndex: who is given a mission today finds who came in then, and another
// school does not.
func (o *opened) isFoundByIndex(t *testing.T, p person) {
	t.Helper()
	school := text(p.records("per_school_year")[0]["school_information"])
	var orders []dossier.MissionOrder
	for name, uai := range map[string]string{"principal-of-today": school, "principal-elsewhere": "0990000M"} {
		orders = append(orders, dossier.MissionOrder{Mission: name, Campaign: campaign, Recipient: "R3c", Organisation: uai,
			Scopes: dossier.MissionScopes{Schools: []string{uai}}, Until: "2029-12-31"})
	}
	if err := o.GiveMissions(t.Context(), orders); err != nil {
		t.Fatal(err)
	}
	for index, item := range map[string]string{"registration": "registration_number", "ine": "ine", "email": "email"} {
		for _, order := range orders {
			ask := o.ask(t, order.Mission, dossier.Ref{})
			ask.On = time.Date(2026, 6, 5, 0, 0, 0, 0, time.UTC)
			found, _, err := o.gate.Find(t.Context(), ask, index, text(p.sent[item]))
			if mine := order.Mission == "principal-of-today"; mine != (err == nil && found == p.ref) {
				t.Errorf("by index %s, %s: found %v, error %v", index, order.Mission, found == p.ref, err)
			}
		}
	}
}

// text is a JSON string as text.
func text(v json.RawMessage) (s string) {
	_ = json.Unmarshal(v, &s)
	return s
}

// proves: the traces verify with what was added to them, and every cell lies at the
// revision that the trace of its write says.
func (o *opened) proves(t *testing.T, when string) {
	t.Helper()
	report, err := o.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !report.OK() || report.Traces == 0 || report.Closed == 0 {
		t.Errorf("%s: %d traces, %d closed days, findings %v", when, report.Traces, report.Closed, report.Findings)
	}
	revisions, err := o.Revisions(t.Context(), campaign, nil, "operator:tests", func(int64) func(int64) { return func(int64) {} })
	if err != nil {
		t.Fatal(err)
	}
	if !revisions.OK() || revisions.Dossiers < 3 || revisions.Cells == 0 {
		t.Errorf("%s: %d dossiers, %d cells, findings %v", when, revisions.Dossiers, revisions.Cells, revisions.Findings)
	}
}

// vaultRecordsInItsOwnFolder: the Vault goes on with what it stored and how, and
// records in the folder of the home, wherever that is now.
func (o *opened) vaultRecordsInItsOwnFolder(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(o.made.Home); err == nil {
		t.Errorf("%s is still there", o.made.Home)
	}
	v := vaultserver.Place{Dir: filepath.Join(o.home, "vault")}
	if info, err := os.Stat(v.AuditFile()); err != nil || info.Size() == 0 {
		t.Errorf("the audit of Vault: %v", err)
	}
	if _, err := os.Stat(filepath.Join(v.StorageDir(), "core")); err == nil && v.Found() != vaultserver.File {
		t.Error("a storage in files is not seen as one")
	}
}

// enters takes in somebody who was not there.
func (o *opened) enters(t *testing.T) person {
	t.Helper()
	var line bytes.Buffer
	if err := synth.Generate(t.Context(), &line, nil, synth.Options{Candidates: 1, Seed: 4711}); err != nil {
		t.Fatal(err)
	}
	in, err := o.Intake(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := in.Create(t.Context(), campaign, bytes.Clone(bytes.TrimSpace(line.Bytes())))
	if err != nil || entry.Refused != nil {
		t.Fatalf("somebody new enters: refused %v, error %v", entry.Refused, err)
	}
	p := person{ref: entry.Ref, accounts: entry.Accounts}
	if err := json.Unmarshal(line.Bytes(), &p.sent); err != nil {
		t.Fatal(err)
	}
	return p
}

// projects a campaign that has no key for runs, and people without a pseudonym.
func (o *opened) projects(t *testing.T, without, all int) {
	t.Helper()
	register, err := o.Register(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	campaigns, err := register.Campaigns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	calendar := campaigns[0].Calendar
	if err := register.SetCalendar(t.Context(), campaign, dossier.Calendar{"PH3": o.Now().AddDate(0, 0, -1)}); err != nil {
		t.Fatal(err)
	}
	for _, drawn := range []int{without, 0} {
		out, err := o.Project(t.Context(), campaign, "operator", nil)
		if err != nil {
			t.Fatal(err)
		}
		if out.Persons != all || out.Drawn != int64(drawn) {
			t.Errorf("%d projected, %d pseudonyms drawn, want %d and %d", out.Persons, out.Drawn, all, drawn)
		}
		if v, err := o.OpenView(t.Context(), out.Run); err != nil || len(v.Persons) != all {
			t.Errorf("the view of the projection: %v", err)
		}
	}
	if err := register.SetCalendar(t.Context(), campaign, calendar); err != nil {
		t.Fatal(err)
	}
}

// turnsItsKeys: every key says its versions, and a turn brings every wrap to the second.
func (o *opened) turnsItsKeys(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	look := func(version uint32) {
		t.Helper()
		status, err := o.KeyStatus(ctx, campaign)
		if err != nil {
			t.Fatal(err)
		}
		turned := 0
		for _, k := range status.Keys {
			if k.Versions == nil {
				continue
			}
			turned++
			if k.State != crypto.KeyActive || k.Versions.Newest != version {
				t.Errorf("key %s %s is %s, its newest version %d, want %d", k.Role, k.Of, k.State, k.Versions.Newest, version)
			}
			for v, n := range k.Wraps {
				if v != version && n > 0 {
					t.Errorf("key %s %s: %d wraps of version %d", k.Role, k.Of, n, v)
				}
			}
		}
		if turned < 10 {
			t.Errorf("%d keys say their versions", turned)
		}
	}
	look(1)
	job, _, err := o.KeyJob(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := job.RotateWraps(ctx, campaign); err != nil {
		t.Fatal(err)
	}
	look(2)
	o.openDoor(t)
}

// forgets: nothing leads to somebody who came in under the older version, though it
// kept no list of the scopes that a route may have; to somebody else all leads.
func (o *opened) forgets(t *testing.T, gone, other person) {
	t.Helper()
	before, others := o.leads(t, gone.ref), o.leads(t, other.ref)
	for table, n := range before {
		if n == 0 {
			t.Errorf("nothing of them in %s: this proves little", table)
		}
	}
	f, err := o.Forgetting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Forget(t.Context(), campaign, dossier.Target{Candidate: gone.ref}, "operator:test"); err != nil {
		t.Fatal(err)
	}
	for table, n := range o.leads(t, gone.ref) {
		if n > 0 {
			t.Errorf("%d rows of %s lead to who is forgotten", n, table)
		}
	}
	if after := o.leads(t, other.ref); !reflect.DeepEqual(after, others) {
		t.Errorf("to somebody else %v leads, and %v did", after, others)
	}
	if _, err := o.gate.Read(t.Context(), o.ask(t, gone.accounts[0], gone.ref, "A01.06")); err == nil {
		t.Error("who is forgotten is read")
	}
}

// refusesANewerCell: a cell of a format that this version does not read is named, left
// as it lies, and found by who compares; nothing else of the file is harmed.
func (o *opened) refusesANewerCell(t *testing.T, p person) {
	t.Helper()
	data := o.connect(t, parts.Data)
	statement := func(verb string) string {
		for _, plan := range o.Layout.Tables {
			if k := slices.Index(plan.Items, "A01.06"); k >= 0 {
				column := pgx.Identifier{plan.Columns[k]}.Sanitize()
				return fmt.Sprintf(verb, pgx.Identifier{plan.Name}.Sanitize(), column)
			}
		}
		t.Fatal("no table has A01.06")
		return ""
	}
	format := func(n int) {
		t.Helper()
		tag, err := data.Exec(t.Context(), statement("UPDATE %[1]s SET %[2]s = set_byte(%[2]s, 0, $1) WHERE unit = $2"), n, p.ref[:])
		if err != nil || tag.RowsAffected() != 1 {
			t.Fatalf("%v, error %v", tag, err)
		}
	}
	lies := func() (cell []byte) {
		t.Helper()
		if err := data.QueryRow(t.Context(), statement("SELECT %[2]s FROM %[1]s WHERE unit = $1"), p.ref[:]).Scan(&cell); err != nil {
			t.Fatal(err)
		}
		return cell
	}
	format(2)
	before := lies()
	var unknown *crypto.FormatError
	if _, err := o.read(t, p.accounts[0], p.ref, "A01.06"); !errors.As(err, &unknown) || *unknown != (crypto.FormatError{Of: "cell", Format: 2}) {
		t.Errorf("a cell of format 2: %v, want an error that names it", err)
	}
	if _, err := o.read(t, p.accounts[0], p.ref, "A01.07"); err != nil {
		t.Errorf("the cell beside it: %v", err)
	}
	revisions, err := o.Revisions(t.Context(), campaign, &p.ref, "operator:tests", nil)
	if err != nil || len(revisions.Findings) != 1 || revisions.Findings[0].What != dossier.Malformed {
		t.Errorf("a cell of format 2: findings %v, error %v", revisions.Findings, err)
	}
	if !bytes.Equal(lies(), before) {
		t.Error("what is not read was changed")
	}
	format(1)
	if answer, err := o.read(t, p.accounts[0], p.ref, "A01.06"); err != nil || !same(answer.Items["last_name"], p.sent["last_name"]) {
		t.Errorf("in its own format again: %v", err)
	}
}

// leads counts, table by table, what leads to a candidate.
func (o *opened) leads(t *testing.T, c dossier.Ref) map[string]int {
	t.Helper()
	found := map[string]int{}
	data, keyring := o.connect(t, parts.Data), o.connect(t, parts.Keyring)
	for table, count := range map[string]func() pgx.Row{
		"account": func() pgx.Row {
			return data.QueryRow(t.Context(), "SELECT count(*) FROM account WHERE unit = $1", c[:])
		},
		"blind_index": func() pgx.Row {
			return data.QueryRow(t.Context(), "SELECT count(*) FROM blind_index WHERE unit = $1", c[:])
		},
		"unit_secret": func() pgx.Row {
			return keyring.QueryRow(t.Context(), "SELECT count(*) FROM unit_secret WHERE owner = $1", c[:])
		},
		"unit_class_secret": func() pgx.Row {
			return keyring.QueryRow(t.Context(), "SELECT count(*) FROM unit_class_secret WHERE unit = $1", c[:])
		},
	} {
		var n int
		if err := count().Scan(&n); err != nil {
			t.Fatal(err)
		}
		found[table] = n
	}
	// Nothing in a route says whose it is: every one of them is opened.
	ring, _, err := o.ColdRing("rights")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.Routing(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Zero()
	rows, err := data.Query(t.Context(), "SELECT scope_kind, scope_id, file_no, state, sealed_ref FROM routing WHERE campaign = $1", campaign)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	found["routing"] = 0
	for rows.Next() {
		var kind, id, state string
		var no, sealed []byte
		if err := rows.Scan(&kind, &id, &no, &state, &sealed); err != nil {
			t.Fatal(err)
		}
		pointer, err := key.Open(nil, kind, id, append(no, state...), sealed)
		if err != nil {
			t.Fatal(err)
		}
		if dossier.Ref(pointer[:16]) == c {
			found["routing"]++
		}
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return found
}

func (o *opened) connect(t *testing.T, cluster string) *pgx.Conn {
	t.Helper()
	dsn, err := o.Parts.DSN(cluster, roles.Owner)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}
