package dossiers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/dossier"
)

// A Vestry adds what intake sealed, as the role of intake: it inserts and cannot
// read back what it wrote.
type Vestry struct {
	DB     *pgxpool.Pool
	Layout *dossier.Layout
	Scopes *Scopes
}

// Known implements dossier.Vestry.
func (v Vestry) Known(ctx context.Context, campaign, index string, macs [][]byte) ([]bool, error) {
	refs, err := v.Entered(ctx, campaign, index, macs)
	if err != nil {
		return nil, err
	}
	known := make([]bool, len(macs))
	for i := range refs {
		known[i] = refs[i] != (dossier.Ref{})
	}
	return known, nil
}

// Entered implements dossier.Vestry.
func (v Vestry) Entered(ctx context.Context, campaign, index string, macs [][]byte) ([]dossier.Ref, error) {
	rows, err := v.DB.Query(ctx, `SELECT mac, unit FROM blind_index WHERE campaign = $1 AND index_id = $2 AND mac = ANY($3)`,
		campaign, index, macs)
	if err != nil {
		return nil, quiet("looking up an index", err)
	}
	held := make(map[string]dossier.Ref, len(macs))
	var mac, unit []byte
	_, err = pgx.ForEachRow(rows, []any{&mac, &unit}, func() error {
		held[string(mac)] = dossier.Ref(unit)
		mac, unit = nil, nil
		return nil
	})
	if err != nil {
		return nil, quiet("looking up an index", err)
	}
	refs := make([]dossier.Ref, len(macs))
	for i, m := range macs {
		refs[i] = held[string(m)]
	}
	return refs, nil
}

// Store implements dossier.Vestry. All inserts of a batch go in one pipeline: some
// forty tables one after the other would cost as many round trips.
func (v Vestry) Store(ctx context.Context, b dossier.Batch, keep func([]dossier.Lost) func() error) (left []dossier.Lost, err error) {
	if err := v.keepScopes(ctx, b); err != nil {
		return nil, quiet("registering scopes", err)
	}
	var unconfirmed error
	err = pgx.BeginFunc(ctx, v.DB, func(tx pgx.Tx) error {
		if unconfirmed = stopped(ctx, tx, b.Campaign); unconfirmed != nil {
			return unconfirmed
		}
		if left, err = claim(ctx, tx, b); err != nil {
			return err
		}
		wait := keep(left)
		kept := dossier.Without(b.Sealed, left)
		var pipe pgx.Batch
		v.queueRows(&pipe, b.Campaign, kept)
		queueRoutes(&pipe, b.Campaign, kept)
		queueIndexes(&pipe, b.Campaign, kept)
		queueAccounts(&pipe, b.Campaign, kept)
		if pipe.Len() > 0 {
			if err := tx.SendBatch(ctx, &pipe).Close(); err != nil {
				return err
			}
		}
		if err := keepProgress(ctx, tx, b, left); err != nil {
			return err
		}
		unconfirmed = wait()
		return unconfirmed
	})
	if unconfirmed != nil {
		return nil, unconfirmed // no fault of this database
	}
	return left, quiet("storing dossiers", err)
}

// stopped says why nothing enters a campaign now.
func stopped(ctx context.Context, tx pgx.Tx, campaign string) error {
	frozen, err := readFreezes(ctx, tx, campaign)
	if err != nil {
		return err
	}
	return frozen.Stops(campaign)
}

// claim takes the numbers that one file alone may have. One that somebody else took
// meanwhile leaves its dossier out, instead of failing those around it; what the
// dossier had taken already is given back, and the others try again.
func claim(ctx context.Context, tx pgx.Tx, b dossier.Batch) (left []dossier.Lost, err error) {
	for {
		lost, err := tryClaims(ctx, tx, b, left)
		if err != nil || len(lost) == 0 {
			return left, err
		}
		left = append(left, lost...)
		if _, err := tx.Exec(ctx, "ROLLBACK TO SAVEPOINT claims"); err != nil {
			return nil, err
		}
	}
}

// A bid is one number that a dossier asks for.
type bid struct {
	at  int
	mac []byte
}

