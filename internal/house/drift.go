package house

import (
	"context"
	"fmt"
	"net/url"

	"sceau/internal/parts"
	"sceau/internal/postgres/grants"
	"sceau/internal/postgres/pool"
	"sceau/internal/postgres/roles"
)

// Grants writes, for the owner of the database, what the gate and the projection may
// read of the sealed tables under the table in force.
func (h *House) Grants(ctx context.Context) (string, error) {
	table, p, err := h.inForce(ctx)
	if err != nil {
		return "", err
	}
	return grants.SQL(table, p.ID), nil
}

// Drift compares what Vault and the three databases really allow with what the table in
// force wants of them, one sentence for each difference; nothing is changed. It asks
// Vault as its administrator, and each database as one of its own roles: what a role may
// do is no secret of a server, and where one makes it so, that is a sentence.
func (h *House) Drift(ctx context.Context) ([]string, error) {
	table, _, err := h.inForce(ctx)
	if err != nil {
		return nil, err
	}
	said, err := h.VaultDifferences(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range table.OfNobody() {
		said = append(said, fmt.Sprintf("the table grants %s to %s, who is no recipient", r.Item, r.Recipient))
	}
	asks := map[string]string{parts.Data: "sceau_gate", parts.Keyring: "sceau_keyring_read", parts.Audit: "sceau_trace_read"}
	for _, cluster := range roles.Clusters {
		dsn, err := h.Parts.DSN(cluster, asks[cluster])
		if err != nil {
			return nil, err
		}
		db, err := pool.Open(ctx, dsn)
		if err != nil {
			return nil, fmt.Errorf("asking %s: %w", cluster, err)
		}
		differs, err := grants.Differences(ctx, db, table, cluster, h.operators(cluster)...)
		db.Close()
		if err != nil {
			return nil, err
		}
		said = append(said, differs...)
	}
	return printable(said), nil
}

// operators are the roles by which somebody administers a cluster for this platform: of
// a server of our own that which made it, of one that was lent, the one in its address.
func (h *House) operators(cluster string) []string {
	dsn, err := h.Parts.Admin(cluster)
	if err != nil {
		return nil // nobody does, from here
	}
	u, err := url.Parse(dsn)
	if err != nil || u.User == nil {
		return nil
	}
	return []string{u.User.Username()}
}
