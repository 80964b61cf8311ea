package vaultserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Client speaks the few words of Vault's HTTP API that starting one needs. The
// words that seal a field are those of crypto/vault, and of nobody else.
type Client struct {
	Addr  string
	Token string // empty before initialisation
}

// ErrUnreachable means that nothing answers at the address.
var ErrUnreachable = errors.New("vault does not answer")

// Health is what Vault says of itself to anybody.
type Health struct {
	Initialized bool   `json:"initialized"`
	Sealed      bool   `json:"sealed"`
	Standby     bool   `json:"standby"`
	Version     string `json:"version"`
}

// Serving says whether requests are answered.
func (h Health) Serving() bool { return h.Initialized && !h.Sealed && !h.Standby }

// Health asks without a token.
func (c Client) Health(ctx context.Context) (Health, error) {
	var h Health
	err := c.call(ctx, http.MethodGet, "sys/health?standbycode=200&sealedcode=200&uninitcode=200", nil, &h)
	return h, err
}

// Initialize makes the root token and the one share that unseals.
func (c Client) Initialize(ctx context.Context) (token, share string, err error) {
	var answer struct {
		Keys  []string `json:"keys_base64"`
		Token string   `json:"root_token"`
	}
	if err := c.call(ctx, http.MethodPut, "sys/init", map[string]int{"secret_shares": 1, "secret_threshold": 1}, &answer); err != nil {
		return "", "", fmt.Errorf("initialising vault: %w", err)
	}
	if len(answer.Keys) != 1 || answer.Token == "" {
		return "", "", errors.New("initialising vault: the answer holds no share or no token")
	}
	return answer.Token, answer.Keys[0], nil
}

// Unseal opens the server with its share and waits until it serves.
func (c Client) Unseal(ctx context.Context, share string) error {
	if err := c.call(ctx, http.MethodPut, "sys/unseal", map[string]string{"key": share}, nil); err != nil {
		return fmt.Errorf("unsealing vault: %w", err)
	}
	return c.AwaitServing(ctx)
}

// AwaitServing waits until an unsealed server answers requests: one on raft storage
// elects itself first, which takes some seconds after each start.
func (c Client) AwaitServing(ctx context.Context) error { return c.await(ctx, Health.Serving) }

// Seal closes the server: it forgets its keys until it is unsealed.
func (c Client) Seal(ctx context.Context) error {
	if err := c.call(ctx, http.MethodPut, "sys/seal", nil, nil); err != nil {
		return fmt.Errorf("sealing vault: %w", err)
	}
	return nil
}

// AwaitAnswer waits until something answers, sealed or not.
func (c Client) AwaitAnswer(ctx context.Context) error {
	return c.await(ctx, func(Health) bool { return true })
}

func (c Client) await(ctx context.Context, good func(Health) bool) error {
	for {
		h, err := c.Health(ctx)
		if err == nil && good(h) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for vault: %w", errors.Join(ctx.Err(), err))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Furnish mounts what Sceau uses, where it is not mounted: transit, approle, and a
// file that audits every request. An empty auditFile leaves the audit as it is.
func (c Client) Furnish(ctx context.Context, auditFile string) error {
	type mounts map[string]struct {
		Type string `json:"type"`
	}
	list := func(path string) (mounts, error) {
		var answer struct{ Data mounts }
		err := c.call(ctx, http.MethodGet, path, nil, &answer)
		return answer.Data, err
	}
	// The audit first: mounting is the first thing it should tell.
	if auditFile != "" {
		if err := c.auditTo(ctx, auditFile); err != nil {
			return err
		}
	}
	for _, m := range []struct{ list, at, mount, kind string }{
		{"sys/mounts", "transit/", "sys/mounts/transit", "transit"},
		{"sys/auth", "approle/", "sys/auth/approle", "approle"},
	} {
		present, err := list(m.list)
		if err != nil {
			return fmt.Errorf("listing %s of vault: %w", m.list, err)
		}
		if at, ok := present[m.at]; ok {
			if at.Type != m.kind {
				return fmt.Errorf("vault has %s mounted at %s, where %s is expected", at.Type, m.at, m.kind)
			}
			continue
		}
		if err := c.call(ctx, http.MethodPost, m.mount, map[string]string{"type": m.kind}, nil); err != nil {
			return fmt.Errorf("mounting %s in vault: %w", m.kind, err)
		}
	}
	return nil
}

var client = &http.Client{Timeout: 30 * time.Second}

func (c Client) call(ctx context.Context, method, path string, body, answer any) error {
	var payload io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(b)
	}
	req, err := c.request(ctx, method, path, payload)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if resp.StatusCode/100 != 2 {
		return refusal(resp.StatusCode, text)
	}
	if answer == nil || len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, answer)
}

func (c Client) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Addr, "/")+"/v1/"+path, body)
	if err != nil {
		return nil, fmt.Errorf("the address of vault does not parse: %w", err)
	}
	req.Header.Set("X-Vault-Request", "true")
	if c.Token != "" {
		req.Header.Set("X-Vault-Token", c.Token)
	}
	return req, nil
}
