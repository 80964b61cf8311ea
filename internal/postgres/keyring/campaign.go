package keyring

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"sceau/crypto"
)

// Names lists the key names of a campaign.
func (s *Store) Names(ctx context.Context, campaign string) ([]crypto.KeyName, error) {
	var names []crypto.KeyName
	rows, err := s.db.Query(ctx, `SELECT name, role, key_of, state FROM key_name WHERE campaign = $1 ORDER BY name`, campaign)
	err = each(rows, err, func(r pgx.Rows) error {
		n := crypto.KeyName{Campaign: campaign}
		if err := r.Scan(&n.Name, &n.Role, &n.Of, &n.State); err != nil {
			return err
		}
		names = append(names, n)
		return nil
	})
	return names, explain(ctx, err)
}

// Branches lists the wrapped branch keys of a campaign, the routing key among them.
func (s *Store) Branches(ctx context.Context, campaign string) ([]crypto.BranchWrap, error) {
	var branches []crypto.BranchWrap
	rows, err := s.db.Query(ctx, `SELECT class, fate, version, wrap, commitment FROM branch_key WHERE campaign = $1`, campaign)
	err = each(rows, err, func(r pgx.Rows) error {
		b := crypto.BranchWrap{Campaign: campaign}
		var wrap, commitment []byte
		if err := r.Scan(&b.Class, &b.Fate, &b.Version, &wrap, &commitment); err != nil {
			return err
		}
		var err error
		b.Sealing, err = sealing(wrap, commitment)
		branches = append(branches, b)
		return err
	})
	return branches, explain(ctx, err)
}

// Reserve keeps a name for a key, or gives the one that is in place. Two creations
// at once agree on one.
func (s *Store) Reserve(ctx context.Context, name crypto.KeyName) (crypto.KeyName, error) {
	_, err := s.db.Exec(ctx, `
		INSERT INTO key_name (name, campaign, role, key_of, state) VALUES ($1, $2, $3, $4, 'planned')
		ON CONFLICT (campaign, role, key_of) DO NOTHING`,
		name.Name, name.Campaign, name.Role, name.Of)
	if err != nil {
		return crypto.KeyName{}, explain(ctx, err)
	}
	err = s.db.QueryRow(ctx, `SELECT name, state FROM key_name WHERE (campaign, role, key_of) = ($1, $2, $3)`,
		name.Campaign, name.Role, name.Of).Scan(&name.Name, &name.State)
	return name, explain(ctx, err)
}

// AddBranch adds a branch key, and keeps the one that is there: what was sealed
// under it could not be opened any more.
func (s *Store) AddBranch(ctx context.Context, b crypto.BranchWrap) error {
	if b.Version == 0 {
		return errors.New("a branch key has a version")
	}
	_, err := s.db.Exec(ctx, `
		INSERT INTO branch_key (campaign, class, fate, version, wrap, commitment) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`,
		b.Campaign, b.Class, b.Fate, b.Version, []byte(b.Wrap), b.Commitment[:])
	if refusedAs(err) == belowFloor {
		return crypto.ErrOldWrap
	}
	return explain(ctx, err)
}
