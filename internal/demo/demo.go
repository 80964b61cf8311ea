// Package demo plays one day of accesses on a demonstration campaign: a mission of
// every recipient of the decree asks for what its sheet grants, and for something
// that it does not.
//
// It knows the invented candidates from the file they were generated into, as a
// person at a desk would know their own; the gate learns nothing from it.
package demo

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/policy"
)

// A Door is what the play asks of: the gate, the facts, the credentials.
type Door interface {
	Read(ctx context.Context, ask dossier.Ask) (dossier.View, error)
	Record(ctx context.Context, f dossier.Fact, on time.Time) error
	Credential(id string) (dossier.Credential, error)
}

// A Play is everything the day needs to know beforehand.
type Play struct {
	Door      Door
	Table     *policy.Table
	Calendar  dossier.Calendar
	Reference *dossier.Reference
	Orders    []dossier.MissionOrder
	People    []Person
	Tell      func(Access) // hears each access as it happens

	recorded map[string]bool // facts, by id
}

// A Day is what happened.
type Day struct {
	Missions, Recipients, Granted, Refused int
	Example                                Access // a granted one, to try again
}

// An Access is one question and its answer. It holds no value.
type Access struct {
	Mission   string
	Recipient catalogue.RecipientID
	Purpose   catalogue.Purpose
	Phase     catalogue.Phase
	On        string
	Candidate dossier.Ref
	Items     int // fields answered
	Granted   bool
	Article   string
	Reason    string
}

// A Person is what a desk knows of an invented candidate.
type Person struct {
	Ref          dossier.Ref
	School       string
	Academy      string
	Wishes       []Wish
	Responsibles int
	Birth        time.Time
}

// A Wish is one wish of a Person.
type Wish struct {
	Programme           string
	Confirmed, Accepted bool
}

// ReadPeople reads the file of generated dossiers along the references that the
// import gave to its lines.
func ReadPeople(file string, refs map[int64]dossier.Ref) ([]Person, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var people []Person
	lines := bufio.NewReaderSize(f, 1<<20)
	for n := int64(1); ; n++ {
		line, err := lines.ReadBytes('\n')
		if ref, ok := refs[n]; ok {
			p, bad := personOf(line)
			if bad != nil {
				return nil, fmt.Errorf("line %d: %w", n, bad)
			}
			p.Ref = ref
			people = append(people, p)
		}
		if err != nil {
			return people, nil
		}
	}
}

func personOf(line []byte) (p Person, err error) {
	var d struct {
		Academy string     `json:"academy_of_residence"`
		Birth   string     `json:"birth_date"`
		Parents []struct{} `json:"per_responsible"`
		Years   []struct {
			School string `json:"school_information"`
		} `json:"per_school_year"`
		Wishes []struct {
			Programme string `json:"wish_target_programme"`
			Confirmed string `json:"wish_confirmation_date"`
			Answer    string `json:"candidate_answer"`
		} `json:"per_wish"`
	}
	if err := json.Unmarshal(line, &d); err != nil {
		return p, errors.New("not a dossier")
	}
	p = Person{Academy: d.Academy, Responsibles: len(d.Parents)}
	p.Birth, _ = time.Parse(time.DateOnly, d.Birth) // unknown: no parent asks
	if len(d.Years) > 0 {
		p.School = d.Years[0].School
	}
	for _, w := range d.Wishes {
		p.Wishes = append(p.Wishes, Wish{w.Programme, w.Confirmed != "", w.Answer == "accepte"})
	}
	return p, nil
}

// Run plays the day.
func (p *Play) Run(ctx context.Context) (Day, error) {
	var day Day
	p.recorded = map[string]bool{}
	recipients := map[catalogue.RecipientID]bool{}
	for _, who := range p.callers() {
		ok, err := p.ask(ctx, who, &day)
		if err != nil {
			return day, fmt.Errorf("mission %s: %w", who.id, err)
		}
		if ok {
			day.Missions++
			recipients[who.recipient] = true
		}
	}
	day.Recipients = len(recipients)
	return day, nil
}

// A caller is a mission or an account.
type caller struct {
	id        string
	recipient catalogue.RecipientID
	order     dossier.MissionOrder
	self      *Person
	parent    int
}

func (p *Play) callers() []caller {
	var all []caller
	for _, o := range p.Orders {
		all = append(all, caller{id: o.Mission, recipient: o.Recipient, order: o})
	}
	for i := range p.People {
		one := &p.People[i]
		if one.Responsibles > 0 && time.Since(one.Birth) < 17*365*24*time.Hour || i == len(p.People)-1 {
			all = append(all, caller{id: dossier.AccountID(one.Ref, 0), recipient: "S1", self: one})
			if one.Responsibles > 0 {
				all = append(all, caller{id: dossier.AccountID(one.Ref, 1), recipient: "S2", self: one, parent: 1})
			}
			break
		}
	}
	return all
}

