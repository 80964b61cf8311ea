package vault

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl"
	"github.com/hashicorp/hcl/hcl/ast"
)

// A ground is what a policy must not reach beside those of the identities: our keys, and
// whatever would lead to them. How says what counts there: any capability, one that
// changes something, or sudo alone.
type ground struct {
	path string
	how  func(capability string) bool
}

func whatever(capability string) bool { return capability != "deny" }
func sudo(capability string) bool     { return capability == "sudo" }
func changes(capability string) bool {
	return slices.Contains([]string{"create", "update", "patch", "delete", "sudo"}, capability)
}

// grounds of a Vault whose engine and log-ins are mounted there. A + is one segment, a *
// at the end whatever follows, as in a policy.
func grounds(mount, authMount string) []ground {
	all := []ground{{"auth/token/create*", sudo}}
	// Verbs of transit come before the name of a key, and some have a word between.
	for _, verb := range []string{"+", "datakey/+", "export/+", "byok-export/+"} {
		all = append(all, ground{mount + "/" + verb + "/sceau-*", whatever})
	}
	for _, path := range []string{
		mount + "/config/*", mount + "/cache-config", "auth/" + authMount + "/role/sceau-*",
		// Who writes these gives themselves the rest.
		"sys/policies/acl/*", "sys/policy/*", "sys/mounts/*", "sys/auth/*", "sys/remount", "sys/raw/*", "sys/storage/*", "sys/plugins/*",
		"identity/entity*", "identity/group*", "identity/alias*", "identity/persona*",
		"auth/+/role/+", "auth/+/role/+/*", "auth/+/roles/+", "auth/+/users/+", "auth/+/users/+/policies", "auth/+/groups/+", "auth/+/certs/+", "auth/+/map/*",
	} {
		all = append(all, ground{path, changes})
	}
	return all
}

// reach is the first path of a policy, in order, that meets one of the grounds, or "".
func reach(text string, on []ground) (string, error) {
	rules, err := rulesOf(text)
	if err != nil {
		return "", err
	}
	var met []string
	for path, capabilities := range rules {
		for _, g := range on {
			if meets(strings.Split(path, "/"), strings.Split(g.path, "/")) && slices.ContainsFunc(capabilities, g.how) {
				met = append(met, path)
			}
		}
	}
	if len(met) == 0 {
		return "", nil
	}
	return slices.Min(met), nil
}

// rulesOf reads a policy as Vault does, in HCL or JSON: what it grants on each path.
func rulesOf(text string) (map[string][]string, error) {
	file, err := hcl.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading a policy: %w", err)
	}
	list, ok := file.Node.(*ast.ObjectList)
	if !ok {
		return nil, fmt.Errorf("reading a policy: it is no list of paths")
	}
	rules := map[string][]string{}
	for _, item := range list.Filter("path").Items {
		if len(item.Keys) == 0 {
			return nil, fmt.Errorf("reading a policy: a path has no name")
		}
		path, _ := item.Keys[0].Token.Value().(string)
		path = strings.TrimPrefix(path, "/")
		var rule struct {
			Policy       string   `hcl:"policy"` // the old word
			Capabilities []string `hcl:"capabilities"`
		}
		if err := hcl.DecodeObject(&rule, item.Val); err != nil {
			return nil, fmt.Errorf("reading a policy: %w", err)
		}
		switch rule.Policy {
		case "":
		case "read":
			rule.Capabilities = append(rule.Capabilities, "read", "list")
		case "sudo":
			rule.Capabilities = append(rule.Capabilities, "create", "update", "sudo")
		default:
			rule.Capabilities = append(rule.Capabilities, "create", "update", rule.Policy)
		}
		if slices.Contains(rule.Capabilities, "deny") {
			continue
		}
		rules[path] = append(rules[path], rule.Capabilities...)
	}
	return rules, nil
}

// meets says whether some path fits both patterns, cut at their slashes. What a template
// will stand for nobody knows yet, so that it may be anything within its segment.
func meets(a, b []string) bool {
	for i := 0; ; i++ {
		if i == len(a) || i == len(b) {
			return len(a) == len(b)
		}
		begins, globs := strings.CutSuffix(a[i], "*")
		globs = globs && i == len(a)-1
		other, otherGlobs := strings.CutSuffix(b[i], "*")
		otherGlobs = otherGlobs && i == len(b)-1
		wild, otherWild := begins == "+" || strings.Contains(begins, "{{"), other == "+" || strings.Contains(other, "{{")
		switch {
		case globs && otherGlobs:
			return wild || otherWild || strings.HasPrefix(begins, other) || strings.HasPrefix(other, begins)
		case globs:
			return wild || otherWild || strings.HasPrefix(b[i], begins)
		case otherGlobs:
			return wild || otherWild || strings.HasPrefix(a[i], other)
		case !wild && !otherWild && a[i] != b[i]:
			return false
		}
	}
}
