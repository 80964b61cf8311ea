package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sceau/internal/parts"
	"sceau/internal/parts/pgserver"
	"sceau/internal/postgres/migrate"
	"sceau/internal/postgres/roles"
	"sceau/migrations"
)

// Which Vault a home brought back speaks to.
const (
	// Current is the Vault of the live home: keys that were trimmed or destroyed since
	// the backup stay so.
	Current = "current"
	// FromBackup is a Vault of its own, made from the snapshot: for a Vault that was
	// lost, and to prove that a copy of the keys opens.
	FromBackup = "backup"
)

// RestoreOptions say what to bring back, and how.
type RestoreOptions struct {
	Vault   string   // Current when empty
	Only    []string // the parts to bring back; nil for all that the backup has
	Replace bool     // an earlier home aside is erased first
	Trial   bool     // a home of its own, for as long as it takes to see that the backup opens
	// Data is another, older backup whose data is brought back: data is kept for years,
	// and opens with the keys of the same time or later.
	Data     string
	Progress func(Step)
	// Replay tells the home, before it answers anybody, what happened since the backup
	// and must stay so: whom to forget again. nil where there is nothing to tell.
	Replay func(ctx context.Context, aside parts.Addresses) error
	Out    io.Writer // says when a Vault has to be built; nil to say nothing
}

// Restored is what a restore did.
type Restored struct {
	Home   string   `json:"home"`
	Backup string   `json:"backup"` // its id
	Vault  string   `json:"vault"`
	Parts  []Copied `json:"parts"`
	// Absent are files that the restored home needs, and that neither the live home nor
	// the backup has.
	Absent []string `json:"absent,omitempty"`
}

// RestoreAside makes a complete home beside a live one out of a backup, and touches
// nothing of the live one. Every file of the backup is compared with its list before
// anything is made. A restore that is cut is begun anew by the next.
func RestoreAside(ctx context.Context, home, from string, keeps Keeps, o RestoreOptions) (Restored, error) {
	r := &restore{home: home, from: from, keeps: keeps, RestoreOptions: o}
	if r.Progress == nil {
		r.Progress = func(Step) {}
	}
	if r.Out == nil {
		r.Out = io.Discard
	}
	if err := r.choose(); err != nil {
		return Restored{}, err
	}
	if err := r.check(ctx); err != nil {
		return Restored{}, err
	}
	name := parts.ForUse
	if r.Trial {
		name = parts.ForTrial
	}
	aside, err := parts.BeginAside(ctx, home, name, r.Replace || r.Trial)
	if err != nil {
		return Restored{}, err
	}
	defer aside.Close()
	r.aside = aside
	if err := r.bringBack(ctx); err != nil {
		// Whoever interrupted it is not left with servers that nobody knows of. What was
		// made stays for the next, which begins anew.
		return Restored{}, errors.Join(err, aside.Stop(context.WithoutCancel(ctx)))
	}
	return Restored{Home: aside.Home(), Backup: r.summary.ID, Vault: r.Vault, Parts: r.chosen, Absent: r.absent}, nil
}

type restore struct {
	RestoreOptions
	home, from string
	keeps      Keeps
	summary    Summary
	chosen     []Copied
	aside      *parts.Aside
	absent     []string
}

// Chosen names the parts that a restore will bring back.
func Chosen(from string, o RestoreOptions) ([]string, error) {
	r := &restore{from: from, RestoreOptions: o}
	if err := r.choose(); err != nil {
		return nil, err
	}
	names := make([]string, len(r.chosen))
	for i, c := range r.chosen {
		names[i] = c.Part
	}
	return names, nil
}

