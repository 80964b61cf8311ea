package plain

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"

	"sceau/catalogue"
	"sceau/policy/sheets"
)

// Reworded says what two folders of sheets say otherwise without granting otherwise: the
// reason of a row, and comments. A lawyer signs them too.
func (s Speaker) Reworded(before, after fs.FS) ([]Sentence, error) {
	had, err := sheets.Load(s.Catalogue, before)
	if err != nil {
		return nil, err
	}
	has, err := sheets.Load(s.Catalogue, after)
	if err != nil {
		return nil, err
	}
	var out []Sentence
	for i := range has { // both in the catalogue's order, one for each recipient
		r := has[i].Recipient
		text, same, err := texts(before, after, string(r)+".yaml")
		if err != nil {
			return nil, err
		}
		if same {
			continue
		}
		why := map[string]string{}
		for _, row := range had[i].Rows {
			why[row.ID] = row.Why
		}
		for _, row := range has[i].Rows {
			if was, ok := why[row.ID]; ok && was != row.Why {
				out = append(out, s.rewords(r, fmt.Sprintf(s.in("le motif de %s devient « %s », il était « %s »", "the reason of %s becomes “%s”, it was “%s”"), row.ID, row.Why, was)))
			}
		}
		if !slices.Equal(sheets.Comments(text[0]), sheets.Comments(text[1])) {
			out = append(out, s.rewords(r, fmt.Sprintf(s.in("un commentaire de %s.yaml change", "a comment of %s.yaml changes"), r)))
		}
	}
	return out, nil
}

func (s Speaker) rewords(r catalogue.RecipientID, text string) Sentence {
	return Sentence{Recipient: r, Restated: true, Text: s.Recipient(r) + s.in(" : ", ": ") + text + "."}
}

func texts(before, after fs.FS, name string) (text [2][]byte, same bool, err error) {
	for i, files := range []fs.FS{before, after} {
		if text[i], err = fs.ReadFile(files, name); err != nil {
			return text, false, err
		}
	}
	return text, bytes.Equal(text[0], text[1]), nil
}
