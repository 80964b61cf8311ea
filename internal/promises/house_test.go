// Package promises_test tries the promises of the project against its real parts:
// three PostgreSQL servers, a Vault, the signed table, campaigns with candidates in
// them. A test elsewhere says that a piece does its work; a test here says that
// whoever steals, swaps, asks or looks gets nothing.
//
// One house serves the whole package, and goes with it however the tests end.
package promises_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/internal/postgres/atrest"
	"sceau/internal/postgres/roles"
	"sceau/internal/raised"
	"sceau/internal/synth"
	"sceau/internal/testkit"
	"sceau/policy/opa"
	"sceau/policy/publish"
	"sceau/policy/sheets"
	"sceau/policy/signed"
	"sceau/policy/signed/signedtest"
)

const (
	examples = "../../docs/examples/demo"
	// keeperOf names, to the process that watches over a house, which one.
	keeperOf = "SCEAU_PROMISES_KEEPER_OF"
	// perCampaign is how many candidates each campaign has, edge cases included.
	perCampaign = 48
)

// campaigns have different people and the same programmes.
var campaigns = []string{"2026", "2027"}

// during is a day on which candidates may read nearly everything of their own.
var during = time.Date(2026, 6, 20, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	if home := os.Getenv(keeperOf); home != "" {
		keep(home)
		return
	}
	flag.Parse()
	counts()
	code := m.Run()
	if err := leave(); err != nil {
		fmt.Fprintln(os.Stderr, "leaving nothing behind:", err)
		code = 1
	}
	os.Exit(code)
}

// soaking says whether the full counts are asked for.
func soaking() bool { return os.Getenv("SCEAU_SOAK") == "1" }

// counts sets how often a property is tried, unless the command line does.
func counts() {
	stated := false
	flag.Visit(func(f *flag.Flag) { stated = stated || f.Name == "rapid.checks" })
	if stated {
		return
	}
	n := "60"
	if soaking() {
		n = "3000"
	}
	if err := flag.Set("rapid.checks", n); err != nil {
		panic(err)
	}
}

// keep waits for the end of the tests, by whatever cause, and erases the house: no
// deferred call survives a kill.
func keep(home string) {
	_, _ = io.Copy(io.Discard, os.Stdin)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := parts.Erase(ctx, home); err != nil {
		os.Exit(1)
	}
}

// A place is the house with its people.
type place struct {
	*house.House
	at        parts.Addresses
	home      string
	gate      *dossier.Gate
	intake    *dossier.Intake
	register  dossierRegister
	owner     map[string]*pgxpool.Pool // by cluster, as whoever may write anything there
	reference *dossier.Reference
	orders    []dossier.MissionOrder
	people    []*person
	byUnit    map[crypto.UnitID]belonging
	empty     []byte // the dumps before anybody entered
	keeper    func() error
}

type dossierRegister interface {
	dossier.FactBook
	EndMission(ctx context.Context, id string) error
}

// A person is one candidate and the line that was sent in.
type person struct {
	campaign string
	number   int64 // of the line, from 1
	line     []byte
	values   map[string]json.RawMessage
	ref      dossier.Ref
	accounts []string // the candidate's own first
}

// A belonging says whose a unit of erasure is.
type belonging struct {
	*person
	responsible int // from 1, 0 for the candidate and the bundles
	bundle      string
}

var theHouse = sync.OnceValues(build)

// open gives the house to a test that needs it.
func open(t testing.TB) *place {
	t.Helper()
	testkit.Required(t)
	p, err := theHouse()
	if err != nil {
		t.Fatalf("the real parts are needed here: %v", err)
	}
	return p
}

var built *place

func leave() error {
	if built == nil {
		return nil
	}
	for _, pool := range built.owner {
		pool.Close()
	}
	if built.House != nil {
		built.Close()
	}
	return built.keeper()
}

func build() (*place, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	home, err := os.MkdirTemp("", "sceau-promises-")
	if err != nil {
		return nil, err
	}
	// The account that runs PostgreSQL crosses the home and reads nothing of it.
	if err := os.Chmod(home, 0o711); err != nil {
		return nil, err
	}
	p := &place{home: home, owner: map[string]*pgxpool.Pool{}, byUnit: map[crypto.UnitID]belonging{}}
	built = p
	if p.keeper, err = appointKeeper(home); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{p.start, p.sign, p.found, p.lookAtTheEmptyHouse, p.give, p.enter, p.doors, p.recordFacts} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func appointKeeper(home string) (func() error, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), keeperOf+"="+home)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // the signal that stops the tests must not stop it
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() error { return errors.Join(stdin.Close(), cmd.Wait()) }, nil
}

