package synth

// wishMakers: headings 15 and 16.
var wishMakers = map[string]maker{
	"application_selectivity": func(w *writer, p *person, i int) bool {
		return w.yes(p.w.offer.Programmes[p.wishes[i].programme].Selective)
	},
	"boarding_requested":      func(w *writer, p *person, i int) bool { return w.yes(p.wishes[i].boarding) },
	"home_programme_distance": func(w *writer, p *person, i int) bool { return w.tenths(p.wishes[i].distance) },
	"application_ranking": func(w *writer, p *person, i int) bool {
		return p.wishes[i].rank > 0 && w.number(p.wishes[i].rank)
	},
	"application_state": func(w *writer, p *person, i int) bool {
		switch x := &p.wishes[i]; {
		case x.cancelled:
			return w.text("annulé")
		case x.confirmed != 0:
			return w.text("confirmé")
		case w.d.percent(60):
			return w.text("complet")
		}
		return w.text(pick(w.d, []string{"brouillon", "incomplet"}))
	},
	"ranking_group_label":    func(w *writer, p *person, i int) bool { return w.text(p.wishes[i].group) },
	"wish_formulation_date":  func(w *writer, p *person, i int) bool { return w.day(p.wishes[i].made) },
	"wish_confirmation_date": func(w *writer, p *person, i int) bool { return w.day(p.wishes[i].confirmed) },
	"year_entered_seconde":   func(w *writer, p *person, _ int) bool { return w.number(p.seconde) },
	"apprenticeship_information": func(w *writer, p *person, i int) bool {
		if !p.wishes[i].apprentice && !p.canary {
			return false
		}
		if w.d.percent(60) {
			return w.text("Sans contrat à ce jour, recherche en cours.")
		}
		return w.text("Contrat envisagé avec l'atelier " + familyName(w.d) + ", " + townName(w.d) + ".")
	},
	"gap_year_requested": func(w *writer, p *person, i int) bool { return w.yes(p.wishes[i].gapYear) },
	"caes_preference": func(w *writer, p *person, i int) bool {
		return (p.caes && i == 0 || p.canary) && w.text("Je préfère "+p.w.family(p.wishes[i].programme)+" dans mon académie.")
	},
	"auto_responder_preference": func(w *writer, p *person, i int) bool {
		return p.wishes[i].preference > 0 && w.number(p.wishes[i].preference)
	},
	"wish_target_programme": func(w *writer, p *person, i int) bool {
		return w.text(p.w.offer.Programmes[p.wishes[i].programme].ID)
	},

	"host_institution_label": func(w *writer, p *person, i int) bool {
		return p.wishes[i].proposed() && w.text(p.w.offer.Programmes[p.wishes[i].programme].InstitutionLabel)
	},
	"programme_label": func(w *writer, p *person, i int) bool {
		return p.wishes[i].proposed() && w.text(p.w.label(p.wishes[i].programme))
	},
	"group_rank": func(w *writer, p *person, i int) bool {
		return p.wishes[i].rank > 0 && w.number(p.wishes[i].rank)
	},
	"waiting_list_rank": func(w *writer, p *person, i int) bool {
		return p.wishes[i].waiting > 0 && w.number(p.wishes[i].waiting)
	},
	"candidate_answer":      func(w *writer, p *person, i int) bool { return w.maybe(p.wishes[i].answer) },
	"candidate_answer_date": func(w *writer, p *person, i int) bool { return w.instant(p.wishes[i].answered) },
	"institution_answer":    func(w *writer, p *person, i int) bool { return w.maybe(p.wishes[i].institution) },
	"admission_justification": func(w *writer, p *person, i int) bool {
		return (p.wishes[i].nature == "CAES" || p.canary) && w.text("Proposition de la commission : "+reason.write(w.d, 50))
	},
	"admission_nature": func(w *writer, p *person, i int) bool {
		return p.wishes[i].proposed() && w.maybe(p.wishes[i].nature)
	},
	"withdrawal_reason": func(w *writer, p *person, _ int) bool {
		return (w.d.percent(3) || p.canary) && w.text(pick(w.d, []string{"Départ à l'étranger.", "Emploi trouvé.", "Inscription dans une école hors procédure.", "Raison de santé."}))
	},
	"administrative_enrolment_status": func(w *writer, p *person, i int) bool { return w.maybe(p.wishes[i].enrolment) },
	"first_day_attendance": func(w *writer, p *person, i int) bool {
		return p.wishes[i].enrolment == "inscrit" && w.yes(p.wishes[i].attended)
	},
}

// proposed says whether the programme proposed a place; a canary has the labels
// everywhere, to be looked for everywhere.
func (x *wish) proposed() bool {
	return x.institution == "oui" || x.institution == "oui_si" || x.answer != ""
}
