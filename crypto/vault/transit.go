package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"sceau/crypto"
)

// batchMax is how many items one request carries: beyond, nothing is gained
// (measured), and a request has a greatest size.
const batchMax = 1000

// singles is how many calls at once an identity without batches makes.
const singles = 8

// Wrap is that of crypto.KeyService.
func (c *Client) Wrap(ctx context.Context, key string, items ...crypto.Plain) ([]crypto.Wrap, error) {
	bodies := make([]map[string]any, len(items))
	for i, item := range items {
		bodies[i] = map[string]any{"plaintext": encode(item.Secret), "context": encode(item.Context)}
	}
	wraps, err := c.wraps(ctx, "encrypt", key, bodies)
	if err != nil {
		return nil, fmt.Errorf("wrapping under %s: %w", key, err)
	}
	return wraps, nil
}

// ciphertexts refuses a wrap without a version: Vault would read 0 as 1.
func ciphertexts(items []crypto.Wrapped) ([]map[string]any, error) {
	bodies := make([]map[string]any, len(items))
	for i, item := range items {
		if item.Wrap.Version() == 0 {
			return nil, fmt.Errorf("%w: a wrap has no version", crypto.ErrOpen)
		}
		bodies[i] = map[string]any{"ciphertext": FormatWrap(item.Wrap), "context": encode(item.Context)}
	}
	return bodies, nil
}

// wraps has Vault do the verb on every body, and reads the wraps that it gives.
func (c *Client) wraps(ctx context.Context, verb, key string, bodies []map[string]any) ([]crypto.Wrap, error) {
	texts, err := c.each(ctx, verb, key, "ciphertext", bodies)
	if err != nil {
		return nil, err
	}
	wraps := make([]crypto.Wrap, len(texts))
	for i, text := range texts {
		if wraps[i], err = ParseWrap(text); err != nil {
			return nil, err
		}
	}
	return wraps, nil
}

// MAC is that of crypto.KeyService.
func (c *Client) MAC(ctx context.Context, key string, inputs ...[]byte) ([][]byte, error) {
	bodies := make([]map[string]any, len(inputs))
	for i, input := range inputs {
		bodies[i] = map[string]any{"input": encode(input)}
	}
	texts, err := c.each(ctx, "hmac", key, "hmac", bodies)
	if err != nil {
		return nil, fmt.Errorf("computing under %s: %w", key, err)
	}
	macs := make([][]byte, len(texts))
	for i, text := range texts {
		// Entries say no version: computed under a second one, they would stop
		// finding what the first has indexed, in silence.
		raw, first := strings.CutPrefix(text, "vault:v1:")
		if !first {
			return nil, fmt.Errorf("computing under %s: the key was rotated, and entries of its first version would not be found any more", key)
		}
		if macs[i], err = base64.StdEncoding.DecodeString(raw); err != nil || len(macs[i]) != 32 {
			return nil, fmt.Errorf("computing under %s: vault answered no MAC of 32 bytes", key)
		}
	}
	return macs, nil
}

// each has Vault do the verb on every body, and gives the one field of each answer,
// in order.
func (c *Client) each(ctx context.Context, verb, key, field string, bodies []map[string]any) ([]string, error) {
	path := c.config.Mount + "/" + verb + "/" + key
	texts := make([]string, len(bodies))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(singles)
	switch {
	case len(bodies) == 0:
		return texts, nil
	case len(bodies) == 1 || c.config.Single:
		for i, body := range bodies {
			one := func() (err error) {
				data, err := c.write(ctx, path, body)
				if err != nil {
					return err
				}
				texts[i], err = textOf(data, field)
				return err
			}
			if len(bodies) == 1 {
				return texts, one()
			}
			group.Go(one)
		}
	default:
		for from := 0; from < len(bodies); from += batchMax {
			to := min(from+batchMax, len(bodies))
			group.Go(func() error { return c.batch(ctx, path, field, bodies[from:to], texts[from:to]) })
		}
	}
	return texts, group.Wait()
}

// batch trusts no status: Vault answers 200 with errors inside, and has answered
// fewer items than it was asked.
func (c *Client) batch(ctx context.Context, path, field string, bodies []map[string]any, texts []string) error {
	data, err := c.write(ctx, path, map[string]any{"batch_input": bodies})
	if err != nil {
		return err
	}
	results, _ := data["batch_results"].([]any)
	if len(results) != len(bodies) {
		return fmt.Errorf("vault answered %d items to %d", len(results), len(bodies))
	}
	for i, r := range results {
		item, _ := r.(map[string]any)
		if said, _ := item["error"].(string); said != "" {
			return fmt.Errorf("item %d of %d: %w", i+1, len(bodies), meaning(strings.ToLower(said), 200))
		}
		if texts[i], err = textOf(item, field); err != nil {
			return fmt.Errorf("item %d of %d: %w", i+1, len(bodies), err)
		}
	}
	return nil
}

func textOf(data map[string]any, field string) (string, error) {
	text, _ := data[field].(string)
	if text == "" {
		return "", errors.New("vault answered nothing")
	}
	return text, nil
}

// ParseWrap reads Vault's text of a wrap, "vault:v3:" and base64.
func ParseWrap(text string) (crypto.Wrap, error) {
	rest, ok := strings.CutPrefix(text, "vault:v")
	number, raw, found := strings.Cut(rest, ":")
	version, err := strconv.ParseUint(number, 10, 32)
	if !ok || !found || err != nil || version == 0 || strconv.FormatUint(version, 10) != number {
		return nil, errors.New("vault answered a ciphertext with no version")
	}
	b, err := base64.StdEncoding.Strict().DecodeString(raw)
	if err != nil || len(b) == 0 {
		return nil, errors.New("vault answered a ciphertext that is no base64")
	}
	return crypto.NewWrap(uint32(version), b), nil
}

// FormatWrap is Vault's text of a wrap: a third longer, and nothing of it secret.
func FormatWrap(w crypto.Wrap) string {
	return "vault:v" + strconv.FormatUint(uint64(w.Version()), 10) + ":" + encode(w.Raw())
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
