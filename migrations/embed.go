// Package migrations carries the schema of the three databases: what is stored,
// and which role may do what to it.
//
// One folder per database server, forward only. Read in order, each file says
// what a person gains from it before it says how.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed data/*.sql keyring/*.sql audit/*.sql
var files embed.FS

// Of is the folder of migrations of a cluster: data, keyring or audit.
func Of(cluster string) (fs.FS, error) {
	dir, err := fs.Sub(files, cluster)
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(dir, "."); err != nil {
		return nil, fmt.Errorf("no migrations for a cluster named %q", cluster)
	}
	return dir, nil
}
