package opa

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"

	"sceau/catalogue"
	"sceau/policy/rego"
)

func written(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteBundle(catalogue.MustLoad(), Sources{}, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheBundleHasTheFilesAsTheyAre(t *testing.T) {
	b, err := bundle.NewReader(bytes.NewReader(written(t))).Read()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := rego.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Modules) != len(entries) {
		t.Errorf("%d files of %d", len(b.Modules), len(entries))
	}
	for _, m := range b.Modules {
		want, err := rego.Files.ReadFile(filepath.Base(m.Path))
		if err != nil || !bytes.Equal(m.Raw, want) {
			t.Errorf("%s is not the file: %v", m.Path, err)
		}
	}
}

// The opa command line itself, of the version that this program is built with: it tests
// the rules, and gives for a question the grants that the table has.
func TestTheOpaCommandLineLoadsTheRules(t *testing.T) {
	if os.Getenv("SCEAU_SOAK") != "1" {
		return // it is built from its modules, which takes minutes
	}
	named, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/open-policy-agent/opa").Output()
	if err != nil {
		t.Fatal(err)
	}
	version := strings.TrimSpace(string(named))
	dir := t.TempDir()
	opa := filepath.Join(dir, "opa")
	install := exec.Command("go", "install", "github.com/open-policy-agent/opa@"+version)
	install.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("building opa %s: %v\n%s", version, err, out)
	}
	file := filepath.Join(dir, "bundle.tar.gz")
	if err := os.WriteFile(file, written(t), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(opa, "test", "-b", file).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "PASS: 26/26") {
		t.Errorf("opa test: %v\n%s", err, out)
	}
	question := `{"recipient": "R5", "purpose": "P2", "phase": "PH3", "relation": "own_call"}`
	eval := exec.Command(opa, "eval", "-b", file, "-I", "--format", "raw", "data.sceau.art3_5.grants")
	eval.Stdin = strings.NewReader(question)
	out, err = eval.CombinedOutput()
	var grants [][]string
	if err != nil || json.Unmarshal(out, &grants) != nil || len(grants) != 6 {
		t.Errorf("opa eval: %v\n%s", err, out)
	}
}
