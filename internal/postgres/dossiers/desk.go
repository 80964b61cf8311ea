package dossiers

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/catalogue"
	"sceau/dossier"
)

// A Desk reads missions, calendars, routes and facts, as the role of the gate.
type Desk struct{ DB *pgxpool.Pool }

const standingOfMission = `
	SELECT m.campaign, m.recipient, m.organisation, m.scopes, m.until, m.ended_at, m.credential, c.label, c.demo, c.calendar
	FROM mission m JOIN campaign c USING (campaign)
	WHERE m.mission = $1 AND ($2 = '' OR m.campaign = $2)`

const standingOfAccount = `
	SELECT a.campaign, a.recipient, a.credential, c.label, c.demo, c.calendar
	FROM account a JOIN campaign c USING (campaign)
	WHERE a.unit = $1 AND a.responsible = $2 AND ($3 = '' OR a.campaign = $3)`

// programmesOf are those that institutions and pools stand for today.
const programmesOf = `
	SELECT programme FROM programme WHERE campaign = $1 AND (institution = ANY($2) OR pool <> '' AND pool = ANY($3)) ORDER BY programme`

// Standing implements dossier.Desk.
func (d Desk) Standing(ctx context.Context, id, campaign string) (m dossier.Mission, c dossier.Campaign, err error) {
	if candidate, responsible, ok := dossier.ParseAccount(id); ok {
		return d.account(ctx, id, candidate, responsible, campaign)
	}
	var scopes, calendar []byte
	var credential []byte
	var ended *time.Time
	m.ID = id
	err = d.DB.QueryRow(ctx, standingOfMission, id, campaign).Scan(&m.Campaign, &m.Recipient, &m.Organisation, &scopes,
		&m.Until, &ended, &credential, &c.Label, &c.Demo, &calendar)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, c, dossier.ErrNoSuchMission
	}
	if err != nil {
		return m, c, quiet("reading a mission", err)
	}
	if ended != nil {
		m.EndedAt = *ended
	}
	copy(m.Credential[:], credential)
	if err := json.Unmarshal(scopes, &m.Scopes); err != nil {
		return m, c, quiet("reading the scopes of a mission", err)
	}
	if m.Programmes, err = d.programmes(ctx, m); err != nil {
		return m, c, err
	}
	c.ID = m.Campaign
	c.Calendar, err = readCalendar(calendar)
	return m, c, err
}

func (d Desk) programmes(ctx context.Context, m dossier.Mission) ([]string, error) {
	if len(m.Scopes.Institutions)+len(m.Scopes.Pools) == 0 {
		return m.Scopes.Programmes, nil
	}
	rows, err := d.DB.Query(ctx, programmesOf, m.Campaign, m.Scopes.Institutions, m.Scopes.Pools)
	if err != nil {
		return nil, quiet("reading the programmes of a mission", err)
	}
	more, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return append(more, m.Scopes.Programmes...), quiet("reading the programmes of a mission", err)
}

func (d Desk) account(ctx context.Context, id string, candidate dossier.Ref, responsible int, campaign string) (m dossier.Mission, c dossier.Campaign, err error) {
	var calendar, credential []byte
	err = d.DB.QueryRow(ctx, standingOfAccount, candidate[:], responsible, campaign).Scan(&m.Campaign, &m.Recipient,
		&credential, &c.Label, &c.Demo, &calendar)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, c, dossier.ErrNoSuchMission
	}
	if err != nil {
		return m, c, quiet("reading an account", err)
	}
	m.ID, m.Candidate, m.Responsible = id, candidate, responsible
	copy(m.Credential[:], credential)
	c.ID = m.Campaign
	c.Calendar, err = readCalendar(calendar)
	return m, c, err
}

func readCalendar(raw []byte) (dossier.Calendar, error) {
	var days map[catalogue.Phase]string
	if len(raw) == 0 {
		return dossier.Calendar{}, nil
	}
	if err := json.Unmarshal(raw, &days); err != nil {
		return nil, quiet("reading a calendar", err)
	}
	calendar := dossier.Calendar{}
	for phase, day := range days {
		begins, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return nil, quiet("reading a calendar", err)
		}
		calendar[phase] = begins
	}
	return calendar, nil
}