// choose finds the parts to bring back.
func (r *restore) choose() (err error) {
	switch r.Vault {
	case "":
		r.Vault = Current
	case Current, FromBackup:
	default:
		return fmt.Errorf("the Vault of a restored home is %s or %s", Current, FromBackup)
	}
	if r.summary, err = Read(r.from); err != nil {
		return err
	}
	for _, c := range r.summary.Parts {
		if r.Only == nil || slices.Contains(r.Only, c.Part) {
			r.chosen = append(r.chosen, c)
		}
	}
	for _, part := range r.Only {
		if _, ok := r.summary.part(part); !ok {
			return fmt.Errorf("the backup in %s was made without %s", r.from, part)
		}
	}
	if _, ok := r.summary.part(parts.Keyring); !ok {
		return fmt.Errorf("the backup in %s was made without keyring: nothing of it would open", r.from)
	}
	if r.Data != "" {
		if err := r.olderData(); err != nil {
			return err
		}
	}
	if _, ok := r.summary.part(parts.Vault); r.Vault == FromBackup && !ok {
		return fmt.Errorf("the backup in %s was made without a snapshot of Vault", r.from)
	}
	if r.Vault == Current {
		// Its folder may be elsewhere by now, and is not needed.
		r.chosen = slices.DeleteFunc(r.chosen, func(c Copied) bool { return c.Part == parts.Vault })
	}
	return nil
}

// olderData puts the data of an older backup in the place of this one's.
func (r *restore) olderData() error {
	older, err := Read(r.Data)
	if err != nil {
		return err
	}
	data, ok := older.part(parts.Data)
	if !ok {
		return fmt.Errorf("the backup in %s was made without data", r.Data)
	}
	if older.Began.After(r.summary.Began) {
		return fmt.Errorf("the data of %s is younger than the keyring of %s: what came in between would not open", r.Data, r.from)
	}
	r.chosen = slices.DeleteFunc(r.chosen, func(c Copied) bool { return c.Part == parts.Data })
	r.chosen = append([]Copied{data}, r.chosen...)
	return nil
}

// folderOf is the backup that a part comes from.
func (r *restore) folderOf(part string) string {
	if part == parts.Data && r.Data != "" {
		return r.Data
	}
	return r.from
}

// check reads every file, and refuses a database that this program is too old for.
func (r *restore) check(ctx context.Context) error {
	var total, done int64
	for _, c := range r.chosen {
		total += c.Bytes
	}
	for _, c := range r.chosen {
		r.Progress(Step{Doing: "comparing " + c.Part + " with its list", Done: done, Of: total})
		h, err := check(r.folderOf(c.Part), c, func(size int64) {
			done += size
			r.Progress(Step{Doing: "comparing " + c.Part + " with its list", Done: done, Of: total})
		})
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !slices.Contains(roles.Clusters, c.Part) {
			continue
		}
		dir, err := migrations.Of(c.Part)
		if err != nil {
			return err
		}
		latest, err := migrate.Latest(dir)
		if err != nil {
			return err
		}
		if h.Migrations > latest {
			return fmt.Errorf("the backup of %s was made by a newer version of sceau: it has migration %d, and this one knows %d", c.Part, h.Migrations, latest)
		}
	}
	return nil
}

func (r *restore) bringBack(ctx context.Context) error {
	if err := r.vault(ctx); err != nil {
		return fmt.Errorf("bringing back vault: %w", err)
	}
	for _, c := range r.chosen {
		var err error
		if slices.Contains(roles.Clusters, c.Part) {
			err = r.cluster(ctx, c.Part)
		}
		if err == nil && c.Part == parts.Data {
			err = r.blobs(ctx, c)
		}
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return fmt.Errorf("bringing back %s: %w", c.Part, err)
		}
	}
	if err := r.carry(ctx); err != nil {
		return fmt.Errorf("bringing over what no backup holds: %w", err)
	}
	if r.Replay != nil {
		r.Progress(Step{Doing: "telling the home what happened since"})
		at, err := r.aside.Addresses()
		if err != nil {
			return err
		}
		if err := r.Replay(ctx, at); err != nil {
			return fmt.Errorf("telling the restored home what happened since: %w", err)
		}
	}
	r.Progress(Step{Doing: "finishing the restore"})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.aside.Finish()
}

