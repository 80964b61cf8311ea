package vault

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"sceau/crypto"
)

var _ crypto.KeyKeeper = (*Client)(nil)

// Rewrap is that of crypto.KeyKeeper. It sends the context and never associated data,
// which transit refuses to re-wrap: alone with an error, in a batch with an error that
// stands inside an answer of 200.
func (c *Client) Rewrap(ctx context.Context, key string, items ...crypto.Wrapped) ([]crypto.Wrap, error) {
	bodies, err := ciphertexts(items)
	if err != nil {
		return nil, fmt.Errorf("re-wrapping under %s: %w", key, err)
	}
	wraps, err := c.wraps(ctx, "rewrap", key, bodies)
	if err != nil {
		return nil, fmt.Errorf("re-wrapping under %s: %w", key, err)
	}
	return wraps, nil
}

// Rotate is that of crypto.KeyKeeper.
func (c *Client) Rotate(ctx context.Context, key string) error {
	if _, err := c.write(ctx, c.keyPath(key)+"/rotate", nil); err != nil {
		return fmt.Errorf("rotating %s: %w", key, err)
	}
	return nil
}

// Versions is that of crypto.KeyKeeper.
func (c *Client) Versions(ctx context.Context, key string) (crypto.Versions, error) {
	none := crypto.Versions{}
	data, err := c.read(ctx, c.keyPath(key))
	if err != nil {
		return none, fmt.Errorf("reading the versions of %s: %w", key, err)
	}
	if data == nil {
		return none, fmt.Errorf("reading the versions of %s: %w: vault has no key of that name", key, crypto.ErrForgotten)
	}
	numbers := map[string]uint32{"latest_version": 0, "min_decryption_version": 0, "min_available_version": 0}
	for name := range numbers {
		text, _ := data[name].(json.Number)
		n, err := strconv.ParseUint(text.String(), 10, 32)
		if err != nil {
			return none, fmt.Errorf("reading the versions of %s: vault gave no %s", key, name)
		}
		numbers[name] = uint32(n)
	}
	// Vault says 0 where nothing was ever set.
	return crypto.Versions{
		Newest: numbers["latest_version"],
		Opens:  max(numbers["min_decryption_version"], 1),
		Kept:   max(numbers["min_available_version"], 1),
	}, nil
}

// Accept is that of crypto.KeyKeeper. Vault trims only what neither opens nor wraps, so
// that both bounds move together.
func (c *Client) Accept(ctx context.Context, key string, oldest uint32) error {
	_, err := c.write(ctx, c.keyPath(key)+"/config", map[string]any{"min_decryption_version": oldest, "min_encryption_version": oldest})
	if err != nil {
		return fmt.Errorf("accepting versions of %s from %d: %w", key, oldest, err)
	}
	return c.expect(ctx, key, func(v crypto.Versions) bool { return v.Opens == oldest })
}

// Trim is that of crypto.KeyKeeper.
func (c *Client) Trim(ctx context.Context, key string, oldest uint32) error {
	if _, err := c.write(ctx, c.keyPath(key)+"/trim", map[string]any{"min_available_version": oldest}); err != nil {
		return fmt.Errorf("trimming %s to version %d: %w", key, oldest, err)
	}
	return c.expect(ctx, key, func(now crypto.Versions) bool { return now.Kept == oldest })
}

// expect reads back what was asked for: Vault drops in silence what it does not know.
func (c *Client) expect(ctx context.Context, key string, done func(crypto.Versions) bool) error {
	v, err := c.Versions(ctx, key)
	if err == nil && !done(v) {
		err = fmt.Errorf("vault did not do to %s what it was asked: its versions open from %d and are kept from %d", key, v.Opens, v.Kept)
	}
	return err
}

func (c *Client) keyPath(key string) string { return c.config.Mount + "/keys/" + key }
