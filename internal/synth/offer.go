package synth

import (
	"bytes"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// An Offer is what candidates choose from ("offre de formation") and the schools
// they come from: public facts, no person.
type Offer struct {
	Programmes []Programme
	Schools    []School
}

// A Programme is one training course ("formation").
type Programme struct {
	ID, Label         string
	Institution       string // UAI code, in the range 099
	InstitutionLabel  string
	Academy, Ministry string // no ministry: education or higher education
	Pool              string // "structure de mutualisation"
	Flags             []string
	Track             string // filière
	Capacity          int
	Selective         bool
	Weight            int // of the wishes it receives
}

// A School is where a pupil comes from ("établissement d'origine").
type School struct{ UAI, Academy, Ministry string }

// The flags that a programme may carry.
const (
	flagSummons        = "summons"
	flagMilitaryLycee  = "military_lycee"
	flagArmedForces    = "armed_forces"
	flagCertificate    = "certificate_required"
	flagEntranceTest   = "entrance_test"
	flagNetwork        = "network"
	flagBoarding       = "boarding"
	flagApprenticeship = "apprenticeship"
	flagFee            = "fee"
)

func (p Programme) has(flag string) bool { return slices.Contains(p.Flags, flag) }

const (
	programmesFile = "programmes.csv"
	schoolsFile    = "schools.csv"
)

var (
	programmesHeader = []string{"programme", "label", "institution", "academy", "ministry", "pool", "flags",
		"filiere", "capacity", "selective", "weight", "institution_label"}
	schoolsHeader = []string{"uai", "academy", "ministry"}
)

// The default offer is a file rather than a computation, so that a reader sees
// it and a campaign is created from the very same bytes.
//
//go:embed data/programmes.csv data/schools.csv
var defaultOffer embed.FS

var readDefault = sync.OnceValues(func() (*Offer, error) {
	sub, err := fs.Sub(defaultOffer, "data")
	if err != nil {
		return nil, err
	}
	return readOffer(sub)
})

// DefaultReference is the offer of docs/examples/demo: 400 programmes and 200
// schools.
func DefaultReference() (*Offer, error) { return readDefault() }

// ReadReference reads programmes.csv and schools.csv of a folder.
func ReadReference(dir string) (*Offer, error) { return readOffer(os.DirFS(dir)) }

// WriteReference writes programmes.csv and schools.csv into a folder.
func WriteReference(dir string, o *Offer) error {
	for name, write := range map[string]func(io.Writer) error{programmesFile: o.writeProgrammes, schoolsFile: o.writeSchools} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("writing the reference: %w", err)
		}
	}
	return nil
}

func (o *Offer) writeProgrammes(w io.Writer) error {
	rows := [][]string{programmesHeader}
	for _, p := range o.Programmes {
		rows = append(rows, []string{p.ID, p.Label, p.Institution, p.Academy, p.Ministry, p.Pool, strings.Join(p.Flags, "+"),
			p.Track, strconv.Itoa(p.Capacity), strconv.FormatBool(p.Selective), strconv.Itoa(p.Weight), p.InstitutionLabel})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

func (o *Offer) writeSchools(w io.Writer) error {
	rows := [][]string{schoolsHeader}
	for _, s := range o.Schools {
		rows = append(rows, []string{s.UAI, s.Academy, s.Ministry})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

func readOffer(dir fs.FS) (*Offer, error) {
	o := &Offer{}
	err := eachRow(dir, programmesFile, programmesHeader, func(v []string) error {
		p := Programme{ID: v[0], Label: v[1], Institution: v[2], Academy: v[3], Ministry: v[4], Pool: v[5], Track: v[7], InstitutionLabel: v[11]}
		if v[6] != "" {
			p.Flags = strings.Split(v[6], "+")
		}
		var err1, err2, err3 error
		p.Capacity, err1 = strconv.Atoi(v[8])
		p.Selective, err2 = strconv.ParseBool(v[9])
		p.Weight, err3 = strconv.Atoi(v[10])
		if err := errors.Join(err1, err2, err3); err != nil || p.ID == "" || p.Weight < 1 || p.Capacity < 1 {
			return fmt.Errorf("a programme has an id, a capacity, a weight, and is selective or not")
		}
		o.Programmes = append(o.Programmes, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachRow(dir, schoolsFile, schoolsHeader, func(v []string) error {
		if v[0] == "" || v[1] == "" {
			return errors.New("a school has a UAI code and an academy")
		}
		o.Schools = append(o.Schools, School{UAI: v[0], Academy: v[1], Ministry: v[2]})
		return nil
	})
	return o, err
}

func eachRow(dir fs.FS, name string, header []string, row func([]string) error) error {
	f, err := dir.Open(name)
	if err != nil {
		return fmt.Errorf("reading the reference: %w", err)
	}
	defer f.Close()
	in := csv.NewReader(f)
	rows, err := in.ReadAll()
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	if len(rows) == 0 || !slices.Equal(rows[0], header) {
		return fmt.Errorf("%s: the header is %s", name, strings.Join(header, ","))
	}
	for n, v := range rows[1:] {
		if err := row(v); err != nil {
			return fmt.Errorf("%s line %d: %w", name, n+2, err)
		}
	}
	return nil
}