// vault comes first: a share that is not here stops the restore before anything long.
func (r *restore) vault(ctx context.Context) error {
	if r.Vault == Current {
		r.Progress(Step{Doing: "asking for the live Vault"})
		return r.aside.ShareVault(ctx)
	}
	r.Progress(Step{Doing: "starting a Vault from the snapshot"})
	f, err := os.Open(filepath.Join(r.from, parts.Vault, snapshotFile))
	if err != nil {
		return err
	}
	defer f.Close()
	return r.aside.RestoreVault(ctx, f, r.Out)
}

// cluster makes a cluster with roles, gives it the dump with its grants, and brings what
// an older version dumped to the present. All of it belongs to the owner, whatever the
// dump says.
func (r *restore) cluster(ctx context.Context, cluster string) error {
	r.Progress(Step{Doing: "making cluster " + cluster})
	if err := r.aside.Prepare(ctx, cluster); err != nil {
		return err
	}
	r.Progress(Step{Doing: "filling cluster " + cluster})
	at, err := r.aside.Addresses()
	if err != nil {
		return err
	}
	// A dump is a program: its checks and defaults run while it is read. It is read by who
	// may run no command of the system. A superuser in the role of the owner would not do,
	// since a function may put the role off.
	owner, err := at.DSN(cluster, roles.Owner)
	if err != nil {
		return err
	}
	dump := filepath.Join(r.folderOf(cluster), cluster, dumpFile)
	if err := pgserver.Run(ctx, owner, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", dump); err != nil {
		return err
	}
	return r.aside.Migrate(ctx, cluster)
}

// blobs copies the sealed files of the list, and nothing that was put beside them.
func (r *restore) blobs(ctx context.Context, c Copied) error {
	var done int64
	r.Progress(Step{Doing: "bringing back documents", Of: c.Bytes})
	for _, folder := range r.keeps.Blobs {
		if err := os.MkdirAll(filepath.Join(r.aside.Home(), folder), 0o700); err != nil {
			return err
		}
	}
	from := r.folderOf(parts.Data)
	_, err := readList(from, c, func(e entry) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		done += e.Size
		name := filepath.FromSlash(e.File)
		folder, _, inside := strings.Cut(name, string(filepath.Separator))
		if !inside || !filepath.IsLocal(name) || !slices.Contains(r.keeps.Blobs, folder) {
			return nil // the dump
		}
		target := filepath.Join(r.aside.Home(), name)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		_, _, err := copyFile(filepath.Join(from, parts.Data, filepath.FromSlash(e.File)), target)
		r.Progress(Step{Doing: "bringing back documents", Done: done, Of: c.Bytes})
		return err
	})
	return err
}

// carry takes from the live home what no backup holds, and what it lacks of the public
// files from the backup.
func (r *restore) carry(ctx context.Context) error {
	r.Progress(Step{Doing: "bringing over credentials of the live home"})
	to := r.aside.Home()
	for _, path := range r.keeps.Carried {
		from := filepath.Join(r.home, path)
		info, err := os.Stat(from)
		switch {
		case errors.Is(err, os.ErrNotExist):
			continue
		case err != nil:
			return err
		case info.IsDir():
			err = copyTree(ctx, from, filepath.Join(to, path), func(string, [32]byte, int64) error { return nil })
		default:
			err = copyBeside(from, filepath.Join(to, path))
		}
		if err != nil {
			return err
		}
	}
	for _, path := range r.keeps.Public {
		target := filepath.Join(to, path)
		if _, err := os.Stat(target); err == nil {
			continue
		}
		err := copyBeside(filepath.Join(r.from, Policy, filepath.Base(path)), target)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	for _, path := range r.keeps.Carried {
		if _, err := os.Stat(filepath.Join(to, path)); errors.Is(err, os.ErrNotExist) {
			r.absent = append(r.absent, path)
		}
	}
	return nil
}

func copyBeside(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	_, _, err := copyFile(from, to)
	return err
}
