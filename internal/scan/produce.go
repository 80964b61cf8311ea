package scan

import (
	"context"
	"fmt"
	"path/filepath"

	"sceau/internal/parts"
	"sceau/internal/postgres/atrest"
	"sceau/internal/postgres/roles"
)

// Produce brings what the three servers of a home hold to where it can be scanned:
// a checkpoint to their data folders, then a dump and a base backup of each into
// dir, which the caller removes. It says what it does, as it may take long.
func Produce(ctx context.Context, home, dir string, say func(string)) ([]Place, error) {
	at, err := parts.Need(ctx, home, roles.Clusters...)
	if err != nil {
		return nil, fmt.Errorf("producing what to scan: %w", err)
	}
	var all []Place
	for _, cluster := range roles.Clusters {
		admin, err := at.Admin(cluster)
		if err != nil {
			return nil, fmt.Errorf("producing what to scan: %w", err)
		}
		if err := atrest.Settle(ctx, admin); err != nil {
			return nil, fmt.Errorf("cluster %s: %w", cluster, err)
		}
		dump := Place{Name: cluster + ": dump", Path: filepath.Join(dir, cluster+".sql")}
		say("dumping cluster " + cluster)
		if err := atrest.Dump(ctx, admin, dump.Path); err != nil {
			return nil, fmt.Errorf("cluster %s: %w", cluster, err)
		}
		backup := Place{Name: cluster + ": base backup", Path: filepath.Join(dir, cluster+".backup")}
		say("backing up cluster " + cluster)
		if err := atrest.BaseBackup(ctx, admin, backup.Path); err != nil {
			return nil, fmt.Errorf("cluster %s: %w", cluster, err)
		}
		all = append(all, dump, backup)
	}
	return all, nil
}

// Decoy puts the canaries in clear into a PostgreSQL server made for it, and must
// find them all in the table, the index, the write-ahead log, a dump and a base
// backup. What it saw belongs to the report; the server is gone when it returns.
func (s *Scanner) Decoy(ctx context.Context) (seen []Result, err error) {
	values := make([]string, len(s.canaries))
	for i, c := range s.canaries {
		values[i] = c.Value
	}
	d, forget, err := atrest.Bait(ctx, values)
	if err != nil {
		return nil, err
	}
	defer func() {
		if gone := forget(); err == nil {
			err = gone
		}
	}()
	for _, p := range []Place{
		{Name: "table in clear", Path: d.Table},
		{Name: "its index", Path: d.Index},
		{Name: "its write-ahead log", Path: d.WAL},
		{Name: "its dump", Path: d.Dump},
		{Name: "its base backup", Path: d.Backup},
	} {
		r, err := s.See(ctx, p)
		if err != nil {
			return seen, err
		}
		seen = append(seen, r)
	}
	return seen, nil
}
