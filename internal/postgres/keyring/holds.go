package keyring

import (
	"context"

	"sceau/crypto"
)

var _ crypto.HoldStore = (*Store)(nil)

// AddHolds is that of crypto.HoldStore.
func (s *Store) AddHolds(ctx context.Context, key crypto.KeyName, holds []crypto.Placed) error {
	var cases, classes, fates []string
	var versions []uint32
	var units, wraps, commitments [][]byte
	for _, h := range holds {
		cases, classes, fates, versions = append(cases, h.Case), append(classes, h.Class), append(fates, h.Fate), append(versions, h.Version)
		units, wraps, commitments = append(units, h.Unit[:]), append(wraps, h.Wrap), append(commitments, h.Commitment[:])
	}
	_, err := s.db.Exec(ctx, `
		INSERT INTO held_key (campaign, held_case, unit, class, fate, version, wrap, commitment)
		SELECT $1, * FROM unnest($2::text[], $3::bytea[], $4::text[], $5::text[], $6::integer[], $7::bytea[], $8::bytea[])
		ON CONFLICT DO NOTHING`, key.Campaign, cases, units, classes, fates, versions, wraps, commitments)
	if refusedAs(err) == belowFloor {
		return crypto.ErrOldWrap
	}
	return explain(ctx, err)
}

// Holds is that of crypto.HoldStore.
func (s *Store) Holds(ctx context.Context, campaign, held string, unit crypto.UnitID) ([]crypto.Placed, error) {
	rows, err := s.db.Query(ctx, `
		SELECT unit, class, fate, version, held_case, '', '', wrap, commitment FROM held_key
		WHERE (campaign, held_case, unit) = ($1, $2, $3) ORDER BY class, fate, version`, campaign, held, unit[:])
	holds, err := placed(rows, err)
	return holds, explain(ctx, err)
}