// Follow implements dossier.Desk: routes and facts in one round trip.
func (d Desk) Follow(ctx context.Context, campaign string, routes, facts [][16]byte) ([]dossier.Route, []dossier.FactRow, error) {
	var batch pgx.Batch
	var foundRoutes []dossier.Route
	var foundFacts []dossier.FactRow
	batch.Queue(`SELECT scope_kind, scope_id, file_no, state, ref_tag, sealed_ref
		FROM routing WHERE campaign = $1 AND ref_tag = ANY($2)`, campaign, unitBytes(routes)).Query(func(rows pgx.Rows) (err error) {
		foundRoutes, err = pgx.CollectRows(rows, scanRoute)
		return err
	})
	if len(facts) > 0 {
		batch.Queue(`SELECT fact, kind, tag, sealed, recorded_by, begins, until, ended_at
			FROM fact WHERE campaign = $1 AND tag = ANY($2)`, campaign, unitBytes(facts)).Query(func(rows pgx.Rows) (err error) {
			foundFacts, err = pgx.CollectRows(rows, scanFact)
			return err
		})
	}
	if err := d.DB.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, nil, quiet("following routes", err)
	}
	return foundRoutes, foundFacts, nil
}

func scanRoute(row pgx.CollectableRow) (r dossier.Route, err error) {
	var no, tag []byte
	err = row.Scan(&r.Scope.Kind, &r.Scope.ID, &no, &r.State, &tag, &r.Sealed)
	copy(r.FileNo[:], no)
	copy(r.Tag[:], tag)
	return r, err
}

func scanFact(row pgx.CollectableRow) (dossier.FactRow, error) { return scanFactAnd(row) }

// scanFactAnd scans a fact, and what stands after it.
func scanFactAnd(row pgx.CollectableRow, more ...any) (f dossier.FactRow, err error) {
	var tag []byte
	var until, ended *time.Time
	err = row.Scan(append([]any{&f.ID, &f.Kind, &tag, &f.Sealed, &f.RecordedBy, &f.From, &until, &ended}, more...)...)
	copy(f.Tag[:], tag)
	if until != nil {
		f.Until = *until
	}
	if ended != nil {
		f.EndedAt = *ended
	}
	return f, err
}

// A Shelf reads ciphertext, as the role of the gate.
type Shelf struct {
	DB     *pgxpool.Pool
	Layout *dossier.Layout
}

// Cells implements dossier.Shelf: one round trip, and no column but those asked for.
func (s Shelf) Cells(ctx context.Context, campaign string, selections []dossier.Selection) ([][]dossier.SealedRow, error) {
	found := make([][]dossier.SealedRow, len(selections))
	var batch pgx.Batch
	for i, sel := range selections {
		args := []any{campaign, unitBytes(sel.Units)}
		if sel.Records != nil {
			args = append(args, unitBytes(sel.Records))
		}
		columns := len(sel.Columns)
		batch.Queue(s.query(sel), args...).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				row, err := scanCells(rows, columns)
				if err != nil {
					return err
				}
				found[i] = append(found[i], row)
			}
			return rows.Err()
		})
	}
	if err := s.DB.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, quiet("selecting ciphertext", err)
	}
	return found, nil
}

func (s Shelf) query(sel dossier.Selection) string {
	var q strings.Builder
	q.WriteString("SELECT unit, record, branch_version, commitment")
	for _, c := range sel.Columns {
		q.WriteString(", ")
		q.WriteString(ident(s.Layout.Tables[sel.Table].Columns[c]))
	}
	q.WriteString(" FROM " + layoutTable(s.Layout, sel.Table) + " WHERE campaign = $1 AND unit = ANY($2)")
	if sel.Records != nil {
		q.WriteString(" AND record = ANY($3)")
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
func (s Shelf) Find(ctx context.Context, campaign, index string, mac []byte) ([]dossier.Ref, error) {
	rows, err := s.DB.Query(ctx, `SELECT unit FROM blind_index
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
