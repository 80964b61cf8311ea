package plain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sceau/catalogue"
	"sceau/policy"
)

// A Sentence is one thing that changes between two tables.
type Sentence struct {
	Recipient catalogue.RecipientID `json:"recipient"`
	Wider     bool                  `json:"wider"`              // it takes two signatures
	Rights    bool                  `json:"rights,omitempty"`   // it takes from a right of the person: two as well
	Restated  bool                  `json:"restated,omitempty"` // nothing that decides changes
	Text      string                `json:"sentence"`
	Items     []catalogue.ItemID    `json:"items,omitempty"`
	Relation  catalogue.Relation    `json:"relation,omitempty"`
	Contexts  int                   `json:"contexts"` // of the base, where it changes something
}

// Sign opens a sentence as people read a difference: + grants more, - grants less, ~ says
// the same in other words.
func (s Sentence) Sign() string {
	switch {
	case s.Restated:
		return "~"
	case s.Wider:
		return "+"
	}
	return "-"
}

// Difference says what changes when a table replaces another, widenings first of each
// recipient. Nil is a table that grants nothing.
func (s Speaker) Difference(old, new *policy.Table) []Sentence {
	change := policy.Compare(old, new)
	var out []Sentence
	for _, g := range gather(change.Wider) {
		out = append(out, s.sentence(g, true, old))
	}
	for _, g := range gather(change.Narrower) {
		x := s.sentence(g, false, new)
		if slices.ContainsFunc(change.Rights, func(r policy.Row) bool { return r.SheetRow == g.row.SheetRow && r.Relation == g.row.Relation }) {
			x.Rights = true
			x.Text += s.touched(g.row.Recipient)
		}
		out = append(out, x)
	}
	out = append(out, s.restated(change.Restated)...)
	for _, r := range change.Raised {
		out = append(out, s.limit(r, true, old.Limit(r), new.Limit(r)))
	}
	for _, r := range change.Lowered {
		x := s.limit(r, false, old.Limit(r), new.Limit(r))
		if slices.Contains(change.Curbed, r) {
			x.Rights = true
			x.Text += s.touched(r)
		}
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Sentence) int {
		return cmp.Or(cmp.Compare(a.Recipient, b.Recipient), -compareBool(a.Wider, b.Wider))
	})
	return out
}

// Verdict says what a whole difference amounts to, and who signs it.
func (s Speaker) Verdict(widens, narrows, signatures int) string {
	switch {
	case widens == 0 && signatures > 1:
		return s.in("La table touche à un droit de la personne, ou à ce que la plateforme fait pour elle : deux personnes la signent, et son auteur n'en est pas.",
			"The table takes from a right of the person, or from what the platform does for them: two people sign it, and its author is neither.")
	case signatures > 1:
		return s.in("La table s'élargit : deux personnes la signent, et son auteur n'en est pas.", "The table grants more: two people sign it, and its author is neither.")
	case narrows == 0:
		return s.in("Rien de ce qui décide ne change : une personne la signe, et ce n'est pas son auteur.", "Nothing that decides changes: one person signs it, and not its author.")
	}
	return s.in("La table se resserre : une personne la signe, et ce n'est pas son auteur.", "The table grants less: one person signs it, and not its author.")
}