// ask has one caller granted something, for each purpose, and refused something.
func (p *Play) ask(ctx context.Context, who caller, day *Day) (bool, error) {
	credential, err := p.Door.Credential(who.id)
	if err != nil {
		return false, err
	}
	granted := map[catalogue.Purpose]bool{}
	var last Access
	for _, c := range p.contexts(who) {
		if granted[c.purpose] {
			continue
		}
		access, err := p.tryContext(ctx, who, credential, c)
		if err != nil {
			return false, err
		}
		if !access.Granted {
			continue
		}
		granted[c.purpose] = true
		last = access
		day.Granted++
		p.Tell(access)
		if day.Example.Mission == "" && len(who.order.Scopes.Programmes) > 0 {
			day.Example = access
		}
	}
	refused, err := p.refusal(ctx, who, credential, last)
	if err != nil {
		return false, err
	}
	day.Refused++
	p.Tell(refused)
	return true, nil
}

// A situation is one under which the table grants a recipient something.
type situation struct {
	purpose  catalogue.Purpose
	phase    catalogue.Phase
	relation catalogue.Relation
	guards   []catalogue.Guard
	class    catalogue.ClassID
	item     catalogue.ItemID
}

// contexts lists the situations of a recipient, the simplest first.
func (p *Play) contexts(who caller) []situation {
	var all []situation
	seen := map[string]bool{}
	for _, r := range p.Table.Rows() {
		if r.Recipient != who.recipient || r.Action != policy.Read || r.Form <= catalogue.FormAggregate || r.Derive == "match" {
			continue
		}
		if _, takesPlace := p.Calendar[r.Phase]; !takesPlace {
			continue
		}
		key := fmt.Sprint(r.Purpose, r.Phase, r.Relation, r.Flags())
		if seen[key] {
			continue
		}
		seen[key] = true
		it, _ := p.Table.Vocabulary().Catalogue.Item(r.Item)
		all = append(all, situation{r.Purpose, r.Phase, r.Relation, r.Guards, it.Class, r.Item})
	}
	slices.SortStableFunc(all, func(a, b situation) int { return len(a.guards) - len(b.guards) })
	return all
}

// tryContext finds somebody for whom the situation is true, has the facts recorded
// that it rests on, and asks.
func (p *Play) tryContext(ctx context.Context, who caller, credential dossier.Credential, s situation) (Access, error) {
	one := p.related(who, s.relation)
	if one == nil {
		return Access{}, nil
	}
	on := p.Calendar[s.phase]
	facts, ok := p.facts(who, one, s)
	if !ok {
		return Access{}, nil
	}
	for _, f := range facts {
		if p.recorded[f.ID] {
			continue // another purpose rests on it too
		}
		if err := p.Door.Record(ctx, f, on); err != nil {
			return Access{}, fmt.Errorf("recording %s: %w", f.Kind, err)
		}
		p.recorded[f.ID] = true
	}
	return p.read(ctx, who, credential, s.purpose, s.phase, one.Ref)
}

func (p *Play) read(ctx context.Context, who caller, credential dossier.Credential, purpose catalogue.Purpose, phase catalogue.Phase, ref dossier.Ref, items ...catalogue.ItemID) (Access, error) {
	on := p.Calendar[phase]
	a := Access{Mission: who.id, Recipient: who.recipient, Purpose: purpose, Phase: phase, On: on.Format(time.DateOnly), Candidate: ref}
	v, err := p.Door.Read(ctx, dossier.Ask{Mission: who.id, Credential: credential, Purpose: purpose, Candidate: ref, On: on, Items: items})
	var refused *dossier.Refusal
	var over *dossier.LimitError
	switch {
	case errors.As(err, &refused):
		a.Article, a.Reason = refused.Article, refused.Reason
		return a, nil
	case errors.As(err, &over):
		// Services whose table grants them files, and whose sheet lets them ask for none.
		a.Article, a.Reason = "limit", over.Error()
		return a, nil
	case err != nil:
		return a, err
	}
	a.Granted, a.Items = len(v.Fields) > 0, len(v.Fields)
	if len(v.Fields) > 0 {
		a.Article = v.Fields[0].Article
	}
	return a, nil
}

// refusal asks for what must be refused: the file of somebody with whom the caller
// has no relation, or else the liaison form, or the password that nobody reads.
func (p *Play) refusal(ctx context.Context, who caller, credential dossier.Credential, last Access) (Access, error) {
	purpose, phase := last.Purpose, last.Phase
	if purpose == "" {
		purpose, phase = "P1", "PH3"
	}
	for i := range p.People {
		one := &p.People[i]
		if one.Ref == last.Candidate || p.ties(who, one) {
			continue
		}
		a, err := p.read(ctx, who, credential, purpose, phase, one.Ref, "A01.06")
		if err != nil || !a.Granted {
			return a, err
		}
		break
	}
	if last.Candidate == (dossier.Ref{}) {
		last.Candidate = p.People[0].Ref
	}
	for _, item := range []catalogue.ItemID{"A01.28", "A07.03", "A15.12"} {
		a, err := p.read(ctx, who, credential, purpose, phase, last.Candidate, item)
		if err != nil || !a.Granted {
			return a, err
		}
	}
	return Access{}, errors.New("nothing is refused to this mission")
}