func tryClaims(ctx context.Context, tx pgx.Tx, b dossier.Batch, left []dossier.Lost) (lost []dossier.Lost, err error) {
	bids := map[string][]bid{}
	places := make([]int, len(b.Sealed))
	for i := range places {
		places[i] = i
	}
	for _, i := range dossier.Without(places, left) {
		for _, x := range b.Sealed[i].Indexes {
			if x.Unique {
				bids[x.Index] = append(bids[x.Index], bid{i, x.MAC})
			}
		}
	}
	if len(bids) == 0 {
		return nil, nil
	}
	var pipe pgx.Batch
	pipe.Queue("SAVEPOINT claims")
	out := map[int]bool{}
	// In one order for everybody, so that two batches never wait for each other.
	for _, index := range slices.Sorted(maps.Keys(bids)) {
		mine := bids[index]
		slices.SortFunc(mine, func(x, y bid) int { return bytes.Compare(x.mac, y.mac) })
		macs, units := make([][]byte, len(mine)), make([][]byte, len(mine))
		for k, x := range mine {
			macs[k], units[k] = x.mac, b.Sealed[x.at].Ref[:]
		}
		pipe.Queue(`INSERT INTO blind_index (campaign, index_id, mac, unit)
			SELECT $1, $2, m, u FROM unnest($3::bytea[], $4::bytea[]) AS t (m, u)
			ON CONFLICT DO NOTHING RETURNING mac`, b.Campaign, index, macs, units).Query(func(rows pgx.Rows) error {
			taken, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
			if err != nil || len(taken) == len(mine) {
				return err
			}
			got := map[string]bool{}
			for _, m := range taken {
				got[string(m)] = true
			}
			for _, x := range mine {
				if !got[string(x.mac)] && !out[x.at] {
					out[x.at] = true
					lost = append(lost, dossier.Lost{At: x.at, Index: index})
				}
			}
			return nil
		})
	}
	err = tx.SendBatch(ctx, &pipe).Close()
	return lost, err
}

// queueRows inserts the sealed rows, a statement for each table.
func (v Vestry) queueRows(pipe *pgx.Batch, campaign string, sealed []*dossier.Sealed) {
	byTable := make([][]*dossier.SealedRow, len(v.Layout.Tables)+1)
	for _, s := range sealed {
		for i := range s.Rows {
			r := &s.Rows[i]
			byTable[r.Table] = append(byTable[r.Table], r)
		}
	}
	for t, rows := range byTable {
		if len(rows) > 0 {
			v.queueTable(pipe, campaign, t, rows)
		}
	}
}

func (v Vestry) queueTable(pipe *pgx.Batch, campaign string, t int, rows []*dossier.SealedRow) {
	plan := v.Layout.Plan(t)
	units, records, commitments := make([][]byte, len(rows)), make([][]byte, len(rows)), make([][]byte, len(rows))
	versions := make([]int32, len(rows))
	cells := make([][][]byte, len(plan.Columns))
	for k := range cells {
		cells[k] = make([][]byte, len(rows))
	}
	for i, r := range rows {
		units[i], records[i], commitments[i], versions[i] = r.Unit[:], r.Record[:], r.Commitment[:], int32(r.BranchVersion)
		for k, cell := range r.Cells {
			cells[k][i] = cell
		}
	}
	args := []any{campaign, units, records, versions, commitments}
	for _, column := range cells {
		args = append(args, column)
	}
	pipe.Queue(insertInto(plan.Name, append([]string{"unit", "record", "branch_version:integer", "commitment"}, plan.Columns...)), args...)
}

// insertInto inserts one array for each column, of bytea unless the name says
// otherwise, under one campaign. The arrays are opened side by side in the list: in
// FROM, each would first be copied to a store of its own (a third slower, measured).
func insertInto(table string, columns []string) string {
	var names, arrays strings.Builder
	for i, c := range columns {
		name, kind, typed := strings.Cut(c, ":")
		if !typed {
			kind = "bytea"
		}
		names.WriteString(", " + ident(name))
		if i > 0 {
			arrays.WriteString(", ")
		}
		fmt.Fprintf(&arrays, "unnest($%d::%s[])", i+2, kind)
	}
	return "INSERT INTO " + ident(table) + " (campaign" + names.String() + ") SELECT $1, " + arrays.String()
}

// queueRoutes writes routes shuffled across candidates: neither the order nor the
// place of two rows on the disk says that they are one person's.
func queueRoutes(pipe *pgx.Batch, campaign string, sealed []*dossier.Sealed) {
	var routes []*dossier.Route
	for _, s := range sealed {
		for i := range s.Routes {
			routes = append(routes, &s.Routes[i])
		}
	}
	if len(routes) == 0 {
		return
	}
	rand.Shuffle(len(routes), func(i, j int) { routes[i], routes[j] = routes[j], routes[i] })
	n := len(routes)
	kinds, ids, states := make([]string, n), make([]string, n), make([]string, n)
	numbers, tags, refs := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	for i, r := range routes {
		kinds[i], ids[i], states[i] = string(r.Scope.Kind), r.Scope.ID, string(r.State)
		numbers[i], tags[i], refs[i] = r.FileNo[:], r.Tag[:], r.Sealed
	}
	pipe.Queue(insertInto("routing", []string{"scope_kind:text", "scope_id:text", "file_no", "state:text", "ref_tag", "sealed_ref"}),
		campaign, kinds, ids, numbers, states, tags, refs)
}