func (p *place) start(ctx context.Context) (err error) {
	if p.at, err = parts.Up(ctx, p.home, io.Discard); err != nil {
		return err
	}
	if err := house.Furnish(ctx, p.at, io.Discard); err != nil {
		return err
	}
	if p.House, err = house.At(p.at); err != nil {
		return err
	}
	for _, cluster := range roles.Clusters {
		dsn, err := p.at.DSN(cluster, roles.Owner)
		if err != nil {
			return err
		}
		if p.owner[cluster], err = pgxpool.New(ctx, dsn); err != nil {
			return err
		}
	}
	return nil
}

// sign publishes the table of access and has two people sign it.
func (p *place) sign(ctx context.Context) error {
	var keys []string
	for _, name := range []string{"dpo", "controller"} {
		file := filepath.Join(p.home, name+".key")
		public, err := signed.NewSigner(name, file)
		if err != nil {
			return err
		}
		if err := house.AddSigner(p.home, public); err != nil {
			return err
		}
		keys = append(keys, file)
	}
	// Tests read in a minute what nobody reads in a year.
	raisedSheets := filepath.Join(p.home, "sheets")
	if err := errors.Join(os.Mkdir(raisedSheets, 0o700), raised.Sheets(sheets.Files, raisedSheets)); err != nil {
		return err
	}
	draft, err := publish.Make(ctx, p.Catalogue, opa.Sources{Sheets: os.DirFS(raisedSheets)})
	if err != nil {
		return err
	}
	store, trust, err := p.Publications(ctx)
	if err != nil {
		return err
	}
	proposed, err := draft.Propose(ctx, store, trust, "policy-office", time.Now())
	if err != nil {
		return err
	}
	for _, file := range keys {
		signer, err := signed.ReadSigner(file)
		if err != nil {
			return err
		}
		if _, _, err := signedtest.Sign(ctx, store, p.Words, trust, proposed.ID, signer); err != nil {
			return err
		}
	}
	return nil
}

