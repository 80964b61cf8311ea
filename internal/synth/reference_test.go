package synth

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sceau/catalogue"
	"sceau/dossier"
)

// The size of the offer that the demonstration uses.
const (
	defaultProgrammes = 400
	defaultSchools    = 200
)

var admissionDay = time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)

// demo is where a reader sees the offer that the default is.
var demo = filepath.Join("..", "..", "docs", "examples", "demo")

func TestTheEmbeddedReferenceIsTheOneOfTheDemonstration(t *testing.T) {
	o := Reference(defaultProgrammes, defaultSchools)
	if *update {
		for _, dir := range []string{"data", demo} {
			if err := WriteReference(dir, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	var programmes, schools bytes.Buffer
	if err := o.writeProgrammes(&programmes); err != nil {
		t.Fatal(err)
	}
	if err := o.writeSchools(&schools); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{programmesFile: programmes.Bytes(), schoolsFile: schools.Bytes()} {
		for _, dir := range []string{"data", demo} {
			got, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s/%s is not what Reference builds", dir, name)
			}
		}
	}
}

func TestTheMissionsOfTheDemonstrationAreInOrder(t *testing.T) {
	c := catalogue.MustLoad()
	o := Reference(defaultProgrammes, defaultSchools)
	var b bytes.Buffer
	if err := WriteMissions(&b, o, "2026"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(demo, "missions.ndjson")
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, b.Bytes()) {
		t.Error("missions.ndjson is not what WriteMissions writes")
	}
	// The reader of missions refuses an unknown key, an item that agents have not,
	// and a value out of its format.
	orders, err := dossier.ReadMissionOrders(bytes.NewReader(got), c)
	if err != nil {
		t.Fatal(err)
	}
	known := offerSets(o)
	have := map[catalogue.RecipientID]int{}
	for _, m := range orders {
		have[m.Recipient]++
		for _, id := range m.Scopes.Programmes {
			known.has(t, m.Mission, "programme "+id)
		}
		for _, id := range m.Scopes.Institutions {
			known.has(t, m.Mission, "institution "+id)
		}
		for _, id := range m.Scopes.Schools {
			known.has(t, m.Mission, "school "+id)
		}
		for _, id := range m.Scopes.Academies {
			known.has(t, m.Mission, "academy "+id)
		}
		for _, id := range m.Scopes.Ministries {
			known.has(t, m.Mission, "ministry "+id)
		}
		for _, id := range m.Scopes.Pools {
			known.has(t, m.Mission, "pool "+id)
		}
	}
	for _, r := range c.Recipients() {
		id := string(r.ID)
		can := id != "S1" && id != "S2" && !strings.HasPrefix(id, "X") && id != "SYS-intake" && id != "SYS-keyring"
		if can != (have[r.ID] > 0) {
			t.Errorf("recipient %s has %d missions", r.ID, have[r.ID])
		}
	}
	if have["R4b-exam"] < 2 {
		t.Error("one examiner alone shows no refusal between programmes")
	}
}

type sets map[string]bool

func offerSets(o *Offer) sets {
	s := sets{}
	for _, p := range o.Programmes {
		for _, k := range []string{"programme " + p.ID, "institution " + p.Institution, "academy " + p.Academy, "ministry " + p.Ministry, "pool " + p.Pool} {
			s[k] = true
		}
	}
	for _, x := range o.Schools {
		s["school "+x.UAI], s["academy "+x.Academy], s["ministry "+x.Ministry] = true, true, true
	}
	return s
}

func (s sets) has(t *testing.T, mission, what string) {
	t.Helper()
	if !s[what] {
		t.Errorf("mission %s: the offer has no %s", mission, what)
	}
}

func TestTheCampaignOfTheDemonstrationReads(t *testing.T) {
	c := catalogue.MustLoad()
	f, err := os.Open(filepath.Join(demo, "campaign.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	campaign, programmes, schools, err := dossier.ReadCampaign(f, c)
	if err != nil {
		t.Fatal(err)
	}
	if programmes != programmesFile || schools != schoolsFile {
		t.Errorf("it names %s and %s", programmes, schools)
	}
	// What happens to candidates happens in the phases of that calendar.
	s := sessionOf(2026)
	for phase, want := range map[catalogue.Phase]day{"PH0": s.opening, "PH1": s.wishes, "PH2": s.confirmation, "PH3": s.examination,
		"PH4": s.admission, "PH5": s.complementary, "PH6": s.enrolment, "PH7": s.closed, "PH8": s.depot} {
		if got := campaign.Calendar[phase].Format(time.DateOnly); got != want.String() {
			t.Errorf("%s begins on %s, the session has %s", phase, got, want)
		}
	}
	for name, want := range map[string]catalogue.Phase{"information": "PH0", "formulation": "PH1", "confirmation": "PH2", "examination": "PH3",
		"admission": "PH4", "complementary": "PH5", "enrolment": "PH6", "closed": "PH7", "archive": "PH8"} {
		f, err := os.Open(filepath.Join(demo, "calendar-"+name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		calendar, err := dossier.ReadCalendar(f, c)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.Phase(admissionDay); got != want {
			t.Errorf("calendar-%s holds %s, want %s", name, got, want)
		}
	}
	for _, read := range []func() (int, error){
		func() (int, error) {
			f, err := os.Open(filepath.Join(demo, programmesFile))
			if err != nil {
				return 0, err
			}
			defer f.Close()
			p, err := dossier.ReadProgrammes(f)
			return len(p) - defaultProgrammes, err
		},
		func() (int, error) {
			f, err := os.Open(filepath.Join(demo, schoolsFile))
			if err != nil {
				return 0, err
			}
			defer f.Close()
			s, err := dossier.ReadSchools(f)
			return len(s) - defaultSchools, err
		},
	} {
		if missing, err := read(); err != nil || missing != 0 {
			t.Errorf("the reference does not read: %d off, %v", missing, err)
		}
	}
}

func TestAReferenceIsReadBackAsItWasWritten(t *testing.T) {
	dir := t.TempDir()
	o := Reference(1200, 300)
	if err := WriteReference(dir, o); err != nil {
		t.Fatal(err)
	}
	got, err := ReadReference(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(o, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if err := Generate(t.Context(), io.Discard, nil, Options{Candidates: 200, Reference: got}); err != nil {
		t.Error(err)
	}
}

func TestABrokenReferenceIsRefusedWithItsLine(t *testing.T) {
	for _, tt := range []struct{ name, file, from, to, want string }{
		{"another header", programmesFile, "programme,label", "id,label", "the header is"},
		{"a weight of nothing", programmesFile, "F00001,", ",", "line 2"},
		{"a school of no academy", schoolsFile, "0990000M,Aix-Marseille,", "0990000M,,", "line 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := WriteReference(dir, Reference(60, 20)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, tt.file)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			broken := strings.Replace(string(text), tt.from, tt.to, 1)
			if broken == string(text) {
				t.Fatal("nothing was broken")
			}
			if err := os.WriteFile(path, []byte(broken), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadReference(dir); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestAReferenceHasTheProportionsOfTheRealOne(t *testing.T) {
	m := readMarginals()
	o := Reference(21_000, 3_700)
	if len(o.Programmes) != 21_000 || len(o.Schools) != 3_700 {
		t.Fatalf("%d programmes and %d schools", len(o.Programmes), len(o.Schools))
	}
	var programmes, wishes, places = map[string]int{}, map[string]int{}, map[string]int{}
	all, weights, flags := 0, 0, map[string]int{}
	seen := map[string]bool{}
	for _, p := range o.Programmes {
		if seen[p.ID] {
			t.Fatalf("two programmes are %s", p.ID)
		}
		seen[p.ID] = true
		for _, f := range p.Flags {
			flags[f]++
		}
		if p.counts() {
			programmes[p.Track]++
			places[p.Academy]++
			wishes[p.Track] += p.Weight
			all++
			weights += p.Weight
		}
	}
	real, realWishes := 0, 0
	for _, k := range m.kinds {
		real += k.Programmes
		realWishes += k.Wishes
	}
	for _, k := range m.kinds {
		near(t, k.Track+" programmes", part(programmes[k.Track], all), part(k.Programmes, real), 0.005)
		near(t, k.Track+" wishes", part(wishes[k.Track], weights), part(k.Wishes, realWishes), 0.005)
	}
	for _, a := range m.academies {
		near(t, a.Academy+" programmes", part(places[a.Academy], all), part(a.Programmes, real), 0.005)
	}
	near(t, "apprenticeship", part(flags[flagApprenticeship], 21_000), 8_900./21_000, 0.001)
	near(t, "summons", part(flags[flagSummons], all), 0.12, 0.05)
	near(t, "boarding", part(flags[flagBoarding], all), 0.08, 0.03)
	for _, f := range []string{flagMilitaryLycee, flagArmedForces, flagCertificate, flagEntranceTest, flagNetwork, flagFee} {
		if flags[f] == 0 {
			t.Errorf("no programme has the flag %s", f)
		}
	}
}

func part(n, of int) float64 { return float64(n) / float64(of) }

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if got < want-tolerance || got > want+tolerance {
		t.Errorf("%s: %.4f, want %.4f within %.4f", what, got, want, tolerance)
	}
}

func TestSchoolsAndInstitutionsAreInTheInventedRange(t *testing.T) {
	o := Reference(21_000, 3_700)
	schools := map[string]bool{}
	for _, s := range o.Schools {
		if !strings.HasPrefix(s.UAI, "099") || schools[s.UAI] {
			t.Fatalf("school %s is out of the range, or there twice", s.UAI)
		}
		schools[s.UAI] = true
	}
	homes := map[string]string{}
	for _, p := range o.Programmes {
		if !strings.HasPrefix(p.Institution, "099") || schools[p.Institution] {
			t.Fatalf("institution %s is out of the range, or a school", p.Institution)
		}
		if home, ok := homes[p.Institution]; ok && home != p.Academy+p.InstitutionLabel {
			t.Fatalf("institution %s is in two places", p.Institution)
		}
		homes[p.Institution] = p.Academy + p.InstitutionLabel
	}
}
