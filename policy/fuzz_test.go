package policy_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"sceau/catalogue"
	"sceau/policy"
)

// Two texts with one meaning would be two things to sign.
func FuzzStatement(f *testing.F) {
	s := policy.Statement{Table: "sha256:aa", Rows: 3, Ceiling: "sha256:bb", Annex: "sha256:cc", Sheets: "sha256:dd", Rules: "sha256:ee",
		Replaces: policy.None, Dated: time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC), Author: "policy-office"}
	f.Add(s.Text())
	f.Add(strings.Replace(s.Text(), "rows: 3", "rows: 03", 1))
	f.Add(strings.Replace(s.Text(), "12:00:00Z", "13:00:00+01:00", 1))
	f.Add(s.Text() + "rows: 4\n")
	f.Add("Mandragore")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := policy.ParseStatement(text)
		if err == nil && s.Text() != text {
			t.Error("what was read is not what would be signed")
		}
		if err != nil && strings.Contains(err.Error(), "Mandrag") {
			t.Errorf("the error repeats what was read: %v", err)
		}
	})
}

const columns = "recipient,purpose,action,state,phase,relation,flags,item,form,derive,article,sheet_row\n"

func FuzzTable(f *testing.F) {
	f.Add("")
	f.Add(columns)
	f.Add(columns + "R4b-exam,P1,read,,PH3,applied_programme,,A12.03,clear,as-is,art. 3,R4b-exam.1\n")
	f.Add(columns + "R4b-exam,P1,read,,PH3\n")
	f.Add(columns + "C1,P1,read,active,PH0,national,,A03.09,aggregate,count,GDPR 39; SEC-11,S-C1-02\n" +
		"C1,P1,read,active,PH0,national,,A14.03,pseudonymised,as-is,GDPR 39; SEC-06; SEC-11,S-C1-01\n")
	v := policy.NewVocabulary(catalogue.MustLoad())
	f.Fuzz(func(t *testing.T, text string) {
		table, err := policy.ReadCSV(v, strings.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := table.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		again, err := policy.ReadCSV(v, bytes.NewReader(b.Bytes()))
		if err != nil || again.Hash() != table.Hash() || again.Len() != table.Len() {
			t.Errorf("a table of %d rows reads as another: %v", table.Len(), err)
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
		trust, err := policy.ReadTrust(strings.NewReader(text), 2)
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
