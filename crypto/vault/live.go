package vault

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// RoleName is what the AppRole of an identity, and its policy, are called in Vault.
func RoleName(identity string) string { return policyName(identity) }

// Differences compares what a live Vault lets an identity do with a policy: paths
// that are missing, too many or otherwise, and a role of which anything is otherwise.
// One sentence each, none when there is nothing to say. What others may do to the same
// keys, Beside says.
func (a *Admin) Differences(ctx context.Context, p Policy) ([]string, error) {
	text, err := p.Text(a.config.Mount)
	if err != nil {
		return nil, err
	}
	held, err := a.hold(ctx, "")
	if err != nil {
		return nil, err
	}
	live, err := held.client.Sys().GetPolicyWithContext(ctx, policyName(p.Identity))
	if err != nil {
		return nil, fmt.Errorf("reading the policy of %s: %w", p.Identity, a.explain(ctx, err))
	}
	role, err := held.client.Logical().ReadWithContext(ctx, a.role(p.Identity))
	if err != nil {
		return nil, fmt.Errorf("reading the role of %s: %w", p.Identity, a.explain(ctx, err))
	}
	said := comparePolicies(text, live)
	if role == nil {
		said = append(said, "has no role")
	} else {
		said = append(said, compareRole(p, role.Data)...)
	}
	for i := range said {
		said[i] = p.Identity + ": " + said[i]
	}
	return said, nil
}

// comparePolicies reads both as generated: one block for each path. What it cannot
// read so was written by a hand, and differs.
func comparePolicies(want, live string) (said []string) {
	wanted, found := blocks(want), blocks(live)
	if len(found) == 0 {
		return []string{"has no policy"}
	}
	for path, block := range wanted {
		switch got, ok := found[path]; {
		case !ok:
			said = append(said, "lacks "+path)
		case got != block:
			said = append(said, "has "+path+" otherwise than generated")
		}
	}
	for path := range found {
		if _, ok := wanted[path]; !ok {
			said = append(said, "has "+path+", which is not generated")
		}
	}
	slices.Sort(said)
	return said
}

// blocks cuts a policy at its paths, comments and indents aside. A path written twice
// counts with both: Vault joins them.
func blocks(text string) map[string]string {
	all := map[string]string{}
	path := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "path "); ok {
			path = strings.TrimSpace(strings.TrimSuffix(rest, "{"))
		}
		if path == "" {
			path = "what stands before the first path"
		}
		all[path] += line + "\n"
	}
	return all
}
