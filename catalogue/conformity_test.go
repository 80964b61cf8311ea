package catalogue_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"sceau/catalogue"
)

func annex(t *testing.T) string {
	t.Helper()
	raw, err := fs.ReadFile(catalogue.Decree(), "annex.csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestTheRegisterAgreesWithTheAnnexBothWays(t *testing.T) {
	c := catalogue.MustLoad()
	whole := annex(t)
	lines := strings.SplitAfter(whole, "\n")
	for _, tt := range []struct {
		name, csv, says, gap string
	}{
		{"the annex itself", whole, "170 of 170 items", ""},
		{"with a spreadsheet's mark", "\ufeff" + whole, "170 of 170 items", ""},
		{"with ids alone", "id\n" + strings.Join(ids(c), "\n") + "\n", "170 of 170 items", ""},
		{"an item less", strings.Join(slices.Delete(slices.Clone(lines), 3, 4), ""), "169 of 170 items", "item A01.03 (ine) is in the register and not in annex"},
		{"an item more", whole + strings.Replace(lines[3], "A01.03", "A99.01", 1), "170 of 171 items", "annex:172: item A99.01 is not in the register"},
		{"an item twice", whole + lines[3], "170 of 170 items", "annex:172: item A01.03 appears twice"},
		{"an item of another class", strings.Replace(whole, ",ine,candidate,all candidates,string,identity,", ",ine,candidate,all candidates,string,contact,", 1), "169 of 170 items", `item A01.03: key_class is "contact", and "identity" in the register`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rep, err := c.CheckAnnex(strings.NewReader(tt.csv), "annex")
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(rep.String(), tt.says) {
				t.Errorf("it says %q, want %q", rep.String(), tt.says)
			}
			if rep.OK() != (tt.gap == "") || !strings.Contains(strings.Join(rep.Gaps, "\n"), tt.gap) {
				t.Errorf("gaps are %q, want %q", rep.Gaps, tt.gap)
			}
		})
	}
}

func TestAFileThatIsNoAnnexIsAnError(t *testing.T) {
	for _, csv := range []string{"", "id\n", "number,label\n1,x\n", "id,label\nA01.01\n", "id\n\"A01"} {
		if rep, err := catalogue.MustLoad().CheckAnnex(strings.NewReader(csv), "annex"); err == nil {
			t.Errorf("%q is read as %v", csv, rep)
		}
	}
}

func ids(c *catalogue.Catalogue) []string {
	var out []string
	for _, i := range c.Items() {
		out = append(out, string(i.ID))
	}
	return out
}
