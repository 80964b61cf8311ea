package synth

// schoolMakers: headings 8, 9 and 12.
var schoolMakers = map[string]maker{
	"school_information": func(w *writer, p *person, i int) bool {
		return p.years[i].school >= 0 && w.text(p.w.offer.Schools[p.years[i].school].UAI)
	},
	"school_levels":      func(w *writer, p *person, i int) bool { return w.texts(p.years[i].levels) },
	"school_curricula":   func(w *writer, p *person, i int) bool { return w.texts(p.years[i].curricula) },
	"speciality_courses": func(w *writer, p *person, i int) bool { return w.texts(p.years[i].speciality) },
	"optional_courses": func(w *writer, p *person, i int) bool {
		if p.canary && len(p.years[i].options) == 0 {
			return w.texts(generalOptions[:1])
		}
		return w.texts(p.years[i].options)
	},
	"modern_languages": func(w *writer, p *person, i int) bool { return w.texts(p.years[i].languages) },
	"equal_opportunity_scheme_participation": func(w *writer, p *person, _ int) bool {
		return (p.group == pupil || p.canary) && w.yes(w.d.percent(2))
	},
	"marks": func(w *writer, p *person, i int) bool {
		s := &p.subjects[i]
		w.raw("[")
		for k, m := range s.terms {
			if k > 0 {
				w.raw(",")
			}
			w.head(s, m.term).raw(`,"mark":`).hundredths(m.mark)
			w.raw("}")
		}
		w.raw("]")
		return true
	},
	"averages": func(w *writer, p *person, i int) bool {
		s := &p.subjects[i]
		w.raw("[")
		w.head(s, "année").raw(`,"average":`).hundredths(s.average)
		w.raw(`,"class_min":`).hundredths(s.class[0])
		w.raw(`,"class_average":`).hundredths(s.class[1])
		w.raw(`,"class_max":`).hundredths(s.class[2])
		w.raw(`,"class_size":`).number(s.size)
		w.raw("}]")
		return true
	},
	"class_ranks": func(w *writer, p *person, i int) bool {
		s := &p.subjects[i]
		if s.rank == 0 && !p.canary {
			return false
		}
		w.raw("[")
		w.head(s, "année").raw(`,"rank":`).number(max(1, s.rank))
		w.raw(`,"size":`).number(s.size)
		w.raw("}]")
		return true
	},
	"teacher_appraisals": func(w *writer, p *person, _ int) bool {
		least := 80 + w.d.geometric(25_000, 200)
		text := regards(w.d, p.sex) + " " + appraisal.write(w.d, least-20)
		// Teachers write names: what the gate must find.
		if len(p.first) > 0 && w.d.percent(5) {
			text = p.first[0] + " : " + text
		}
		if w.d.percent(2) {
			text += " Bravo " + p.last + "."
		}
		return w.text(text)
	},
	"class_council_bts_opinion": func(w *writer, p *person, _ int) bool {
		return (p.group == pupil && p.bac == professional || p.canary) && w.text(pick(w.d, []string{"favorable", "favorable", "réservé", "défavorable"}))
	},
	"bridging_class_team_proposal": func(w *writer, p *person, _ int) bool {
		return p.bridging() && w.text(head.write(w.d, 80))
	},
	"bridging_class_head_opinion": func(w *writer, p *person, _ int) bool {
		return p.bridging() && w.text(pick(w.d, []string{"favorable", "réservé"}))
	},
	"avenir_teacher_appraisals": func(w *writer, p *person, i int) bool {
		return p.subjects[i].future && w.text(appraisal.write(w.d, 60))
	},
	"avenir_head_opinion": func(w *writer, p *person, i int) bool {
		return (p.group == pupil && p.wishes[i].first || p.canary) && w.text(opinions.draw(w.d))
	},
	"avenir_head_appraisal": func(w *writer, p *person, i int) bool {
		return (p.group == pupil && p.wishes[i].first || p.canary) && w.text(head.write(w.d, 50))
	},

	"he_institution_information": func(w *writer, p *person, i int) bool {
		return p.years[i].higher != nil && w.text(p.years[i].higher.institution)
	},
	"he_levels": func(w *writer, p *person, i int) bool {
		return p.years[i].higher != nil && w.texts([]string{p.years[i].higher.level})
	},
	"he_curricula": func(w *writer, p *person, i int) bool {
		return p.years[i].higher != nil && w.texts([]string{p.years[i].higher.curriculum})
	},
	"he_options": func(w *writer, p *person, i int) bool {
		return p.years[i].higher != nil && w.texts([]string{p.years[i].higher.option})
	},
	"he_results": func(w *writer, p *person, i int) bool {
		return p.years[i].higher != nil && w.results("Semestre 1", p.years[i].year)
	},
	"he_diplomas": func(w *writer, p *person, _ int) bool {
		return p.group == reorientation && (w.d.percent(8) || p.canary) && w.diploma("Diplôme universitaire", p.w.session.year-1, "")
	},
	"he_qualifications": func(w *writer, p *person, _ int) bool {
		return p.group == reorientation && (w.d.percent(4) || p.canary) && w.diploma("Certificat de langue", p.w.session.year-1, "")
	},
	"he_follow_up_form": func(w *writer, p *person, i int) bool {
		return w.paper(p, i, "fiche-de-suivi", "Fiche de suivi")
	},

	"exam_academy": func(w *writer, p *person, _ int) bool { return p.examined() && w.text(p.academy) },
	"exam_centre": func(w *writer, p *person, _ int) bool {
		return p.examined() && w.text("Centre d'examen de Ville-Fictive-"+digits(p.commune%100, 2))
	},
	"bac_series": func(w *writer, p *person, _ int) bool { return w.text(p.series) },
	"bac_dominant": func(w *writer, p *person, _ int) bool {
		return (p.bac == technological || p.canary) && w.text("dominante "+p.series)
	},
	"bac_speciality_courses": func(w *writer, p *person, _ int) bool {
		if len(p.years) == 0 || p.bac == professional {
			return false
		}
		return w.texts(p.lycee().speciality)
	},
	"bac_specialities": func(w *writer, p *person, _ int) bool {
		return (p.bac == professional || p.canary) && w.texts(p.lycee().speciality)
	},
	"bac_options": func(w *writer, p *person, _ int) bool {
		if p.canary {
			return w.texts(generalOptions[:1])
		}
		return len(p.years) > 0 && w.texts(p.lycee().options)
	},
	"bac_obtained_date": func(w *writer, p *person, _ int) bool {
		return (p.group == reorientation || p.group == resuming) && w.day(on(p.seconde+3, 7, 5))
	},
	"bac_registration_number": func(w *writer, p *person, _ int) bool { return p.examined() && w.text(p.exam) },
	"bac_tests_list": func(w *writer, p *person, i int) bool {
		return p.tests[i].french == "" && w.texts([]string{p.tests[i].name})
	},
	"bac_test_results": func(w *writer, p *person, i int) bool {
		if t := &p.tests[i]; t.french == "" && (!t.average || p.canary) {
			w.raw(`[{"test":`).text(t.name)
			w.raw(`,"mark":`).hundredths(t.mark)
			w.raw("}]")
			return true
		}
		return false
	},
	"bac_test_averages": func(w *writer, p *person, i int) bool {
		if t := &p.tests[i]; t.average {
			w.raw(`[{"test":`).text(t.name)
			w.raw(`,"average":`).hundredths(t.mark)
			w.raw("}]")
			return true
		}
		return false
	},
	"bac_honours": func(w *writer, p *person, _ int) bool {
		return (p.group == reorientation || p.group == resuming) && w.text(p.honours())
	},
	"oral_group": func(w *writer, p *person, _ int) bool {
		return (p.group == reorientation || p.group == resuming) && (w.d.percent(12) || p.canary) && w.text("2")
	},
	"french_language_tests": func(w *writer, p *person, i int) bool {
		return p.tests[i].french != "" && w.texts([]string{p.tests[i].name})
	},
	"french_language_test_results": func(w *writer, p *person, i int) bool {
		t := &p.tests[i]
		if t.french == "" {
			return false
		}
		w.raw(`[{"test":`).text(t.name)
		w.raw(`,"level":"`, t.french, `","score":`).number(t.score)
		w.raw("}]")
		return true
	},
	"french_language_test_exemption": func(w *writer, p *person, _ int) bool {
		return (p.group == foreign || p.canary) && w.yes(w.d.percent(20))
	},
}

var opinions = choose(share[string]{35, "très satisfaisante"}, share[string]{45, "satisfaisante"}, share[string]{17, "assez satisfaisante"}, share[string]{3, "peu démontrée"})

// head opens a mark, an average or a rank: which year, term and subject it is of.
func (w *writer) head(s *subject, term string) *writer {
	w.raw(`{"year":`).number(s.year)
	w.raw(`,"term":"`, term, `","subject":`).text(s.name)
	return w
}

func (p *person) bridging() bool { return p.canary || p.group == reorientation && p.line%200 == 0 }

// examined says whether the person prepares or holds a French baccalauréat.
func (p *person) examined() bool { return p.group != foreign }

// lycee is the last year spent at the lycée.
func (p *person) lycee() *schoolYear {
	for i := range p.years {
		if p.years[i].higher == nil && p.years[i].school >= 0 {
			return &p.years[i]
		}
	}
	return &p.years[0]
}
