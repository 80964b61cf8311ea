package dossiers

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/crypto"
	"sceau/dossier"
	"sceau/dossier/gather"
	"sceau/internal/postgres/pool"
)

// A Shelf reads ciphertext, as the role of the gate or of the projection. Like a Desk, it serves those
// who come at once in one round trip.
type Shelf struct {
	db     *pgxpool.Pool
	tables []quoted // in the order of the layout
	cells  gather.Way[selecting, [][]dossier.SealedRow]
}

// NewShelf reads through the connections of db.
func NewShelf(db *pgxpool.Pool, layout *dossier.Layout) *Shelf {
	s := &Shelf{db: db}
	for i := range len(layout.Tables) + 1 { // and that of pseudonyms
		t := layout.Plan(i)
		q := quoted{name: ident(t.Name)}
		for _, c := range t.Columns {
			q.columns = append(q.columns, ident(c))
		}
		s.tables = append(s.tables, q)
	}
	s.cells.Go = s.selectings
	s.cells.Lanes, s.cells.Longest = 2, pool.Longest
	return s
}

// A quoted is the name of a table and those of its columns, as SQL spells them.
type quoted struct {
	name    string
	columns []string
}

type selecting struct {
	campaign   string
	selections []dossier.Selection
}

// Cells implements dossier.Shelf: one round trip, and no column but those asked for.
func (s *Shelf) Cells(ctx context.Context, campaign string, selections []dossier.Selection) ([][]dossier.SealedRow, error) {
	return s.cells.Ask(ctx, selecting{campaign, selections})
}

// A shape is what two selections must share to be one statement: the columns above
// all, so that nobody's statement selects what another was granted.
type shape struct {
	campaign string
	sql      string
}

// A union is the rows that all selections of one shape ask for.
type union struct {
	columns int
	asked   map[place]bool
	units   [][]byte
	named   bool     // the shape names records
	records [][]byte // beside the units, where it does
	found   map[crypto.UnitID][]dossier.SealedRow
}

type place struct {
	unit   crypto.UnitID
	record crypto.RecordID
}

// add asks for the rows of one more selection.
func (u *union) add(sel dossier.Selection) {
	ask := func(p place) {
		if u.asked[p] {
			return // two who read one file: a row comes once
		}
		u.asked[p] = true
		u.units = append(u.units, p.unit[:])
		if u.named {
			u.records = append(u.records, p.record[:])
		}
	}
	for _, unit := range sel.Units {
		if sel.Records == nil {
			ask(place{unit: unit})
		}
		for _, record := range sel.Records {
			ask(place{unit, record})
		}
	}
}

// of gives a selection its own rows.
func (u *union) of(sel dossier.Selection) (rows []dossier.SealedRow) {
	for _, unit := range sel.Units {
		for _, row := range u.found[unit] {
			if sel.Records == nil || slices.Contains(sel.Records, row.Record) {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// selectings reads the rows of all, and gives back to each those of its own units
// and records.
func (s *Shelf) selectings(ctx context.Context, asked []selecting) ([][][]dossier.SealedRow, error) {
	unions := map[shape]*union{}
	shapes := make([][]*union, len(asked))
	for i, q := range asked {
		for _, sel := range q.selections {
			of := shape{q.campaign, s.query(sel)}
			u := unions[of]
			if u == nil {
				u = &union{columns: len(sel.Columns), named: sel.Records != nil, asked: map[place]bool{}, found: map[crypto.UnitID][]dossier.SealedRow{}}
				unions[of] = u
			}
			u.add(sel)
			shapes[i] = append(shapes[i], u)
		}
	}
	var batch pgx.Batch
	for of, u := range unions {
		args := []any{of.campaign, u.units}
		if u.named {
			args = append(args, u.records)
		}
		batch.Queue(of.sql, args...).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				row, err := scanCells(rows, u.columns)
				if err != nil {
					return err
				}
				u.found[row.Unit] = append(u.found[row.Unit], row)
			}
			return rows.Err()
		})
	}
	if err := s.db.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, quiet("selecting ciphertext", err)
	}
	answers := make([][][]dossier.SealedRow, len(asked))
	for i, q := range asked {
		answers[i] = make([][]dossier.SealedRow, len(q.selections))
		for k, sel := range q.selections {
			answers[i][k] = shapes[i][k].of(sel)
		}
	}
	return answers, nil
}

func (s *Shelf) query(sel dossier.Selection) string {
	t := &s.tables[sel.Table]
	var q strings.Builder
	q.Grow(512)
	q.WriteString("SELECT unit, record, branch_version, commitment")
	for _, c := range sel.Columns {
		q.WriteString(", ")
		q.WriteString(t.columns[c])
	}
	q.WriteString(" FROM ")
	q.WriteString(t.name)
	if sel.Records == nil {
		q.WriteString(" WHERE campaign = $1 AND unit = ANY($2)")
	} else {
		// Pair by pair: as two lists, the index would be asked for every unit with
		// every record, or for all the records of each unit.
		q.WriteString(" JOIN unnest($2::bytea[], $3::bytea[]) AS asked (unit, record) USING (unit, record) WHERE campaign = $1")
	}
	return q.String()
}

func scanCells(rows pgx.Rows, columns int) (dossier.SealedRow, error) {
	row := dossier.SealedRow{Cells: make([][]byte, columns)}
	var version int32
	var unit, record, commitment []byte
	dest := make([]any, 4+columns)
	dest[0], dest[1], dest[2], dest[3] = &unit, &record, &version, &commitment
	for k := range row.Cells {
		dest[4+k] = &row.Cells[k]
	}
	if err := rows.Scan(dest...); err != nil {
		return row, err
	}
	copy(row.Unit[:], unit)
	copy(row.Record[:], record)
	copy(row.Commitment[:], commitment)
	row.BranchVersion = uint32(version)
	return row, nil
}

// Find implements dossier.Shelf.
func (s *Shelf) Find(ctx context.Context, campaign, index string, mac []byte) ([]dossier.Ref, error) {
	rows, err := s.db.Query(ctx, `SELECT unit FROM blind_index
		WHERE campaign = $1 AND index_id = $2 AND mac = $3 LIMIT 20`, campaign, index, mac)
	if err != nil {
		return nil, quiet("looking up an index", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ref dossier.Ref, err error) {
		var b []byte
		err = row.Scan(&b)
		copy(ref[:], b)
		return ref, err
	})
	return found, quiet("looking up an index", err)
}
