package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

func TestEachFolderImportsOnlyWhatStandsAboveIt(t *testing.T) {
	graph := present(t)
	if len(graph) < 5 {
		t.Fatalf("the graph has %d packages: this test would prove nothing", len(graph))
	}
	for _, b := range Check(graph) {
		t.Error(b)
	}
}

// Each rule has a graph that breaks it and nothing else: a checker that is silent
// there would be silent anywhere.
func TestAnImportAgainstThePlanIsFound(t *testing.T) {
	for _, tt := range []struct {
		name  string
		graph []Package
		want  string // empty: nothing to say
	}{
		{"downwards is fine",
			[]Package{{Path: "sceau/dossier", Imports: []string{"sceau/crypto", "sceau/catalogue", "fmt"}}}, ""},
		{"a folder that imports one below it",
			[]Package{{Path: "sceau/crypto", Imports: []string{"sceau/dossier"}}}, "dossier stands below crypto"},
		{"an idea that imports plumbing",
			[]Package{{Path: "sceau/dossier", Imports: []string{"sceau/internal/postgres/dossiers"}}}, "internal stands below dossier"},
		{"a folder nobody planned",
			[]Package{{Path: "sceau/utils", Imports: []string{"sceau/catalogue"}}}, "utils has no place"},
		{"an import of a folder nobody planned",
			[]Package{{Path: "sceau/web", Imports: []string{"sceau/utils"}}}, "utils has no place"},
		{"a test that takes real parts from the kit is fine",
			[]Package{{Path: "sceau/crypto/vault", TestImports: []string{"sceau/internal/testkit"}}}, ""},
		{"code that takes them is not",
			[]Package{{Path: "sceau/crypto/vault", Imports: []string{"sceau/internal/testkit"}}}, "internal stands below crypto"},
		{"a test that takes other plumbing is not either",
			[]Package{{Path: "sceau/audit", TestImports: []string{"sceau/internal/postgres/traces"}}}, "internal stands below audit"},
		{"SQL in the plumbing of another",
			[]Package{{Path: "sceau/internal/synth", Imports: []string{"github.com/jackc/pgx/v5/pgxpool"}}}, "belongs to internal/postgres"},
		{"SQL at home is fine",
			[]Package{{Path: "sceau/internal/postgres/dossiers", Imports: []string{"github.com/jackc/pgx/v5"}}}, ""},
		{"a folder whose name only begins like its home",
			[]Package{{Path: "sceau/internal/postgresque", Imports: []string{"github.com/jackc/pgx/v5"}}}, "belongs to internal/postgres"},
		{"the tests of plumbing may look at a database",
			[]Package{{Path: "sceau/internal/parts", TestImports: []string{"github.com/jackc/pgx/v5"}}}, ""},
		{"those of an idea may not",
			[]Package{{Path: "sceau/dossier", TestImports: []string{"github.com/jackc/pgx/v5"}}}, "belongs to internal/postgres"},
		{"Vault outside crypto/vault",
			[]Package{{Path: "sceau/crypto", Imports: []string{"github.com/hashicorp/vault/api"}}}, "belongs to crypto/vault"},
		{"Vault in the verbs",
			[]Package{{Path: "sceau/cmd/sceau", Imports: []string{"github.com/hashicorp/vault/api/auth/approle"}}}, "belongs to crypto/vault"},
		{"a plot drawn by a page",
			[]Package{{Path: "sceau/web/operator", Imports: []string{"github.com/go-analyze/charts/chartdraw"}}}, "belongs to internal/chart"},
		{"plots drawn at home are fine",
			[]Package{{Path: "sceau/internal/chart", Imports: []string{"github.com/go-analyze/charts/chartdraw", "github.com/guptarohit/asciigraph"}}}, ""},
		{"OPA outside policy/opa",
			[]Package{{Path: "sceau/policy", Imports: []string{"github.com/open-policy-agent/opa/v1/rego"}}}, "belongs to policy/opa"},
		{"an idea that reaches a technology through its own adapter",
			[]Package{
				{Path: "sceau/crypto", Imports: []string{"sceau/crypto/vault"}},
				{Path: "sceau/crypto/vault", Imports: []string{"github.com/hashicorp/vault/api"}},
			}, "sceau/crypto > sceau/crypto/vault > github.com/hashicorp/vault/api"},
		{"an idea that speaks HTTP",
			[]Package{{Path: "sceau/dossier", Imports: []string{"net/http"}}}, "dossier knows no technology"},
		{"admission that reaches the seals by a detour",
			[]Package{
				{Path: "sceau/core/callorder", Imports: []string{"sceau/audit"}},
				{Path: "sceau/audit", Imports: []string{"sceau/crypto"}},
				{Path: "sceau/crypto"},
			}, "sceau/core/callorder > sceau/audit > sceau/crypto"},
		{"a verification that asks what it verifies",
			[]Package{{Path: "sceau/core/verify", Imports: []string{"sceau/core", "sceau/core/proposal"}}}, "what verifies shares nothing"},
		{"a computation with a clock",
			[]Package{{Path: "sceau/core/proposal", Imports: []string{"time"}}}, "core computes, and does nothing else"},
		{"a draw by lot",
			[]Package{{Path: "sceau/core/campaign", Imports: []string{"math/rand/v2"}}}, "draws no lots"},
		{"a legal run that simulates",
			[]Package{{Path: "sceau/core/proposal", Imports: []string{"sceau/core/whatif"}}}, "never part of a legal run"},
		{"a run of a day that simulates",
			[]Package{
				{Path: "sceau/internal/admission", Imports: []string{"sceau/core/session"}},
				{Path: "sceau/core/session", Imports: []string{"sceau/core/whatif"}},
			}, "sceau/internal/admission > sceau/core/session > sceau/core/whatif"},
		{"a session that draws lots",
			[]Package{{Path: "sceau/core/session", Imports: []string{"math/rand/v2"}}}, "a session is told the time"},
		{"a proof that asks what it proves",
			[]Package{{Path: "sceau/policy/proof", Imports: []string{"sceau/policy/sheets"}}}, "a proof shares nothing"},
		{"a catalogue that knows of somebody",
			[]Package{{Path: "sceau/catalogue", Imports: []string{"sceau/crypto"}}}, "imports nothing of ours"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			broken := strings.Join(Check(tt.graph), "\n")
			if tt.want == "" && broken != "" {
				t.Errorf("refused:\n%s", broken)
			}
			if !strings.Contains(broken, tt.want) {
				t.Errorf("said %q, want %q", broken, tt.want)
			}
		})
	}
}

// The present house, with one import more, is refused: the rules hold on the real
// graph, not only on drawn ones.
func TestOneMoreImportInThePresentHouseIsFound(t *testing.T) {
	graph := present(t)
	before := len(Check(graph))
	for i, p := range graph {
		if p.Path == "sceau/catalogue" {
			graph[i].Imports = append(p.Imports, "sceau/crypto", "github.com/jackc/pgx/v5")
		}
	}
	if after := Check(graph); len(after) < before+2 {
		t.Errorf("the catalogue imports crypto and pgx, and the check says only: %q", after)
	}
}

func present(t *testing.T) []Package {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "sceau/...")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, said.String())
	}
	var graph []Package
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return graph
		} else if err != nil {
			t.Fatal(err)
		}
		graph = append(graph, Package{Path: p.ImportPath, Imports: p.Imports, TestImports: append(p.TestImports, p.XTestImports...)})
	}
}
