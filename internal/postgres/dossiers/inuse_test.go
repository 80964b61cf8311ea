package dossiers

import (
	"crypto/rand"
	"maps"
	"slices"
	"testing"
	"time"

	"sceau/dossier"
	"sceau/internal/postgres/pool"
)

// Each place that names a scope is enough by itself, and no other campaign's scopes come
// along.
func TestScopesOfACampaignAreThoseThatAnythingNames(t *testing.T) {
	s := newRoutes(t)
	eraser, err := pool.Open(t.Context(), s.dsn("sceau_forget"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(eraser.Close)
	for _, sql := range []string{
		`INSERT INTO campaign (campaign, label, calendar) VALUES ('2026', '', '{}'), ('2027', '', '{}')`,
		`INSERT INTO scope SELECT c, 'programme', 'registered-' || c FROM (VALUES ('2026'), ('2027')) t (c)`,
		`INSERT INTO routing SELECT c, k, i || c, uuid_send(gen_random_uuid()), 'open', uuid_send(gen_random_uuid()), 'x'
			FROM (VALUES ('2025'), ('2026'), ('2027')) t (c), (VALUES ('file', ''), ('academy', 'first-'), ('programme', 'routed-'), ('school', 'last-')) s (k, i), generate_series(1, 3)`,
		`INSERT INTO programme (campaign, programme, label, institution, academy, ministry, pool, flags)
			VALUES ('2026', 'P', '', 'I', 'AP', 'MP', '', '{}'), ('2026', 'Q', '', 'I', 'AQ', '', '', '{}'), ('2027', 'other', '', '', 'other', 'other', '', '{}')`,
		`INSERT INTO school (campaign, uai, academy, ministry) VALUES ('2026', 'S', 'AS', 'MS'), ('2026', 'T', 'AT', ''), ('2027', 'other', 'other', 'other')`,
		`INSERT INTO mission (mission, campaign, recipient, organisation, scopes, until, ended_at, credential, agent_unit) VALUES
			('ended', '2026', 'R4b-exam', '', '{"programmes": ["MP1", "MP2"], "schools": ["MSC"]}', '2026-12-31', now(), decode(repeat('00', 32), 'hex'), ''),
			('wide', '2026', 'R2a', '', '{"academies": ["MA"], "ministries": ["MM"]}', '2026-12-31', NULL, decode(repeat('00', 32), 'hex'), ''),
			('national', '2026', 'R1a', '', '{"national": true}', '2026-12-31', NULL, decode(repeat('00', 32), 'hex'), ''),
			('other', '2027', 'R2a', '', '{"academies": ["other"]}', '2026-12-31', NULL, decode(repeat('00', 32), 'hex'), '')`,
	} {
		if _, err := s.owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	used := []string{"academy:first-2026", "programme:registered-2026", "programme:routed-2026", "school:last-2026"}
	all := append([]string{"programme:P", "programme:Q", "academy-of-programme:AP", "academy-of-programme:AQ", "ministry-of-programme:MP",
		"school:S", "school:T", "academy:AS", "academy:AT", "ministry-of-school:MS",
		"programme:MP1", "programme:MP2", "school:MSC", "academy:MA", "academy-of-programme:MA", "ministry-of-school:MM", "ministry-of-programme:MM"}, used...)
	for name, tt := range map[string]struct {
		of   dossier.Scopes
		want []string
	}{"a history": {s.desk, all}, "a forgetting": {Eraser{eraser}, used}} {
		got := map[string]bool{}
		scopes, err := tt.of.Scopes(t.Context(), "2026")
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range scopes {
			got[one.String()] = true
		}
		slices.Sort(tt.want)
		if said := slices.Sorted(maps.Keys(got)); !slices.Equal(said, tt.want) || len(scopes) != len(got) {
			t.Errorf("%s tries %d scopes, %v\nwant %v", name, len(scopes), said, tt.want)
		}
	}
	if scopes, err := s.desk.Scopes(t.Context(), "2024"); err != nil || len(scopes) > 0 {
		t.Errorf("of a campaign that is not: %v, %v", scopes, err)
	}
}

// A country has some 21,000 programmes and 10,000 schools, and a history asks for all.
func TestScopesOfACountryAreFoundByLeaps(t *testing.T) {
	s := newRoutes(t)
	each := 4 // with a hundred times as many routes it takes as long
	_, err := s.owner.Exec(t.Context(), `INSERT INTO routing
		SELECT '2026', k, prefix || n, uuid_send(gen_random_uuid()), 'confirmed', uuid_send(gen_random_uuid()), 'x'
		FROM (VALUES ('programme', 'F', 21000), ('school', '0', 10000)) kinds (k, prefix, many), generate_series(1, many) n, generate_series(1, $1::int)`, each)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.owner.Exec(t.Context(), "VACUUM ANALYZE routing"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	scopes, err := s.desk.Scopes(t.Context(), "2026")
	took := time.Since(began)
	if err != nil || len(scopes) != 31_000 {
		t.Fatalf("%d scopes, %v", len(scopes), err)
	}
	if took > 10*time.Second {
		t.Errorf("scopes of a country take %s: the index is not used", took)
	}
	// Then a tag of each is looked up, and nearly none leads anywhere.
	tags := make([][16]byte, len(scopes))
	for i := range tags {
		rand.Read(tags[i][:])
	}
	began = time.Now()
	if _, _, err := s.desk.Follow(t.Context(), "2026", tags, nil); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d scopes over %d routes in %s, and their tags in %s", len(scopes), each*len(scopes), took, time.Since(began))
}
