package catalogue

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The record of processing activities ("registre des activités de traitement",
// GDPR article 30), written from the catalogue and the ceiling, so that it
// cannot say anything else than what runs.
type record30 struct {
	Processing string      `json:"traitement"`
	Basis      string      `json:"base_legale"`
	Controller string      `json:"responsable"`
	Transfers  string      `json:"transferts"`
	Security   []string    `json:"securite"`
	Purposes   []term30    `json:"finalites"`
	Phases     []term30    `json:"phases"`
	Classes    []class30   `json:"classes"`
	Identities []process30 `json:"processus"`
}

type term30 struct {
	ID    string `json:"id"`
	Label string `json:"libelle"`
}

type class30 struct {
	ID         ClassID       `json:"id"`
	Label      string        `json:"libelle"`
	Subjects   []string      `json:"personnes"`
	Lock       string        `json:"verrou"`
	Keep       []string      `json:"durees"`
	Items      []item30      `json:"donnees"`
	Recipients []recipient30 `json:"destinataires"`
}

type item30 struct {
	ID       ItemID `json:"id"`
	Label    string `json:"libelle"`
	Status   string `json:"statut"`
	Rectify  string `json:"rectification"`
	Secret   bool   `json:"presence_secrete"`
	Expected string `json:"format"`
}

type recipient30 struct {
	ID      RecipientID `json:"id"`
	Label   string      `json:"libelle"`
	Article string      `json:"article"`
	Rights  []right30   `json:"acces"`
}

type right30 struct {
	Row       string   `json:"ligne"`
	Items     []ItemID `json:"donnees"` // empty: all of the class
	Purpose   Purpose  `json:"finalite"`
	Access    string   `json:"niveau"`
	Form      string   `json:"forme"`
	Relations []string `json:"liens"`
	Phases    []Phase  `json:"phases"`
	Guards    []string `json:"conditions"`
	Source    string   `json:"source"`
}

type process30 struct {
	Name    string    `json:"nom"`
	Label   string    `json:"libelle"`
	Classes []ClassID `json:"classes"`
}

// The keys of the JSON are French, as the record is: it is read by the people
// whom the authority sends.

// Register writes the article 30 record in Markdown ("md") or JSON ("json").
func (c *Catalogue) Register(w io.Writer, format string) error {
	r := c.record()
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(r)
	case "md":
		return r.markdown(w)
	}
	return fmt.Errorf("writing the register: unknown format %q: md or json", format)
}

func (c *Catalogue) record() record30 {
	v := c.vocabulary
	r := record30{
		Processing: "Parcoursup: gestion de la procédure nationale de préinscription dans une formation du premier cycle de l'enseignement supérieur",
		Basis:      "mission d'intérêt public, RGPD art. 6(1)(e); code de l'éducation, art. L. 612-3; arrêté du 31 décembre 2020 (NOR ESRS2035793A)",
		Controller: "ministère chargé de l'enseignement supérieur, direction générale de l'enseignement supérieur et de l'insertion professionnelle (DGESIP); les droits s'y exercent (art. 5 de l'arrêté)",
		Transfers:  "l'arrêté ne prévoit aucun transfert hors de l'Union européenne",
		Security: []string{
			"chaque donnée est scellée séparément, sous la clé de sa classe et celle de la personne",
			"une donnée s'ouvre par une seule porte, pour une finalité, pour un destinataire de l'arrêté, et jamais sans trace durable",
			"les clés sont propres à une campagne: les détruire efface ses données",
		},
	}
	for _, p := range v.purposes {
		r.Purposes = append(r.Purposes, term30{string(p.ID), p.Label})
	}
	for _, p := range v.phases {
		r.Phases = append(r.Phases, term30{string(p.ID), p.Label})
	}
	for _, cl := range c.classes {
		r.Classes = append(r.Classes, c.class30(cl))
	}
	for _, i := range c.identities {
		r.Identities = append(r.Identities, process30{i.Name, i.Label, i.Classes})
	}
	return r
}

var locks = map[KeyPlan]string{
	KeysBranch: "clé de la classe pour la campagne, et clé de la personne",
	KeysPerson: "clé propre à chaque personne pour cette classe, et clé de la personne: chaque ouverture passe par le coffre",
	KeysDay:    "clé du jour, détruite au bout d'un an",
	KeysNone:   "aucune valeur conservée: une empreinte lente et salée seulement",
}

