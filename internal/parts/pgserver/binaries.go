// Package pgserver makes private PostgreSQL servers out of installed binaries.
//
// It finds the binaries, lends them an account that is not root, and makes data
// folders whose server answers on the loopback only, by password, and writes no
// value of a query in its logs.
package pgserver

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
)

// Oldest is the first PostgreSQL on which the grants mean what the migrations say:
// before 15 anybody may create in the schema public.
const Oldest = 15

// ErrNoBinaries means that no PostgreSQL recent enough is installed.
var ErrNoBinaries = fmt.Errorf("no PostgreSQL %d or newer is installed (on Debian: apt-get install postgresql)", Oldest)

// Binaries is a folder that holds postgres, initdb and their companions.
type Binaries struct {
	Dir     string
	Version int // major
}

// Find looks for PostgreSQL on PATH, then where distributions put it, and takes
// the newest of the latter.
func Find() (Binaries, error) {
	var dirs []string
	if p, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(p))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", // Debian and its children
		"/usr/pgsql-*/bin",          // PGDG on Red Hat
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/usr/local/pgsql/bin",
	} {
		found, _ := filepath.Glob(pattern) // the patterns are ours: no error
		sort.Sort(sort.Reverse(sort.StringSlice(found)))
		dirs = append(dirs, found...)
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
			continue
		}
		version, err := major(filepath.Join(dir, "postgres"))
		if err != nil || version < Oldest {
			continue
		}
		return Binaries{Dir: dir, Version: version}, nil
	}
	return Binaries{}, ErrNoBinaries
}

// Path names one program of the folder.
func (b Binaries) Path(program string) string { return filepath.Join(b.Dir, program) }

var versionNumber = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

func major(postgres string) (int, error) {
	out, err := exec.Command(postgres, "--version").Output()
	if err != nil {
		return 0, err
	}
	m := versionNumber.FindSubmatch(out)
	if m == nil {
		return 0, errors.New("postgres --version says nothing known")
	}
	return strconv.Atoi(string(m[1]))
}
