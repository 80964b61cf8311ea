package scan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Hit is a canary that lies somewhere in clear. It does not hold the value.
type Hit struct {
	Line     int    `json:"candidate_line"`
	Item     string `json:"item"`
	Name     string `json:"name"`
	Encoding string `json:"encoding"`
	File     string `json:"file,omitempty"`
	Offset   int64  `json:"offset"` // of the first time
	Times    int    `json:"times"`
}

// A Missed is a file that was not scanned, with the reason.
type Missed struct {
	File string `json:"file"`
	Why  string `json:"why"`
}

// A Result is what the scan of one place gave.
type Result struct {
	Place string `json:"place"`
	Path  string `json:"path,omitempty"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
	// Canaries were looked for, Found of them are here, in one encoding or several.
	Canaries   int      `json:"canaries"`
	Found      int      `json:"found"`
	Hits       []Hit    `json:"hits,omitempty"`
	NotScanned []Missed `json:"not_scanned,omitempty"`
	Excluded   []string `json:"excluded,omitempty"`
	Gone       int      `json:"gone,omitempty"` // files that went while the scan ran
}

// Err is nil when the whole place was read and holds no canary.
func (r Result) Err() error {
	var errs []error
	if r.Found > 0 {
		h := r.Hits[0]
		errs = append(errs, fmt.Errorf("%w: %s: %d of %d canaries, the first of line %d, item %s, as %s in %s at %d",
			ErrFound, r.Place, r.Found, r.Canaries, h.Line, h.Item, h.Encoding, h.File, h.Offset))
	}
	if n := len(r.NotScanned); n > 0 {
		errs = append(errs, fmt.Errorf("%w: %s: %d left, the first %s: %s", ErrIncomplete, r.Place, n, r.NotScanned[0].File, r.NotScanned[0].Why))
	}
	return errors.Join(errs...)
}

// findings gathers what one place holds.
type findings struct {
	s      *Scanner
	result Result
	hits   map[meaning]int // index in result.Hits
	found  map[int]bool
}

func newFindings(s *Scanner, place string) *findings {
	return &findings{s: s, result: Result{Place: place, Canaries: len(s.canaries)}, hits: map[meaning]int{}, found: map[int]bool{}}
}

func (f *findings) hit(k int32, file string, at int64) {
	for _, m := range f.s.patterns[k].means {
		f.found[m.canary] = true
		i, known := f.hits[m]
		if !known {
			i = len(f.result.Hits)
			f.hits[m] = i
			c := f.s.canaries[m.canary]
			f.result.Hits = append(f.result.Hits, Hit{Line: c.Line, Item: c.Item, Name: c.Name, Encoding: m.encoding, File: file, Offset: at})
		}
		f.result.Hits[i].Times++
	}
}

func (f *findings) miss(file string, err error) {
	f.result.NotScanned = append(f.result.NotScanned, Missed{file, err.Error()})
}

func (f *findings) done() (Result, error) {
	f.result.Found = len(f.found)
	slices.SortStableFunc(f.result.Hits, func(a, b Hit) int { return a.Line - b.Line })
	return f.result, f.result.Err()
}

// A Report is a whole scan, with the controls that give it its meaning.
type Report struct {
	Canaries   int     `json:"canaries"`
	Candidates int     `json:"candidates"`
	SetAside   int     `json:"set_aside"` // values too short to be told from noise
	Found      int     `json:"found"`     // the most that one place holds
	Files      int     `json:"files"`
	Bytes      int64   `json:"bytes"`
	Seconds    float64 `json:"seconds"`
	Clean      bool    `json:"clean"`
	// Control is what the scanner found where every canary was put on purpose.
	Control *Control `json:"control"`
	// Seen are further places where every canary had to be found, and was or not.
	Seen     []Result `json:"seen,omitempty"`
	Places   []Result `json:"places"`
	Excluded []string `json:"excluded"`
}

// Run scans the places. The error is that of Report.Err, so that a scan whose
// report nobody reads still fails.
func (s *Scanner) Run(ctx context.Context, c *Control, seen []Result, places ...Place) (Report, error) {
	begin := time.Now()
	candidates := map[int]bool{}
	for _, c := range s.canaries {
		candidates[c.Line] = true
	}
	r := Report{Canaries: len(s.canaries), Candidates: len(candidates), SetAside: len(s.setAside), Control: c, Seen: seen, Excluded: []string{}}
	for _, p := range places {
		one, err := s.Path(ctx, p)
		if ctx.Err() != nil {
			return r, err
		}
		r.Places = append(r.Places, one)
		r.Found = max(r.Found, one.Found)
		r.Files += one.Files
		r.Bytes += one.Bytes
		r.Excluded = append(r.Excluded, one.Excluded...)
	}
	r.Seconds = time.Since(begin).Seconds()
	err := r.Err()
	r.Clean = err == nil
	return r, err
}

// Err is nil when everything was read, nothing was found, and the controls show
// that it would have been.
func (r Report) Err() error {
	var errs []error
	switch {
	case r.Canaries == 0:
		errs = append(errs, ErrNoCanary)
	case r.Control == nil:
		errs = append(errs, fmt.Errorf("%w: no control was made", ErrBlind))
	default:
		errs = append(errs, r.Control.Err())
	}
	for _, s := range r.Seen {
		errs = append(errs, s.blind())
	}
	if r.Bytes == 0 {
		errs = append(errs, fmt.Errorf("%w: no byte was read", ErrIncomplete))
	}
	for _, p := range r.Places {
		errs = append(errs, p.Err())
	}
	return errors.Join(errs...)
}
