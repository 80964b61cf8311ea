package dossier

import (
	"crypto/rand"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
)

// routesOf draws the routes of a file: one for the file itself, one for each
// programme asked for, the school, the academies, the ministries. Each scope gets a
// file number of its own.
func (f *Filing) routesOf(key *crypto.RoutingKey, c Ref, wishes []crypto.RecordID, ref *Reference) ([]Route, error) {
	d := drawing{key: key, candidate: c, seen: map[Scope]bool{}}
	d.route(Scope{ScopeFile, ""}, RouteOpen, Pointer{AdultOn: f.adultOn(), Marks: f.fileMarks()})

	wish := f.forms.forms["per_wish"]
	for i, w := range f.many["per_wish"] {
		id := wish.text(w, "A15.X1")
		p := ref.Programmes[id]
		d.route(Scope{ScopeProgramme, id}, wishState(wish, w), Pointer{Record: wishes[i]})
		d.route(Scope{ScopeAcademyOfProgramme, p.Academy}, RouteOpen, Pointer{})
		if p.Ministry != "" {
			d.route(Scope{ScopeMinistryOfProgramme, p.Ministry}, RouteOpen, Pointer{})
		}
	}
	if uai := f.school(); uai != "" {
		d.route(Scope{ScopeSchool, uai}, RouteOpen, Pointer{})
		if s, known := ref.Schools[uai]; known && s.Ministry != "" {
			d.route(Scope{ScopeMinistryOfSchool, s.Ministry}, RouteOpen, Pointer{})
		}
	}
	if a := f.item("A01.17"); a != nil {
		d.route(Scope{ScopeAcademy, plainText(a)}, RouteOpen, Pointer{})
	}
	return d.routes, d.err
}

// drawing collects the routes of one file, one for each scope.
type drawing struct {
	key       *crypto.RoutingKey
	candidate Ref
	seen      map[Scope]bool
	routes    []Route
	err       error
}

func (d *drawing) route(s Scope, state RouteState, p Pointer) {
	if d.err != nil || d.seen[s] {
		return
	}
	d.seen[s] = true
	p.Candidate = d.candidate
	r := Route{Scope: s, State: state, Tag: d.key.Tag(string(s.Kind), s.ID, d.candidate)}
	rand.Read(r.FileNo[:])
	r.Sealed, d.err = d.key.Seal(nil, string(s.Kind), s.ID, r.bound(), p.encode())
	d.routes = append(d.routes, r)
}

// wishState is what the programme may know of a wish without opening it.
func wishState(wish *form, w Record) RouteState {
	switch {
	case wish.text(w, "A16.05") == "accepte":
		// "accepte et maintient" keeps other wishes alive: not definitive.
		return RouteAdmitted
	case wish.text(w, "A15.08") != "":
		return RouteConfirmed
	}
	return RouteWished
}

// recordMarksOf draws the guards that hold on a wish by itself.
func recordMarksOf(wish *form, w Record, p Programme) uint16 {
	boarding := wish.text(w, "A15.02") == "true"
	apprentice := wish.text(w, "A15.10") != ""
	return marks(recordMarks, func(g catalogue.Guard) bool {
		switch g {
		case boardingWish:
			return boarding
		case "apprenticeship_wish":
			return apprentice
		case "art13_exception":
			return boarding || apprentice || p.has(FlagSummons)
		case "military_lycee":
			return p.has(FlagMilitaryLycee)
		case "armed_forces":
			return p.has(FlagArmedForces)
		case "certificate_required":
			return p.has(FlagMedicalCertificate)
		case "network_programme":
			return p.has(FlagNetwork)
		}
		return false
	})
}

func (f *Filing) adultOn() civilDay {
	birth, err := time.Parse(time.DateOnly, plainText(f.item("A01.08")))
	if err != nil {
		return 0
	}
	return adultOn(birth)
}

// school is the UAI code of the school attended now: the first school year of the
// list, which is the current one.
func (f *Filing) school() string {
	years := f.many["per_school_year"]
	if len(years) == 0 {
		return ""
	}
	return f.forms.forms["per_school_year"].text(years[0], "A08.01")
}

func (f *Filing) fileMarks() (m uint16) {
	wish := f.forms.forms["per_wish"]
	for _, w := range f.many["per_wish"] {
		if wish.text(w, "A15.02") == "true" {
			m |= markBoarder
		}
	}
	if f.resumes() {
		m |= markResumes
	}
	return m
}

// resumes says whether anything stands under headings 9 or 10 of the annex:
// students in reorientation, and candidates who resume studies.
func (f *Filing) resumes() bool {
	for word, fm := range f.forms.forms {
		records := f.many[word]
		if word == "one" {
			records = []Record{f.one}
		}
		for k, it := range fm.items {
			if it.Heading != 9 && it.Heading != 10 {
				continue
			}
			for _, r := range records {
				if r[k] != nil {
					return true
				}
			}
		}
	}
	return false
}
