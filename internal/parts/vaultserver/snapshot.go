package vaultserver

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ErrNoSnapshot means that the server's storage gives no snapshot.
var ErrNoSnapshot = errors.New("the storage of this Vault gives no snapshot")

// Storage is the kind of storage of a server, as it says it itself: raft, file or
// another. It tells anybody.
func (c Client) Storage(ctx context.Context) (string, error) {
	var answer struct {
		Storage string `json:"storage_type"`
	}
	if err := c.call(ctx, http.MethodGet, "sys/seal-status", nil, &answer); err != nil {
		return "", fmt.Errorf("asking vault for its storage: %w", err)
	}
	return answer.Storage, nil
}

// Snapshot writes all that the server holds, under its own seal: it opens with the
// shares of this Vault and with no others. The caller checks with CheckSnapshot what
// was written, since a server that fails half way ends the answer as if it were whole.
func (c Client) Snapshot(ctx context.Context, w io.Writer) error {
	switch kind, err := c.Storage(ctx); {
	case err != nil:
		return err
	case kind != Raft:
		return fmt.Errorf("%w: it is %s, and not raft", ErrNoSnapshot, kind)
	}
	resp, err := c.stream(ctx, http.MethodGet, "sys/storage/raft/snapshot", nil)
	if err != nil {
		return fmt.Errorf("taking a snapshot of vault: %w", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("taking a snapshot of vault: %w", err)
	}
	return nil
}

// CheckSnapshot reads a snapshot to its end and compares each file in it with the
// sums that Vault put beside them.
func CheckSnapshot(r io.Reader) error {
	packed, err := gzip.NewReader(r)
	if err != nil {
		return fmt.Errorf("the snapshot is not an archive: %w", err)
	}
	sums, listed := map[string]string{}, map[string]string{}
	for archive := tar.NewReader(packed); ; {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("the snapshot is cut or damaged: %w", err)
		}
		sum := sha256.New()
		var content io.Reader = io.TeeReader(archive, sum)
		if entry.Name == "SHA256SUMS" {
			for lines := bufio.NewScanner(content); lines.Scan(); {
				if value, name, ok := strings.Cut(lines.Text(), "  "); ok {
					listed[name] = value
				}
			}
		}
		if _, err := io.Copy(io.Discard, content); err != nil {
			return fmt.Errorf("the snapshot is cut or damaged: %w", err)
		}
		sums[entry.Name] = hex.EncodeToString(sum.Sum(nil))
	}
	// The checksum of gzip stands behind the end of the archive.
	if _, err := io.Copy(io.Discard, packed); err != nil {
		return fmt.Errorf("the snapshot is cut or damaged: %w", err)
	}
	for _, name := range []string{"meta.json", "state.bin"} {
		if listed[name] == "" || sums[name] == "" {
			return fmt.Errorf("the snapshot holds no %s, or no sum of it", name)
		}
	}
	for name, want := range listed {
		if sums[name] != want {
			return fmt.Errorf("in the snapshot, %s is not what its sum says", name)
		}
	}
	return nil
}

// Replace makes a fresh server, not even initialised, hold what a snapshot holds, and
// opens it with the share of the server that made the snapshot. The share that the
// fresh one is initialised with opens nothing afterwards.
func (c Client) Replace(ctx context.Context, snapshot io.Reader, share string) error {
	token, own, err := c.Initialize(ctx)
	if err != nil {
		return err
	}
	if err := c.Unseal(ctx, own); err != nil {
		return err
	}
	c.Token = token
	// By force: without it Vault refuses what another Vault sealed.
	resp, err := c.stream(ctx, http.MethodPost, "sys/storage/raft/snapshot-force", snapshot)
	if err != nil {
		return fmt.Errorf("giving vault its snapshot: %w", err)
	}
	resp.Body.Close()
	c.Token = ""
	// It seals itself when it finds that its share opens it no more.
	if err := c.await(ctx, func(h Health) bool { return h.Sealed }); err != nil {
		return err
	}
	return c.Unseal(ctx, share)
}

// stream calls without bounding time or size: a snapshot is as large as what Vault holds.
func (c Client) stream(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := c.request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if resp.StatusCode/100 == 2 {
		return resp, nil
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return nil, refusal(resp.StatusCode, text)
}

// refusal is an answer that is none, in Vault's own words.
func refusal(code int, text []byte) error {
	var refused struct{ Errors []string }
	json.Unmarshal(text, &refused) // an answer without errors is told by its code
	return fmt.Errorf("vault answers %d: %s", code, strings.Join(refused.Errors, "; "))
}
