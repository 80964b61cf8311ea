package dossier

import (
	"bytes"
	"encoding/json"
	"testing"

	"sceau/catalogue"
)

// Forms share words among all answers: to forget one answer must not forget them.
func TestAViewForgetsItsValuesAndNobodyElses(t *testing.T) {
	c := catalogue.MustLoad()
	it, ok := c.Item("A02.06")
	if !ok {
		t.Fatal("no item A02.06")
	}
	for name, word := range map[catalogue.Derive]string{"as-is": `"Inès"`, "yes-no": "5"} {
		form, ok := derivationOf(it, name, "S1")
		if !ok {
			t.Fatalf("%s is no form of %s", name, it.ID)
		}
		opened := json.RawMessage(word)
		value, err := drawn(form, opened)
		if err != nil {
			t.Fatal(err)
		}
		if asIs := &value[0] == &opened[0]; !asIs && !bytes.Equal(opened, make([]byte, len(opened))) {
			t.Errorf("in form %s the value that was opened is still there", name)
		}
		View{Fields: []Field{{Value: Value{value}}}}.Forget()
		if !bytes.Equal(value, make([]byte, len(value))) {
			t.Errorf("in form %s a view that was forgotten still has its value", name)
		}
	}
	if string(jsonTrue) != "true" || string(jsonFalse) != "false" || string(null) != "null" {
		t.Error("forgetting a view cleared a word that all views share")
	}
}
