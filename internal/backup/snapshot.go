package backup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"sceau/internal/parts/vaultserver"
)

const snapshotFile = "raft.snap"

// SnapshotError means that a Vault cannot be copied from here.
type SnapshotError struct {
	Private bool   // the Vault is one of ours
	Storage string // and not raft
}

func (e *SnapshotError) Error() string {
	return "Vault keeps its keys in " + e.Storage + " storage, which gives no snapshot"
}

// Hint is what to do about it.
func (e *SnapshotError) Hint() string {
	if e.Private {
		return "this home was made before there were backups: docs/runbook.md says how its Vault is copied"
	}
	return "the administrator of that Vault copies it, after `sceau backup --only data,keyring,audit,policy` has copied the rest"
}

// canSnapshot says, before anything is copied, whether Vault's storage can be.
func (b *backup) canSnapshot(ctx context.Context) error {
	switch kind, err := (vaultserver.Client{Addr: b.from.VaultAddr}).Storage(ctx); {
	case err != nil:
		return err
	case kind != vaultserver.Raft:
		return &SnapshotError{Private: b.from.RootTokenFile != "", Storage: kind}
	}
	return nil
}

// vault takes a snapshot of Vault, and reads it again before it believes it.
func (b *backup) vault(ctx context.Context, l *list) error {
	b.Progress(Step{Doing: "taking a snapshot of Vault"})
	token, err := b.from.RootToken()
	if err != nil {
		return err
	}
	path := filepath.Join(l.dir, snapshotFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := (vaultserver.Client{Addr: b.from.VaultAddr, Token: token}).Snapshot(ctx, f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := errors.Join(vaultserver.CheckSnapshot(f), f.Sync()); err != nil {
		return err
	}
	return l.add(snapshotFile)
}
