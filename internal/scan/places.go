package scan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"sceau/internal/parts"
)

// Places lists where an installation keeps bytes: the folders of the private
// parts, each folder under its home, and whatever else lies there, so that a
// folder which nobody thought of is scanned too. A server that was there before is
// reached by a dump and a base backup only.
func Places(home string) ([]Place, error) {
	home, err := filepath.Abs(home)
	if err != nil {
		return nil, fmt.Errorf("finding the places to scan: %w", err)
	}
	at, err := parts.Locate(home)
	if err != nil {
		return nil, fmt.Errorf("finding the places to scan: %w", err)
	}
	var all []Place
	for _, f := range at.Folders() {
		if _, err := os.Stat(f.Path); errors.Is(err, fs.ErrNotExist) {
			continue // an audit log that nothing was written to yet
		}
		if f.Kind != "data" {
			all = append(all, Place{Name: f.Part + ": " + f.Kind, Path: f.Path})
			continue
		}
		wal := filepath.Join(f.Path, "pg_wal")
		all = append(all,
			Place{Name: f.Part + ": tables, indexes, statistics, temporary files", Path: f.Path, Skip: []string{wal}},
			Place{Name: f.Part + ": write-ahead log", Path: wal})
	}
	inside := make([]string, len(all))
	for i, p := range all {
		inside[i] = p.Path
	}

	entries, err := os.ReadDir(home)
	if err != nil {
		return nil, fmt.Errorf("finding the places to scan: %w", err)
	}
	skip := slices.Clone(inside)
	for _, e := range entries {
		if path := filepath.Join(home, e.Name()); e.IsDir() {
			all = append(all, Place{Name: e.Name(), Path: path, Skip: inside})
			skip = append(skip, path)
		}
	}
	return append(all, Place{Name: "files of the home", Path: home, Skip: skip}), nil
}
