package plain

import (
	_ "embed"
	"html/template"
	"io"
)

//go:embed matrix.tmpl
var matrixPage string

var matrixTemplate = template.Must(template.New("matrix").Parse(matrixPage))

// HTML writes the matrix as one page that needs nothing beside it: no script, no style
// or font from elsewhere.
func (m Matrix) HTML(w io.Writer) error {
	return matrixTemplate.Execute(w, map[string]any{
		"Matrix": m, "Language": m.speaker.in("fr", "en"),
		"Recipient": m.speaker.in("destinataire", "recipient"), "Overview": m.speaker.in("Vue d'ensemble", "Overview"),
		"Grants": m.speaker.in("Ce qui est accordé à", "What is granted to"), "Files": m.speaker.in("Dossiers", "Files"),
		"Nothing": m.speaker.in("Rien.", "Nothing."), "Rows": m.speaker.in("lignes", "rows"), "Letters": m.speaker.in("Lettres", "Letters"),
	})
}
