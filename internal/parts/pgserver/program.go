package pgserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Run runs one of PostgreSQL's programs, such as pg_dump, on a database. The password
// of the address goes through the environment: an argument shows in the list of
// processes.
func Run(ctx context.Context, dsn, program string, args ...string) error {
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%s: the address is not a postgres:// one", program) // never quoted: it holds a password
	}
	password, _ := u.User.Password()
	u.User = url.User(u.User.Username())

	bin, err := Find()
	if err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	cmd := exec.CommandContext(ctx, bin.companion(program), append(args, "--no-password", "--dbname="+u.String())...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "PG") }), "PGPASSWORD="+password, "LC_ALL=C")
	var said bytes.Buffer
	cmd.Stderr = &said
	err = runChild(cmd)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", program, context.Cause(ctx))
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s is not installed beside the server in %s", program, bin.Dir)
	}
	return fmt.Errorf("%s: %w: %s", program, err, complaint(said.String()))
}

// Pipe runs one of PostgreSQL's programs that needs no server, such as pg_restore, and
// reads what it prints. Close says how it ended.
func Pipe(ctx context.Context, program string, args ...string) (io.ReadCloser, error) {
	bin, err := Find()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	cmd := exec.CommandContext(ctx, bin.companion(program), args...)
	cmd.Env = environment()
	p := &piped{cmd: cmd}
	cmd.Stderr = &p.said
	if p.Reader, err = cmd.StdoutPipe(); err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	return p, nil
}

type piped struct {
	io.Reader
	cmd  *exec.Cmd
	said bytes.Buffer
}

func (p *piped) Close() error {
	_, _ = io.Copy(io.Discard, p.Reader) // so that it ends by itself
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(p.cmd.Path), err, complaint(p.said.String()))
	}
	return nil
}

// complaint is the line that says what went wrong: some programs quote, after it, the
// statement that did.
func complaint(said string) string {
	for line := range strings.Lines(said) {
		if strings.Contains(line, "error:") || strings.Contains(line, "ERROR:") {
			return strings.TrimSpace(line)
		}
	}
	return lastLine(said)
}

// companion finds a program of the server's own version. Some put links to the
// server alone on PATH: its companions lie where the link leads.
func (b Binaries) companion(program string) string {
	if _, err := os.Stat(b.Path(program)); err == nil {
		return b.Path(program)
	}
	if real, err := filepath.EvalSymlinks(b.Path("postgres")); err == nil {
		return filepath.Join(filepath.Dir(real), program)
	}
	return b.Path(program)
}
