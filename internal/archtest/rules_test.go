// Package archtest holds the house to its plan: which folder may know of which.
//
// The order of the folders is the argument of the README, and each technology is
// known in one place. A checker reads the graph of imports; its twin is fed graphs
// that break each rule, and must say so.
package archtest

import (
	"fmt"
	"slices"
	"strings"
)

const module = "sceau/"

// A folder imports only folders above it.
var order = []string{
	"catalogue", "crypto", "policy", "audit", "core", "dossier", "retention", "rights",
	"research", "results", "web", "migrations", "internal", "cmd",
}

// A technology is imported in one place.
var homes = []struct {
	technology string   // prefix of import paths
	homes      []string // folders of ours that may
	// Tests of the plumbing look at a database from outside; those of the ideas
	// never do.
	testsOfPlumbing bool
}{
	{"github.com/jackc/pgx", []string{"internal/postgres"}, true},
	{"github.com/pressly/goose", []string{"internal/postgres"}, false},
	{"database/sql", []string{"internal/postgres"}, false},
	{"github.com/hashicorp/vault", []string{"crypto/vault"}, false},
	{"github.com/open-policy-agent", []string{"policy/opa"}, false},
	{"github.com/tink-crypto", []string{"crypto"}, false},
	{"github.com/go-chi", []string{"web"}, false},
	{"github.com/alecthomas/kong", []string{"cmd"}, false},
	{"github.com/go-analyze/charts", []string{"internal/chart"}, false},
	{"github.com/guptarohit/asciigraph", []string{"internal/chart"}, false},
}

// What a package must not reach, by any chain of our packages.
var never = []struct {
	from   string
	within bool // the folders below it too
	what   []string
	why    string
}{
	{"core", true, []string{module + "crypto", module + "dossier"}, "core reaches nothing that can open a seal"},
	{"core/verify", true, []string{module + "core/callorder", module + "core/proposal", module + "core/display", module + "core/explain"},
		"what verifies shares nothing with what it verifies"},
	{"core", false, outside, "core computes, and does nothing else"},
	{"core/callorder", true, outside, "core computes, and does nothing else"},
	{"core/proposal", true, outside, "core computes, and does nothing else"},
	{"core/display", true, outside, "core computes, and does nothing else"},
	{"core/verify", true, outside, "core computes, and does nothing else"},
	{"core/explain", true, outside, "core computes, and does nothing else"},
	{"core/whatif", true, outside, "core computes, and does nothing else"},
	{"core/calendar", true, alone, "a calendar is data, and is told the time"},
	{"core/entry", true, alone, "ties are named, and broken by no lot"},
	{"core/campaign", true, alone, "a campaign is told the time, and draws no lots"},
	{"core/session", true, told, "a session is told the time, and draws no lots"},
	{"core/proposal", true, []string{module + "core/whatif"}, "a simulation is never part of a legal run"},
	{"core/session", true, []string{module + "core/whatif"}, "a simulation is never part of a legal run"},
	{"internal/admission", true, []string{module + "core/whatif"}, "a simulation is never part of a legal run"},
	{"crypto", false, technologies, "crypto knows no technology"},
	{"policy", false, technologies, "policy knows no technology"},
	{"audit", false, technologies, "audit knows no technology"},
	{"core", true, technologies, "core knows no technology"},
	{"dossier", false, technologies, "dossier knows no technology"},
	{"policy/proof", true, []string{module + "policy/opa", module + "policy/sheets", "github.com/open-policy-agent"},
		"a proof shares nothing with what it proves"},
	{"catalogue", true, []string{module}, "the catalogue imports nothing of ours"},
}

// What a package does not reach that is told the time and draws nothing. The catalogue,
// which the view reads, checks addresses with net.
var (
	told  = []string{"os", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand"}
	alone = append([]string{"net"}, told...)
)

var technologies = []string{"github.com/jackc/pgx", "github.com/hashicorp/vault", "github.com/open-policy-agent", "net/http", "database/sql"}

// What a computation would need to be anything but a function of its input.
var outside = []string{"os", "time", "io", "net", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "syscall", "context"}

// Package is what the graph knows of one package.
type Package struct {
	Path        string
	Imports     []string // of the code
	TestImports []string // of its tests, inside and outside
}

// Check lists the imports that break the plan, sorted.
func Check(graph []Package) []string {
	var broken []string
	byPath := map[string]Package{}
	for _, p := range graph {
		byPath[p.Path] = p
	}
	for _, p := range graph {
		for _, i := range p.Imports {
			broken = append(broken, checkImport(p.Path, i, false)...)
		}
		for _, i := range p.TestImports {
			broken = append(broken, checkImport(p.Path, i, true)...)
		}
		for _, rule := range never {
			if p.Path == module+rule.from || rule.within && under(p.Path, module+rule.from) {
				for _, chain := range reaches(byPath, p.Path, rule.what) {
					broken = append(broken, fmt.Sprintf("%s: %s", rule.why, chain))
				}
			}
		}
	}
	slices.Sort(broken)
	return slices.Compact(broken)
}

func checkImport(from, to string, inTest bool) []string {
	var broken []string
	if folder, ours := folderOf(to); ours {
		mine, _ := folderOf(from)
		switch {
		case !slices.Contains(order, mine):
			broken = append(broken, fmt.Sprintf("%s: the folder %s has no place in the order", from, mine))
		case !slices.Contains(order, folder):
			broken = append(broken, fmt.Sprintf("%s: the folder %s has no place in the order", to, folder))
		// The tests of an idea run on real parts, which only testkit hands out.
		case inTest && to == module+"internal/testkit":
		case slices.Index(order, folder) > slices.Index(order, mine):
			broken = append(broken, fmt.Sprintf("%s imports %s: %s stands below %s", from, to, folder, mine))
		}
	}
	for _, h := range homes {
		if !under(to, h.technology) {
			continue
		}
		mine, _ := folderOf(from)
		plumbing := mine == "internal" || mine == "cmd"
		if inTest && plumbing && h.testsOfPlumbing {
			continue
		}
		if !slices.ContainsFunc(h.homes, func(home string) bool { return under(from, module+home) }) {
			broken = append(broken, fmt.Sprintf("%s imports %s, which belongs to %s", from, to, strings.Join(h.homes, ", ")))
		}
	}
	return broken
}

// reaches gives a chain from a package to each forbidden thing it reaches.
func reaches(graph map[string]Package, start string, forbidden []string) []string {
	var found []string
	from := map[string]string{start: ""}
	for queue := []string{start}; len(queue) > 0; queue = queue[1:] {
		for _, i := range graph[queue[0]].Imports {
			if _, seen := from[i]; seen {
				continue
			}
			from[i] = queue[0]
			queue = append(queue, i)
			if !slices.ContainsFunc(forbidden, func(f string) bool { return under(i, strings.TrimSuffix(f, "/")) }) || under(i, start) {
				continue
			}
			chain := i
			for at := queue[0]; at != ""; at = from[at] {
				chain = at + " > " + chain
			}
			found = append(found, chain)
		}
	}
	return found
}

// folderOf is the first folder of a package of ours.
func folderOf(path string) (string, bool) {
	rest, ours := strings.CutPrefix(path, module)
	folder, _, _ := strings.Cut(rest, "/")
	return folder, ours
}

func under(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
