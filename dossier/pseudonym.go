package dossier

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"sceau/catalogue"
	"sceau/core/view"
	"sceau/crypto"
)

// The pseudonym is no item of the annex: it is the form that the annex gives the
// registration number in the core, drawn at random for each candidate and campaign, and
// kept as a sealed cell of the dossier. There is no table that leads back: whoever holds
// a pseudonym and not the dossiers holds a number of nobody. When the person is
// forgotten, what tied the two goes with their secret.
const pseudonymOf catalogue.ItemID = "A01.01"

// pseudonymTable has a row for everybody.
const pseudonymTable = "pseudonym"

// coreRecord is the record of the pseudonym: its row has a key that no other row of its
// class and unit has.
var coreRecord = func() (r crypto.RecordID) {
	sum := sha256.Sum256([]byte("sceau record of the core"))
	copy(r[:], sum[:])
	return r
}()

// pseudonymPadding: all pseudonyms have one length.
var pseudonymPadding = crypto.Padding{Fixed: 32}

// pseudonymPlan is the table of the pseudonym. It shares class, fate and unit with the
// item that the pseudonym stands for, and so who opens it and when it goes.
func pseudonymPlan(c *catalogue.Catalogue) TablePlan {
	it, _ := c.Item(pseudonymOf)
	of, _ := c.Table(pseudonymOf)
	return TablePlan{
		Table: catalogue.Table{Name: pseudonymTable, Class: of.Class, Fate: of.Fate, Repeats: of.Repeats, Unit: of.Unit,
			Items: []catalogue.ItemID{pseudonymOf}, MinRecords: 1},
		Columns: []string{view.PseudonymColumn},
		items:   []catalogue.Item{it},
	}
}

// Pseudonym is the place of the table of pseudonyms, behind those that the catalogue
// derives from items.
func (l *Layout) Pseudonym() int { return len(l.Tables) }

// Plan is the table at a place: one of Tables, or that of pseudonyms.
func (l *Layout) Plan(table int) *TablePlan {
	if table == len(l.Tables) {
		return &l.pseudonym
	}
	return &l.Tables[table]
}

// drawPseudonym draws a pseudonym and seals it, for a candidate who has none.
func (l *Layout) drawPseudonym(half *crypto.Half, c Ref) (SealedRow, view.Pseudonym, error) {
	var p view.Pseudonym
	rand.Read(p[:])
	row, err := half.Row(coreRecord)
	if err != nil {
		return SealedRow{}, p, fmt.Errorf("sealing a pseudonym: %w", err)
	}
	defer row.Zero()
	padded, err := crypto.Pad(nil, p[:], pseudonymPadding)
	if err != nil {
		return SealedRow{}, p, fmt.Errorf("sealing a pseudonym: %w", err)
	}
	return SealedRow{Table: l.Pseudonym(), Unit: c, Record: coreRecord, BranchVersion: half.Version(), Commitment: row.Commitment(),
		Cells: [][]byte{row.Seal(nil, string(pseudonymOf), firstRevision, padded)}}, p, nil
}

// openPseudonym opens that of a row.
func openPseudonym(half *crypto.Half, r *SealedRow) (p view.Pseudonym, err error) {
	if r.Record != coreRecord || len(r.Cells) != 1 {
		return p, fmt.Errorf("opening a pseudonym: %w", crypto.ErrOpen)
	}
	row, err := half.RowOf(r.Record, r.Commitment[:])
	if err != nil {
		return p, err
	}
	defer row.Zero()
	padded, err := row.Open(nil, string(pseudonymOf), r.Cells[0])
	if err != nil {
		return p, err
	}
	value, err := crypto.Unpad(padded)
	if err != nil || len(value) != len(p) {
		return p, fmt.Errorf("opening a pseudonym: %w", crypto.ErrOpen)
	}
	copy(p[:], value)
	return p, nil
}
