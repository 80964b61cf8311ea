package keyring

import (
	"context"

	"github.com/jackc/pgx/v5"

	"sceau/crypto"
)

// EveryName lists the key names of all campaigns, by name.
func (s *Store) EveryName(ctx context.Context) ([]crypto.KeyName, error) {
	var names []crypto.KeyName
	rows, err := s.db.Query(ctx, `SELECT name, campaign, role, key_of, state FROM key_name ORDER BY name`)
	err = each(rows, err, func(r pgx.Rows) error {
		var n crypto.KeyName
		if err := r.Scan(&n.Name, &n.Campaign, &n.Role, &n.Of, &n.State); err != nil {
			return err
		}
		names = append(names, n)
		return nil
	})
	return names, explain(ctx, err)
}
