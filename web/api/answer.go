// Package api gives the gate's answers as JSON, over loopback HTTP and to the
// command line alike: one way for a value to leave.
package api

import (
	"bytes"
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
	Items     map[string]slot               `json:"items"`
	Records   map[catalogue.Repeat][]Record `json:"records,omitempty"`
	Grants    map[catalogue.ItemID]Grant    `json:"grants"`
	Empty     []catalogue.ItemID            `json:"empty,omitempty"`
	Warnings  []string                      `json:"warnings,omitempty"`
}

// A Record is one repeated record: its opaque id, its values by name.
type Record struct {
	ID          string          `json:"record"`
	Responsible int             `json:"responsible,omitempty"`
	Items       map[string]slot `json:"items"`
	ordinal     int
}

// A Grant says under what an item was given.
type Grant struct {
	Form    string           `json:"form"`
	Derive  catalogue.Derive `json:"derive"`
	Article string           `json:"article"`
	Row     string           `json:"sheet_row"`
}

// WriteView writes a view to the caller who asked for it, in one piece.
func WriteView(w io.Writer, v dossier.View) error {
	p, err := pageOf(v)
	if err != nil {
		return err
	}
	defer p.forget()
	_, err = w.Write(p.b)
	return err
}

func pageOf(v dossier.View) (*page, error) {
	a, values := answerOf(v)
	return framed(a, values, "  ")
}

// framed writes a frame with its values, indented or on one line.
func framed(frame any, values []json.RawMessage, indent string) (*page, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(frame); err != nil {
		return nil, err
	}
	p := &page{oneLine: indent == ""}
	return p, p.fill(text.Bytes(), values)
}

// answerOf is the frame of an answer, and the values for its slots.
func answerOf(v dossier.View) (Answer, []json.RawMessage) {
	a := Answer{
		Request: v.Request, Recipient: v.Recipient, Purpose: v.Purpose, Phase: v.Phase, Policy: v.Policy,
		File: v.File, Empty: v.Held, Warnings: v.Warnings,
	}
	if v.Clear {
		// Under a file number, the reference of the candidate would join scopes.
		a.Candidate = v.Candidate.String()
	}
	var values []json.RawMessage
	a.Items, a.Records, a.Grants = layOut(v.Fields, &values)
	return a, values
}

// layOut puts the fields of one file into their places, and their values behind those
// that stand there already.
func layOut(fields []dossier.Field, values *[]json.RawMessage) (map[string]slot, map[catalogue.Repeat][]Record, map[catalogue.ItemID]Grant) {
	items, lists, grants := map[string]slot{}, map[catalogue.Repeat][]Record{}, map[catalogue.ItemID]Grant{}
	at := map[string]int{}
	for _, f := range fields {
		n := slot(len(*values))
		*values = append(*values, raw(f.Value))
		grants[f.Item] = Grant{Form: f.Form.String(), Derive: f.Derive, Article: f.Article, Row: f.Row}
		if f.Record == "" && f.Owner == 0 {
			items[f.Name] = n
			continue
		}
		key := string(f.Repeats) + f.Record + string(rune('0'+f.Owner))
		i, ok := at[key]
		if !ok {
			i = len(lists[f.Repeats])
			at[key] = i
			lists[f.Repeats] = append(lists[f.Repeats], Record{
				ID: f.Record, Responsible: f.Owner, Items: map[string]slot{}, ordinal: f.Ordinal})
		}
		lists[f.Repeats][i].Items[f.Name] = n
	}
	for _, records := range lists {
		sort.SliceStable(records, func(i, j int) bool { return records[i].ordinal < records[j].ordinal })
	}
	return items, lists, grants
}

func raw(v dossier.Value) json.RawMessage {
	if b := v.Reveal(); len(b) > 0 {
		return b
	}
	return json.RawMessage("null")
}
