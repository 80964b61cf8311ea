package plain

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"sceau/catalogue"
	"sceau/policy"
)

// A Matrix is a table of access laid out for reading ("matrice des habilitations"): an
// overview of recipients and classes of data, and for each recipient what it gets, in
// which form, when, and by which article.
type Matrix struct {
	Title    string
	Hash     string
	Rows     int
	Letters  []Letter
	Words    []string // purposes and phases, with their labels
	Classes  []string
	Overview []Line
	Sections []Section
	Heads    []string // of the columns of a section

	speaker Speaker
}

// A Letter stands for a form in the overview.
type Letter struct{ Letter, Means string }

// A Line is one recipient of the overview, a letter for each class.
type Line struct {
	Recipient string
	Label     string
	Cells     []string
}

// A Section is one recipient.
type Section struct {
	ID, Label string
	Limit     string
	Nothing   bool
	Entries   []Entry
}

// An Entry is what one row of a sheet gives by one relation.
type Entry struct {
	Items, Form, Act, Purpose, Phases, Relation, Guards, Article, SheetRow string
}

// Cells are those of the columns.
func (e Entry) Cells() []string {
	return []string{e.Items, e.Form, e.Act, e.Purpose, e.Phases, e.Relation, e.Guards, e.Article, e.SheetRow}
}

var letters = map[catalogue.Form]string{
	catalogue.FormNone: "·", catalogue.FormAggregate: "A", catalogue.FormPseudonymised: "P", catalogue.FormMasked: "M", catalogue.FormClear: "C",
}

// Matrix lays a table out.
func (s Speaker) Matrix(t *policy.Table) Matrix {
	m := Matrix{
		Title: s.in("Matrice des habilitations", "Matrix of access"), Hash: t.Hash(), Rows: t.Len(), speaker: s,
		Heads: strings.Split(s.in("données,forme,droit,finalité,phases,relation,conditions,article,ligne de la fiche",
			"data,form,act,purpose,phases,relation,conditions,article,row of the sheet"), ","),
		Letters: []Letter{
			{"C", s.in("en clair", "in clear")}, {"M", s.in("masquée : une forme qui dit moins", "masked: a form that tells less")},
			{"P", s.in("sous numéro de dossier", "under a file number")}, {"A", s.in("en comptage seulement", "as counts only")},
			{"+", s.in("peut aussi écrire une partie", "may also write some of it")}, {"·", s.in("rien", "nothing")},
		},
	}
	for _, p := range s.Catalogue.Purposes() {
		m.Words = append(m.Words, s.Purpose(p.ID))
	}
	for _, p := range s.Catalogue.Phases() {
		m.Words = append(m.Words, s.Phase(p.ID))
	}
	for _, c := range s.Catalogue.Classes() {
		m.Classes = append(m.Classes, string(c.ID))
	}
	for _, r := range s.Catalogue.Recipients() {
		label := s.in(r.Label, words(r.Name))
		m.Overview = append(m.Overview, Line{string(r.ID), label, s.cells(t, r.ID)})
		m.Sections = append(m.Sections, s.section(t, r.ID, label))
	}
	return m
}

func (s Speaker) cells(t *policy.Table, r catalogue.RecipientID) []string {
	best, writes := map[catalogue.ClassID]catalogue.Form{}, map[catalogue.ClassID]bool{}
	for _, row := range t.Rows() {
		if row.Recipient != r {
			continue
		}
		it, _ := s.Catalogue.Item(row.Item)
		best[it.Class] = max(best[it.Class], row.Form)
		writes[it.Class] = writes[it.Class] || row.Action == policy.Write
	}
	var out []string
	for _, c := range s.Catalogue.Classes() {
		cell := letters[best[c.ID]]
		if writes[c.ID] {
			cell += "+"
		}
		out = append(out, cell)
	}
	return out
}

func (s Speaker) section(t *policy.Table, r catalogue.RecipientID, label string) Section {
	section := Section{ID: string(r), Label: label}
	var reads, writes []policy.Row
	for _, row := range t.Rows() {
		switch {
		case row.Recipient != r:
		case row.Action == policy.Write:
			writes = append(writes, row)
		default:
			reads = append(reads, row)
		}
	}
	written := gather(writes)
	for _, g := range gather(reads) {
		act := s.Act(policy.Read)
		if i := slices.IndexFunc(written, g.alike); i >= 0 {
			act, written = s.list([]string{act, s.Act(policy.Write)}), slices.Delete(written, i, i+1)
		}
		section.Entries = append(section.Entries, s.entry(g, act))
	}
	// What another row lets be read already is written by a row of its own.
	for _, g := range written {
		section.Entries = append(section.Entries, s.entry(g, s.Act(policy.Write)))
	}
	section.Nothing = len(section.Entries) == 0
	if l := t.Limit(r); l != (policy.Limit{}) {
		section.Limit = s.Limit(l)
	}
	return section
}

