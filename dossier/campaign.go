package dossier

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"sceau/catalogue"
)

// A Campaign is one session of admission ("session", "campagne").
type Campaign struct {
	ID    string
	Label string
	// Demo campaigns alone accept a date stated by the caller.
	Demo     bool
	Calendar Calendar
	Frozen   Frozen
}

// A Calendar gives the first day of each phase. A phase that is not named does
// not take place.
type Calendar map[catalogue.Phase]time.Time

// Phase is the phase in force on a day: the latest one begun. Before the first
// date nothing has begun, and the answer is empty: the table grants nothing there.
func (c Calendar) Phase(on time.Time) catalogue.Phase {
	var phase catalogue.Phase
	var since civilDay
	for p, from := range c {
		if d := dayOf(from); d <= dayOf(on) && (d > since || phase == "" || d == since && p > phase) {
			phase, since = p, d
		}
	}
	return phase
}

// paris is where the campaign's days begin and end, whatever the server's zone.
var paris = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		// Without a zone database, midnight in UTC is at most two hours late.
		return time.UTC
	}
	return zone
}()

// campaignFile is the YAML that an administrator writes.
type campaignFile struct {
	Campaign   string                     `yaml:"campaign"`
	Label      string                     `yaml:"label"`
	Calendar   map[catalogue.Phase]string `yaml:"calendar"`
	Programmes string                     `yaml:"programmes"`
	Schools    string                     `yaml:"schools"`
}

// ReadCampaign reads a campaign file. The two names are the files of programmes
// and schools, relative to it.
func ReadCampaign(r io.Reader, c *catalogue.Catalogue) (Campaign, string, string, error) {
	var f campaignFile
	if err := decodeYAML(r, &f); err != nil {
		return Campaign{}, "", "", err
	}
	if !campaignName(f.Campaign) {
		return Campaign{}, "", "", errors.New("campaign: lower-case letters and digits, 1 to 16 of them")
	}
	calendar, err := readCalendar(f.Calendar, c)
	if err != nil {
		return Campaign{}, "", "", err
	}
	if f.Programmes == "" || f.Schools == "" {
		return Campaign{}, "", "", errors.New("campaign: names its files of programmes and schools")
	}
	return Campaign{ID: f.Campaign, Label: f.Label, Calendar: calendar}, f.Programmes, f.Schools, nil
}

// ReadCalendar reads a file with a calendar and nothing else.
func ReadCalendar(r io.Reader, c *catalogue.Catalogue) (Calendar, error) {
	var f struct {
		Calendar map[catalogue.Phase]string `yaml:"calendar"`
	}
	if err := decodeYAML(r, &f); err != nil {
		return nil, err
	}
	return readCalendar(f.Calendar, c)
}

func readCalendar(text map[catalogue.Phase]string, c *catalogue.Catalogue) (Calendar, error) {
	if len(text) == 0 {
		return nil, errors.New("calendar: no phase")
	}
	known := map[catalogue.Phase]bool{}
	for _, p := range c.Phases() {
		known[p.ID] = true
	}
	calendar := Calendar{}
	for phase, day := range text {
		if !known[phase] {
			return nil, fmt.Errorf("calendar: %s is not a phase", shown(string(phase)))
		}
		from, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return nil, fmt.Errorf("calendar: %s begins on a date, 2026-01-15", phase)
		}
		calendar[phase] = from
	}
	// Phases follow each other: a calendar that goes back would let two phases
	// claim the same day.
	phases := make([]catalogue.Phase, 0, len(calendar))
	for p := range calendar {
		phases = append(phases, p)
	}
	slices.Sort(phases)
	for i := 1; i < len(phases); i++ {
		if calendar[phases[i]].Before(calendar[phases[i-1]]) {
			return nil, fmt.Errorf("calendar: %s begins before %s", phases[i], phases[i-1])
		}
	}
	return calendar, nil
}