// found creates the campaigns.
func (p *place) found(ctx context.Context) error {
	for _, id := range campaigns {
		if err := p.campaign(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// campaign creates one more campaign like that of the demonstration.
func (p *place) campaign(ctx context.Context, id string) error {
	f, err := os.Open(filepath.Join(examples, "campaign.yaml"))
	if err != nil {
		return err
	}
	defer f.Close()
	c, programmesFile, schoolsFile, err := dossier.ReadCampaign(f, p.Catalogue)
	if err != nil {
		return err
	}
	c.ID, c.Demo = id, true
	programmes, err := readExample(programmesFile, dossier.ReadProgrammes)
	if err != nil {
		return err
	}
	schools, err := readExample(schoolsFile, dossier.ReadSchools)
	if err != nil {
		return err
	}
	p.reference = dossier.NewReference(programmes, schools)
	return p.CreateCampaign(ctx, c, programmes, schools)
}

// campaignIntake takes dossiers into a campaign made for a test.
func (p *place) campaignIntake(t testing.TB, campaign string) *dossier.Intake {
	t.Helper()
	if err := p.campaign(t.Context(), campaign); err != nil {
		t.Fatal(err)
	}
	in, err := p.Intake(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func readExample[T any](name string, read func(io.Reader) (T, error)) (T, error) {
	f, err := os.Open(filepath.Join(examples, name))
	if err != nil {
		var none T
		return none, err
	}
	defer f.Close()
	return read(f)
}

func (p *place) lookAtTheEmptyHouse(ctx context.Context) (err error) {
	p.empty, err = p.dumps(ctx, roles.Clusters...)
	return err
}

// dumps are plain dumps of clusters, one after the other.
func (p *place) dumps(ctx context.Context, clusters ...string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "sceau-dumps-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var all []byte
	for _, cluster := range clusters {
		admin, err := p.at.Admin(cluster)
		if err != nil {
			return nil, err
		}
		file := filepath.Join(dir, cluster)
		if err := atrest.Dump(ctx, admin, file); err != nil {
			return nil, err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, text...)
	}
	return all, nil
}

// give imports the missions of the demonstration, once for each campaign.
func (p *place) give(ctx context.Context) error {
	orders, err := readExample("missions.ndjson", func(r io.Reader) ([]dossier.MissionOrder, error) {
		return dossier.ReadMissionOrders(r, p.Catalogue)
	})
	if err != nil {
		return err
	}
	for _, c := range campaigns {
		for _, o := range orders {
			o.Mission, o.Campaign = missionOf(o.Mission, c), c
			p.orders = append(p.orders, o)
		}
	}
	return p.GiveMissions(ctx, p.orders)
}

// missionOf names the mission of a campaign that the demonstration has in its own.
func missionOf(mission, campaign string) string {
	if campaign == campaigns[0] {
		return mission
	}
	return mission + "-" + campaign
}

// invent generates candidates, one line each.
func invent(ctx context.Context, n int, seed uint64, edge bool) ([][]byte, error) {
	var file bytes.Buffer
	if err := synth.Generate(ctx, &file, nil, synth.Options{Candidates: n, Seed: seed, Edge: edge}); err != nil {
		return nil, err
	}
	return bytes.SplitAfter(bytes.TrimSuffix(file.Bytes(), []byte("\n")), []byte("\n")), nil
}

// enter imports the candidates of both campaigns.
func (p *place) enter(ctx context.Context) (err error) {
	if p.intake, err = p.Intake(ctx, campaigns...); err != nil {
		return err
	}
	for k, c := range campaigns {
		lines, err := invent(ctx, perCampaign, uint64(101+k), true)
		if err != nil {
			return err
		}
		people, err := takeIn(ctx, p.intake, c, lines)
		if err != nil {
			return err
		}
		if len(people) != len(lines) {
			return fmt.Errorf("%d of %d invented candidates entered campaign %s", len(people), len(lines), c)
		}
		p.people = append(p.people, people...)
	}
	for _, one := range p.people {
		p.byUnit[one.ref] = belonging{person: one}
		for n := 1; n < len(one.accounts); n++ {
			p.byUnit[dossier.Responsible(one.ref, n)] = belonging{person: one, responsible: n}
		}
		for _, t := range p.Catalogue.Tables() {
			if t.Bundle != "" {
				p.byUnit[dossier.Bundle(one.ref, t.Bundle)] = belonging{person: one, bundle: t.Bundle}
			}
		}
	}
	return nil
}

// takeIn imports lines and gives back who entered, in the order of the lines.
func takeIn(ctx context.Context, in *dossier.Intake, campaign string, lines [][]byte) ([]*person, error) {
	var people []*person
	file := bytes.NewReader(bytes.Join(lines, nil))
	report, err := in.Import(ctx, campaign, file, dossier.ImportOptions{Source: rapidName(campaign, lines), Arrived: func(a dossier.Arrival) {
		people = append(people, &person{campaign: campaign, number: a.Line, line: lines[a.Line-1], ref: a.Ref, accounts: a.Accounts})
	}})
	if err == nil && len(report.Refused) > 0 {
		err = fmt.Errorf("campaign %s: %d lines are refused: %v", campaign, len(report.Refused), report.Refused)
	}
	if err != nil {
		return nil, err
	}
	for _, one := range people {
		if err := json.Unmarshal(one.line, &one.values); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(people, func(a, b *person) int { return int(a.number - b.number) })
	return people, nil
}

var imports int

// rapidName names an import apart from any other of this run.
func rapidName(campaign string, lines [][]byte) string {
	imports++
	return fmt.Sprintf("%s-%d-%d", campaign, imports, len(lines))
}

func (p *place) doors(ctx context.Context) (err error) {
	if p.gate, err = p.Gate(ctx); err != nil {
		return err
	}
	p.register, err = p.Register(ctx)
	return err
}

// recordFacts opens a case on every file, so that the candidates may read what the
// class of fraud holds of them: that class is swapped and read like any other.
func (p *place) recordFacts(ctx context.Context) error {
	for _, one := range p.people {
		by := missionOf("dgesip", one.campaign)
		credential, err := p.Credential(by)
		if err != nil {
			return err
		}
		f := dossier.Fact{ID: fmt.Sprintf("case-%s-%d", one.campaign, one.number), Kind: "case_open", Candidate: one.ref.String(), By: by,
			To: dossier.Addressee{Recipient: "S1"}, From: "2026-01-01"}
		if err := p.gate.RecordFact(ctx, p.register, f, credential, during); err != nil {
			return err
		}
	}
	return nil
}

// ask is a request of an account or a mission in its own campaign.
func (p *place) ask(t testing.TB, who string, purpose catalogue.Purpose, about dossier.Ref, items ...catalogue.ItemID) dossier.Ask {
	t.Helper()
	credential, err := p.Credential(who)
	if err != nil {
		t.Fatal(err)
	}
	return dossier.Ask{Mission: who, Credential: credential, Purpose: purpose, Candidate: about, Items: items, On: during}
}

// read is what an account reads of its own file.
func (p *place) read(t testing.TB, account string, items ...catalogue.ItemID) (dossier.View, error) {
	t.Helper()
	ref, _, ok := dossier.ParseAccount(account)
	if !ok {
		t.Fatalf("%s is no account", account)
	}
	return p.gate.Read(context.Background(), p.ask(t, account, "P1", ref, items...))
}

// exec changes a database as its owner, who may change anything.
func (p *place) exec(t testing.TB, cluster, sql string, args ...any) int64 {
	t.Helper()
	tag, err := p.owner[cluster].Exec(context.Background(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return tag.RowsAffected()
}

// one changes exactly one row.
func (p *place) one(t testing.TB, cluster, sql string, args ...any) {
	t.Helper()
	if n := p.exec(t, cluster, sql, args...); n != 1 {
		t.Fatalf("%s: %d rows changed, want 1", sql, n)
	}
}

// connect opens one connection as a role, for a test.
func (p *place) connect(t testing.TB, cluster, role string) *pgx.Conn {
	t.Helper()
	dsn, err := p.at.DSN(cluster, role)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func ident(name string) string { return pgx.Identifier{name}.Sanitize() }
