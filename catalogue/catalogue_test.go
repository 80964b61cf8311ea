package catalogue_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"sceau/catalogue"
)

// tree is a copy of the register in which one passage is replaced by another.
func tree(t *testing.T, file, old, new string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	for _, glob := range []string{"*.yaml", "fields/*.yaml", "decree/*.csv"} {
		names, err := fs.Glob(catalogue.Sources(), glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			raw, err := fs.ReadFile(catalogue.Sources(), name)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = &fstest.MapFile{Data: raw}
		}
	}
	if file == "" {
		return out
	}
	raw := string(out[file].Data)
	if strings.Count(raw, old) < 1 {
		t.Fatalf("%s does not say %q", file, old)
	}
	out[file] = &fstest.MapFile{Data: []byte(strings.Replace(raw, old, new, 1))}
	return out
}

// both tampers with a file of the register and with the annex alike, so that
// they still agree.
func both(t *testing.T, file, old, new, annexOld, annexNew string) fs.FS {
	t.Helper()
	out := tree(t, file, old, new).(fstest.MapFS)
	annex := tree(t, "decree/annex.csv", annexOld, annexNew).(fstest.MapFS)
	out["decree/annex.csv"] = annex["decree/annex.csv"]
	return out
}

func TestTheRegisterHoldsTheWholeAnnex(t *testing.T) {
	c, err := catalogue.Parse(tree(t, "", "", ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		what      string
		got, want int
	}{
		{"items", len(c.Items()), 170},
		{"headings", len(c.Headings()), 16},
		{"key classes", len(c.Classes()), 16},
		{"recipients", len(c.Recipients()), 52},
		{"purposes", len(c.Purposes()), 3},
		{"phases", len(c.Phases()), 9},
		{"relations", len(c.Relations()), 23},
		{"guards", len(c.Guards()), 52},
		{"rows of the ceiling", len(c.Ceiling()), 984},
		{"identities", len(c.Identities()), 14},
	} {
		if tt.got != tt.want {
			t.Errorf("%d %s, want %d", tt.got, tt.what, tt.want)
		}
	}
	granting := 0
	for _, r := range c.Ceiling() {
		if r.Grants() {
			granting++
		}
	}
	if granting != 347 {
		t.Errorf("%d rows of the ceiling grant, want 347", granting)
	}
}

func TestWhatIsWrongIsRefusedAtItsLine(t *testing.T) {
	for _, tt := range []struct {
		name, file, old, new, want string
	}{
		{"a misspelt key", "fields/01-identity.yaml", "    gdpr: none", "    gpdr: none", "fields/01-identity.yaml:15: unknown key gpdr (item A01.01)"},
		{"a key twice", "fields/01-identity.yaml", "    gdpr: none", "    class: identity\n    gdpr: none", "fields/01-identity.yaml:15: key class appears twice"},
		{"an item without class", "fields/01-identity.yaml", "    class: identity\n", "", "fields/01-identity.yaml:6: class is missing (item A01.01)"},
		{"an item without format", "fields/01-identity.yaml", "    format: {is: digits, length: 7}\n", "", "fields/01-identity.yaml:6: format is missing (item A01.01)"},
		{"a class that does not exist", "fields/01-identity.yaml", "    class: identity", "    class: identities", `fields/01-identity.yaml:12: item A01.01: unknown class "identities"`},
		{"a kind that does not exist", "fields/01-identity.yaml", "    kind: string", "    kind: photograph", `unknown word "photograph"`},
		{"an item outside the annex", "fields/01-identity.yaml", "  - id: A01.01", "  - id: A99.01", "fields/01-identity.yaml:6: item A99.01 is not in the annex"},
		{"an item twice", "fields/01-identity.yaml", "  - id: A01.03", "  - id: A01.01", "item A01.01 appears twice, first at fields/01-identity.yaml:6"},
		{"a name twice", "fields/01-identity.yaml", "    name: ine", "    name: registration_number", "item A01.03: the name registration_number is already taken"},
		{"an item that the register forgets", "decree/annex.csv", "\nA01.02,", "\nA01.99,1,h,l,card number,card_number,candidate,all,string,identity,none,sensitive,no,,not,yes,move,destroy,no,one,\nA01.02,", "decree/annex.csv:3: item A01.99 has no entry in the register"},
		{"an item that says less than the annex", "fields/01-identity.yaml", "    rectifiable_by: school", "    rectifiable_by: candidate", "item A01.03: rectifiable_by is"},
		{"presence that stops being secret", "fields/13-certificates.yaml", "    presence_secret: true\n", "", "item A13.01: presence_secret is"},
		{"an unknown format", "fields/01-identity.yaml", "{is: ine}", "{is: luhn}", `unknown format "luhn"`},
		{"a format's unknown key", "fields/01-identity.yaml", "{is: ine}", "{is: ine, length: 10}", "unknown key length (item A01.03)"},
		{"a field of a record with an unknown key", "fields/08-schooling.yaml", "required: true}", "mandatory: true}", "unknown key mandatory (item A08.08)"},
		{"an order of fields that do not exist", "fields/08-schooling.yaml", "ascending: [rank, size]", "ascending: [rank, length]", "ascending: there is no field length (item A08.10)"},
		{"an age in words", "fields/01-identity.yaml", "ages: [12, 100]", "ages: [twelve, 100]", "ages are two whole numbers (item A01.08)"},
		{"bounds the wrong way round", "fields/02-bursaries.yaml", "{is: int, min: 1, max: 6}", "{is: int, min: 6, max: 1}", "min is above max (item A02.06)"},
		{"a pad that is no power of two", "fields/01-identity.yaml", "    pad: 128", "    pad: 100", "item A01.27: a pad is a power of two"},
		{"an unknown bundle", "fields/01-identity.yaml", "bundle: identity-proof", "bundle: identity-photo", `unknown word "identity-photo"`},
		{"an unknown list", "fields/01-identity.yaml", "from: countries", "from: planets", `unknown list "planets"`},
		{"an unknown recipient who records", "vocabulary.yaml", "recorded_by: [S1, R2b]", "recorded_by: [S1, R9]", `unknown recipient "R9"`},
		{"a fact that nobody records", "vocabulary.yaml", "    recorded_by: [S1, R2b]\n", "", "accompaniment_request: recorded_by goes with source fact"},
		{"an unknown source", "vocabulary.yaml", "source: mission", "source: caller", `unknown word "caller"`},
		{"a word twice", "vocabulary.yaml", "{id: P2,", "{id: P1,", "P1 appears twice"},
		{"a class without label", "vocabulary.yaml", "  - {id: fraud,", "  - {id: health,", `class "health" is unknown, or appears twice`},
		{"a column of an unknown kind", "columns.yaml", "mac: index", "mac: clear", `column blind_index.mac: unknown kind "clear"`},
		{"a column of a sealed table", "columns.yaml", "\ndata:\n", "\ndata:\n  health: {disability_liaison_form: technical}\n", "health.disability_liaison_form follows from the items already"},
		{"an index on a value with few values", "indexes.yaml", "items: [A01.03]", "items: [A01.09]", "index ine: item A01.09 takes few values"},
		{"an index on a date alone", "indexes.yaml", "items: [A01.03]", "items: [A01.08]", "index ine: a date alone takes few values"},
		{"an index on an item outside the annex", "indexes.yaml", "items: [A01.03]", "items: [A01.99]", "index ine: item A01.99 is not in the annex"},
		{"an identity that opens another's class", "identities.yaml", "{recipients: [SYS-auth], classes: [identity]}", "{recipients: [SYS-auth], classes: [health]}", "identity portal opens health, which is not among its classes"},
		{"two identities for one couple", "identities.yaml", "{recipients: [S1], classes: [fraud]}", "{recipients: [S1], classes: [identity]}", "rights opens identity for S1, and so does portal"},
		{"an identity with a class that it opens for nobody", "identities.yaml", "classes: [health]\n    opens:", "classes: [health, family]\n    opens:", "identity health has class family, opens it for nobody, and no task says why"},
		{"an identity with an unknown task", "identities.yaml", "task: seals", "task: helps", `unknown task "helps"`},
		{"an identity with a task that opens too", "identities.yaml", "label: données de santé\n", "label: données de santé\n    task: keeps\n", "identity health opens classes, and has the task of one that opens none"},
		{"an identity with an unknown key", "identities.yaml", "hmac: [index]", "hmac: [everything]", `unknown family of keys "everything"`},
		{"an unknown recipient in the ceiling", "decree/need-to-know.csv", "N0001,R1a,", "N0001,R1z,", `decree/need-to-know.csv:2: unknown recipient "R1z"`},
		{"an unknown guard in the ceiling", "decree/need-to-know.csv", "grants_profiles", "grants_anything", `decree/need-to-know.csv:16: unknown guard "grants_anything"`},
		{"an unknown relation in the ceiling", "decree/need-to-know.csv", ",open_ticket,PH0;", ",open_tickets,PH0;", `unknown relation "open_tickets"`},
		{"an item of another class in the ceiling", "decree/need-to-know.csv", "A01.01;A01.06;A01.07;A01.08", "A01.01;A01.06;A01.07;A01.14", "item A01.14 is of class contact, not identity"},
		{"a row of the ceiling twice", "decree/need-to-know.csv", "N0002,", "N0001,", "decree/need-to-know.csv:3: row N0001 appears twice"},
		{"a decree with one column less", "decree/recipients.csv", "id,parent_id,", "id,", "decree/recipients.csv:1: the columns are not"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := catalogue.Parse(tree(t, tt.file, tt.old, tt.new))
			if err == nil {
				t.Fatal("it was read without a word")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %q, want one that says %q", err, tt.want)
			}
		})
	}
}

