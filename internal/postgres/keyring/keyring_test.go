package keyring_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"sceau/crypto"
	"sceau/crypto/cryptotest"
	"sceau/internal/postgres/keyring"
	"sceau/internal/postgres/roles"
	"sceau/internal/testkit"
)

func open(t *testing.T, dsn string) *keyring.Store {
	t.Helper()
	s, err := keyring.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestPostgresIsAStore(t *testing.T) {
	owned := func(t *testing.T) cryptotest.KeyringStore {
		return open(t, testkit.Postgres(t, "keyring").DSN(roles.Owner))
	}
	cryptotest.StoreConformance(t, owned)
	cryptotest.RotationConformance(t, owned)
}

var plan = crypto.KeyPlan{Classes: []crypto.ClassPlan{{Class: "identity"}, {Class: "health", Own: true}}, Indexes: []string{"ine"}}

// Each process with its own role: the owner makes the campaign, intake adds, the
// gate reads.
func TestEachRoleDoesItsPart(t *testing.T) {
	db := testkit.Postgres(t, "keyring")
	var service cryptotest.Service
	if err := crypto.CreateCampaignKeys(t.Context(), &service, open(t, db.DSN(roles.Owner)), "2026", plan); err != nil {
		t.Fatal(err)
	}
	intake := &crypto.Keyring{Service: &service, Store: open(t, db.DSN("sceau_keyring_write"))}
	gate := &crypto.Keyring{Service: &service, Store: open(t, db.DSN("sceau_keyring_read"))}
	id := crypto.NewUnitID()
	unit := []crypto.NewUnit{{ID: id, Owner: id, Kind: "candidate", Classes: []string{"health"}}}
	if _, err := intake.NewUnits(t.Context(), "2026", unit); err != nil {
		t.Fatal(err)
	}
	for _, class := range []string{"identity", "health"} {
		if _, err := gate.Half(t.Context(), "2026", id, class, "", 0); err != nil {
			t.Errorf("the gate on %s: %v", class, err)
		}
		if _, err := intake.Half(t.Context(), "2026", id, class, "", 0); !denied(err) {
			t.Errorf("intake on %s: %v, want permission denied", class, err)
		}
	}
	unit[0].ID = crypto.NewUnitID()
	if _, err := gate.NewUnits(t.Context(), "2026", unit); !denied(err) {
		t.Errorf("the gate adding a unit: %v, want permission denied", err)
	}
	for _, role := range []string{"sceau_keyring_write", "sceau_keyring_read"} {
		if err := crypto.CreateCampaignKeys(t.Context(), &service, open(t, db.DSN(role)), "2027", plan); !denied(err) {
			t.Errorf("%s making a campaign: %v, want permission denied", role, err)
		}
	}
}

func denied(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "42501"
}

func TestEachRoleIsRefusedWhatIsNotItsPart(t *testing.T) {
	db := testkit.Postgres(t, "keyring")
	owner := open(t, db.DSN(roles.Owner))
	unit := crypto.NewUnitID()
	s := crypto.Sealing{Wrap: crypto.NewWrap(1, make([]byte, 60))}
	if err := owner.AddUnits(t.Context(), "2026", []crypto.UnitWrap{{Unit: unit, Owner: unit, Kind: "candidate", Sealing: s, Own: map[string]crypto.Sealing{"health": s}}}); err != nil {
		t.Fatal(err)
	}
	units := []string{"unit_secret", "unit_class_secret"}
	all := append([]string{"key_name", "branch_key"}, units...)
	tries := map[string][]string{}
	for _, table := range all {
		for _, role := range []string{"sceau_keyring_write", "sceau_keyring_read"} {
			tries[role] = append(tries[role], "DELETE FROM "+table, "UPDATE "+table+" SET campaign = campaign", "TRUNCATE "+table, "DROP TABLE "+table)
		}
		tries["sceau_keyring_read"] = append(tries["sceau_keyring_read"], "INSERT INTO "+table+" SELECT * FROM "+table)
	}
	for _, table := range units {
		tries["sceau_keyring_write"] = append(tries["sceau_keyring_write"], "SELECT wrap FROM "+table, "SELECT count(*) FROM "+table,
			"SELECT unit FROM "+table, "COPY "+table+" TO STDOUT", "SELECT FROM "+table+" FOR UPDATE")
	}
	tries["sceau_keyring_write"] = append(tries["sceau_keyring_write"],
		"INSERT INTO key_name VALUES ('sceau-x', '2026', 'person', '', 'active')",
		"INSERT INTO branch_key VALUES ('2026', 'identity', '', 9, ''::bytea, ''::bytea)",
		`INSERT INTO unit_secret VALUES ('2026', '\x00'::bytea, '\x00'::bytea, 'x', ''::bytea, ''::bytea) RETURNING wrap`,
		`INSERT INTO unit_secret AS u VALUES ('2026', '\x00'::bytea, '\x00'::bytea, 'x', ''::bytea, ''::bytea) ON CONFLICT (campaign, unit) DO UPDATE SET wrap = excluded.wrap`)
	for role, statements := range tries {
		conn, err := pgx.Connect(t.Context(), db.DSN(role))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		for _, statement := range statements {
			_, err := conn.Exec(t.Context(), statement)
			if !denied(err) {
				t.Errorf("%s: %s: %v, want permission denied", role, statement, err)
			}
		}
	}
	got, err := owner.Units(t.Context(), "2026", unit)
	if err != nil || !bytes.Equal(got[unit].Wrap, s.Wrap) {
		t.Errorf("after all this the unit is gone or changed: %v", err)
	}
}

func TestForgettingAUnitTakesTheSecretsOfItsClasses(t *testing.T) {
	db := testkit.Postgres(t, "keyring")
	owner := open(t, db.DSN(roles.Owner))
	gone, kept := crypto.NewUnitID(), crypto.NewUnitID()
	s := crypto.Sealing{Wrap: crypto.NewWrap(1, make([]byte, 60))}
	var rows []crypto.UnitWrap
	for _, u := range []crypto.UnitID{gone, kept} {
		rows = append(rows, crypto.UnitWrap{Unit: u, Owner: u, Kind: "candidate", Sealing: s, Own: map[string]crypto.Sealing{"health": s}})
	}
	if err := owner.AddUnits(t.Context(), "2026", rows); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), db.DSN(roles.Owner))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "DELETE FROM unit_secret WHERE unit = $1", gone[:]); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := owner.OwnClass(t.Context(), "2026", "health", gone); err != nil || ok {
		t.Errorf("the forgotten one: found %v, error %v", ok, err)
	}
	if _, ok, err := owner.OwnClass(t.Context(), "2026", "health", kept); err != nil || !ok {
		t.Errorf("the control: found %v, error %v", ok, err)
	}
}