func queueIndexes(pipe *pgx.Batch, campaign string, sealed []*dossier.Sealed) {
	var indexes []string
	var macs, units [][]byte
	for _, s := range sealed {
		for _, x := range s.Indexes {
			if !x.Unique {
				indexes, macs, units = append(indexes, x.Index), append(macs, x.MAC), append(units, s.Ref[:])
			}
		}
	}
	if len(macs) > 0 {
		pipe.Queue(insertInto("blind_index", []string{"index_id:text", "mac", "unit"}), campaign, indexes, macs, units)
	}
}

func queueAccounts(pipe *pgx.Batch, campaign string, sealed []*dossier.Sealed) {
	var units, credentials, owners [][]byte
	var responsibles []int16
	var recipients, hashes []string
	for _, s := range sealed {
		for _, a := range s.Accounts {
			units, credentials = append(units, a.Candidate[:]), append(credentials, a.Credential[:])
			responsibles, recipients = append(responsibles, int16(a.Responsible)), append(recipients, string(a.Recipient))
		}
		if s.Password != "" {
			owners, hashes = append(owners, s.Ref[:]), append(hashes, s.Password)
		}
	}
	if len(units) > 0 {
		pipe.Queue(insertInto("account", []string{"unit", "responsible:smallint", "recipient:text", "credential"}),
			campaign, units, responsibles, recipients, credentials)
	}
	if len(owners) > 0 {
		pipe.Queue(insertInto("password", []string{"unit", "hash:text"}), campaign, owners, hashes)
	}
}

func keepProgress(ctx context.Context, tx pgx.Tx, b dossier.Batch, left []dossier.Lost) error {
	p := b.Progress
	if p == nil {
		return nil
	}
	for _, l := range left {
		p.Entered--
		p.Refused++
		p.Fields -= int64(b.Sealed[l.At].Cells)
	}
	// Exactly where this batch began: one killed a moment ago may have left a commit on
	// its way, whose dossiers this batch would count as refused.
	tag, err := tx.Exec(ctx, `UPDATE import SET lines = $2, bytes = $3, entered = $4, refused = $5, fields = $6, done = $7
		WHERE import = $1 AND NOT done AND lines = $8`, p.Import, p.Lines, p.Offset, p.Entered, p.Refused, p.Fields, p.Done, p.Since)
	if err != nil {
		return err
	}
	if tag.RowsAffected() != 1 {
		return errors.New("another process runs the same import; nothing of this batch entered, and the import can be run again")
	}
	if len(b.Refusals) == 0 {
		return nil
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"import_refusal"}, []string{"import", "line", "item", "rule"},
		pgx.CopyFromSlice(len(b.Refusals), func(i int) ([]any, error) {
			r := b.Refusals[i]
			return []any{p.Import, r.Line, string(r.Item), r.Rule}, nil
		}))
	return err
}

// Progress implements dossier.Vestry.
func (v Vestry) Progress(ctx context.Context, campaign, source string) (p dossier.Progress, err error) {
	_, err = v.DB.Exec(ctx, `INSERT INTO import (campaign, source) VALUES ($1, $2) ON CONFLICT DO NOTHING`, campaign, source)
	if err != nil {
		return p, quiet("beginning an import", err)
	}
	err = v.DB.QueryRow(ctx, `SELECT import, lines, bytes, entered, refused, fields, done FROM import
		WHERE campaign = $1 AND source = $2`, campaign, source).
		Scan(&p.Import, &p.Lines, &p.Offset, &p.Entered, &p.Refused, &p.Fields, &p.Done)
	return p, quiet("finding an import", err)
}

// Refusals implements dossier.Vestry.
func (v Vestry) Refusals(ctx context.Context, id int64) ([]dossier.Refused, error) {
	rows, err := v.DB.Query(ctx, `SELECT line, item, rule FROM import_refusal WHERE import = $1 ORDER BY line`, id)
	if err != nil {
		return nil, quiet("listing refused lines", err)
	}
	refused, err := pgx.CollectRows(rows, pgx.RowToStructByPos[dossier.Refused])
	return refused, quiet("listing refused lines", err)
}
