package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/crypto"
	"sceau/internal/postgres/pool"
)

// AddUnits adds units with all their secrets, in one round trip whatever their
// number, all of them or none.
func (s *Store) AddUnits(ctx context.Context, campaign string, units []crypto.UnitWrap) error {
	if len(units) == 0 {
		return nil
	}
	var ids, owners, wraps, commitments [][]byte
	var kinds []string
	var ownIDs, ownWraps, ownCommitments [][]byte
	var ownClasses []string
	for _, u := range units {
		ids, owners, kinds = append(ids, u.Unit[:]), append(owners, u.Owner[:]), append(kinds, u.Kind)
		wraps, commitments = append(wraps, u.Wrap), append(commitments, u.Commitment[:])
		for class, own := range u.Own {
			ownIDs, ownClasses = append(ownIDs, u.Unit[:]), append(ownClasses, class)
			ownWraps, ownCommitments = append(ownWraps, own.Wrap), append(ownCommitments, own.Commitment[:])
		}
	}
	// One pipeline is one transaction. No ON CONFLICT: a unit that exists is a
	// mistake, and naming columns in one would need the right to read them.
	batch := &pgx.Batch{}
	batch.Queue(`
		INSERT INTO unit_secret (campaign, unit, owner, kind, wrap, commitment)
		SELECT $1, * FROM unnest($2::bytea[], $3::bytea[], $4::text[], $5::bytea[], $6::bytea[])`,
		campaign, ids, owners, kinds, wraps, commitments)
	if len(ownIDs) > 0 {
		batch.Queue(`
			INSERT INTO unit_class_secret (campaign, unit, class, wrap, commitment)
			SELECT $1, * FROM unnest($2::bytea[], $3::text[], $4::bytea[], $5::bytea[])`,
			campaign, ownIDs, ownClasses, ownWraps, ownCommitments)
	}
	err := s.db.SendBatch(ctx, batch).Close()
	switch refusedAs(err) {
	case "23505":
		return fmt.Errorf("one of %d units of campaign %s exists", len(units), campaign)
	case belowFloor:
		return crypto.ErrOldWrap
	case forgotten:
		return fmt.Errorf("one of %d units of campaign %s: %w", len(units), campaign, crypto.ErrForgotten)
	}
	return explain(ctx, err)
}

// A looking asks for the wraps of some units.
type looking struct {
	campaign string
	units    []crypto.UnitID
}

// Units reads the wraps of units; those that are not there are left out. Those who
// ask at once share the round trip.
func (s *Store) Units(ctx context.Context, campaign string, units ...crypto.UnitID) (map[crypto.UnitID]crypto.Sealing, error) {
	l, err := s.units.Ask(ctx, looking{campaign, units})
	if err == nil {
		err = l.err
	}
	return l.wraps, err
}

type looked struct {
	wraps map[crypto.UnitID]crypto.Sealing
	err   error // of these units alone
}

// lookings reads the wraps of all, and gives back to each those of its own units.
func (s *Store) lookings(ctx context.Context, asked []looking) ([]looked, error) {
	type placed struct {
		campaign string
		unit     crypto.UnitID
	}
	wanted := map[string][][]byte{}
	for _, q := range asked {
		for i := range q.units {
			wanted[q.campaign] = append(wanted[q.campaign], q.units[i][:])
		}
	}
	type wrapped struct{ wrap, commitment []byte }
	found := map[placed]wrapped{}
	batch := &pgx.Batch{}
	for campaign, ids := range wanted {
		batch.Queue(`SELECT unit, wrap, commitment FROM unit_secret WHERE campaign = $1 AND unit = ANY($2)`, campaign, ids).Query(func(rows pgx.Rows) error {
			return each(rows, nil, func(r pgx.Rows) error {
				var unit, wrap, commitment []byte
				if err := r.Scan(&unit, &wrap, &commitment); err != nil {
					return err
				}
				if len(unit) != len(crypto.UnitID{}) {
					return errors.New("a unit has 16 bytes")
				}
				found[placed{campaign, crypto.UnitID(unit)}] = wrapped{wrap, commitment}
				return nil
			})
		})
	}
	if err := s.db.SendBatch(ctx, batch).Close(); err != nil {
		if pool.Away(err) {
			return nil, errAway // even though the time that passed is this trip's own
		}
		return nil, explain(ctx, err)
	}
	answers := make([]looked, len(asked))
	for i, q := range asked {
		l := looked{wraps: make(map[crypto.UnitID]crypto.Sealing, len(q.units))}
		for _, u := range q.units {
			if w, ok := found[placed{q.campaign, u}]; ok && l.err == nil {
				l.wraps[u], l.err = sealing(w.wrap, w.commitment)
			}
		}
		answers[i] = l
	}
	return answers, nil
}

// OwnClass reads the wrap that a unit has of its own for a class, if it has one.
func (s *Store) OwnClass(ctx context.Context, campaign, class string, unit crypto.UnitID) (crypto.Sealing, bool, error) {
	var wrap, commitment []byte
	err := s.db.QueryRow(ctx, `SELECT wrap, commitment FROM unit_class_secret WHERE (campaign, unit, class) = ($1, $2, $3)`,
		campaign, unit[:], class).Scan(&wrap, &commitment)
	if errors.Is(err, pgx.ErrNoRows) {
		return crypto.Sealing{}, false, nil
	}
	if err != nil {
		return crypto.Sealing{}, false, explain(ctx, err)
	}
	found, err := sealing(wrap, commitment)
	return found, err == nil, err
}

// Forget deletes the secrets of units, with those that they have of their own for a
// class, and writes the units into the ledger of those forgotten. It answers which of
// them are forgotten, now or before: one that never was is left out.
func (s *Store) Forget(ctx context.Context, campaign, target string, at time.Time, units ...crypto.UnitID) (gone []crypto.UnitID, err error) {
	ids := make([][]byte, len(units))
	for i := range units {
		ids[i] = units[i][:]
	}
	rows, err := s.db.Query(ctx, `SELECT forget_units($1, $2, $3, $4)`, campaign, target, ids, at)
	err = each(rows, err, func(r pgx.Rows) error {
		var unit []byte
		if err := r.Scan(&unit); err != nil {
			return err
		}
		gone = append(gone, crypto.UnitID(unit))
		return nil
	})
	return gone, explain(ctx, err)
}

// A Forgetting is one entry of the ledger: what was asked to be forgotten.
type Forgetting struct{ Campaign, Target string }

// Ledger lists what was forgotten, oldest first.
func (s *Store) Ledger(ctx context.Context) (all []Forgetting, err error) {
	rows, err := s.db.Query(ctx, `SELECT campaign, target FROM forgetting GROUP BY campaign, target ORDER BY min(at), target`)
	err = each(rows, err, func(r pgx.Rows) error {
		var f Forgetting
		if err := r.Scan(&f.Campaign, &f.Target); err != nil {
			return err
		}
		all = append(all, f)
		return nil
	})
	return all, explain(ctx, err)
}
