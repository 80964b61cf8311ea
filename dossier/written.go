package dossier

import (
	"encoding/json"
	"errors"
	"fmt"

	"sceau/catalogue"
	"sceau/crypto"
)

// ActionWrite is the action of every trace of a write of cells, whoever writes: by
// it the revisions that writes left are found again.
const ActionWrite = "write"

// A Written is the revisions that one write left in a dossier, exact for each cell.
// It is sealed in the trace of the write, so that an older cell put back in its place
// is found while that trace lives.
//
// With a Revision, a write speaks of the whole dossier: a creation, or all cells
// sealed anew. With none, it speaks of the cells that it names, and leaves the others
// as they were. A write that adds or removes records says how many cells the dossier
// has after it.
type Written struct {
	Cells    int               // of the dossier after the write; 0 where that did not change
	Revision uint32            // of every cell not named below; 0: those were not written
	Changed  map[CellAt]uint32 // revisions of the cells named
}

// A CellAt is the place of a cell within its dossier. Items stand in one table only,
// and no two records of a dossier share an id.
type CellAt struct {
	Record crypto.RecordID // zero for what stands once
	Item   catalogue.ItemID
}

// Created is what intake leaves: every cell at its first revision.
func Created(cells int) Written { return Written{Cells: cells, Revision: firstRevision} }

// writtenFormat numbers the form below. Traces without a number are of creations, and
// say cells and revision alone.
const writtenFormat = 1

// writtenText is a Written as its trace keeps it. What stands once is named by item,
// the rest by record first: a wish has some twenty items and one id of 26 characters.
type writtenText struct {
	Format   int                                             `json:"format,omitempty"`
	Cells    int                                             `json:"cells,omitempty"`
	Revision uint32                                          `json:"revision,omitempty"`
	Changed  map[catalogue.ItemID]uint32                     `json:"changed,omitempty"`
	Records  map[crypto.RecordID]map[catalogue.ItemID]uint32 `json:"records,omitempty"`
}

var errWritten = errors.New("the revisions that a write left")

// MarshalJSON writes the detail of a trace.
func (w Written) MarshalJSON() ([]byte, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	text := writtenText{Format: writtenFormat, Cells: w.Cells, Revision: w.Revision}
	for at, revision := range w.Changed {
		if at.Record == (crypto.RecordID{}) {
			if text.Changed == nil {
				text.Changed = map[catalogue.ItemID]uint32{}
			}
			text.Changed[at.Item] = revision
			continue
		}
		if text.Records == nil {
			text.Records = map[crypto.RecordID]map[catalogue.ItemID]uint32{}
		}
		if text.Records[at.Record] == nil {
			text.Records[at.Record] = map[catalogue.ItemID]uint32{}
		}
		text.Records[at.Record][at.Item] = revision
	}
	return json.Marshal(text)
}

// UnmarshalJSON reads what MarshalJSON wrote, and the form of creations before it. A
// detail that it does not know whole is refused: half an answer about revisions would
// call a sound cell forged.
func (w *Written) UnmarshalJSON(b []byte) error {
	// The number first: a newer form has other keys too.
	var number struct{ Format int }
	if json.Unmarshal(b, &number) == nil && number.Format != 0 && number.Format != writtenFormat {
		return fmt.Errorf("%w: format %d is of another version", errWritten, number.Format)
	}
	var text writtenText
	if err := strictly(b, &text); err != nil {
		return fmt.Errorf("%w: %w", errWritten, err)
	}
	switch {
	case text.Format == 0 && (text.Revision == 0 || text.Changed != nil || text.Records != nil):
		return fmt.Errorf("%w: they say no format", errWritten)
	}
	read := Written{Cells: text.Cells, Revision: text.Revision}
	name := func(record crypto.RecordID, items map[catalogue.ItemID]uint32) {
		for item, revision := range items {
			if read.Changed == nil {
				read.Changed = map[CellAt]uint32{}
			}
			read.Changed[CellAt{record, item}] = revision
		}
	}
	name(crypto.RecordID{}, text.Changed)
	for record, items := range text.Records {
		if record == (crypto.RecordID{}) || len(items) == 0 {
			return fmt.Errorf("%w: a record names no cell", errWritten)
		}
		name(record, items)
	}
	if err := read.check(); err != nil {
		return err
	}
	*w = read
	return nil
}

func (w Written) check() error {
	switch {
	case w.Cells < 0:
		return fmt.Errorf("%w: a number of cells is negative", errWritten)
	case w.Revision == 0 && len(w.Changed) == 0:
		return fmt.Errorf("%w: none is told", errWritten)
	case w.Revision > 0 && w.Cells == 0:
		return fmt.Errorf("%w: of the whole dossier, without its number of cells", errWritten)
	}
	for at, revision := range w.Changed {
		if at.Item == "" || revision == 0 {
			return fmt.Errorf("%w: a cell has no item or no revision", errWritten)
		}
	}
	return nil
}

// detail is a Written on its way into a trace.
func (w Written) detail() []byte {
	b, err := json.Marshal(w)
	if err != nil {
		panic(err) // what intake states was counted by itself
	}
	return b
}
