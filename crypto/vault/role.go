package vault

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// roleOf is the whole AppRole of an identity, as Vault spells it back: durations in
// seconds. Stated in full even where it is Vault's default: a role that was given more
// by hand loses it when policies are applied.
func roleOf(p Policy) map[string]any {
	role := map[string]any{
		"token_policies":          []string{policyName(p.Identity)},
		"token_no_default_policy": true, // which lets a token read about itself and more
		"token_type":              "service",
		"token_ttl":               3600,
		"token_max_ttl":           86400,
		"token_explicit_max_ttl":  0,
		"token_period":            0,
		"token_num_uses":          0,
		"token_bound_cidrs":       []string{},
		"bind_secret_id":          true,
		"secret_id_bound_cidrs":   []string{},
		"secret_id_num_uses":      0,
		"secret_id_ttl":           0,
	}
	if p.Job {
		// Bounds of the role: no secret id of it, whoever issues it, is for more.
		life, _ := time.ParseDuration(onceLife)
		role["secret_id_num_uses"], role["secret_id_ttl"] = 1, int(life.Seconds())
	}
	return role
}

// compareRole names each field of a role that is otherwise than applied. What a later
// Vault adds has to be nothing.
func compareRole(p Policy, live map[string]any) (said []string) {
	want := roleOf(p)
	for _, field := range slices.Sorted(maps.Keys(live)) {
		got, applied := fmt.Sprint(live[field]), ""
		if w, ok := want[field]; ok {
			applied = fmt.Sprint(w)
		}
		if got == applied || nothing(got) && nothing(applied) {
			continue
		}
		said = append(said, fmt.Sprintf("its role has %s %s, and should have %s", field, shown(got), shown(applied)))
	}
	for _, field := range slices.Sorted(maps.Keys(want)) {
		if _, ok := live[field]; !ok && !nothing(fmt.Sprint(want[field])) {
			said = append(said, fmt.Sprintf("its role has no %s, and should have %v", field, want[field]))
		}
	}
	return said
}

// nothing is what Vault answers for a field that nobody set.
func nothing(text string) bool {
	return slices.Contains([]string{"", "0", "[]", "map[]", "<nil>", "false"}, text)
}

func shown(text string) string {
	if nothing(text) && text != "false" && text != "0" {
		return "none"
	}
	return text
}
