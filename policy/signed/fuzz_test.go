package signed_test

import (
	"strings"
	"testing"
	"time"

	"sceau/policy/signed"
)

// Two texts with one meaning would be two things to sign.
func FuzzStatement(f *testing.F) {
	s := signed.Statement{Table: "sha256:aa", Rows: 3, Ceiling: "sha256:bb", Annex: "sha256:cc", Sheets: "sha256:dd", Rules: "sha256:ee",
		Replaces: signed.None, Dated: time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC), Author: "policy-office"}
	f.Add(s.Text())
	f.Add(strings.Replace(s.Text(), "rows: 3", "rows: 03", 1))
	f.Add(strings.Replace(s.Text(), "12:00:00Z", "13:00:00+01:00", 1))
	f.Add(s.Text() + "rows: 4\n")
	f.Add("Mandragore")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := signed.ParseStatement(text)
		if err == nil && s.Text() != text {
			t.Error("what was read is not what would be signed")
		}
		if err != nil && strings.Contains(err.Error(), "Mandrag") {
			t.Errorf("the error repeats what was read: %v", err)
		}
	})
}

func FuzzTrust(f *testing.F) {
	const dpo, other = "dpo+9c4b3e2f+AW5vdCBhIGtleSBvZiBhbnlib2R5IGF0IGFsbCE", "controller+1234abcd+AAAA"
	f.Add(dpo + "\n" + other + "\n")
	f.Add("# of the office\n\n" + dpo + "\n" + dpo)
	f.Add("Mandragore")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		trust, err := signed.ReadTrust(strings.NewReader(text), 2)
		if err != nil {
			return
		}
		names := map[string]bool{}
		for _, s := range trust.Signers {
			names[s.Name()] = true
		}
		if len(names) < 2 || len(names) != len(trust.Signers) {
			t.Errorf("%d names for %d signers: one person could count for two", len(names), len(trust.Signers))
		}
	})
}
