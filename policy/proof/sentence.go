package proof

import (
	"fmt"
	"slices"
	"strings"

	"sceau/catalogue"
	"sceau/policy"
)

// A Said is one sentence about several rows that differ by item, phase and action alone,
// and are in excess for the same reason.
type Said struct {
	Code     Code
	Sentence string
	Rows     int
}

// Sentences says excesses as people read them: a guard taken out of a class is a line or
// two, and not a thousand.
func Sentences(all []Excess) []Said {
	type key struct {
		recipient, purpose, relation, flags, form, derive, sheet, article, reason string
		code                                                                      Code
	}
	var order []key
	byItem := map[key]map[string]*group{} // by what, then merged by phases and verbs
	var out []Said
	for _, x := range all {
		if x.reason == "" {
			out = append(out, Said{x.Code, x.Sentence, 1}) // of a context, not of a row
			continue
		}
		r := x.Row
		k := key{string(r.Recipient), string(r.Purpose), string(r.Relation), r.Flags(), r.Form.String(), string(r.Derive), r.SheetRow, r.Article, x.reason, x.Code}
		if byItem[k] == nil {
			byItem[k] = map[string]*group{}
			order = append(order, k)
		}
		g := byItem[k][x.what]
		if g == nil {
			g = &group{Excess: x, what: []string{x.what}}
			byItem[k][x.what] = g
		}
		g.phases, g.verbs, g.rows = add(g.phases, string(r.Phase)), add(g.verbs, verb(r)), g.rows+1
	}
	for _, k := range order {
		merged := map[string]*group{}
		var names []string
		for _, what := range sorted(setOfKeys(byItem[k])) {
			g := byItem[k][what]
			name := strings.Join(g.phases, " ") + strings.Join(g.verbs, " ")
			if had := merged[name]; had != nil {
				had.what, had.rows = append(had.what, what), had.rows+g.rows
				continue
			}
			merged[name] = g
			names = append(names, name)
		}
		for _, name := range names {
			g := merged[name]
			out = append(out, Said{k.code, g.sentence(), g.rows})
		}
	}
	return out
}

func setOfKeys(m map[string]*group) set {
	out := set{}
	for k := range m {
		out[k] = true
	}
	return out
}

func add(to []string, w string) []string {
	if slices.Contains(to, w) {
		return to
	}
	to = append(to, w)
	slices.Sort(to)
	return to
}

// group is what one sentence says.
type group struct {
	Excess
	what, phases, verbs []string
	rows                int
}

var inFrench = map[string]string{"aggregate": "en comptage", "pseudonymised": "sous numéro de dossier", "masked": "masquée", "clear": "en clair", "none": "sans forme"}

func (g group) sentence() string {
	r := g.Row
	form := inFrench[r.Form.String()]
	if r.Derive != "as-is" && r.Derive != "count" {
		form += " (" + string(r.Derive) + ")"
	}
	under := ""
	if len(r.Guards) > 0 {
		under = " sous condition " + strings.ReplaceAll(r.Flags(), "+", " et ")
	}
	return fmt.Sprintf("%s %s %s %s pour %s en %s par la relation %s%s, selon %s (%s) : %s.",
		g.who, strings.Join(g.verbs, " et "), strings.Join(g.what, ", "), form, r.Purpose, strings.Join(g.phases, ", "), r.Relation, under, r.SheetRow, r.Article, g.reason)
}

func verb(r policy.Row) string {
	if r.Action == "write" {
		return "écrirait"
	}
	return "lirait"
}

func (d *decree) what(r policy.Row) string {
	if it, ok := d.items[string(r.Item)]; ok {
		return string(r.Item) + " (" + it.label + ")"
	}
	return string(r.Item)
}

// reason says why a row is in excess, and what the nearest row of the ceiling would allow.
func (d *decree) reason(r policy.Row, code Code, c *ceiling) string {
	limit := ""
	if c != nil {
		limit = fmt.Sprintf(", %s (%s)", c.row, c.source)
	}
	switch code {
	case UnknownRecipient:
		return "ce destinataire n'est pas de l'article 3 ni des acteurs connus"
	case UnknownItem:
		return "cette donnée n'est pas dans l'annexe"
	case Denied:
		return "le plafond l'exclut" + limit
	case Closed:
		return "aucune ligne du plafond ne lui accorde cette donnée (Art. 3 al. 1)"
	case WrongPurpose:
		return "le plafond l'accorde pour la finalité " + c.purpose + limit
	case WrongPhase:
		return "le plafond l'accorde en " + strings.Join(sorted(c.phases), ", ") + limit
	case WrongRelation:
		return "le plafond l'accorde par " + strings.Join(sorted(c.relations), " ou ") + limit
	case WrongAction:
		return "le plafond ne permet pas de l'écrire" + limit
	case HigherForm:
		return "le plafond l'accorde " + inFrench[c.form()] + limit
	case WrongDerive:
		return "le plafond l'accorde dérivée en " + c.derive + limit
	case MissingGuard:
		return "il manque la condition " + strings.Join(lacking(r, c), " et ") + ", que pose le plafond" + limit
	case Incoherent:
		return "la forme et la dérivation se contredisent"
	case NamedPseudonym:
		return "une identité sous un numéro de dossier défait le pseudonyme (D. 612-1-13 I)"
	case Uncited:
		return "il manque l'article, ou la ligne de la fiche du destinataire"
	case Repeated:
		return "une condition est écrite deux fois"
	}
	return string(code)
}

// lacking are the conditions of a row of the ceiling that a row of the table leaves out.
func lacking(r policy.Row, c *ceiling) []string {
	return slices.DeleteFunc(sorted(c.guards), func(g string) bool {
		return slices.ContainsFunc(r.Guards, func(has catalogue.Guard) bool { return string(has) == g })
	})
}
