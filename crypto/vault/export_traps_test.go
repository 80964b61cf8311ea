package vault

import "context"

// Each has Vault do a verb on bodies of the test's own making, as Wrap and the others
// have it done.
func (c *Client) Each(ctx context.Context, verb, key, field string, bodies ...map[string]any) ([]string, error) {
	return c.each(ctx, verb, key, field, bodies)
}
