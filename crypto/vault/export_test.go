package vault

import "context"

// Token is the token held now.
func (c *Client) Token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token.value
}

// Write sends a request of the test's own making through the client's checks.
func (c *Client) Write(ctx context.Context, path string, body map[string]any) (map[string]any, error) {
	return c.write(ctx, path, body)
}
