package dossiers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/dossier"
)

// A Resealer changes cells and headers where they stand, as the role that can do this
// and can neither add a row, nor remove one, nor say that it is somebody else's.
type Resealer struct {
	DB     *pgxpool.Pool
	Layout *dossier.Layout
}

var _ dossier.Resealer = Resealer{}

// Frozen implements dossier.Resealer.
func (r Resealer) Frozen(ctx context.Context, campaign string) (dossier.Frozen, error) {
	return readFreezes(ctx, r.DB, campaign)
}

// CountOthers implements dossier.Resealer.
func (r Resealer) CountOthers(ctx context.Context, campaign string, table int, version uint32) (n int64, err error) {
	err = r.DB.QueryRow(ctx, `SELECT count(*) FROM `+ident(r.Layout.Plan(table).Name)+` WHERE campaign = $1 AND branch_version <> $2`,
		campaign, int32(version)).Scan(&n)
	return n, quiet("counting rows under other branch keys", err)
}

// Others implements dossier.Resealer.
func (r Resealer) Others(ctx context.Context, campaign string, table int, version uint32, after []byte, limit int) ([]dossier.SealedRow, error) {
	t := r.Layout.Plan(table)
	var q strings.Builder
	q.WriteString("SELECT unit, record, branch_version, commitment")
	for _, c := range t.Columns {
		q.WriteString(", " + ident(c))
	}
	q.WriteString(" FROM " + ident(t.Name) + " WHERE campaign = $1 AND branch_version <> $2 AND (unit, record) > ($3, $4) ORDER BY unit, record LIMIT $5")
	unit, record := []byte{}, []byte{}
	if after != nil {
		unit, record = after[:16], after[16:]
	}
	rows, err := r.DB.Query(ctx, q.String(), campaign, int32(version), unit, record, limit)
	if err != nil {
		return nil, quiet("reading rows to seal anew", err)
	}
	defer rows.Close()
	var found []dossier.SealedRow
	for rows.Next() {
		row, err := scanCells(rows, len(t.Columns))
		if err != nil {
			return nil, quiet("reading rows to seal anew", err)
		}
		row.Table = table
		found = append(found, row)
	}
	return found, quiet("reading rows to seal anew", rows.Err())
}

// Loosen implements dossier.Resealer.
func (r Resealer) Loosen(ctx context.Context, campaign string, at time.Time, blob string) error {
	_, err := r.DB.Exec(ctx, `INSERT INTO loose_document (blob, campaign, since) VALUES ($1, $2, $3)`, blob, campaign, at)
	return quiet("naming a blob", err)
}

// errSwept means that a blob was removed before its row led to it: the run was so slow
// that another took what it had made for left behind.
var errSwept = errors.New("a document sealed anew was swept away before its row led to it")

// Replace implements dossier.Resealer.
func (r Resealer) Replace(ctx context.Context, campaign string, at time.Time, swaps []dossier.Swap) (done []bool, err error) {
	if len(swaps) == 0 {
		return nil, nil
	}
	done = make([]bool, len(swaps))
	statement, args := r.replacing(campaign, swaps)
	err = pgx.BeginFunc(ctx, r.DB, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, statement, args...)
		if err != nil {
			return err
		}
		places, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		var left, made []string
		for _, i := range places {
			done[i] = true
			left, made = append(left, swaps[i].Left...), append(made, swaps[i].Made...)
		}
		if len(made)+len(left) == 0 {
			return nil
		}
		tag, err := tx.Exec(ctx, `DELETE FROM loose_document WHERE campaign = $1 AND blob = ANY($2)`, campaign, made)
		if err != nil {
			return err
		}
		if tag.RowsAffected() != int64(len(made)) {
			return errSwept
		}
		_, err = tx.Exec(ctx, `INSERT INTO loose_document (blob, campaign, since) SELECT unnest($2::text[]), $1, $3`, campaign, left, at)
		return err
	})
	if err != nil {
		return nil, quiet("putting rows sealed anew in their places", err)
	}
	return done, nil
}

// replacing is the statement that changes rows of one table where they stand as they
// were read. Writers of one version leave the header as it is, so the cells are compared
// too. It answers the positions of those it changed.
func (r Resealer) replacing(campaign string, swaps []dossier.Swap) (string, []any) {
	t := r.Layout.Plan(swaps[0].Was.Table)
	n := len(swaps)
	at, units, records := make([]int64, n), make([][]byte, n), make([][]byte, n)
	were, become := make([]int32, n), make([]int32, n)
	commitments, committing := make([][]byte, n), make([][]byte, n)
	old, anew := make([][][]byte, len(t.Columns)), make([][][]byte, len(t.Columns))
	for k := range t.Columns {
		old[k], anew[k] = make([][]byte, n), make([][]byte, n)
	}
	for i := range swaps {
		was, becomes := &swaps[i].Was, &swaps[i].Becomes
		at[i], units[i], records[i] = int64(i), was.Unit[:], was.Record[:]
		were[i], become[i] = int32(was.BranchVersion), int32(becomes.BranchVersion)
		commitments[i], committing[i] = was.Commitment[:], becomes.Commitment[:]
		for k := range t.Columns {
			old[k][i], anew[k][i] = was.Cells[k], becomes.Cells[k]
		}
	}
	args := []any{campaign, at, units, records, were, become, commitments, committing}
	var arrays, sets, still strings.Builder
	for k, c := range t.Columns {
		args = append(args, old[k], anew[k])
		fmt.Fprintf(&arrays, ", unnest($%d::bytea[]) AS was_%d, unnest($%d::bytea[]) AS becomes_%d", len(args)-1, k, len(args), k)
		fmt.Fprintf(&sets, ", %s = n.becomes_%d", ident(c), k)
		fmt.Fprintf(&still, " AND t.%s = n.was_%d", ident(c), k)
	}
	return `WITH n AS MATERIALIZED (SELECT unnest($2::bigint[]) AS at, unnest($3::bytea[]) AS unit, unnest($4::bytea[]) AS record,
			unnest($5::integer[]) AS was, unnest($6::integer[]) AS becomes, unnest($7::bytea[]) AS committed, unnest($8::bytea[]) AS commits` + arrays.String() + `)
		UPDATE ` + ident(t.Name) + ` t SET branch_version = n.becomes, commitment = n.commits` + sets.String() + `
		FROM n WHERE t.campaign = $1 AND t.unit = n.unit AND t.record = n.record AND t.branch_version = n.was AND t.commitment = n.committed` + still.String() + `
		RETURNING n.at`, args
}

// Sweep implements dossier.Resealer. The names go in the transaction in which the blobs
// are removed: a slow job that would lead a row to one of them finds it gone, and stops.
func (r Resealer) Sweep(ctx context.Context, campaign string, before time.Time, remove func(string) error) (removed int64, youngest time.Time, err error) {
	var failed error
	err = pgx.BeginFunc(ctx, r.DB, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `DELETE FROM loose_document WHERE campaign = $1 AND since < $2 RETURNING blob`, campaign, before)
		if err != nil {
			return err
		}
		blobs, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, blob := range blobs {
			if failed = remove(blob); failed != nil {
				return failed
			}
			removed++
		}
		var left *time.Time
		if err := tx.QueryRow(ctx, `SELECT max(since) FROM loose_document WHERE campaign = $1`, campaign).Scan(&left); err != nil {
			return err
		}
		if left != nil {
			youngest = *left
		}
		return nil
	})
	if failed != nil {
		return 0, time.Time{}, fmt.Errorf("removing a document that no cell leads to: %w", failed)
	}
	return removed, youngest, quiet("sweeping documents", err)
}
