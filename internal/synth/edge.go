package synth

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"sceau/catalogue"
)

// An EdgeCase is a situation that few candidates are in and that any rule must
// survive. Options.Edge puts all of them at the head of a file, in this order.
type EdgeCase struct {
	Name  string
	Lines int // how many candidates it takes
	// Then is what happens after the dossier was sent in, and no line can hold:
	// a change, a request, a death. Whoever plays the campaign plays it.
	Then []Sequel
}

// A Sequel is one event after intake.
type Sequel struct {
	Line int    // of the case, from 1
	Kind string // rectification, restriction, objection, hold, death, other-session
	By   string // who asks: candidate, responsible-1, responsible-2, officer
	// What it is about, as far as each applies.
	Item    catalogue.ItemID
	Record  int
	Value   json.RawMessage
	Purpose catalogue.Purpose
	Class   catalogue.ClassID
	From    string // first day
	Until   string // last day, empty for good
}

// EdgeCases lists the edge cases of a session, in their order in the file.
func EdgeCases(session int) []EdgeCase {
	var cases []EdgeCase
	for _, s := range scripts {
		c := EdgeCase{Name: s.name, Lines: s.lines()}
		if s.then != nil {
			c.Then = s.then(sessionOf(session))
		}
		cases = append(cases, c)
	}
	return cases
}

// A script makes the candidates of an edge case.
type script struct {
	name         string
	many         int  // candidates, 0 is one
	alike        bool // all drawn as the first one is
	otherSession bool // drawn alike in every session
	before       func(p *person, k int)
	after        func(p *person, k int, d *dice)
	then         func(s session) []Sequel
}

func (s script) lines() int { return max(1, s.many) }

// An edgeLine is candidate k of case index.
type edgeLine struct {
	script   script
	index, k int
}

func edgeLines() []edgeLine {
	var lines []edgeLine
	for i, s := range scripts {
		for k := range s.lines() {
			lines = append(lines, edgeLine{s, i, k})
		}
	}
	return lines
}

func named(last string, first ...string) func(*person, int, *dice) {
	return func(p *person, _ int, d *dice) { p.rename(d, last, first...) }
}

func (p *person) rename(d *dice, last string, first ...string) {
	p.last = last
	p.first = append(p.first[:0], first...) // the list of the script is everybody's
	p.mail = mailOf(d, first, last)
}

func force(item string, value func(p *person) any) func(*person, int, *dice) {
	return func(p *person, _ int, _ *dice) { p.force(item, value(p)) }
}

func (p *person) force(item string, value any) {
	if p.forced == nil {
		p.forced = map[string]string{}
	}
	p.forced[item] = string(encode(value))
}

func value(v any) json.RawMessage { return encode(v) }

