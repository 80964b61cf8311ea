package policy_test

import (
	"bytes"
	"strings"
	"testing"

	"sceau/catalogue"
	"sceau/policy"
)

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
