package vault

import (
	"fmt"
	"slices"
	"strings"
)

// A Policy is what one identity may do, by names of keys. A name that ends in * is
// the beginning of names; see crypto.KeyPrefix.
type Policy struct {
	Identity string
	Encrypt  []string
	Decrypt  []string
	HMAC     []string
	Batch    bool // may send many items in one request
}

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
	for _, verb := range []struct {
		path       string
		keys       []string
		parameters []string
	}{
		{"encrypt", p.Encrypt, []string{"plaintext", "context"}},
		{"decrypt", p.Decrypt, []string{"ciphertext", "context"}},
		{"hmac", p.HMAC, []string{"input"}},
	} {
		for _, key := range slices.Compact(slices.Sorted(slices.Values(verb.keys))) {
			if err := checkPattern(key); err != nil {
				return "", fmt.Errorf("policy of %s: %w", p.Identity, err)
			}
			allowed := verb.parameters
			if p.Batch {
				allowed = append(slices.Clone(allowed), "batch_input")
			}
			fmt.Fprintf(&b, "path %q {\n  capabilities = [\"update\"]\n  allowed_parameters = {\n", mount+"/"+verb.path+"/"+key)
			for _, a := range allowed {
				fmt.Fprintf(&b, "    %q = []\n", a)
			}
			b.WriteString("  }\n}\n")
		}
	}
	// What a token needs to live, of all that the default policy grants.
	b.WriteString("path \"auth/token/lookup-self\" {\n  capabilities = [\"read\"]\n}\n")
	b.WriteString("path \"auth/token/renew-self\" {\n  capabilities = [\"update\"]\n}\n")
	return b.String(), nil
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
