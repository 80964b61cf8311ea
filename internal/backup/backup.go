// Package backup copies a platform to a folder, and brings it back beside the live one.
//
// A backup has one folder for each part: data, keyring, audit, vault, policy. They are
// meant to be kept apart and for different times, the data for years and the keyring
// for days: one alone opens nothing, and that is how a person who was forgotten stays
// so in the copies too. No credential is in any of them: no password, secret-id, share,
// token, credential of a mission or key of the log.
//
// A backup is whole or is none: until its last line is on the disk it is not one, and
// restore refuses it.
package backup

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sceau/internal/parts"
	"sceau/internal/parts/pgserver"
	"sceau/internal/postgres/keyring"
	"sceau/internal/postgres/migrate"
	"sceau/internal/postgres/roles"
	"sceau/migrations"
)

// Policy is the folder of what is public and a restore needs.
const Policy = "policy"

// order is that of copying, and a promise. A dossier is committed when its documents,
// its wraps and its traces are durable and not before: whatever the first dump holds,
// the copies taken after it hold what it needs. Vault comes last for the same reason:
// a wrap is made by a version of a key that Vault has already, so the last snapshot
// opens all wraps of the dump before it. The other way round, what came in between
// would have no key.
var order = []string{parts.Data, parts.Keyring, parts.Audit, Policy, parts.Vault}

// Keys are the parts that a copy of the keys alone has.
var Keys = []string{parts.Keyring, parts.Vault}

// Keeps says what lies in a home beside its parts, by paths relative to it.
type Keeps struct {
	Blobs []string // folders of sealed files: documents, files of runs
	// Public are files that anybody may read and that go into a backup.
	Public []string
	// Carried are folders and files that no backup holds, and that a home made aside
	// takes from the live one.
	Carried []string
}

// A Step is what a long work does now. Of is 0 where nobody knows how long it is.
type Step struct {
	Doing    string
	Done, Of int64 // bytes
}

// Options of a backup.
type Options struct {
	Only     []string         // the parts to copy; nil for all
	Progress func(Step)       // nil to say nothing
	Now      func() time.Time // nil for the clock
}

// Backup copies a platform into a folder that is absent, empty, or holds a backup that
// was cut. The platform serves meanwhile; keys are not destroyed meanwhile.
func Backup(ctx context.Context, from parts.Addresses, keeps Keeps, dir string, o Options) (Summary, error) {
	b := &backup{from: from, keeps: keeps, Options: o}
	if b.Now == nil {
		b.Now = time.Now
	}
	if b.Progress == nil {
		b.Progress = func(Step) {}
	}
	for _, part := range b.Only {
		if !slices.Contains(order, part) {
			return Summary{}, fmt.Errorf("no part is named %s", part)
		}
	}
	if b.copies(parts.Vault) {
		if err := b.canSnapshot(ctx); err != nil { // now, and not after hours of dumps
			return Summary{}, err
		}
	}
	holder, err := from.DSN(parts.Keyring, roles.Owner)
	if err != nil {
		return Summary{}, err
	}
	ctx, release, err := keyring.Copying(ctx, holder)
	if err != nil {
		return Summary{}, err
	}
	defer release()
	folder, err := beginFolder(dir)
	if err != nil {
		return Summary{}, err
	}
	defer folder.close()
	b.dir = folder.path
	s := Summary{Format: Format, ID: rand.Text(), Began: b.Now().UTC().Truncate(time.Second)}
	for _, part := range order {
		if !b.copies(part) {
			continue
		}
		copied, err := b.part(ctx, s.ID, part)
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return Summary{}, fmt.Errorf("backing up %s: %w", part, err)
		}
		s.Parts = append(s.Parts, copied)
	}
	b.Progress(Step{Doing: "finishing the backup"})
	s.Ended = b.Now().UTC().Truncate(time.Second)
	if ctx.Err() != nil {
		return Summary{}, context.Cause(ctx)
	}
	return s, folder.finish(s)
}

type backup struct {
	Options
	from  parts.Addresses
	keeps Keeps
	dir   string
}

func (b *backup) copies(part string) bool { return b.Only == nil || slices.Contains(b.Only, part) }

// part copies one part into a folder of its own, with a list of what it holds.
func (b *backup) part(ctx context.Context, id, part string) (Copied, error) {
	list, err := newList(filepath.Join(b.dir, part), header{Format: Format, ID: id, Part: part, Taken: b.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return Copied{}, err
	}
	defer list.close()
	switch part {
	case Policy:
		err = b.public(list)
	case parts.Vault:
		err = b.vault(ctx, list)
	default:
		err = b.cluster(ctx, part, list)
		if err == nil && part == parts.Data {
			err = b.blobs(ctx, list)
		}
	}
	if err != nil {
		return Copied{}, err
	}
	return list.finish()
}

const dumpFile = "sceau.dump"

// cluster dumps a database as its administrator, with owners and grants.
func (b *backup) cluster(ctx context.Context, cluster string, l *list) error {
	b.Progress(Step{Doing: "dumping cluster " + cluster})
	dir, err := migrations.Of(cluster)
	if err != nil {
		return err
	}
	admin, err := b.from.Admin(cluster)
	if err != nil {
		return err
	}
	owner, err := b.from.DSN(cluster, roles.Owner)
	if err != nil {
		return err
	}
	if l.header.Migrations, err = migrate.Version(ctx, owner, dir); err != nil {
		return err
	}
	path := filepath.Join(l.dir, dumpFile)
	// What is sealed does not compress; written as hexadecimal in a dump it does, to its
	// own size, and the fastest way is as good as the best.
	if err := pgserver.Run(ctx, admin, "pg_dump", "--format=custom", "--compress=1", "--file="+path); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	return l.add(dumpFile)
}

// blobs copies sealed files. A row is committed after its file, so a folder holds now all
// that the dump names; what came since is copied too and named by nothing.
func (b *backup) blobs(ctx context.Context, l *list) error {
	b.Progress(Step{Doing: "copying documents"})
	var done, total int64
	for _, folder := range b.keeps.Blobs {
		size, err := sizeOf(filepath.Join(b.from.Home, folder))
		if err != nil {
			return err
		}
		total += size
	}
	for _, folder := range b.keeps.Blobs {
		err := copyTree(ctx, filepath.Join(b.from.Home, folder), filepath.Join(l.dir, folder), func(name string, sum [32]byte, size int64) error {
			done += size
			b.Progress(Step{Doing: "copying documents", Done: done, Of: total})
			return l.put(entry{File: filepath.Join(folder, name), Size: size, SHA256: hexOf(sum)})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// public copies what anybody may read: who may sign, and what verifies the traces.
func (b *backup) public(l *list) error {
	b.Progress(Step{Doing: "copying public keys"})
	for _, path := range b.keeps.Public {
		name := filepath.Base(path)
		sum, size, err := copyFile(filepath.Join(b.from.Home, path), filepath.Join(l.dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // nobody may sign yet
		}
		if err != nil {
			return err
		}
		if err := l.put(entry{File: name, Size: size, SHA256: hexOf(sum)}); err != nil {
			return err
		}
	}
	return nil
}
