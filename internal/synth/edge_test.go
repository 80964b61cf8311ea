package synth

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"sceau/catalogue"
)

// Each edge case is recognised in the file by what makes it one.
var recognise = map[string]func(t *testing.T, d []filed, all []filed) bool{
	"same name and birth date twice": func(t *testing.T, d, all []filed) bool {
		return same(d, "last_name", "first_names", "birth_date") && differ(d, "ine", "registration_number", "email")
	},
	"twins sharing all but the first name": func(t *testing.T, d, all []filed) bool {
		return same(d, "last_name", "birth_date", "email", "mobile_phone", "postal_address", "academy_of_residence") && differ(d, "first_names", "ine", "registration_number")
	},
	"name with an apostrophe": func(t *testing.T, d, all []filed) bool { return strings.Contains(d[0].text("last_name"), "'") },
	"name with a hyphen":      func(t *testing.T, d, all []filed) bool { return strings.Contains(d[0].text("last_name"), "-") },
	"name with accents": func(t *testing.T, d, all []filed) bool {
		return strings.ContainsAny(d[0].text("last_name"), "éàüŸœ")
	},
	"name of one letter":    func(t *testing.T, d, all []filed) bool { return utf8.RuneCountInString(d[0].text("last_name")) == 1 },
	"name of sixty letters": func(t *testing.T, d, all []filed) bool { return utf8.RuneCountInString(d[0].text("last_name")) == 60 },
	"no first name":         func(t *testing.T, d, all []filed) bool { return d[0].one["first_names"] == nil },
	"change of name during the session": func(t *testing.T, d, all []filed) bool {
		return then(t, "change of name during the session", "rectification", "A01.06")
	},
	"change of sex during the session": func(t *testing.T, d, all []filed) bool {
		return d[0].text("sex") == "F" && then(t, "change of sex during the session", "rectification", "A01.09")
	},
	"majority reached during the session": func(t *testing.T, d, all []filed) bool {
		eighteen := "2026" + d[0].text("birth_date")[4:]
		return d[0].text("birth_date")[:4] == "2008" && eighteen > "2026-01-14" && eighteen < "2026-09-15"
	},
	"parents with opposite requests": func(t *testing.T, d, all []filed) bool {
		r := d[0].many["per_request"]
		return len(d[0].many["per_responsible"]) == 2 && len(r) == 2 && plain(r[0]["requested_academy"]) != plain(r[1]["requested_academy"]) &&
			then(t, "parents with opposite requests", "rectification", "A01.17")
	},
	"one responsible hidden from the other": func(t *testing.T, d, all []filed) bool {
		r := d[0].many["per_responsible"]
		return len(r) == 2 && r[0]["responsible_postal_address"] != nil && r[1]["responsible_postal_address"] == nil && r[1]["responsible_phone"] == nil && r[1]["responsible_email"] == nil
	},
	"death of the candidate": func(t *testing.T, d, all []filed) bool {
		return strings.Contains(d[0].text("withdrawal_reason"), "Décès") && then(t, "death of the candidate", "death", "")
	},
	"two files of one person in two sessions": func(t *testing.T, d, all []filed) bool {
		c := catalogue.MustLoad()
		lines, _ := generate(t, Options{Candidates: 60, Seed: 21, Session: 2027, Edge: true})
		var next []filed
		for _, line := range lines {
			next = append(next, read(t, c, line))
		}
		k := lineOf("two files of one person in two sessions")
		shared := 0
		for i := range next {
			if ine := next[i].text("ine"); ine != "" && ine == all[i].text("ine") {
				shared++
			}
		}
		return shared == 1 && same([]filed{d[0], next[k]}, "ine", "last_name", "first_names", "birth_date") && differ([]filed{d[0], next[k]}, "registration_number")
	},
	"candidate without INE": func(t *testing.T, d, all []filed) bool { return d[0].one["ine"] == nil },
	"address unknown":       func(t *testing.T, d, all []filed) bool { return d[0].one["postal_address"] == nil },
	"no wish confirmed": func(t *testing.T, d, all []filed) bool {
		for _, w := range d[0].many["per_wish"] {
			if w["wish_confirmation_date"] != nil || w["institution_answer"] != nil {
				return false
			}
		}
		return len(d[0].many["per_wish"]) > 0
	},
	"ten wishes with a hundred sub-wishes": func(t *testing.T, d, all []filed) bool { return len(d[0].many["per_wish"]) == 100 },
	"all wishes in one family of programmes": func(t *testing.T, d, all []filed) bool {
		offer, err := DefaultReference()
		if err != nil {
			t.Fatal(err)
		}
		tracks := map[string]bool{}
		for _, w := range d[0].many["per_wish"] {
			for _, p := range offer.Programmes {
				if p.ID == plain(w["wish_target_programme"]) {
					tracks[p.Track] = true
				}
			}
		}
		return len(tracks) == 1 && len(d[0].many["per_wish"]) > 1
	},
	"only candidate of a commune": func(t *testing.T, d, all []filed) bool {
		return d[0].text("birth_commune") == "99999" && onlyOne(all, `99999 `) && onlyOne(all, `"99999"`)
	},
	"only candidate of a rare language": func(t *testing.T, d, all []filed) bool { return onlyOne(all, loneLanguage) },
	"only candidate of a list of athletes": func(t *testing.T, d, all []filed) bool {
		return onlyOne(all, loneDiscipline) && string(d[0].many["per_activity"][0]["elite_athlete_list_registration"]) == "true"
	},
	"school with three candidates": func(t *testing.T, d, all []filed) bool {
		uai, n := plain(d[0].many["per_school_year"][0]["school_information"]), 0
		for _, x := range all {
			for _, y := range x.many["per_school_year"] {
				if plain(y["school_information"]) == uai {
					n++
					break
				}
			}
		}
		return n == 3
	},
	"texts with names, phone numbers and mails inside": func(t *testing.T, d, all []filed) bool {
		text := plain(d[0].many["per_wish"][0]["motivated_study_project"])
		return strings.Contains(text, d[0].text("last_name")) && strings.Contains(text, d[0].text("mobile_phone")) && strings.Contains(text, d[0].text("email")) && strings.Contains(text, d[0].text("ine"))
	},
	"engaged association revealing faith": func(t *testing.T, d, all []filed) bool { return strings.Contains(d[0].text("commitments"), "paroisse") },
	"restricted mark": func(t *testing.T, d, all []filed) bool {
		return d[0].many["per_school_year_subject"][0]["marks"] != nil && then(t, "restricted mark", "restriction", "A08.08")
	},
	"objection to research": func(t *testing.T, d, all []filed) bool { return then(t, "objection to research", "objection", "") },
	"legal hold across two years": func(t *testing.T, d, all []filed) bool {
		for _, c := range EdgeCases(2026) {
			if c.Name == "legal hold across two years" {
				return c.Then[0].Kind == "hold" && c.Then[0].From < "2028-09-15" && c.Then[0].Until > "2028-09-15"
			}
		}
		return false
	},
	"answer at 23:59:59 on a daylight-saving day": func(t *testing.T, d, all []filed) bool {
		return plain(d[0].many["per_wish"][0]["candidate_answer_date"]) == "2026-10-25T23:59:59+01:00"
	},
}

