// Package publications keeps access tables and their signatures in PostgreSQL: it
// implements signed.Publications, and only ever adds.
package publications

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/dossier"
	"sceau/internal/postgres/pool"
	"sceau/policy/signed"
)

// Store is the publications of one database. The role sceau_policy may add to
// it; the roles that serve may read it.
type Store struct{ DB *pgxpool.Pool }

var _ signed.Publications = Store{}

// What the checks of the database are called when they refuse.
const (
	uniqueViolation     = "23505"
	foreignKeyViolation = "23503"
)

// Add keeps a publication and what it encloses.
func (s Store) Add(ctx context.Context, p signed.Publication, e signed.Enclosed) error {
	packed, err := pack(e.Table)
	if err != nil {
		return quiet(err, "keeping publication %s", p.ID)
	}
	_, err = s.DB.Exec(ctx,
		`INSERT INTO policy_publication (publication, statement, table_csv, limits_csv, sources) VALUES ($1, $2, $3, $4, $5)`,
		p.ID, p.Text, packed, e.Limits, e.Sources)
	if condition(err) == uniqueViolation {
		return signed.ErrPublished
	}
	if err != nil {
		return quiet(err, "keeping publication %s", p.ID)
	}
	return nil
}

// Sign adds a signature.
func (s Store) Sign(ctx context.Context, id string, sig signed.Signature) error {
	_, err := s.DB.Exec(ctx,
		`INSERT INTO policy_signature (publication, signer, line) VALUES ($1, $2, $3)`, id, sig.Signer, sig.Line)
	switch condition(err) {
	case uniqueViolation:
		return signed.ErrAlreadySigned
	case foreignKeyViolation:
		return signed.ErrNotPublished
	}
	if err != nil {
		return quiet(err, "keeping a signature of publication %s", id)
	}
	return nil
}

// List gives all publications, oldest first.
func (s Store) List(ctx context.Context) ([]signed.Publication, error) {
	rows, err := s.DB.Query(ctx, `
		SELECT p.publication, p.statement, s.signer, s.line
		FROM policy_publication p LEFT JOIN policy_signature s USING (publication)
		ORDER BY p.number, s.number`)
	if err != nil {
		return nil, quiet(err, "listing the publications")
	}
	defer rows.Close()
	var out []signed.Publication
	for rows.Next() {
		var id, text string
		var signer, line *string // none signed it yet
		if err := rows.Scan(&id, &text, &signer, &line); err != nil {
			return nil, quiet(err, "listing the publications")
		}
		if len(out) == 0 || out[len(out)-1].ID != id {
			out = append(out, signed.Publication{ID: id, Text: text})
		}
		if signer != nil && line != nil {
			p := &out[len(out)-1]
			p.Signatures = append(p.Signatures, signed.Signature{Signer: *signer, Line: *line})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, quiet(err, "listing the publications")
	}
	return out, nil
}

// Enclosed gives what a publication encloses.
func (s Store) Enclosed(ctx context.Context, id string) (e signed.Enclosed, err error) {
	var packed []byte
	err = s.DB.QueryRow(ctx, `SELECT table_csv, limits_csv, sources FROM policy_publication WHERE publication = $1`, id).
		Scan(&packed, &e.Limits, &e.Sources)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, signed.ErrNotPublished
	}
	if err != nil {
		return e, quiet(err, "reading the table of publication %s", id)
	}
	if e.Table, err = unpack(packed); err != nil {
		return e, fmt.Errorf("unpacking the table of publication %s: %w", id, err)
	}
	return e, nil
}

func pack(csv []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(csv)
	err = errors.Join(err, w.Close()) // Close writes the rest: the bytes are read after it
	return b.Bytes(), err
}

// largest is far above any real table (two megabytes), and far below what a
// crafted archive would take to fill the memory of a service that starts.
const largest = 64 << 20

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	csv, err := io.ReadAll(io.LimitReader(r, largest+1))
	if err == nil && len(csv) > largest {
		return nil, errors.New("the table is larger than a table can be")
	}
	return csv, err
}

// quiet says what was being done, and drops the words of a database that is away: they
// name its accounts.
func quiet(err error, doing string, args ...any) error {
	if pool.Away(err) {
		err = dossier.ErrUnavailable
	}
	return fmt.Errorf(doing+": %w", append(args, err)...)
}

func condition(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}