func TestAFileThatIsNoRegisterIsRefused(t *testing.T) {
	for name, content := range map[string]string{
		"an empty file": "", "a word": "register", "a list": "- heading", "no YAML": "\t:",
	} {
		t.Run(name, func(t *testing.T) {
			broken := tree(t, "", "", "").(fstest.MapFS)
			broken["fields/01-identity.yaml"] = &fstest.MapFile{Data: []byte(content)}
			if _, err := catalogue.Parse(broken); err == nil || !strings.Contains(err.Error(), "fields/01-identity.yaml") {
				t.Errorf("the error is %v, want one that names the file", err)
			}
		})
	}
}

func TestAnItemIsFoundByIdNameAndPlace(t *testing.T) {
	c := catalogue.MustLoad()
	item, ok := c.Item("A15.X1")
	if !ok || item.Name != "wish_target_programme" || !item.Implicit {
		t.Fatalf("A15.X1 is %+v", item)
	}
	if same, ok := c.ItemNamed("wish_target_programme"); !ok || same != item {
		t.Errorf("by its name it is %s", same.ID)
	}
	if n := c.ItemIndex("A15.X1"); c.Items()[n].ID != "A15.X1" {
		t.Errorf("at its place stands %s", c.Items()[n].ID)
	}
	if _, ok := c.Item("A99.01"); ok || c.ItemIndex("A99.01") != -1 {
		t.Error("an item outside the annex is found")
	}
}

func TestFormsAreOrderedByWhatTheyTell(t *testing.T) {
	last := catalogue.FormNone
	for _, name := range []string{"none", "aggregate", "pseudonymised", "masked", "clear"} {
		f, err := catalogue.ParseForm(name)
		if err != nil || f.String() != name || f < last {
			t.Errorf("form %s reads as %s, after %s: %v", name, f, last, err)
		}
		last = f
	}
	if _, err := catalogue.ParseForm("everything"); err == nil {
		t.Error("a form that does not exist is read")
	}
}
