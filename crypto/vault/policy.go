package vault

import (
	"fmt"
	"slices"
	"strings"

	"sceau/crypto"
)

// A Policy is what one identity may do, by names of keys. A name that ends in * is
// the beginning of names; see crypto.KeyPrefix.
type Policy struct {
	Identity string
	Encrypt  []string
	Decrypt  []string
	HMAC     []string
	Rewrap   []string // to a newer version of the same key, without seeing what is inside
	// Keep are whole names, of wrapping keys that it reads about, rotates, closes to
	// old versions and trims. Never the beginning of names: Vault cuts a name at its
	// end only, and what is done to a key stands behind its name.
	Keep  []string
	Batch bool // may send many items in one request
	// Job is for an identity whose credential is issued for one log-in: its role gives no
	// other, and its token may end itself.
	Job bool
}

// everything is a list of parameters that denies all of them: to Vault, an empty list
// of those allowed allows any.
const everything = "*"

// Text is the policy as Vault reads it, and as its administrator does: generated,
// printed, compared, applied by a person.
//
// It grants update and never create, so that no use makes a key. It names the
// parameters allowed, so that what is not named is refused: batches, for who opens
// for people, and whatever a later Vault will add.
func (p Policy) Text(mount string) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s", p.Identity)
	if !p.Batch {
		b.WriteString(", one item a request")
	}
	b.WriteString("\n")
	grant := func(path, capability string, parameters ...string) {
		fmt.Fprintf(&b, "path %q {\n  capabilities = [%q]\n", mount+"/"+path, capability)
		if len(parameters) > 0 {
			list := "allowed_parameters"
			if parameters[0] == everything {
				list = "denied_parameters"
			}
			fmt.Fprintf(&b, "  %s = {\n", list)
			for _, a := range parameters {
				fmt.Fprintf(&b, "    %q = []\n", a)
			}
			b.WriteString("  }\n")
		}
		b.WriteString("}\n")
	}
	for _, verb := range []struct {
		path       string
		keys       []string
		parameters []string
	}{
		{"encrypt", p.Encrypt, []string{"plaintext", "context"}},
		{"decrypt", p.Decrypt, []string{"ciphertext", "context"}},
		{"hmac", p.HMAC, []string{"input"}},
		{"rewrap", p.Rewrap, []string{"ciphertext", "context"}},
	} {
		for _, key := range sorted(verb.keys) {
			if err := checkPattern(key); err != nil {
				return "", fmt.Errorf("policy of %s: %w", p.Identity, err)
			}
			allowed := verb.parameters
			if p.Batch {
				allowed = append(slices.Clone(allowed), "batch_input")
			}
			grant(verb.path+"/"+key, "update", allowed...)
		}
	}
	for _, key := range sorted(p.Keep) {
		if err := checkKept(key); err != nil {
			return "", fmt.Errorf("policy of %s: %w", p.Identity, err)
		}
		path := "keys/" + key
		grant(path, "read")
		grant(path+"/rotate", "update", everything)
		// Neither deletion_allowed, nor exportable, nor allow_plaintext_backup: the last
		// two can never be taken back. And no key turns by itself.
		grant(path+"/config", "update", "min_decryption_version", "min_encryption_version")
		grant(path+"/trim", "update", "min_available_version")
	}
	// What a token needs to live, of all that the default policy grants.
	b.WriteString("path \"auth/token/lookup-self\" {\n  capabilities = [\"read\"]\n}\n")
	b.WriteString("path \"auth/token/renew-self\" {\n  capabilities = [\"update\"]\n}\n")
	if p.Job {
		b.WriteString("path \"auth/token/revoke-self\" {\n  capabilities = [\"update\"]\n}\n")
	}
	return b.String(), nil
}

func sorted(keys []string) []string { return slices.Compact(slices.Sorted(slices.Values(keys))) }

// checkKept refuses a key that must not be kept by anybody who serves: a second
// version of an index key finds nothing of what the first has indexed, in silence,
// and a trimmed key of the days is the end of the traces.
func checkKept(key string) error {
	if err := checkPattern(key); err != nil {
		return err
	}
	switch {
	case strings.HasSuffix(key, "*"):
		return fmt.Errorf("%q is the beginning of names, and keys are kept by their whole name", key)
	case key == crypto.DayKey, strings.HasPrefix(key, crypto.KeyPrefix(crypto.RoleIndex, "")):
		return fmt.Errorf("%q is never rotated nor trimmed", key)
	}
	return nil
}

// checkPattern refuses what Vault would understand otherwise than it reads: a * in
// the middle is a letter to Vault, a + is a wildcard, a / leaves the keys.
func checkPattern(key string) error {
	name := strings.TrimSuffix(key, "*")
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_-.") != "" || len(name) < len("sceau-x") || !strings.HasPrefix(name, "sceau-") {
		return fmt.Errorf("%q names no key, nor the beginning of one", key)
	}
	// sceau-class-file* would cover class file-2; its hyphen ends the word.
	if name != key && !strings.HasSuffix(name, "-") {
		return fmt.Errorf("%q stops within a word", key)
	}
	return nil
}
