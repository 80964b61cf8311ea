package house_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/internal/house"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/publish"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// names are keys as a campaign has them, each of another kind.
var names = []crypto.KeyName{
	{Name: "sceau-class-agents-2026-aaaaaaaaaaaaaaaa", Campaign: "2026", Role: crypto.RoleClass, Of: "agents"},
	{Name: "sceau-class-health-2026-bbbbbbbbbbbbbbbb", Campaign: "2026", Role: crypto.RoleOwn, Of: "health"},
	{Name: "sceau-hold-2026-cccccccccccccccc", Campaign: "2026", Role: crypto.RoleHold},
	{Name: "sceau-index-ine-2026-dddddddddddddddd", Campaign: "2026", Role: crypto.RoleIndex, Of: "ine"},
	{Name: "sceau-person-2026-eeeeeeeeeeeeeeee", Campaign: "2026", Role: crypto.RolePerson},
	{Name: "sceau-person-2027-ffffffffffffffff", Campaign: "2027", Role: crypto.RolePerson},
	{Name: "sceau-routing-2026-gggggggggggggggg", Campaign: "2026", Role: crypto.RoleRouting},
	{Name: "sceau-run-2026-hhhhhhhhhhhhhhhh", Campaign: "2026", Role: crypto.RoleRun},
}

const publication = "0000000000000000000000000000000000000000000000000000000000000000"

func drafted(t *testing.T) *policy.Table {
	t.Helper()
	d, err := publish.Make(t.Context(), catalogue.MustLoad(), opa.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	return d.Table
}

func TestVaultsPoliciesAreThoseThatWereReviewed(t *testing.T) {
	table := drafted(t)
	policies, err := house.VaultPolicies(table, publication, names)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join("testdata", "vault")
	for _, p := range policies {
		golden := filepath.Join(dir, p.Identity+".hcl")
		if *update {
			if err := os.WriteFile(golden, []byte(p.Text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if p.Text != string(want) {
			t.Errorf("%s changed; run with -update if a person agrees:\n%s", golden, p.Text)
		}
		if !strings.Contains(p.Text, publication) {
			t.Errorf("the policy of %s does not name the publication", p.Identity)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.hcl"))
	if err != nil || len(files) != len(policies) {
		t.Errorf("%d files for %d identities, %v", len(files), len(policies), err)
	}
	again, err := house.VaultPolicies(drafted(t), publication, names)
	if err != nil || !slices.Equal(policies, again) {
		t.Errorf("the same table gives other policies: %v", err)
	}
}

func TestTheKeeperOfKeysKeepsThoseThatWrapAndNoOther(t *testing.T) {
	c := catalogue.MustLoad()
	for _, who := range c.Identities() {
		kept := house.PolicyOf(c, who, names).Keep
		if who.Name != "keyring" {
			if len(kept) > 0 {
				t.Errorf("%s keeps %v", who.Name, kept)
			}
			continue
		}
		for _, n := range names {
			if slices.Contains(kept, n.Name) == (n.Role == crypto.RoleIndex) {
				t.Errorf("the key of %s %s: kept %t", n.Role, n.Of, slices.Contains(kept, n.Name))
			}
		}
	}
}

// without leaves rows out of a table, as other sheets would.
func without(t *testing.T, table *policy.Table, out func(policy.Row, catalogue.ClassID) bool) *policy.Table {
	t.Helper()
	c := table.Vocabulary().Catalogue
	rows := slices.DeleteFunc(slices.Clone(table.Rows()), func(r policy.Row) bool {
		item, _ := c.Item(r.Item)
		return out(r, item.Class)
	})
	if len(rows) == table.Len() {
		t.Fatal("nothing was left out")
	}
	less, err := policy.Compile(table.Vocabulary(), rows)
	if err != nil {
		t.Fatal(err)
	}
	return less
}

// A key follows what is granted: where nobody whom an identity serves is granted anything
// of a class any more, the policies written from the table leave that key out.
func TestTheKeysOfAnIdentityFollowTheTable(t *testing.T) {
	table := drafted(t)
	for _, tt := range []struct{ identity, class string }{{"archive", "fraud"}, {"health", "health"}, {"project", "income"}} {
		who, _ := table.Vocabulary().Catalogue.Identity(tt.identity)
		less := without(t, table, func(r policy.Row, class catalogue.ClassID) bool {
			return string(class) == tt.class && slices.Contains(who.Recipients, r.Recipient)
		})
		key := "sceau-class-" + tt.class + "-"
		for _, now := range []struct {
			table *policy.Table
			has   bool
		}{{table, true}, {less, false}} {
			policies, err := house.VaultPolicies(now.table, publication, names)
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(policies, func(p house.VaultPolicy) bool { return p.Identity == tt.identity })
			if strings.Contains(policies[at].Text, key) != now.has {
				t.Errorf("%s may use a key of %s: %t", tt.identity, tt.class, !now.has)
			}
		}
	}
}

// What this program ships agrees: no identity holds a class of which the sheets grant
// nothing to whom it serves.
func TestNoIdentityHoldsAClassTooMany(t *testing.T) {
	table := drafted(t)
	for _, who := range table.Vocabulary().Catalogue.Identities() {
		if !slices.Equal(table.Opens(who), who.Classes) {
			t.Errorf("%s has %v in catalogue/identities.yaml, and needs %v", who.Name, who.Classes, table.Opens(who))
		}
	}
}

// register is the register of identities with one text in the place of another.
func register(t *testing.T, old, new string) *policy.Vocabulary {
	t.Helper()
	tree := fstest.MapFS{}
	root := os.DirFS(filepath.Join("..", "..", "catalogue"))
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, name)
		tree[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text := string(tree["identities.yaml"].Data)
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q is there %d times", old, strings.Count(text, old))
	}
	tree["identities.yaml"].Data = []byte(strings.Replace(text, old, new, 1))
	c, err := catalogue.Parse(tree)
	if err != nil {
		t.Fatal(err)
	}
	return policy.NewVocabulary(c)
}

func TestATableThatGrantsWhatNoIdentityOpensIsRefused(t *testing.T) {
	table := drafted(t)
	for name, tt := range map[string]struct{ old, new, want string }{
		"a recipient that nobody serves": {"recipients: [R1a-leg, C2]", "recipients: [R1a-leg]", "to C2, and no identity"},
	} {
		changed, err := policy.Compile(register(t, tt.old, tt.new), table.Rows())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := house.VaultPolicies(changed, publication, names); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}
