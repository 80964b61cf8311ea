package parts

import (
	"net/url"
	"strings"
	"testing"
)

// An address may hold a password: one that does not parse is not repeated, and one
// that does leads to the role asked for, not to the one it names.
func FuzzAddress(f *testing.F) {
	for _, text := range []string{
		"postgres://owner:Mandragore@db.example.org:5432/other?sslmode=require", "postgresql:///Mandragore", "postgres://%zz:Mandragore@h", "host=Mandragore",
		"https://owner:Mandragore@vault.example.org", "postgres://[::1", "postgres:0", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h := &house{Places: map[string]place{Data: {Existing: true, URL: text}, Vault: {Existing: true, URL: text}}}
		_, _ = h.host(Data), h.host(Vault)
		dsn, err := h.dsn(Data, "sceau", "sceau_gate", "p@ss/word")
		if err != nil {
			if strings.Contains(err.Error(), "Mandrag") {
				t.Errorf("the error repeats the address: %v", err)
			}
			return
		}
		u, err := url.Parse(dsn)
		if err != nil {
			t.Fatal("an address was made that does not parse")
		}
		if password, _ := u.User.Password(); u.User.Username() != "sceau_gate" || password != "p@ss/word" || u.Path != "/sceau" {
			t.Errorf("it leads to %s of %s", u.User.Username(), u.Path)
		}
	})
}
