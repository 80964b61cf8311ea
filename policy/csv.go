package policy

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"sceau/catalogue"
)

var header = []string{
	"recipient", "purpose", "action", "state", "phase", "relation", "flags",
	"item", "form", "derive", "article", "sheet_row",
}

// WriteCSV writes the table as people read, compare and sign it. What it
// writes is what the hash covers.
func (t *Table) WriteCSV(w io.Writer) error {
	cw := csv.NewWriter(w)
	if err := cw.Write(header); err != nil {
		return err
	}
	for _, r := range t.rows {
		if err := cw.Write([]string{
			string(r.Recipient), string(r.Purpose), string(r.Action), r.State(), string(r.Phase),
			string(r.Relation), r.Flags(), string(r.Item), r.Form.String(), string(r.Derive),
			r.Article, r.SheetRow,
		}); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}

// ReadCSV compiles a table from what WriteCSV wrote. It reads nothing else: a
// column, a word, an order or a state that WriteCSV would not have written is
// refused with its line.
func ReadCSV(v *Vocabulary, r io.Reader) (*Table, error) {
	cr := csv.NewReader(r)
	cr.FieldsPerRecord = len(header)
	cr.ReuseRecord = true
	first, err := cr.Read()
	if err != nil {
		return nil, fmt.Errorf("reading the table: %w", err)
	}
	if !slices.Equal(first, header) {
		return nil, fmt.Errorf("reading the table: the columns are not %s", strings.Join(header, ","))
	}
	var rows []Row
	for line := 2; ; line++ {
		f, err := cr.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading the table: %w", err)
		}
		row, err := parseRow(f)
		if err == nil {
			err = v.check(row)
		}
		if err == nil && len(rows) > 0 && (compare(rows[len(rows)-1], row) >= 0 || same(rows[len(rows)-1], row)) {
			err = errors.New("out of order, or said twice")
		}
		if err != nil {
			return nil, fmt.Errorf("reading the table: line %d: %w", line, err)
		}
		rows = append(rows, row)
	}
	return Compile(v, rows)
}

func parseRow(f []string) (Row, error) {
	form, err := catalogue.ParseForm(f[8])
	if err != nil {
		return Row{}, err
	}
	row := Row{
		Recipient: catalogue.RecipientID(f[0]), Purpose: catalogue.Purpose(f[1]), Action: Action(f[2]),
		Phase: catalogue.Phase(f[4]), Relation: catalogue.Relation(f[5]), Item: catalogue.ItemID(f[7]),
		Form: form, Derive: catalogue.Derive(f[9]), Article: f[10], SheetRow: f[11],
	}
	if f[6] != "" {
		for _, g := range strings.Split(f[6], "+") {
			row.Guards = append(row.Guards, catalogue.Guard(g))
		}
	}
	if row.State() != f[3] {
		return Row{}, fmt.Errorf("phase %s is not of state %q", row.Phase, f[3])
	}
	return row, nil
}
