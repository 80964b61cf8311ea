package policy

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"sceau/catalogue"
)

// A Limit is how many files a mission of one recipient may have answered
// ("plafond de consultation"): in one request, in any sixty minutes, in one day of
// Paris, and in one export that a second person approved. Zero is none at all.
//
// A limit is an overlay: it takes away, and never grants. It is what stands between
// a stolen account and a whole school, where the table alone would let it read on.
type Limit struct {
	Request, Hour, Day, Export int
}

// Numbers are a limit in the order of its fields.
func (l Limit) Numbers() [4]int { return [4]int{l.Request, l.Hour, l.Day, l.Export} }

func (l Limit) within(other Limit) bool {
	return l.Request <= other.Request && l.Hour <= other.Hour && l.Day <= other.Day && l.Export <= other.Export
}

// Limits are those of each recipient. A recipient that is not named has none of
// anything.
type Limits map[catalogue.RecipientID]Limit

// unstated is the limit of everybody under a table signed before limits were a
// part of what is signed.
var unstated = Limit{Request: 200, Hour: 1000, Day: 5000}

// Limit is that of a recipient under the table.
func (t *Table) Limit(r catalogue.RecipientID) Limit {
	switch {
	case t == nil:
		return Limit{}
	case t.limits == nil:
		return unstated
	}
	return t.limits[r]
}

// Under is the table with the limits that were signed with it.
func (t *Table) Under(l Limits) *Table {
	limited := *t
	limited.limits = l
	return &limited
}

// Limits are those that Under gave, nil before.
func (t *Table) Limits() Limits { return t.limits }

var limitHeader = []string{"recipient", "request", "hour", "day", "export"}

// WriteCSV writes the limits as people read and sign them, recipients in the order
// of their ids.
func (l Limits) WriteCSV(w io.Writer) error {
	cw := csv.NewWriter(w)
	if err := cw.Write(limitHeader); err != nil {
		return err
	}
	for _, r := range l.recipients() {
		x := l[r]
		if err := cw.Write([]string{string(r), strconv.Itoa(x.Request), strconv.Itoa(x.Hour), strconv.Itoa(x.Day), strconv.Itoa(x.Export)}); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}

func (l Limits) recipients() []catalogue.RecipientID {
	var out []catalogue.RecipientID
	for r := range l {
		out = append(out, r)
	}
	slices.Sort(out)
	return out
}

// Hash names the limits by their content.
func (l Limits) Hash() string {
	sum := sha256.New()
	l.WriteCSV(sum) // a hash takes every write
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}

// ReadLimits reads what WriteCSV wrote, and nothing else.
func ReadLimits(v *Vocabulary, r io.Reader) (Limits, error) {
	cr := csv.NewReader(r)
	cr.FieldsPerRecord = len(limitHeader)
	first, err := cr.Read()
	if err != nil {
		return nil, fmt.Errorf("reading the limits: %w", err)
	}
	if !slices.Equal(first, limitHeader) {
		return nil, fmt.Errorf("reading the limits: the columns are not %s", strings.Join(limitHeader, ","))
	}
	out, last := Limits{}, ""
	for line := 2; ; line++ {
		f, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the limits: %w", err)
		}
		if _, ok := v.recipients[catalogue.RecipientID(f[0])]; !ok {
			return nil, fmt.Errorf("reading the limits: line %d: unknown recipient %q", line, f[0])
		}
		if f[0] <= last {
			return nil, fmt.Errorf("reading the limits: line %d: out of order, or said twice", line)
		}
		last = f[0]
		var n [4]int
		for i, text := range f[1:] {
			// One spelling: 007 and +7 would be two more texts for one limit.
			if n[i], err = strconv.Atoi(text); err != nil || n[i] < 0 || strconv.Itoa(n[i]) != text {
				return nil, fmt.Errorf("reading the limits: line %d: %s is not a number of files", line, limitHeader[i+1])
			}
		}
		out[catalogue.RecipientID(f[0])] = Limit{n[0], n[1], n[2], n[3]}
	}
}
