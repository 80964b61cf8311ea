package grants

import (
	"context"
	"fmt"
	"slices"

	"sceau/internal/postgres/roles"
	"sceau/policy"
)

// Differences compares a cluster with what the table wants of it, a sentence for each
// difference, in order. Operators are the roles by which the server is administered on
// behalf of the platform, beside the superuser that the server was made with: whoever
// operates a server may do anything there (X1), and holds ciphertext.
//
// What the connection may not see is a sentence too: unseen is not allowed.
func Differences(ctx context.Context, db Server, t *policy.Table, cluster string, operators ...string) ([]string, error) {
	l, end, err := begin(ctx, db, cluster)
	if err != nil {
		return nil, err
	}
	defer end()
	there, err := l.ask(ctx, "which roles there are", "SELECT rolname::text FROM pg_roles")
	if err != nil {
		return nil, err
	}
	var said []string
	for _, role := range roles.Of(cluster) {
		if len(there) > 0 && !slices.Contains(there, role) {
			said = append(said, role+" is gone, who is needed")
			continue
		}
		if role == roles.Owner {
			continue
		}
		differs, err := l.role(ctx, role, Wanted(t, role))
		if err != nil {
			return nil, err
		}
		said = append(said, differs...)
	}
	own := roles.Of(cluster)
	known := append(slices.Clone(own), operators...)
	for _, find := range []struct {
		what, sql string
		args      []any
	}{
		{"who may enter", strangers, []any{known}},
		{"what roles are", attributes, []any{own, known}},
		{"who is a member of what", memberships, []any{own, known}},
		{"what is set for roles", settings, []any{own}},
		{"what is granted beside", beside, []any{own, known}},
		{"what will be granted", defaults, nil},
		{"who owns what", owners, []any{roles.Owner}},
		{"which triggers sleep", asleep, nil},
	} {
		found, err := l.ask(ctx, find.what, find.sql, find.args...)
		if err != nil {
			return nil, err
		}
		said = append(said, found...)
	}
	made, err := l.made(ctx)
	if err != nil {
		return nil, err
	}
	said = append(append(said, made...), l.unseen...)
	for i := range said {
		said[i] = cluster + ": " + said[i]
	}
	slices.Sort(said)
	return slices.Compact(said), nil
}

// role compares what one role may do with what it should.
func (l *look) role(ctx context.Context, role string, want []string) (said []string, err error) {
	got, err := l.ask(ctx, "what "+role+" may do", live, role)
	if err != nil {
		return nil, err
	}
	if len(l.unseen) > 0 && len(got) == 0 {
		return nil, nil // that it may do nothing was not seen either
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			said = append(said, fmt.Sprintf("%s may %s, which nothing signed needs", role, g))
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			said = append(said, fmt.Sprintf("%s may not %s, which it needs", role, w))
		}
	}
	return said, nil
}