// touched says whose right is touched: that of the person, or what the platform owes them.
func (s Speaker) touched(r catalogue.RecipientID) string {
	if rec, _ := s.Catalogue.Recipient(r); rec.Type == "system" {
		return s.in(" Ce que la plateforme fait pour la personne est touché (Art. 3 ; RGPD 25 et 32).",
			" What the platform does for the person is touched (Art. 3; GDPR 25 and 32).")
	}
	return s.in(" Un droit de la personne est touché (Art. 5 ; RGPD 15 et 16).", " A right of the person is touched (Art. 5; GDPR 15 and 16).")
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// restated says, once for each row of a sheet, what it cites now and cited before.
func (s Speaker) restated(rows []policy.Restated) (out []Sentence) {
	seen := map[string]bool{}
	for _, r := range rows {
		text := ""
		if r.Before.SheetRow != r.After.SheetRow {
			text = fmt.Sprintf(s.in("la ligne %s prend la place de %s", "row %s takes the place of %s"), r.After.SheetRow, r.Before.SheetRow)
		}
		if r.Before.Article != r.After.Article {
			if text != "" {
				text += s.in(" ; ", "; ")
			}
			text += fmt.Sprintf(s.in("la ligne %s cite « %s » au lieu de « %s »", "row %s cites “%s” instead of “%s”"), r.After.SheetRow, r.After.Article, r.Before.Article)
		}
		if !seen[text] {
			seen[text] = true
			out = append(out, Sentence{Recipient: r.After.Recipient, Restated: true, Text: s.Recipient(r.After.Recipient) + s.in(" : ", ": ") + text + "."})
		}
	}
	return out
}

// A group is rows that differ by item and phase alone, and say the same of each: one
// sentence.
type group struct {
	row    policy.Row // of the first
	items  []catalogue.ItemID
	phases []catalogue.Phase
}

func gather(rows []policy.Row) []group {
	type act struct {
		recipient catalogue.RecipientID
		purpose   catalogue.Purpose
		action    policy.Action
		relation  catalogue.Relation
		guards    string
		form      catalogue.Form
		derive    catalogue.Derive
		article   string
		sheet     string
	}
	key := func(r policy.Row) act {
		return act{r.Recipient, r.Purpose, r.Action, r.Relation, r.Flags(), r.Form, r.Derive, r.Article, r.SheetRow}
	}
	phases := map[act]map[catalogue.ItemID][]catalogue.Phase{}
	var order []policy.Row // the first row of each act
	for _, r := range rows {
		k := key(r)
		if phases[k] == nil {
			phases[k] = map[catalogue.ItemID][]catalogue.Phase{}
			order = append(order, r)
		}
		phases[k][r.Item] = append(phases[k][r.Item], r.Phase)
	}
	var out []group
	for _, first := range order {
		byPhases := map[string]*group{}
		var names []string
		for _, item := range sortedItems(phases[key(first)]) {
			in := phases[key(first)][item]
			slices.Sort(in)
			name := fmt.Sprint(in)
			if byPhases[name] == nil {
				byPhases[name] = &group{row: first, phases: in}
				names = append(names, name)
			}
			byPhases[name].items = append(byPhases[name].items, item)
		}
		for _, name := range names {
			out = append(out, *byPhases[name])
		}
	}
	return out
}

func sortedItems(m map[catalogue.ItemID][]catalogue.Phase) []catalogue.ItemID {
	var out []catalogue.ItemID
	for id := range m {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// sentence says what a group grants, or takes, and what the other table has in the
// same places.
func (s Speaker) sentence(g group, wider bool, elsewhere *policy.Table) Sentence {
	r := g.row
	can := s.in("pourra ", "will be able to ")
	if !wider {
		can = s.in("ne pourra plus ", "will no longer be able to ")
	}
	text := s.Recipient(r.Recipient) + " " + can + s.Act(r.Action) + " " + s.items(g.items) + ", " + s.Derive(r.Form, r.Derive)
	text += fmt.Sprintf(s.in(", pour %s, en %s, par la relation %s", ", for %s, in %s, by the relation %s"),
		s.Purpose(r.Purpose), s.phases(g.phases), s.Relation(r.Relation))
	text += s.guards(r.Guards)
	if had := s.standing(g, elsewhere); had != "" {
		left := s.in("jusqu'ici", "so far")
		if !wider {
			left = s.in("il lui reste", "what stays")
		}
		text += s.in(" ; ", "; ") + left + s.in(" : ", ": ") + had
	}
	text += fmt.Sprintf(" [%s, %s].", r.Article, r.SheetRow)
	return Sentence{Recipient: r.Recipient, Wider: wider, Text: text, Items: g.items, Relation: r.Relation, Contexts: len(g.phases)}
}

// few is how many items a sentence names with their labels: more is a list of ids.
const few = 8

func (s Speaker) items(ids []catalogue.ItemID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		if words[i] = string(id); len(ids) <= few {
			words[i] = s.Item(id)
		}
	}
	return s.list(words)
}

func (s Speaker) phases(ids []catalogue.Phase) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		if words[i] = string(id); len(ids) <= few {
			words[i] = s.Phase(id)
		}
	}
	return s.list(words)
}

func (s Speaker) guards(guards []catalogue.Guard) string {
	if len(guards) == 0 {
		return ""
	}
	words := make([]string, len(guards))
	for i, g := range guards {
		words[i] = s.Guard(g)
	}
	return s.in(", sous condition : ", ", on condition: ") + s.list(words)
}

// standing says what a table grants in the places of a group.
func (s Speaker) standing(g group, t *policy.Table) string {
	if t == nil {
		return ""
	}
	var forms []string
	for _, r := range t.Rows() {
		if r.Recipient != g.row.Recipient || r.Purpose != g.row.Purpose || r.Action != g.row.Action || r.Relation != g.row.Relation ||
			!slices.Contains(g.phases, r.Phase) || !slices.Contains(g.items, r.Item) {
			continue
		}
		if form := s.Derive(r.Form, r.Derive) + s.guards(r.Guards); !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	return s.list(forms)
}

func (s Speaker) limit(r catalogue.RecipientID, wider bool, before, after policy.Limit) Sentence {
	var parts []string
	for i, per := range s.per() {
		if was, is := before.Numbers()[i], after.Numbers()[i]; was != is {
			parts = append(parts, fmt.Sprintf(s.in("de %d à %d dossiers %s", "from %d to %d files %s"), was, is, per))
		}
	}
	text := fmt.Sprintf(s.in("%s : la limite de consultation passe %s.", "%s: the limit goes %s."), s.Recipient(r), s.list(parts))
	return Sentence{Recipient: r, Wider: wider, Text: text}
}

func (s Speaker) per() [4]string {
	if s.Language == English {
		return [4]string{"a request", "an hour", "a day", "an export"}
	}
	return [4]string{"par demande", "par heure", "par jour", "par extraction"}
}

// Limit says how many files, in a request, an hour, a day, an export.
func (s Speaker) Limit(l policy.Limit) string {
	var parts []string
	for i, per := range s.per() {
		parts = append(parts, fmt.Sprintf("%d %s", l.Numbers()[i], per))
	}
	return strings.Join(parts, ", ")
}