var scripts = []script{
	{name: "same name and birth date twice", many: 2, after: func(p *person, _ int, d *dice) {
		p.birth = on(p.w.session.year-18, 2, 1) + day(d.below(300))
		p.rename(p.d, oneName(d), "Camille")
	}},
	{name: "twins sharing all but the first name", many: 2, alike: true, after: func(p *person, k int, _ *dice) {
		names := []string{"Malo", "Noé"}
		if p.sex == female {
			names = []string{"Inès", "Zoé"}
		}
		p.first = append(p.first[:0], names[k]) // the family's mail stays
	}},
	{name: "name with an apostrophe", after: named("D'Ostrevan", "Inès")},
	{name: "name with a hyphen", after: named("Brévol-Quandrin", "Anne-Élise")},
	{name: "name with accents", after: named("Ÿvrœil-Éçàrdüen", "Zélïe", "Noëlla")},
	{name: "name of one letter", after: named("O", "Malo")},
	{name: "name of sixty letters", after: func(p *person, _ int, d *dice) {
		var b strings.Builder
		for utf8.RuneCountInString(b.String()) < 60 {
			b.WriteString(strings.ToLower(oneName(d)))
		}
		p.rename(d, capital(string([]rune(b.String())[:60])), "Thibault")
	}},
	{name: "no first name", after: named("Sambrelin")},
	{name: "change of name during the session", then: func(s session) []Sequel {
		return []Sequel{{Line: 1, Kind: "rectification", By: "candidate", Item: "A01.06", Value: value("Nouvelain"), From: (s.confirmation + 7).String()}}
	}},
	{name: "change of sex during the session", after: func(p *person, _ int, _ *dice) { p.sex = female },
		then: func(s session) []Sequel {
			from := (s.examination + 5).String()
			return []Sequel{
				{Line: 1, Kind: "rectification", By: "candidate", Item: "A01.09", Value: value(male), From: from},
				{Line: 1, Kind: "rectification", By: "candidate", Item: "A01.05", Value: value("M."), From: from},
				{Line: 1, Kind: "rectification", By: "candidate", Item: "A01.07", Value: value([]string{"Sacha"}), From: from},
			}
		}},
	{name: "majority reached during the session", after: func(p *person, _ int, _ *dice) {
		p.birth = on(p.w.session.year-18, 4, 20)
	}},
	{name: "parents with opposite requests", after: func(p *person, _ int, d *dice) {
		p.parents(d)
		p.requests = append(p.requests[:0],
			request{assimilation: true, academy: "Rennes", commune: 1, status: "déposée", reason: "La mère demande l'académie de Rennes, où elle réside."},
			request{assimilation: true, academy: "Lyon", commune: 2, status: "déposée", reason: "Le père s'y oppose et demande l'académie de Lyon."})
	}, then: func(s session) []Sequel {
		from := s.complementary.String()
		return []Sequel{
			{Line: 1, Kind: "rectification", By: "responsible-1", Item: "A01.17", Value: value("Rennes"), From: from},
			{Line: 1, Kind: "rectification", By: "responsible-2", Item: "A01.17", Value: value("Lyon"), From: from},
		}
	}},
	{name: "one responsible hidden from the other", after: func(p *person, _ int, d *dice) {
		p.parents(d)
		r := &p.responsibles[1]
		r.address, r.phone, r.mail = "", "", ""
		p.responsibles[0].address = p.address
	}},
	{name: "death of the candidate", after: force("withdrawal_reason", func(*person) any { return "Décès du candidat, signalé par la famille." }),
		then: func(s session) []Sequel {
			return []Sequel{{Line: 1, Kind: "death", By: "responsible-1", From: (s.admission + 3).String()}}
		}},
	{name: "two files of one person in two sessions", otherSession: true, after: func(p *person, _ int, _ *dice) {
		p.birth = on(2008, 1, 15)
		p.rename(newDice(1), p.last, p.first...)
	}, then: func(s session) []Sequel {
		return []Sequel{{Line: 1, Kind: "other-session", From: on(s.year+1, 1, 14).String()}}
	}},
	{name: "candidate without INE", after: func(p *person, _ int, _ *dice) { p.ine = "" }},
	{name: "address unknown", after: func(p *person, _ int, _ *dice) { p.address = "" }},
	{name: "no wish confirmed", before: func(p *person, _ int) { p.confirmNone = true }},
	{name: "ten wishes with a hundred sub-wishes", before: func(p *person, _ int) {
		p.choose = func() {
			for k := range min(mostWishes, len(p.w.offer.Programmes)) {
				if i, ok := p.w.otherProgramme(p.w.byTrack[p.w.tracks[k/10%len(p.w.tracks)]].draw(p.d), p.asks, ordinary); ok {
					p.add(i, k%10 == 0)
				}
			}
		}
	}},
	{name: "all wishes in one family of programmes", before: func(p *person, _ int) {
		p.choose = func() {
			all := p.w.byTrack[p.w.tracks[p.d.below(len(p.w.tracks))]].list
			for k, i := range all[:min(10, len(all))] {
				p.add(i, k == 0)
			}
		}
	}},
	{name: "only candidate of a commune", after: func(p *person, _ int, d *dice) {
		p.commune, p.birthCommune, p.bornAbroad = loneCommune, loneCommune, ""
		p.address = address(d, loneCommune)
	}},
	{name: "only candidate of a rare language", after: func(p *person, _ int, _ *dice) {
		p.years[0].languages = []string{"anglais", loneLanguage}
	}},
	{name: "only candidate of a list of athletes", before: func(p *person, _ int) {
		p.force("activity_discipline", loneDiscipline)
		p.force("elite_athlete_list_registration", true)
		p.force("practice_level", "international")
	}, after: func(p *person, _ int, _ *dice) { p.activities = max(1, p.activities) }},
	{name: "school with three candidates", many: 3, after: func(p *person, _ int, _ *dice) {
		p.school = p.w.loneSchool
		for i := range p.years {
			p.years[i].school = p.w.loneSchool
		}
	}},
	{name: "texts with names, phone numbers and mails inside", after: func(p *person, _ int, _ *dice) {
		p.force("motivated_study_project", "Je m'appelle "+p.first[0]+" "+p.last+" et je suis joignable au "+p.mobile+" ou à "+p.mail+
			". Ma mère, "+familyName(p.d)+", habite "+address(p.d, p.commune)+". Mon numéro INE est "+p.ine+".")
		p.force("experiences", "Stage chez un voisin, 06 39 98 12 34, qui peut témoigner : "+p.last+" est "+p.first[0]+".")
	}},
	{name: "engaged association revealing faith", after: force("commitments", func(*person) any {
		return "Animation du groupe de scouts de la paroisse et lecture pendant les offices, chaque dimanche."
	})},
	{name: "restricted mark", then: func(s session) []Sequel {
		return []Sequel{{Line: 1, Kind: "restriction", By: "candidate", Item: "A08.08", Record: 0, From: (s.examination + 2).String()}}
	}},
	{name: "objection to research", then: func(s session) []Sequel {
		return []Sequel{{Line: 1, Kind: "objection", By: "candidate", Purpose: "P3", From: s.admission.String()}}
	}},
	{name: "legal hold across two years", then: func(s session) []Sequel {
		return []Sequel{{Line: 1, Kind: "hold", By: "officer", Class: "choices", From: (s.depot - 60).String(), Until: (s.depot + 300).String()}}
	}},
	{name: "answer at 23:59:59 on a daylight-saving day", after: func(p *person, _ int, _ *dice) {
		x := &p.wishes[0]
		if x.confirmed == 0 {
			x.confirmed = p.w.session.confirmation
		}
		x.institution, x.answer, x.nature = "oui", "accepte et maintient", "complémentaire"
		x.rank, x.waiting = max(1, x.rank), 0
		x.answered = lastSunday(p.w.session.year, 10).at(24*3600 - 1)
	}},
}

// parents gives the person a mother and a father who live apart.
func (p *person) parents(d *dice) {
	mother := responsible{relationship: "mère", last: familyName(d), first: []string{"Hélène"}, occupation: "43", address: address(d, 10), phone: mobile(d)}
	father := responsible{relationship: "père", last: p.last, first: []string{"Karim"}, occupation: "38", address: address(d, 20), phone: mobile(d)}
	mother.mail, father.mail = mailOf(d, mother.first, mother.last), mailOf(d, father.first, father.last)
	p.responsibles = append(p.responsibles[:0], mother, father)
}