func (c *Catalogue) class30(cl Class) class30 {
	v := c.vocabulary
	out := class30{ID: cl.ID, Label: cl.Label, Lock: locks[cl.Keys]}
	for _, i := range c.items {
		if i.Class != cl.ID {
			continue
		}
		out.Subjects = addWord(out.Subjects, label(v.subjects, i.Subject))
		out.Keep = addWord(out.Keep, label(v.fates, i.Fate2020))
		out.Items = append(out.Items, item30{i.ID, i.Label, label(v.gdpr, i.GDPR), label(v.rectify, i.RectifiableBy), i.PresenceSecret, i.Expects()})
	}
	for _, r := range c.recipients {
		rec := recipient30{ID: r.ID, Label: r.Label, Article: r.Article}
		for _, row := range c.ceiling {
			// A row of none documents why nothing opens: it belongs to the
			// ceiling, and would make eight of ten lines here.
			if row.Recipient == r.ID && row.Class == cl.ID && row.Grants() {
				rec.Rights = append(rec.Rights, c.right30(row))
			}
		}
		if len(rec.Rights) > 0 {
			out.Recipients = append(out.Recipients, rec)
		}
	}
	return out
}

func addWord(words []string, w string) []string {
	if slices.Contains(words, w) {
		return words
	}
	return append(words, w)
}

func (c *Catalogue) right30(row CeilingRow) right30 {
	v := c.vocabulary
	out := right30{
		Row: row.Row, Items: row.Items, Purpose: row.Purpose, Access: label(v.access, row.Access),
		Form: label(v.derives, row.Derive), Phases: row.Phases, Source: row.Source,
	}
	for _, w := range row.Relations {
		out.Relations = append(out.Relations, label(v.relations, w))
	}
	for _, w := range row.Guards {
		out.Guards = append(out.Guards, label(v.guards, w))
	}
	return out
}

// markdown writes the record for people: one section a class, what it holds,
// then who may open it.
func (r record30) markdown(w io.Writer) error {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("# Registre des activités de traitement (RGPD, article 30)\n")
	p("Ce registre est écrit par le catalogue: il dit ce qui fonctionne, et rien d'autre. Les accès sont le plafond de ce que l'arrêté permet; la table signée d'un déploiement peut accorder moins.\n")
	p("- **Traitement**: %s", r.Processing)
	p("- **Responsable du traitement**: %s", r.Controller)
	p("- **Base légale**: %s", r.Basis)
	p("- **Transferts**: %s\n", r.Transfers)
	p("## Finalités\n")
	for _, t := range r.Purposes {
		p("- %s: %s", t.ID, t.Label)
	}
	p("\n## Phases d'une campagne\n")
	for _, t := range r.Phases {
		p("- %s: %s", t.ID, t.Label)
	}
	p("\n## Mesures de sécurité\n")
	for _, s := range r.Security {
		p("- %s", s)
	}
	for _, cl := range r.Classes {
		cl.markdown(p, r.Phases)
	}
	p("\n## Processus habilités à ouvrir\n")
	p("| processus | rôle | classes |\n| --- | --- | --- |")
	for _, i := range r.Identities {
		p("| `%s` | %s | %s |", i.Name, i.Label, orDash(join(i.Classes, ", ")))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (cl class30) markdown(p func(string, ...any), calendar []term30) {
	p("\n## Classe « %s » (`%s`)\n", cl.Label, cl.ID)
	p("- **Personnes concernées**: %s", strings.Join(cl.Subjects, ", "))
	p("- **Durée**: %s", strings.Join(cl.Keep, "; "))
	p("- **Verrou**: %s\n", cl.Lock)
	p("### Données (%d)\n", len(cl.Items))
	p("| ligne | donnée | statut | corrigée par | présence secrète |\n| --- | --- | --- | --- | --- |")
	for _, i := range cl.Items {
		secret := "non"
		if i.Secret {
			secret = "oui"
		}
		p("| %s | %s | %s | %s | %s |", i.ID, i.Label, i.Status, i.Rectify, secret)
	}
	p("\n### Destinataires (%d)\n", len(cl.Recipients))
	if len(cl.Recipients) == 0 {
		p("Personne n'ouvre cette classe.")
		return
	}
	p("| destinataire | article 3 | données | finalité | accès | forme | lien exigé | phases | conditions | plafond |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, r := range cl.Recipients {
		for _, a := range r.Rights {
			items := "toutes"
			if len(a.Items) > 0 {
				items = join(a.Items, " ")
			}
			p("| %s (%s) | %s | %s | %s | %s | %s | %s | %s | %s | %s |", r.Label, r.ID, r.Article, items, a.Purpose, a.Access, a.Form,
				strings.Join(a.Relations, " ou "), spans(a.Phases, calendar), orDash(strings.Join(a.Guards, " et ")), a.Row)
		}
	}
}

// spans writes phases as people say them: PH0 à PH7.
func spans(phases []Phase, calendar []term30) string {
	place := func(p Phase) int {
		return slices.IndexFunc(calendar, func(t term30) bool { return t.ID == string(p) })
	}
	var out []string
	for n := 0; n < len(phases); {
		m := n
		for m+1 < len(phases) && place(phases[m+1]) == place(phases[m])+1 {
			m++
		}
		if m > n {
			out = append(out, string(phases[n]+" à "+phases[m]))
		} else {
			out = append(out, string(phases[n]))
		}
		n = m + 1
	}
	return strings.Join(out, ", ")
}

func join[T ~string](words []T, sep string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return strings.Join(out, sep)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