func TestEachEdgeCaseStandsAtTheHeadOfTheFile(t *testing.T) {
	c := catalogue.MustLoad()
	lines, _ := generate(t, Options{Candidates: 1000, Seed: 21, Edge: true})
	var all []filed
	for _, line := range lines {
		all = append(all, read(t, c, line))
	}
	at := 0
	for _, edge := range EdgeCases(2026) {
		t.Run(edge.Name, func(t *testing.T) {
			found, ok := recognise[edge.Name]
			if !ok {
				t.Fatal("nothing recognises it")
			}
			if !found(t, all[at:at+edge.Lines], all) {
				t.Error("not found")
			}
			for i := range edge.Lines {
				all[at+i].check(t, c, at+i+1)
			}
		})
		at += edge.Lines
	}
	if len(recognise) != len(EdgeCases(2026)) {
		t.Errorf("%d cases are recognised, %d are written", len(recognise), len(EdgeCases(2026)))
	}
}

func lineOf(name string) int {
	at := 0
	for _, c := range EdgeCases(2026) {
		if c.Name == name {
			return at
		}
		at += c.Lines
	}
	return -1
}

func then(t *testing.T, name, kind string, item catalogue.ItemID) bool {
	t.Helper()
	c := catalogue.MustLoad()
	for _, e := range EdgeCases(2026) {
		if e.Name != name {
			continue
		}
		for _, s := range e.Then {
			if it, ok := c.Item(s.Item); ok && s.Value != nil && it.Check(s.Value) != nil {
				t.Errorf("%s: the value of %s is out of its format", name, s.Item)
			}
			if s.Kind == kind && s.Item == item && s.From != "" {
				return true
			}
		}
	}
	return false
}

func same(d []filed, names ...string) bool {
	for _, n := range names {
		if d[0].text(n) == "" || d[0].text(n) != d[1].text(n) {
			return false
		}
	}
	return true
}

func differ(d []filed, names ...string) bool {
	for _, n := range names {
		if d[0].text(n) == d[1].text(n) {
			return false
		}
	}
	return true
}

// onlyOne says whether one candidate alone has a string anywhere.
func onlyOne(all []filed, s string) bool {
	n := 0
	for _, d := range all {
		text, _ := json.Marshal(d.one)
		records, _ := json.Marshal(d.many)
		if strings.Contains(string(text)+string(records), s) {
			n++
		}
	}
	return n == 1
}
