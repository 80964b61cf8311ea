package house

import (
	"context"

	"sceau/internal/backup"
	"sceau/internal/parts"
)

// keeps is what a home holds beside its parts. What is carried is in no backup: who
// holds a backup must not hold the credentials with it.
var keeps = backup.Keeps{
	Blobs:   []string{"blobs", runsFolder},
	Public:  []string{"policy/signers", "identities/log.pub"},
	Carried: []string{"identities", "missions", "policy/signers"},
}

// Backup copies the platform of a home into a folder.
func Backup(ctx context.Context, addresses parts.Addresses, dir string, o backup.Options) (backup.Summary, error) {
	return backup.Backup(ctx, addresses, keeps, dir, o)
}

// RestoreAside brings a backup back beside a home.
func RestoreAside(ctx context.Context, home, from string, o backup.RestoreOptions) (backup.Restored, error) {
	return backup.RestoreAside(ctx, home, from, keeps, o)
}
