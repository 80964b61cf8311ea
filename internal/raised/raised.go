// Package raised writes sheets of access with limits that a test or a measure does not
// meet: where one mission asks more in a minute than a person does in a year, the table
// in force is drafted from these, proved and signed like any other.
//
// There is no switch that turns limits off, and what is measured has them.
package raised

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// times is by how much: the lowest limit, of some twenty files an hour, is then more than
// a machine reads in one.
const times = 1_000_000

var (
	limits = regexp.MustCompile(`(?m)^limits: \{.*\}$`)
	number = regexp.MustCompile(`[0-9]+`)
)

// Sheets writes a folder of sheets into another, with limits raised. None stays none.
func Sheets(from fs.FS, dir string) error {
	names, err := fs.Glob(from, "*.yaml")
	if err != nil {
		return err
	}
	raisedAny := false
	for _, name := range names {
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		text = limits.ReplaceAllFunc(text, func(line []byte) []byte {
			raisedAny = true
			return number.ReplaceAllFunc(line, func(n []byte) []byte {
				files, _ := strconv.Atoi(string(n)) // digits, and few
				return strconv.AppendInt(nil, int64(min(files*times, 1_000_000_000)), 10)
			})
		})
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return err
		}
	}
	if !raisedAny {
		return fmt.Errorf("no sheet has limits to raise")
	}
	return nil
}