func TestWrapsAreCountedByVersionInSQL(t *testing.T) {
	db := testkit.Postgres(t, "keyring")
	owner := open(t, db.DSN(roles.Owner))
	var rows []crypto.UnitWrap
	for i, version := range []uint32{1, 2, 255, 256, 70_000} {
		u := crypto.UnitID{byte(i)}
		rows = append(rows, crypto.UnitWrap{Unit: u, Owner: u, Kind: "candidate", Sealing: crypto.Sealing{Wrap: crypto.NewWrap(version, bytes.Repeat([]byte{0xff}, 60))}})
	}
	if err := owner.AddUnits(t.Context(), "2026", rows); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), db.DSN("sceau_keyring_read"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for below, want := range map[uint32]int{1: 0, 2: 1, 256: 3, 257: 4, 1 << 31: 5} {
		var got int
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM unit_secret WHERE wrap < $1", []byte(crypto.NewWrap(below, nil))).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%d wraps of versions before %d, want %d", got, below, want)
		}
	}
}

func TestADatabaseThatIsAwayIsUnavailable(t *testing.T) {
	s := open(t, "postgres://sceau_keyring_read:secret-word@127.0.0.1:1/sceau?connect_timeout=1")
	if err := s.Ping(t.Context()); !errors.Is(err, crypto.ErrUnavailable) || strings.Contains(err.Error(), "secret-word") {
		t.Errorf("%v, want ErrUnavailable", err)
	}
	if _, err := s.Names(t.Context(), "2026"); !errors.Is(err, crypto.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
	if _, err := keyring.Open(t.Context(), "postgres://x:secret-word@[::bad/"); err == nil || strings.Contains(err.Error(), "secret-word") {
		t.Errorf("a DSN that does not parse: %v", err)
	}
	db := testkit.Postgres(t, "keyring")
	wrong := strings.Replace(db.DSN("sceau_keyring_read"), "sceau_keyring_read:", "sceau_keyring_read:x", 1)
	if err := open(t, wrong).Ping(t.Context()); err == nil {
		t.Error("a wrong password entered")
	}
}
