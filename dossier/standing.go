package dossier

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/policy"
)

// asking is a request once the desk knows who asks, and when.
type asking struct {
	mission  Mission
	campaign Campaign
	on       time.Time
	phase    catalogue.Phase
	purpose  catalogue.Purpose
	key      *crypto.RoutingKey
}

// A held is what is true between the mission and the file at this moment: the
// relations and guards of the table, from routing and from recorded facts.
type held struct {
	candidate Ref
	file      FileNo             // the file's own number, never shown to another scope
	no        FileNo             // under which the caller's scope knows the file
	numbered  bool               // the file was asked for by that number, and is told by no other name
	ownNames  bool               // its records are named as that scope alone names them
	relations policy.RelationSet // for the file as a whole
	routed    policy.RelationSet // of those, the ones that no recorded fact made
	guards    policy.GuardSet
	classes   map[catalogue.ClassID]policy.GuardSet
	items     map[catalogue.ItemID]policy.GuardSet
	records   map[crypto.RecordID]policy.GuardSet
	// wishes are the records of the caller's own programmes, with their relations.
	wishes map[crypto.RecordID]policy.RelationSet
}

// scopes lists the scopes of a mission, nearest first: the first that leads to the
// file gives its number.
func (m Mission) scopes() []Scope {
	var scopes []Scope
	add := func(kind ScopeKind, ids []string) {
		for _, id := range ids {
			scopes = append(scopes, Scope{kind, id})
		}
	}
	if m.Candidate != (Ref{}) {
		scopes = append(scopes, Scope{ScopeFile, ""})
	}
	add(ScopeProgramme, m.Programmes)
	add(ScopeSchool, m.Scopes.Schools)
	add(ScopeAcademy, m.Scopes.Academies)
	add(ScopeAcademyOfProgramme, m.Scopes.Academies)
	add(ScopeMinistryOfSchool, m.Scopes.Ministries)
	add(ScopeMinistryOfProgramme, m.Scopes.Ministries)
	return scopes
}

// Relations gives what a route means for the recipient who stands at its end. There is
// no other definition: lists, which ask the database, are held to it by a property.
func (r Route) Relations() []catalogue.Relation {
	switch r.Scope.Kind {
	case ScopeProgramme:
		switch r.State {
		case RouteConfirmed:
			return []catalogue.Relation{"applied_programme"}
		case RouteAdmitted:
			return []catalogue.Relation{"applied_programme", "admitted_programme"}
		}
	case ScopeSchool:
		return []catalogue.Relation{"own_pupil"}
	case ScopeAcademy:
		return []catalogue.Relation{"academy_of_residence"}
	case ScopeAcademyOfProgramme:
		return []catalogue.Relation{"academy_of_programme"}
	case ScopeMinistryOfSchool:
		return []catalogue.Relation{"supervised_school"}
	case ScopeMinistryOfProgramme:
		return []catalogue.Relation{"supervised_programme"}
	}
	return nil
}

// follow is the gate's routing step: from the candidate to the caller's scopes,
// and to the facts that the table could ask for. It shows nothing to the caller.
func (g *Gate) follow(ctx context.Context, a asking, candidate Ref) (held, error) {
	h := held{
		candidate: candidate,
		classes:   map[catalogue.ClassID]policy.GuardSet{},
		items:     map[catalogue.ItemID]policy.GuardSet{},
		records:   map[crypto.RecordID]policy.GuardSet{},
		wishes:    map[crypto.RecordID]policy.RelationSet{},
	}
	scopes := a.mission.scopes()
	// The file's own route comes along: it holds what depends on age.
	routeTags := [][16]byte{a.key.Tag(string(ScopeFile), "", candidate)}
	for _, s := range scopes {
		routeTags = append(routeTags, a.key.Tag(string(s.Kind), s.ID, candidate))
	}
	var factTags [][16]byte
	for _, k := range g.factKinds(a) {
		for _, to := range a.mission.addressees(k.to) {
			factTags = append(factTags, factTag(a.key, k.kind, to, candidate))
		}
	}
	routes, facts, err := g.Desk.Follow(ctx, a.campaign.ID, routeTags, factTags)
	if err != nil {
		return h, err
	}
	var file *Pointer
	var fileNo FileNo
	for _, r := range routes {
		p, err := openRoute(a, r)
		if err != nil {
			return h, err
		}
		if p.Candidate != candidate {
			return h, fmt.Errorf("routing row of %s leads elsewhere", r.Scope.Kind)
		}
		if r.Scope.Kind == ScopeFile {
			file, fileNo = &p, r.FileNo
		}
	}
	if file == nil {
		return h, ErrNoSuchCandidate
	}
	if err := g.take(a, &h, scopes, routes); err != nil {
		return h, err
	}
	h.file = fileNo
	g.own(a, &h, *file, fileNo)
	h.routed = h.relations
	for _, f := range facts {
		if f.Kind == secondApproval && recordedAlso(facts, f) {
			continue
		}
		if err := g.takeFact(a, &h, f); err != nil {
			return h, err
		}
	}
	h.relations &^= g.adrift(h)
	if h.no == (FileNo{}) {
		// No scope of the caller knows this file: a number of its own all the same,
		// so that the refusal is found by the candidate and joins no scope.
		tag := a.key.Tag(string(ScopeRecipient), string(a.mission.Recipient), candidate)
		h.no = FileNo(tag)
	}
	return h, nil
}

func openRoute(a asking, r Route) (Pointer, error) {
	raw, err := a.key.Open(nil, string(r.Scope.Kind), r.Scope.ID, r.bound(), r.Sealed)
	if err != nil {
		return Pointer{}, fmt.Errorf("following a route of %s: %w", r.Scope.Kind, err)
	}
	return decodePointer(raw)
}