// related finds a person for whom a relation with the caller holds, or can be made
// to hold by a recorded fact.
func (p *Play) related(who caller, relation catalogue.Relation) *Person {
	if who.self != nil {
		return who.self
	}
	recorders, within := p.recorders(relation)
	for i := range p.People {
		one := &p.People[i]
		if p.holds(who, one, relation) {
			return one
		}
		if within != "" && !p.holds(who, one, within) {
			continue
		}
		if _, found := p.recorder(who, one, recorders); found {
			return one
		}
	}
	return nil
}

// recorders are who may record a relation, none when it is no recorded fact, and the
// relation of routing without which it does not hold.
func (p *Play) recorders(relation catalogue.Relation) ([]catalogue.RecipientID, catalogue.Relation) {
	for _, r := range p.Table.Vocabulary().Catalogue.Relations() {
		if r.ID == relation && r.Source == catalogue.SourceFact {
			return r.RecordedBy, r.Within
		}
	}
	return nil, ""
}

func (p *Play) holds(who caller, one *Person, relation catalogue.Relation) bool {
	s := who.order.Scopes
	switch relation {
	case "national":
		return s.National
	case "own_pupil":
		return slices.Contains(s.Schools, one.School)
	case "academy_of_residence":
		return slices.Contains(s.Academies, one.Academy)
	case "supervised_school":
		return slices.Contains(s.Ministries, p.Reference.Schools[one.School].Ministry)
	}
	for _, w := range one.Wishes {
		programme := p.Reference.Programmes[w.Programme]
		switch relation {
		case "applied_programme":
			if w.Confirmed && p.mine(s, programme) {
				return true
			}
		case "admitted_programme":
			if w.Accepted && p.mine(s, programme) {
				return true
			}
		case "academy_of_programme":
			if slices.Contains(s.Academies, programme.Academy) {
				return true
			}
		case "supervised_programme":
			if slices.Contains(s.Ministries, programme.Ministry) {
				return true
			}
		}
	}
	return false
}

func (p *Play) mine(s dossier.MissionScopes, programme dossier.Programme) bool {
	return slices.Contains(s.Programmes, programme.ID) || slices.Contains(s.Institutions, programme.Institution) ||
		programme.Pool != "" && slices.Contains(s.Pools, programme.Pool)
}

// ties says whether any relation of routing holds, so that a stranger is a stranger.
func (p *Play) ties(who caller, one *Person) bool {
	if who.self != nil {
		return who.self == one
	}
	for _, r := range []catalogue.Relation{"national", "own_pupil", "academy_of_residence", "academy_of_programme",
		"applied_programme", "supervised_school", "supervised_programme"} {
		if p.holds(who, one, r) {
			return true
		}
	}
	return false
}

// facts are those that the situation rests on, each recorded by somebody else than
// the caller. ok is false when one of its guards is nobody's to record.
func (p *Play) facts(who caller, one *Person, s situation) (facts []dossier.Fact, ok bool) {
	c := p.Table.Vocabulary().Catalogue
	add := func(kind string, recordedBy []catalogue.RecipientID, on catalogue.Scope) bool {
		by, found := p.recorder(who, one, recordedBy)
		if !found {
			return false
		}
		f := dossier.Fact{ID: factID(who.id, kind, one.Ref), Kind: kind, Candidate: one.Ref.String(), By: by,
			To: dossier.Addressee{Mission: who.id}, From: p.Calendar["PH0"].Format(time.DateOnly)}
		switch on {
		case catalogue.OnClass:
			f.ID += "-" + strings.ReplaceAll(string(s.class), "_", "-")
			f.Class = string(s.class)
		case catalogue.OnItem:
			f.ID += "-" + strings.ReplaceAll(string(s.item), ".", "-")
			f.Item = s.item
		}
		facts = append(facts, f)
		return true
	}
	for _, r := range c.Relations() {
		if r.ID == s.relation && r.Source == catalogue.SourceFact && !add(string(r.ID), r.RecordedBy, catalogue.OnFile) {
			return nil, false
		}
	}
	for _, g := range c.Guards() {
		if !slices.Contains(s.guards, g.ID) || g.Source == catalogue.SourceMission {
			continue
		}
		if g.Source != catalogue.SourceFact || !add(string(g.ID), g.RecordedBy, g.HoldsOn) {
			return nil, false
		}
	}
	return facts, true
}

func factID(mission, kind string, ref dossier.Ref) string {
	// Of the candidate nothing: the id of a fact stands in clear.
	sum := sha256.Sum256([]byte(mission + ref.String()))
	return fmt.Sprintf("%s-%x", strings.ReplaceAll(kind, "_", "-"), sum[:6])
}

// recorder finds a mission, other than the caller's, that may record a fact.
func (p *Play) recorder(who caller, one *Person, by []catalogue.RecipientID) (string, bool) {
	for _, o := range p.Orders {
		// Who records has a relation with the file of their own.
		if o.Mission != who.id && slices.Contains(by, o.Recipient) && p.ties(caller{id: o.Mission, order: o}, one) {
			return o.Mission, true
		}
	}
	if slices.Contains(by, "S1") && who.recipient != "S1" {
		return dossier.AccountID(one.Ref, 0), true
	}
	return "", false
}
