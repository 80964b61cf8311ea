package dossier

import (
	"errors"
	"slices"

	"sceau/catalogue"
	"sceau/policy"
)

// listed are the relations by which a scope has a list of its files, the widest first:
// whoever is admitted to a programme has applied to it. The file's own route is in no
// list, and neither is a number that was computed for a recipient without a scope.
var listed = map[ScopeKind][]catalogue.Relation{
	ScopeProgramme:           {"applied_programme", "admitted_programme"},
	ScopeSchool:              {"own_pupil"},
	ScopeAcademy:             {"academy_of_residence"},
	ScopeAcademyOfProgramme:  {"academy_of_programme"},
	ScopeMinistryOfSchool:    {"supervised_school"},
	ScopeMinistryOfProgramme: {"supervised_programme"},
}

// routeStates are those that a route can be in.
var routeStates = []RouteState{RouteOpen, RouteWished, RouteConfirmed, RouteAdmitted}

// ErrWhichScope means that a mission with several scopes named none of them.
var ErrWhichScope = errors.New("this mission has several scopes: name the one whose files are asked for")

// numbering are the scopes of a mission that know files by a number, each once.
func (m Mission) numbering() (own []Scope) {
	for _, s := range m.scopes() {
		if listed[s.Kind] != nil && !slices.Contains(own, s) {
			own = append(own, s)
		}
	}
	return own
}

// scopeOf finds the one scope that a list is of: the mission's own, or a refusal, which
// does not tell whether there is such a scope.
func (a asking) scopeOf(asked Scope) (Scope, error) {
	own := a.mission.numbering()
	switch {
	case len(own) == 0 || a.mission.Scopes.National:
		return Scope{}, a.refuses("list files", "Art. 3; GDPR 5(1)(c)",
			"a mission without a programme, a school, an academy or a ministry of its own lists nobody: it names candidates, or reads aggregates")
	case asked == (Scope{}) && len(own) == 1:
		return own[0], nil
	case asked == (Scope{}):
		return Scope{}, ErrWhichScope
	case !slices.Contains(own, asked):
		return Scope{}, a.refuses("list files", "Art. 3", notOwn)
	}
	return asked, nil
}

// listBy finds the relation by which a scope's files are listed: the widest under which
// the signed table could grant all that is asked for, or anything of a file when nothing
// is named. So who may read an item of those admitted only gets a list of them, and not
// one of all applicants with holes in it.
//
// Guards are facts of one file and say nothing yet: each counts as true here, and is
// judged for each row. row is the sheet row that the list rests on.
func (g *Gate) listBy(a asking, scope Scope, items []catalogue.ItemID) (by catalogue.Relation, row string, refused *Refusal) {
	q, err := g.query(a)
	if err != nil {
		r := a.refuses("list files", "Art. 3", err.Error())
		if a.phase == "" {
			r.Reason = "the campaign has not begun"
		}
		return "", "", r
	}
	refused = a.refuses("list files", "Art. 3", notOwn) // of a scope that has no list
	for _, by = range listed[scope.Kind] {
		if q.Relations, err = g.brought(scope.Kind, by); err != nil {
			return "", "", a.refuses("list files", "Art. 3", err.Error())
		}
		if len(items) > 0 {
			row, refused = g.listable(a, &q, items)
		} else {
			row, refused = g.something(a, &q)
		}
		if refused == nil {
			return by, row, nil
		}
	}
	return "", "", refused
}

// brought are the relations that every route has which brings one of them to its scope.
func (g *Gate) brought(kind ScopeKind, by catalogue.Relation) (policy.RelationSet, error) {
	set := ^policy.RelationSet(0)
	for _, state := range routeStates {
		relations := Route{Scope: Scope{Kind: kind}, State: state}.Relations()
		if !slices.Contains(relations, by) {
			continue
		}
		these, err := g.Words.Relations(relations...)
		if err != nil {
			return 0, err
		}
		set &= these
	}
	return set, nil
}

// listable says whether every item could be granted under these relations, or refuses
// the first that could not.
func (g *Gate) listable(a asking, q *policy.Query, items []catalogue.ItemID) (row string, refused *Refusal) {
	for _, id := range items {
		it, known := g.Catalogue.Item(id)
		if _, sealed := g.placed(id); !known || !sealed || it.Repeats == "per_agent" {
			return "", g.refusal(a, id, policy.Refusal{Article: "Art. 3", Reason: "no dossier holds that item"})
		}
		found, ok := g.couldOpen(a, q, it)
		if !ok {
			return "", g.refusal(a, id, g.closedTo(*q, g.Catalogue.ItemIndex(id)))
		}
		if over, taken := a.taken(it); taken {
			return "", g.refusal(a, id, policy.Refusal{Article: over.Article, Reason: over.Reason})
		}
		if it.Kind == "document" {
			// A page is in memory until it is sent, and a document has hundreds of kilobytes.
			return "", g.refusal(a, id, policy.Refusal{Article: "GDPR 5(1)(c)", Reason: "a list holds no documents: they are read file by file"})
		}
		if row == "" {
			row = found
		}
	}
	return row, nil
}

// closedTo explains why an item opens in no row, as if every guard held: what is missing
// is no fact of one file.
func (g *Gate) closedTo(q policy.Query, item int) policy.Refusal {
	q.Guards = ^policy.GuardSet(0)
	if grant, ok := g.table().Decide(&q, item); ok {
		return policy.Refusal{Article: g.table().Row(grant.Row).Article,
			Reason: "granted in form " + string(grant.Derive) + ", which hands out nothing of one file"}
	}
	return g.table().Why(&q, item)
}

// something says whether anything at all of a file could be granted under these
// relations: a list of numbers alone is for those who may read what is behind them.
func (g *Gate) something(a asking, q *policy.Query) (row string, refused *Refusal) {
	frozen := ""
	for _, it := range g.Catalogue.Items() {
		if _, sealed := g.placed(it.ID); !sealed || it.Repeats == "per_agent" {
			continue
		}
		row, ok := g.couldOpen(a, q, it)
		if !ok {
			continue
		}
		if over, taken := a.taken(it); taken {
			frozen = over.Reason
			continue
		}
		return row, nil
	}
	if frozen != "" {
		return "", a.refuses("list files", security, frozen)
	}
	why := g.table().WhyNone(q)
	return "", a.refuses("list files", why.Article, why.Reason)
}

// tellable are the relations that a page may tell of a file: those under which the table
// grants the recipient something, for that purpose and in that phase. A jury that may not
// read who accepted for good would otherwise read it beside the number.
func (g *Gate) tellable(a asking, kind ScopeKind) (told []catalogue.Relation, err error) {
	q, err := g.query(a)
	if err != nil {
		return nil, err
	}
	for _, r := range listed[kind] {
		if q.Relations, err = g.Words.Relations(r); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(g.Catalogue.Items(), func(it catalogue.Item) bool {
			_, sealed := g.placed(it.ID)
			_, ok := g.couldOpen(a, &q, it)
			return ok && sealed && it.Repeats != "per_agent"
		}) {
			told = append(told, r)
		}
	}
	return told, nil
}

// couldOpen says whether some guards could bring a form of the item that lets a value of
// one file out, and under which sheet row.
func (g *Gate) couldOpen(a asking, q *policy.Query, it catalogue.Item) (row string, ok bool) {
	ok = g.table().Could(q, g.Catalogue.ItemIndex(it.ID), func(grant policy.Grant) bool {
		_, opens := opens(it, grant, a.mission.Recipient)
		if opens {
			row = g.table().Row(grant.Row).SheetRow
		}
		return opens
	})
	return row, ok
}
