package keyring

import (
	"context"
	"encoding/binary"

	"github.com/jackc/pgx/v5"

	"sceau/crypto"
)

// A stand is where the wraps under a key stand. In its SQL $1 is the campaign, and $2
// the class for which the key is, empty when the key has the table to itself.
type stand struct {
	table string
	of    string
	where string // which rows of the campaign are the key's
	place string // unit, class, fate, version and case of a wrap, run and kind of a file
	order string
	units bool // a row for each of very many units: read in pages, found by the unit
}

func standing(key crypto.KeyName) stand {
	const ofUnit, all, ofClass = `unit, '', '', 0, '', '', ''`, `$2 = ''`, `class = $2`
	switch key.Role {
	case crypto.RolePerson:
		return stand{table: "unit_secret", where: all, place: ofUnit, order: "unit", units: true}
	case crypto.RoleOwn:
		return stand{table: "unit_class_secret", of: key.Of, where: ofClass, place: ofUnit, order: "unit", units: true}
	case crypto.RoleRun:
		return stand{table: "run_key", where: all, place: "''::bytea, '', '', 0, '', run, kind", order: "run, kind"}
	case crypto.RoleHold:
		return stand{table: "held_key", where: all, place: "unit, class, fate, version, held_case, '', ''", order: "held_case, unit, class, fate, version"}
	}
	s := stand{table: "branch_key", of: key.Of, where: ofClass, place: "''::bytea, class, fate, version, '', '', ''", order: "fate, version"}
	if key.Role == crypto.RoleRouting {
		s.of = crypto.RoutingBranch // the routing key has a place among branch keys
	}
	return s
}

// Page is that of rotation.Wraps.
func (s *Store) Page(ctx context.Context, key crypto.KeyName, below uint32, after []byte, limit int) (page []crypto.Placed, next []byte, err error) {
	// Wraps compare as their versions do: four bytes first.
	ceiling := []byte("\xff\xff\xff\xff\xff")
	if below > 0 {
		ceiling = binary.BigEndian.AppendUint32(nil, below)
	}
	at := standing(key)
	sql := `SELECT ` + at.place + `, wrap, commitment FROM ` + at.table + ` WHERE campaign = $1 AND ` + at.where + ` AND wrap < $3`
	args := []any{key.Campaign, at.of, ceiling}
	if at.units {
		sql += ` AND unit > $4 ORDER BY ` + at.order + ` LIMIT $5`
		args = append(args, append([]byte{}, after...), limit)
	} else { // some tens of them
		sql += ` ORDER BY ` + at.order
	}
	rows, err := s.db.Query(ctx, sql, args...)
	if page, err = placed(rows, err); err != nil {
		return nil, nil, explain(ctx, err)
	}
	if at.units && len(page) == limit {
		next = page[limit-1].Unit[:]
	}
	return page, next, nil
}

// placed reads wraps with their places.
func placed(rows pgx.Rows, err error) (page []crypto.Placed, _ error) {
	err = each(rows, err, func(r pgx.Rows) error {
		var p crypto.Placed
		var unit, wrap, commitment []byte
		if err := r.Scan(&unit, &p.Class, &p.Fate, &p.Version, &p.Case, &p.File.Run, &p.File.Kind, &wrap, &commitment); err != nil {
			return err
		}
		copy(p.Unit[:], unit)
		var err error
		p.Sealing, err = sealing(wrap, commitment)
		page = append(page, p)
		return err
	})
	return page, err
}

// Counts is that of rotation.Wraps.
func (s *Store) Counts(ctx context.Context, key crypto.KeyName) (map[uint32]int64, error) {
	at := standing(key)
	rows, err := s.db.Query(ctx, `SELECT ('x' || encode(substring(wrap FROM 1 FOR 4), 'hex'))::bit(32)::bigint, count(*) FROM `+at.table+`
		WHERE campaign = $1 AND `+at.where+` GROUP BY 1`, key.Campaign, at.of)
	counts := map[uint32]int64{}
	err = each(rows, err, func(r pgx.Rows) error {
		var v, n int64
		if err := r.Scan(&v, &n); err != nil {
			return err
		}
		counts[uint32(v)] = n
		return nil
	})
	return counts, explain(ctx, err)
}

// Replace is that of rotation.Store. A wrap stands in one place only, since each has a
// nonce of its own: the unit is named to find it faster.
func (s *Store) Replace(ctx context.Context, key crypto.KeyName, old []crypto.Placed, wraps []crypto.Wrap) (int64, error) {
	at := standing(key)
	var units, was, becomes [][]byte
	for i, p := range old {
		units, was, becomes = append(units, p.Unit[:]), append(was, p.Wrap), append(becomes, wraps[i])
	}
	found := ` AND s.wrap = n.was`
	if at.units {
		found += ` AND s.unit = n.at`
	}
	done, err := s.db.Exec(ctx, `UPDATE `+at.table+` s SET wrap = n.becomes FROM unnest($3::bytea[], $4::bytea[], $5::bytea[]) n (at, was, becomes)
		WHERE s.campaign = $1 AND `+at.where+found, key.Campaign, at.of, units, was, becomes)
	return done.RowsAffected(), explain(ctx, err)
}
