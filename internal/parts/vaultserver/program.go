// Package vaultserver makes a private, real Vault server for development.
//
// It finds vault or bao on PATH, or builds a server from Go modules once per
// machine, starts it on the loopback and unseals it with a share that lies in a
// file beside it: convenient, and therefore never a place for real data.
package vaultserver

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"sceau/internal/parts/turn"
)

// ErrNoSource means that the server must be built and its source is not here.
var ErrNoSource = errors.New("no vault or bao on PATH, VAULT_ADDR unset, and the source of Sceau is not at hand to build one (set SCEAU_SOURCE to a clone of it)")

// About how many packages one build compiles: only the progress line depends on it.
const packages = 1040

// Program gives the path of a Vault server: vault or bao from PATH, else the one
// built from internal/vaultd, kept in the user's cache. Progress goes to out.
func Program(ctx context.Context, out io.Writer) (string, error) {
	for _, name := range []string{"vault", "bao"} {
		if p, err := exec.LookPath(name); err == nil {
			return p, nil
		}
	}
	return Built(ctx, out)
}

// Built gives the server built from internal/vaultd, and builds it when it is not
// in the cache. Processes that need it at once wait for one build.
func Built(ctx context.Context, out io.Writer) (string, error) {
	source, err := source()
	if err != nil {
		return "", err
	}
	sum, err := hash(source)
	if err != nil {
		return "", fmt.Errorf("reading the source of the Vault server: %w", err)
	}
	dir, err := cacheDir()
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "vaultd-"+sum)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	end, err := turn.Take(ctx, filepath.Join(dir, "vaultd.lock"))
	if err != nil {
		return "", err
	}
	defer end()
	if _, err := os.Stat(program); err == nil {
		return program, nil // somebody built it while we waited
	}
	return program, build(ctx, source, program, out)
}

func build(ctx context.Context, source, program string, out io.Writer) error {
	tool, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("building a Vault server: %w", err)
	}
	start := time.Now()
	fmt.Fprintln(out, "vault: building a server from Go modules, once for this machine (two to four minutes)")

	half := fmt.Sprintf("%s.%d.new", program, os.Getpid())
	defer os.Remove(half)
	cmd := exec.CommandContext(ctx, tool, "build", "-v", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", half, ".")
	cmd.Dir = source
	// CGO off: no C compiler is asked for, and the file runs on any kernel like ours.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly")
	var said tail
	cmd.Stderr = io.MultiWriter(&said, &progress{out: out, total: packages})
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building a Vault server: %w\n%s", err, said.String())
	}
	if err := os.Rename(half, program); err != nil {
		return fmt.Errorf("building a Vault server: %w", err)
	}
	fmt.Fprintf(out, "vault: built in %s\n", time.Since(start).Round(time.Second))
	return nil
}

// source looks for the module upwards from the program, from the working folder,
// and where this file was compiled.
func source() (string, error) {
	var starts []string
	if s := os.Getenv("SCEAU_SOURCE"); s != "" {
		starts = append(starts, s)
	}
	if p, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(p))
	}
	if wd, err := os.Getwd(); err == nil {
		starts = append(starts, wd)
	}
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		starts = append(starts, filepath.Dir(file))
	}
	for _, dir := range starts {
		for ; ; dir = filepath.Dir(dir) {
			candidate := filepath.Join(dir, "internal", "vaultd")
			if text, err := os.ReadFile(filepath.Join(candidate, "go.mod")); err == nil && bytes.HasPrefix(text, []byte("module sceau/vaultd")) {
				return candidate, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return "", ErrNoSource
}

// hash names a build after all that goes into it.
func hash(source string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	err := filepath.WalkDir(source, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if ext := filepath.Ext(path); ext != ".go" && ext != ".mod" && ext != ".sum" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(source, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %d\n", filepath.ToSlash(name), len(text))
		h.Write(text)
		return nil
	})
	return hex.EncodeToString(h.Sum(nil))[:16], err
}

func cacheDir() (string, error) {
	root, err := os.UserCacheDir()
	if err != nil { // no HOME: a service account, a bare container
		root = filepath.Join(os.TempDir(), fmt.Sprintf("cache-%d", os.Getuid()))
	}
	dir := filepath.Join(root, "sceau")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making the cache: %w", err)
	}
	return dir, nil
}

// progress counts the packages that go build -v names, one a line.
type progress struct {
	out         io.Writer
	total, seen int
	shown       int
}

func (p *progress) Write(b []byte) (int, error) {
	p.seen += bytes.Count(b, []byte{'\n'})
	// One line in ten: readable in a terminal and in the log of a build machine.
	if tenth := p.seen * 10 / p.total; tenth > p.shown && tenth < 10 {
		p.shown = tenth
		fmt.Fprintf(p.out, "vault: building, %d of about %d packages\n", p.seen, p.total)
	}
	return len(b), nil
}

// tail keeps the last lines said, for the error.
type tail struct{ bytes.Buffer }

func (t *tail) String() string {
	var lines []string
	for s := bufio.NewScanner(&t.Buffer); s.Scan(); {
		lines = append(lines, s.Text())
	}
	return strings.Join(lines[max(0, len(lines)-8):], "\n")
}

// TokenFromEnvironment is the token for an existing server: the file named by
// VAULT_TOKEN_FILE, else what vault itself would take.
func TokenFromEnvironment() (string, error) {
	if path := os.Getenv("VAULT_TOKEN_FILE"); path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("reading VAULT_TOKEN_FILE: %w", err)
		}
		return strings.TrimSpace(string(text)), nil
	}
	if token := os.Getenv("VAULT_TOKEN"); token != "" {
		return token, nil
	}
	if home, err := os.UserHomeDir(); err == nil {
		if text, err := os.ReadFile(filepath.Join(home, ".vault-token")); err == nil {
			return strings.TrimSpace(string(text)), nil
		}
	}
	return "", errors.New("VAULT_ADDR is set, and neither VAULT_TOKEN_FILE nor VAULT_TOKEN gives a token")
}
