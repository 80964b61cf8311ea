// Package api gives the gate's answers as JSON, over loopback HTTP and to the
// command line alike: one way for a value to leave.
package api

import (
	"encoding/json"
	"io"
	"sort"

	"sceau/catalogue"
	"sceau/dossier"
)

// An Answer is a view as a caller receives it. Items that stand once are under
// their English name, repeated ones in lists under the word of `repeats`.
type Answer struct {
	Request   string                        `json:"request"`
	Recipient catalogue.RecipientID         `json:"recipient"`
	Purpose   catalogue.Purpose             `json:"purpose"`
	Phase     catalogue.Phase               `json:"phase"`
	Policy    string                        `json:"policy"`
	Candidate string                        `json:"candidate,omitempty"`
	File      string                        `json:"file"`
	Items     map[string]json.RawMessage    `json:"items"`
	Records   map[catalogue.Repeat][]Record `json:"records,omitempty"`
	Grants    map[catalogue.ItemID]Grant    `json:"grants"`
	Empty     []catalogue.ItemID            `json:"empty,omitempty"`
	Warnings  []string                      `json:"warnings,omitempty"`
}

// A Record is one repeated record: its opaque id, its values by name.
type Record struct {
	ID          string                     `json:"record"`
	Responsible int                        `json:"responsible,omitempty"`
	Items       map[string]json.RawMessage `json:"items"`
	ordinal     int
}

// A Grant says under what an item was given.
type Grant struct {
	Form    string           `json:"form"`
	Derive  catalogue.Derive `json:"derive"`
	Article string           `json:"article"`
	Row     string           `json:"sheet_row"`
}

// WriteView writes a view to the caller who asked for it.
func WriteView(w io.Writer, v dossier.View) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(answerOf(v))
}

func answerOf(v dossier.View) Answer {
	a := Answer{
		Request: v.Request, Recipient: v.Recipient, Purpose: v.Purpose, Phase: v.Phase, Policy: v.Policy,
		File: v.File, Empty: v.Held, Warnings: v.Warnings,
		Items: map[string]json.RawMessage{}, Records: map[catalogue.Repeat][]Record{}, Grants: map[catalogue.ItemID]Grant{},
	}
	if v.Clear {
		// Under a file number, the reference of the candidate would join scopes.
		a.Candidate = v.Candidate.String()
	}
	at := map[string]int{}
	for _, f := range v.Fields {
		a.Grants[f.Item] = Grant{Form: f.Form.String(), Derive: f.Derive, Article: f.Article, Row: f.Row}
		if f.Record == "" && f.Owner == 0 {
			a.Items[f.Name] = raw(f.Value)
			continue
		}
		key := string(f.Repeats) + f.Record + string(rune('0'+f.Owner))
		i, ok := at[key]
		if !ok {
			i = len(a.Records[f.Repeats])
			at[key] = i
			a.Records[f.Repeats] = append(a.Records[f.Repeats], Record{
				ID: f.Record, Responsible: f.Owner, Items: map[string]json.RawMessage{}, ordinal: f.Ordinal})
		}
		a.Records[f.Repeats][i].Items[f.Name] = raw(f.Value)
	}
	for _, records := range a.Records {
		sort.SliceStable(records, func(i, j int) bool { return records[i].ordinal < records[j].ordinal })
	}
	return a
}

func raw(v dossier.Value) json.RawMessage {
	if b := v.Reveal(); len(b) > 0 {
		return b
	}
	return json.RawMessage("null")
}