// take adds the relations of the caller's routes.
func (g *Gate) take(a asking, h *held, scopes []Scope, routes []Route) error {
	for _, s := range scopes {
		at := slices.IndexFunc(routes, func(r Route) bool { return r.Scope == s })
		if at < 0 {
			continue
		}
		r := routes[at]
		relations, err := g.Words.Relations(r.Relations()...)
		if err != nil {
			return err
		}
		if relations == 0 {
			continue
		}
		if h.no == (FileNo{}) {
			h.no = r.FileNo
		}
		h.relations |= relations
		if s.Kind == ScopeProgramme {
			p, err := openRoute(a, r)
			if err != nil {
				return err
			}
			h.wishes[p.Record] |= relations
		}
	}
	return nil
}

// own adds what holds by the mission or the account itself, and by the file's age.
func (g *Gate) own(a asking, h *held, file Pointer, no FileNo) {
	m := a.mission
	own := m.Candidate == h.candidate && m.Candidate != (Ref{})
	minor := file.AdultOn == 0 || dayOf(a.on) < file.AdultOn
	if m.Scopes.National {
		h.relations |= g.relation("national")
	}
	if own {
		h.no = no
		h.relations |= g.relation("self")
		if m.Responsible > 0 && minor && file.AdultOn != 0 {
			// Unknown birth date: nobody proved minority, so no parental access.
			h.relations |= g.relation("minor_child")
		}
	}
	if minor || file.Marks&markBoarder != 0 {
		h.guards |= g.guard("minor_or_boarder")
	}
	if file.Marks&markResumes != 0 {
		h.guards |= g.guard("reorientation_or_resuming")
	}
	if m.Scopes.Grants {
		h.guards |= g.guard("grants_profiles")
	}
	if m.Scopes.Apprentices {
		h.guards |= g.guard("apprenticeship_service")
	}
}

// secondApproval is the guard that a second person approved an access.
const secondApproval = "second_approval"

// recordedAlso says whether who recorded an approval also recorded what it approves: then
// it is the word of one person, said twice.
func recordedAlso(facts []FactRow, approval FactRow) bool {
	return slices.ContainsFunc(facts, func(f FactRow) bool { return f.Kind != secondApproval && f.RecordedBy == approval.RecordedBy })
}

// takeFact adds a recorded fact, on what it names: the file, a class, an item or
// a record.
func (g *Gate) takeFact(a asking, h *held, f FactRow) error {
	if !f.holds(a.on, recorder(a)) {
		return nil
	}
	raw, err := a.key.Open(nil, factScope(f.Kind), f.ID, f.bound(), f.Sealed)
	if err != nil {
		return fmt.Errorf("fact %s: %w", f.ID, err)
	}
	d, err := decodeFact(raw)
	if err != nil {
		return fmt.Errorf("fact %s: %w", f.ID, err)
	}
	if d.Candidate != h.candidate {
		return fmt.Errorf("fact %s leads elsewhere", f.ID)
	}
	if r := g.relation(catalogue.Relation(f.Kind)); r != 0 {
		h.relations |= r
		return nil
	}
	guard := g.guard(catalogue.Guard(f.Kind))
	switch {
	case d.Record != (crypto.RecordID{}):
		h.records[d.Record] |= guard
	case d.Item != "":
		h.items[d.Item] |= guard
	case d.Class != "":
		h.classes[catalogue.ClassID(d.Class)] |= guard
	default:
		h.guards |= guard
	}
	return nil
}

// adrift are the recorded relations that lean on one of routing which does not hold: a
// pupil who left the school has left the class, whatever is still on record.
func (g *Gate) adrift(h held) (adrift policy.RelationSet) {
	for _, k := range g.recorded {
		if k.within != 0 && h.routed&k.within == 0 {
			adrift |= k.relation
		}
	}
	return adrift
}

// factKinds are the recorded relations and guards that some row of the table could
// need here: nothing else is looked up.
func (g *Gate) factKinds(a asking) (needed []recordable) {
	relations, guards := g.table().Needs(a.mission.Recipient, a.purpose, a.phase)
	for _, k := range g.recorded {
		if relations&k.relation != 0 || guards&k.guard != 0 {
			needed = append(needed, k.recordable)
		}
	}
	return needed
}

// A recordedWord is a kind of fact as the bit of a table that it sets.
type recordedWord struct {
	recordable
	relation policy.RelationSet
	within   policy.RelationSet // of routing, without which the relation is adrift
	guard    policy.GuardSet
}

func (g *Gate) recordedWords() (words []recordedWord) {
	for _, r := range g.Catalogue.Relations() {
		if r.Source == catalogue.SourceFact {
			words = append(words, recordedWord{recordable: relationKind(r), relation: g.relation(r.ID), within: g.relation(r.Within)})
		}
	}
	for _, w := range g.Catalogue.Guards() {
		if w.Source == catalogue.SourceFact {
			words = append(words, recordedWord{recordable: guardKind(w), guard: g.guard(w.ID)})
		}
	}
	return words
}

// relation is the bit of one relation, 0 when there is no such word.
func (g *Gate) relation(r catalogue.Relation) policy.RelationSet {
	set, err := g.Words.Relations(r)
	if err != nil {
		return 0
	}
	return set
}

func (g *Gate) guard(w catalogue.Guard) policy.GuardSet {
	set, err := g.Words.Guards(w)
	if err != nil {
		return 0
	}
	return set
}