// decodeYAML reads a file of one document. Its errors name lines and keys: those of
// the library quote what stands there, and somebody may have named the wrong file.
func decodeYAML(r io.Reader, into any) error {
	dec := yaml.NewDecoder(r)
	dec.KnownFields(true)
	err := dec.Decode(into)
	if err == nil {
		var more yaml.Node
		if err = dec.Decode(&more); errors.Is(err, io.EOF) {
			return nil
		}
		return errors.New("the file goes on after its first document")
	}
	if errors.Is(err, io.EOF) {
		return errors.New("the file is empty")
	}
	at := ""
	if found := yamlLine.FindString(err.Error()); found != "" {
		at = " at " + found
	}
	if found := yamlKey.FindStringSubmatch(err.Error()); found != nil {
		return fmt.Errorf("unknown key %s%s", quoteKey(found[1]), at)
	}
	return errors.New("malformed YAML, or a value of another kind" + at)
}

var (
	yamlLine = regexp.MustCompile(`line [0-9]+`)
	yamlKey  = regexp.MustCompile(`^yaml: unmarshal errors:\s+line [0-9]+: field (\S+) not found`)
)

func campaignName(s string) bool {
	if len(s) == 0 || len(s) > 16 {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// A Programme is one training course that candidates ask for ("formation").
type Programme struct {
	ID, Label, Institution, Academy, Ministry, Pool string
	Flags                                           []string
}

// Flags of programmes that guards rest on.
const (
	FlagSummons            = "summons"              // interview or contest (D. 612-1-13 I al. 3)
	FlagMilitaryLycee      = "military_lycee"       // identity proof
	FlagArmedForces        = "armed_forces"         // medical visit
	FlagMedicalCertificate = "certificate_required" // yes or no of A13.01
	FlagNetwork            = "network"              // of a network under convention
)

// A School is where pupils come from ("établissement d'origine").
type School struct{ UAI, Academy, Ministry string }

// ReadProgrammes reads programmes as CSV with the header
// programme,label,institution,academy,ministry,pool,flags.
// Flags are joined by "+"; columns it does not know are left alone.
func ReadProgrammes(r io.Reader) ([]Programme, error) {
	var programmes []Programme
	err := eachRow(r, []string{"programme", "label", "institution", "academy", "ministry", "pool", "flags"},
		func(line int, v []string) error {
			p := Programme{ID: v[0], Label: v[1], Institution: v[2], Academy: v[3], Ministry: v[4], Pool: v[5]}
			if p.ID == "" || p.Institution == "" || p.Academy == "" {
				return fmt.Errorf("line %d: a programme has an id, an institution and an academy", line)
			}
			if v[6] != "" {
				p.Flags = strings.Split(v[6], "+")
			}
			programmes = append(programmes, p)
			return nil
		})
	return programmes, err
}

// ReadSchools reads schools as CSV with the header uai,academy,ministry.
func ReadSchools(r io.Reader) ([]School, error) {
	var schools []School
	err := eachRow(r, []string{"uai", "academy", "ministry"}, func(line int, v []string) error {
		if v[0] == "" || v[1] == "" {
			return fmt.Errorf("line %d: a school has a UAI code and an academy", line)
		}
		schools = append(schools, School{UAI: v[0], Academy: v[1], Ministry: v[2]})
		return nil
	})
	return schools, err
}

func eachRow(r io.Reader, columns []string, row func(line int, values []string) error) error {
	in := csv.NewReader(r)
	header, err := in.Read()
	if err != nil {
		return fmt.Errorf("reading the header: %w", err)
	}
	at := make([]int, len(columns))
	for i, name := range columns {
		if at[i] = slices.Index(header, name); at[i] < 0 {
			return fmt.Errorf("no column %q", name)
		}
	}
	values := make([]string, len(columns))
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i, k := range at {
			values[i] = record[k]
		}
		line, _ := in.FieldPos(0)
		if err := row(line, values); err != nil {
			return err
		}
	}
}
