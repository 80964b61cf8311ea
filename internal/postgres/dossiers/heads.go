package dossiers

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/crypto"
	"sceau/dossier"
)

// Heads reads the first bytes of sealed cells, as the role of the gate: format and
// revision, and no ciphertext.
type Heads struct {
	DB     *pgxpool.Pool
	Layout *dossier.Layout
}

var _ dossier.Heads = Heads{}

// Count says how many candidates of a campaign have an account.
func (h Heads) Count(ctx context.Context, campaign string) (n int64, err error) {
	err = h.DB.QueryRow(ctx, `SELECT count(*) FROM account WHERE campaign = $1 AND responsible = 0`, campaign).Scan(&n)
	return n, quiet("counting candidates", err)
}

// Candidates implements dossier.Heads.
func (h Heads) Candidates(ctx context.Context, campaign string, after dossier.Ref, n int) ([]dossier.Ref, error) {
	rows, err := h.DB.Query(ctx, `SELECT unit FROM account WHERE campaign = $1 AND responsible = 0 AND unit > $2 ORDER BY unit LIMIT $3`,
		campaign, after[:], n)
	if err != nil {
		return nil, quiet("listing candidates", err)
	}
	refs, err := pgx.CollectRows(rows, scanRef)
	return refs, quiet("listing candidates", err)
}

func scanRef(row pgx.CollectableRow) (ref dossier.Ref, err error) {
	var b []byte
	err = row.Scan(&b)
	copy(ref[:], b)
	return ref, err
}

// Heads implements dossier.Heads: one snapshot and one round trip.
func (h Heads) Heads(ctx context.Context, campaign string, of []dossier.Ref, selections []dossier.Selection) (found []dossier.SealedRow, accounts []dossier.Ref, err error) {
	still := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, h.DB, still, func(tx pgx.Tx) error {
		var pipe pgx.Batch
		pipe.Queue(`SELECT unit FROM account WHERE campaign = $1 AND responsible = 0 AND unit = ANY($2)`, campaign, unitBytes(of)).
			Query(func(rows pgx.Rows) (err error) {
				accounts, err = pgx.CollectRows(rows, scanRef)
				return err
			})
		for _, sel := range selections {
			pipe.Queue(h.query(sel.Table), campaign, unitBytes(sel.Units)).Query(func(rows pgx.Rows) error {
				for rows.Next() {
					row := dossier.SealedRow{Table: sel.Table}
					var unit, record []byte
					if err := rows.Scan(&unit, &record, &row.Cells); err != nil {
						return err
					}
					copy(row.Unit[:], unit)
					copy(row.Record[:], record)
					found = append(found, row)
				}
				return rows.Err()
			})
		}
		return tx.SendBatch(ctx, &pipe).Close()
	})
	return found, accounts, quiet("reading the heads of cells", err)
}

func (h Heads) query(table int) string {
	t := &h.Layout.Tables[table]
	var q strings.Builder
	q.WriteString("SELECT unit, record, ARRAY[")
	for i, c := range t.Columns {
		if i > 0 {
			q.WriteString(", ")
		}
		fmt.Fprintf(&q, "substring(%s from 1 for %d)", ident(c), crypto.CellHead)
	}
	return q.String() + "] FROM " + ident(t.Name) + " WHERE campaign = $1 AND unit = ANY($2)"
}
