package keyring

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sceau/crypto"
)

var _ crypto.RunStore = (*Store)(nil)

// AddRunKey is that of crypto.RunStore.
func (s *Store) AddRunKey(ctx context.Context, campaign string, f crypto.RunFile, sealed crypto.Sealing) error {
	_, err := s.db.Exec(ctx, `INSERT INTO run_key (campaign, run, kind, wrap, commitment) VALUES ($1, $2, $3, $4, $5)`,
		campaign, f.Run, f.Kind, []byte(sealed.Wrap), sealed.Commitment[:])
	switch refusedAs(err) {
	case "23505":
		return fmt.Errorf("the %s has a key", f)
	case belowFloor:
		return crypto.ErrOldWrap
	}
	return explain(ctx, err)
}

// RunKey is that of crypto.RunStore.
func (s *Store) RunKey(ctx context.Context, campaign string, f crypto.RunFile) (crypto.Sealing, bool, error) {
	var wrap, commitment []byte
	err := s.db.QueryRow(ctx, `SELECT wrap, commitment FROM run_key WHERE (campaign, run, kind) = ($1, $2, $3)`, campaign, f.Run, f.Kind).
		Scan(&wrap, &commitment)
	if errors.Is(err, pgx.ErrNoRows) {
		return crypto.Sealing{}, false, nil
	}
	if err != nil {
		return crypto.Sealing{}, false, explain(ctx, err)
	}
	found, err := sealing(wrap, commitment)
	return found, err == nil, err
}

// DropRunKeys is that of crypto.RunStore.
func (s *Store) DropRunKeys(ctx context.Context, campaign, run string) error {
	_, err := s.db.Exec(ctx, `DELETE FROM run_key WHERE (campaign, run) = ($1, $2)`, campaign, run)
	return explain(ctx, err)
}