func (s Speaker) entry(g group, act string) Entry {
	return Entry{
		Items: s.named(g.items), Form: s.Derive(g.row.Form, g.row.Derive), Act: act, Purpose: string(g.row.Purpose),
		Phases: joined(g.phases), Relation: s.Relation(g.row.Relation), Guards: s.conditions(g.row.Guards),
		Article: g.row.Article, SheetRow: g.row.SheetRow,
	}
}

// alike: the same items by the same row of a sheet, in the same relation and phases.
func (g group) alike(other group) bool {
	a, b := g.row, other.row
	return a.SheetRow == b.SheetRow && a.Relation == b.Relation && slices.Equal(g.items, other.items) && slices.Equal(g.phases, other.phases)
}

func (s Speaker) named(ids []catalogue.ItemID) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = s.Item(id)
	}
	return strings.Join(out, ", ")
}

func (s Speaker) conditions(guards []catalogue.Guard) string {
	out := make([]string, len(guards))
	for i, g := range guards {
		out[i] = s.Guard(g)
	}
	return strings.Join(out, ", ")
}

func joined[T ~string](in []T) string {
	out := make([]string, len(in))
	for i, w := range in {
		out[i] = string(w)
	}
	return strings.Join(out, ", ")
}

// CSV writes one line for each entry of each recipient.
func (m Matrix) CSV(w io.Writer) error {
	cw := csv.NewWriter(w)
	if err := cw.Write(append([]string{m.speaker.in("destinataire", "recipient"), m.speaker.in("libellé", "label")}, m.Heads...)); err != nil {
		return err
	}
	for _, s := range m.Sections {
		for _, e := range s.Entries {
			if err := cw.Write(append([]string{s.ID, s.Label}, e.Cells()...)); err != nil {
				return err
			}
		}
	}
	cw.Flush()
	return cw.Error()
}

// Markdown writes the page of the reference.
func (m Matrix) Markdown(w io.Writer) error {
	var b strings.Builder
	s := m.speaker
	fmt.Fprintf(&b, "# %s\n\n", m.Title)
	fmt.Fprintf(&b, s.in("Table `%s`, %d lignes. Écrite par `sceau policy matrix` : ne se modifie pas à la main. Les mots des colonnes sont définis dans [facts.md](facts.md) ; comment une fiche se change, dans [policy.md](policy.md).\n\n",
		"Table `%s`, %d rows. Written by `sceau policy matrix`, never by hand. The words of the columns are defined in [facts.md](facts.md); how a sheet is changed, in [policy.md](policy.md).\n\n"), m.Hash, m.Rows)
	fmt.Fprintf(&b, "## %s\n\n", s.in("Vue d'ensemble", "Overview"))
	for _, l := range m.Letters {
		fmt.Fprintf(&b, "- `%s` %s\n", l.Letter, l.Means)
	}
	fmt.Fprintf(&b, "\n%s : %s.\n", s.in("Finalités et phases", "Purposes and phases"), strings.Join(m.Words, " ; "))
	fmt.Fprintf(&b, "\n| %s | %s |\n|---%s|\n", s.in("destinataire", "recipient"), strings.Join(m.Classes, " | "), strings.Repeat("|:-:", len(m.Classes)))
	for _, l := range m.Overview {
		fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", l.Recipient, strings.ToLower(l.Recipient), strings.Join(l.Cells, " | "))
	}
	for _, sec := range m.Sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", sec.ID, sec.Label)
		if sec.Limit != "" {
			fmt.Fprintf(&b, "\n%s : %s.\n", s.in("Dossiers", "Files"), sec.Limit)
		}
		if sec.Nothing {
			fmt.Fprintf(&b, "\n%s\n", s.in("Rien.", "Nothing."))
			continue
		}
		fmt.Fprintf(&b, "\n| %s |\n%s|\n", strings.Join(m.Heads, " | "), strings.Repeat("|---", len(m.Heads)))
		for _, e := range sec.Entries {
			fmt.Fprintf(&b, "| %s |\n", strings.ReplaceAll(strings.Join(e.Cells(), " | "), "\n", " "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
