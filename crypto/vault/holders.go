package vault

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// registers are where a kind of log-in keeps what it gives to whom.
var registers = map[string][]string{
	"approle": {"role"}, "token": {"roles"}, "userpass": {"users"}, "ldap": {"users", "groups"}, "radius": {"users"}, "okta": {"users", "groups"},
	"cert": {"certs"}, "jwt": {"role"}, "oidc": {"role"}, "kubernetes": {"role"}, "gcp": {"roles"}, "aws": {"roles"}, "azure": {"role"},
	"alicloud": {"role"}, "cf": {"roles"}, "oci": {"role"}, "kerberos": {"groups"}, "github": {"map/teams", "map/users"}, "saml": {"role"}, "ns_token": {"roles"},
}

func (s *survey) logIns() error {
	mounts, err := s.read("which log-ins there are", "sys/auth")
	if err != nil {
		return err
	}
	for path, m := range mounts {
		mount, _ := m.(map[string]any)
		if mount["type"] == nil {
			continue
		}
		kind := fmt.Sprint(mount["type"])
		known, ok := registers[kind]
		if !ok {
			s.say("what the log-in auth/%s gives is not seen: %s is of no kind known here", path, kind)
		}
		if path == s.admin.config.AuthMount+"/" {
			s.roleMount = fmt.Sprint(mount["accessor"])
		}
		for _, register := range known {
			if err := s.register("auth/" + path + register); err != nil {
				return err
			}
		}
	}
	return nil
}

// register looks at all that one register of a log-in gives.
func (s *survey) register(path string) error {
	names, err := s.list("what "+path+" gives", path)
	if err != nil {
		return err
	}
	ours := "auth/" + s.admin.config.AuthMount + "/role"
	for _, name := range names {
		at := path + "/" + name
		data, err := s.read("what "+at+" gives", at)
		if err != nil {
			return err
		}
		if who := s.identities[name]; who != "" && path == ours {
			id, err := s.read("who logs in as "+who, at+"/role-id")
			if err != nil {
				return err
			}
			s.entities[fmt.Sprint(id["role_id"])] = who
			continue // the identity's own role is compared whole
		}
		var given []string
		for _, field := range []string{"token_policies", "policies", "allowed_policies", "allowed_policies_glob"} {
			given = append(given, words(data[field])...)
		}
		if listed, ok := data["value"].(string); ok { // of a map
			given = append(given, strings.Split(listed, ",")...)
		}
		s.holder(at, given)
	}
	return nil
}

// holder names whoever is given policies that reach what is ours.
func (s *survey) holder(who string, given []string) {
	for _, policy := range given {
		path := s.reaches[strings.TrimSpace(policy)]
		if begins, globs := strings.CutSuffix(policy, "*"); globs { // of a role of tokens
			for name, reached := range s.reaches {
				if strings.HasPrefix(name, begins) && (path == "" || reached < path) {
					path = reached
				}
			}
		}
		if path != "" {
			s.say("%s gives the policy %s, which reaches %s", who, policy, path)
		}
	}
}

func (s *survey) groups() error {
	ids, err := s.list("which groups there are", "identity/group/id")
	if err != nil {
		return err
	}
	for _, id := range ids {
		group, err := s.read("group "+id, "identity/group/id/"+id)
		if err != nil {
			return err
		}
		s.holder("group "+fmt.Sprint(group["name"]), words(group["policies"]))
	}
	return nil
}

// persons looks at entities: what an identity of ours is given beside its role, by the
// entity that a log-in becomes or by a group of it, and what others are given.
func (s *survey) persons() error {
	ids, err := s.list("which entities there are", "identity/entity/id")
	if err != nil {
		return err
	}
	for _, id := range ids {
		entity, err := s.read("entity "+id, "identity/entity/id/"+id)
		if err != nil {
			return err
		}
		who := ""
		aliases, _ := entity["aliases"].([]any)
		for _, one := range aliases {
			alias, _ := one.(map[string]any)
			if fmt.Sprint(alias["mount_accessor"]) == s.roleMount && s.entities[fmt.Sprint(alias["name"])] != "" {
				who = s.entities[fmt.Sprint(alias["name"])]
			}
		}
		if who == "" {
			s.holder("entity "+fmt.Sprint(entity["name"]), words(entity["policies"]))
			continue
		}
		for _, policy := range words(entity["policies"]) {
			s.said = append(s.said, fmt.Sprintf("%s: its entity gives the policy %s, and should give none", who, policy))
		}
		for _, group := range slices.Concat(words(entity["direct_group_ids"]), words(entity["inherited_group_ids"])) {
			data, err := s.read("group "+group, "identity/group/id/"+group)
			if err != nil {
				return err
			}
			for _, policy := range words(data["policies"]) {
				s.said = append(s.said, fmt.Sprintf("%s: the group %s gives the policy %s, and should give none", who, data["name"], policy))
			}
		}
	}
	return nil
}

// tokens looks at those that live: one keeps what it was given when it was made.
func (s *survey) tokens() error {
	accessors, err := s.list("which tokens live", "auth/token/accessors")
	if err != nil {
		return err
	}
	var missed []string
	for _, accessor := range accessors {
		if accessor == s.accessor {
			continue
		}
		secret, err := s.logical.WriteWithContext(s.ctx, "auth/token/lookup-accessor", map[string]any{"accessor": accessor})
		if code := status(err); code == http.StatusForbidden || code == http.StatusNotFound || code == http.StatusBadRequest || err == nil && secret == nil {
			missed = append(missed, accessor)
			continue
		}
		if err != nil {
			return err
		}
		s.token(secret.Data)
	}
	if len(missed) == 0 {
		return nil
	}
	// One that ended meanwhile is no gap.
	still, err := s.list("which tokens live", "auth/token/accessors")
	if err != nil {
		return err
	}
	missed = slices.DeleteFunc(missed, func(a string) bool { return !slices.Contains(still, a) })
	if len(missed) > 0 {
		s.say("what %d tokens may is not seen: this administrator may not", len(missed))
	}
	return nil
}

func (s *survey) token(data map[string]any) {
	path, given := fmt.Sprint(data["path"]), words(data["policies"])
	meta, _ := data["meta"].(map[string]any)
	role, _ := meta["role_name"].(string)
	if who := s.identities[role]; who != "" && path == "auth/"+s.admin.config.AuthMount+"/login" {
		for _, policy := range given {
			if policy != role {
				s.said = append(s.said, fmt.Sprintf("%s: a token of it carries the policy %s, and should carry %s alone", who, policy, role))
			}
		}
		return // what its entity gives is said there
	}
	name := fmt.Sprintf("a token (%s) of %s", data["display_name"], path)
	if slices.Contains(given, "root") {
		s.say("%s may do anything: it is a root token, beside the one that asks", name)
		return
	}
	s.holder(name, given)
}
