package catalogue

import (
	"fmt"
	"io"
	"strings"
)

// where each source of a fact lies, in the words of docs/facts.md.
var sourceWords = map[Source]string{
	SourceMission:   "the caller's mission",
	SourceRouting:   "a routing row",
	SourceDossier:   "the dossier, at intake",
	SourceFact:      "recorded",
	SourceReference: "the programmes and schools",
	SourceGate:      "the gate itself",
	SourceNone:      "**nothing yet: it never holds**",
}

// Facts writes the page that says what each relation and guard rests on.
func (c *Catalogue) Facts(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`# What an access rests on

An item opens when a relation holds between the caller and the person, and when
every guard of the row holds. None of them is ever stated by the caller. Each
comes from one place, below; where it is recorded, another recipient than the
one it opens for records it, and *to* is the widest addressee that one record may
name. What nothing records yet is false, and the rows that need it stay closed.

Written from catalogue/vocabulary.yaml.

## Relations

| relation | holds when | comes from | recorded by | to | true of |
| --- | --- | --- | --- | --- | --- |
`)
	for _, f := range c.Relations() {
		factLine(&b, f)
	}
	b.WriteString("\n## Guards\n\n| guard | the fact | comes from | recorded by | to | true of |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, f := range c.Guards() {
		factLine(&b, f)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func factLine[ID ~string](b *strings.Builder, f Fact[ID]) {
	from := sourceWords[f.Source]
	if f.Within != "" {
		from += fmt.Sprintf(", and `%s` holds too", f.Within)
	}
	fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s | %s |\n", f.ID, f.Meaning, from, orDash(join(f.RecordedBy, ", ")), orDash(string(f.To)), f.HoldsOn)
}
