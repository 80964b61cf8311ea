package dossiers

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/dossier"
)

// A Vestry adds what intake sealed, as the role of intake: it inserts and cannot
// read back what it wrote.
type Vestry struct {
	DB     *pgxpool.Pool
	Layout *dossier.Layout
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

// Store implements dossier.Vestry.
func (v Vestry) Store(ctx context.Context, b dossier.Batch) (left []int, err error) {
	err = pgx.BeginFunc(ctx, v.DB, func(tx pgx.Tx) error {
		if left, err = claim(ctx, tx, b); err != nil {
			return err
		}
		kept := make([]*dossier.Sealed, 0, len(b.Sealed))
		for i, s := range b.Sealed {
			if !slices.Contains(left, i) {
				kept = append(kept, s)
			}
		}
		for _, step := range []func(context.Context, pgx.Tx, string, []*dossier.Sealed) error{
			v.insertRows, insertRoutes, insertIndexes, insertAccounts,
		} {
			if err := step(ctx, tx, b.Campaign, kept); err != nil {
				return err
			}
		}
		return keepProgress(ctx, tx, b, left)
	})
	return left, quiet("storing dossiers", err)
}

// claim takes the registration numbers first. A number that somebody else took
// meanwhile leaves its dossier out, instead of failing those around it.
func claim(ctx context.Context, tx pgx.Tx, b dossier.Batch) (left []int, err error) {
	var macs, units [][]byte
	var of []int
	for i, s := range b.Sealed {
		for _, x := range s.Indexes {
			if x.Index == registration {
				macs, units, of = append(macs, x.MAC), append(units, s.Ref[:]), append(of, i)
			}
		}
	}
	if len(macs) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `INSERT INTO blind_index (campaign, index_id, mac, unit)
		SELECT $1, $2, m, u FROM unnest($3::bytea[], $4::bytea[]) AS t (m, u)
		ON CONFLICT DO NOTHING RETURNING mac`, b.Campaign, registration, macs, units)
	if err != nil {
		return nil, err
	}
	taken, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil || len(taken) == len(macs) {
		return nil, err
	}
	mine := map[string]bool{}
	for _, m := range taken {
		mine[string(m)] = true
	}
	for k, m := range macs {
		if !mine[string(m)] {
			left = append(left, of[k])
		}
	}
	return left, nil
}

const registration = "registration"

// insertRows copies the sealed rows, a table at a time.
func (v Vestry) insertRows(ctx context.Context, tx pgx.Tx, campaign string, sealed []*dossier.Sealed) error {
	byTable := make([][]*dossier.SealedRow, len(v.Layout.Tables))
	for _, s := range sealed {
		for i := range s.Rows {
			r := &s.Rows[i]
			byTable[r.Table] = append(byTable[r.Table], r)
		}
	}
	for t, rows := range byTable {
		if len(rows) == 0 {
			continue
		}
		if err := v.copyTable(ctx, tx, campaign, t, rows); err != nil {
			return err
		}
	}
	return nil
}

func (v Vestry) copyTable(ctx context.Context, tx pgx.Tx, campaign string, t int, rows []*dossier.SealedRow) error {
	plan := &v.Layout.Tables[t]
	columns := append([]string{"campaign", "unit", "record", "branch_version", "commitment"}, plan.Columns...)
	values := make([]any, len(columns))
	_, err := tx.CopyFrom(ctx, pgx.Identifier{plan.Name}, columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		r := rows[i]
		values[0], values[1], values[2], values[3], values[4] = campaign, r.Unit[:], r.Record[:], int32(r.BranchVersion), r.Commitment[:]
		for k, cell := range r.Cells {
			values[5+k] = cell
		}
		return values, nil
	}))
	return err
}

// insertRoutes writes routes shuffled across candidates: neither the order nor the
// place of two rows on the disk says that they are one person's.
func insertRoutes(ctx context.Context, tx pgx.Tx, campaign string, sealed []*dossier.Sealed) error {
	var routes []*dossier.Route
	for _, s := range sealed {
		for i := range s.Routes {
			routes = append(routes, &s.Routes[i])
		}
	}
	if len(routes) == 0 {
		return nil
	}
	rand.Shuffle(len(routes), func(i, j int) { routes[i], routes[j] = routes[j], routes[i] })
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"routing"},
		[]string{"campaign", "scope_kind", "scope_id", "file_no", "state", "ref_tag", "sealed_ref"},
		pgx.CopyFromSlice(len(routes), func(i int) ([]any, error) {
			r := routes[i]
			return []any{campaign, string(r.Scope.Kind), r.Scope.ID, r.FileNo[:], string(r.State), r.Tag[:], r.Sealed}, nil
		}))
	return err
}

func insertIndexes(ctx context.Context, tx pgx.Tx, campaign string, sealed []*dossier.Sealed) error {
	var rows [][]any
	for _, s := range sealed {
		for _, x := range s.Indexes {
			if x.Index != registration {
				rows = append(rows, []any{campaign, x.Index, x.MAC, s.Ref[:]})
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"blind_index"}, []string{"campaign", "index_id", "mac", "unit"}, pgx.CopyFromRows(rows))
	return err
}

func insertAccounts(ctx context.Context, tx pgx.Tx, campaign string, sealed []*dossier.Sealed) error {
	var accounts, passwords [][]any
	for _, s := range sealed {
		for _, a := range s.Accounts {
			accounts = append(accounts, []any{campaign, a.Candidate[:], int16(a.Responsible), string(a.Recipient), a.Credential[:]})
		}
		if s.Password != "" {
			passwords = append(passwords, []any{campaign, s.Ref[:], s.Password})
		}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"account"},
		[]string{"campaign", "unit", "responsible", "recipient", "credential"}, pgx.CopyFromRows(accounts))
	if err != nil {
		return err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"password"}, []string{"campaign", "unit", "hash"}, pgx.CopyFromRows(passwords))
	return err
}

func keepProgress(ctx context.Context, tx pgx.Tx, b dossier.Batch, left []int) error {
	p := b.Progress
	if p == nil {
		return nil
	}
	for _, i := range left {
		p.Entered--
		p.Refused++
		p.Fields -= int64(b.Sealed[i].Cells)
	}
	tag, err := tx.Exec(ctx, `UPDATE import SET lines = $2, bytes = $3, entered = $4, refused = $5, fields = $6, done = $7
		WHERE import = $1 AND NOT done AND lines <= $2`, p.Import, p.Lines, p.Offset, p.Entered, p.Refused, p.Fields, p.Done)
	if err != nil {
		return err
	}
	if tag.RowsAffected() != 1 {
		return errors.New("another process runs the same import")
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
