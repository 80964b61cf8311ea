package synth

import (
	"encoding/base64"
	"maps"
)

// makers knows how to invent the value of each item, by its English name.
var makers = gather(identityMakers, recourseMakers, backgroundMakers, schoolMakers, wishMakers)

func gather(groups ...map[string]maker) map[string]maker {
	all := map[string]maker{}
	for _, g := range groups {
		maps.Copy(all, g)
	}
	return all
}

// identityMakers: headings 1 and 2 of the annex, certificates and connections.
var identityMakers = map[string]maker{
	"registration_number":  func(w *writer, p *person, _ int) bool { return w.text(p.registration) },
	"password":             func(w *writer, p *person, _ int) bool { return w.password() },
	"ine":                  func(w *writer, p *person, _ int) bool { return w.maybe(p.ine) },
	"campus_france_number": func(w *writer, p *person, _ int) bool { return w.maybe(p.campus) },
	"title": func(w *writer, p *person, _ int) bool {
		if p.sex == female {
			return w.text("Mme")
		}
		return w.text("M.")
	},
	"last_name":     func(w *writer, p *person, _ int) bool { return w.text(p.last) },
	"first_names":   func(w *writer, p *person, _ int) bool { return w.texts(p.first) },
	"birth_date":    func(w *writer, p *person, _ int) bool { return w.day(p.birth) },
	"sex":           func(w *writer, p *person, _ int) bool { return w.text(p.sex) },
	"birth_country": func(w *writer, p *person, _ int) bool { return w.text(p.birthCountry()) },
	"birth_department": func(w *writer, p *person, _ int) bool {
		return p.bornAbroad == "" && w.maybe(p.department)
	},
	"birth_commune": func(w *writer, p *person, _ int) bool { return w.text("99" + digits(p.birthCommune, 3)) },
	"nationality": func(w *writer, p *person, _ int) bool {
		if len(p.nationality) == 1 {
			return w.text(p.nationality[0])
		}
		return w.texts(p.nationality)
	},
	"postal_address":       func(w *writer, p *person, _ int) bool { return w.maybe(p.address) },
	"mobile_phone":         func(w *writer, p *person, _ int) bool { return w.maybe(p.mobile) },
	"landline_phone":       func(w *writer, p *person, _ int) bool { return w.maybe(p.landline) },
	"academy_of_residence": func(w *writer, p *person, _ int) bool { return w.text(p.academy) },
	"basin_of_residence":   func(w *writer, p *person, _ int) bool { return w.text(basin(p.commune)) },
	"email":                func(w *writer, p *person, _ int) bool { return w.text(p.mail) },
	"identity_proof_pdf": func(w *writer, p *person, _ int) bool {
		return p.wants(militaryLycee) && w.document("identite", "Justificatif d'identite")
	},

	"responsible_relationship": func(w *writer, p *person, i int) bool { return w.text(p.responsibles[i].relationship) },
	"responsible_last_name":    func(w *writer, p *person, i int) bool { return w.text(p.responsibles[i].last) },
	"responsible_first_names":  func(w *writer, p *person, i int) bool { return w.texts(p.responsibles[i].first) },
	"responsible_socio_professional_category": func(w *writer, p *person, i int) bool {
		return w.text(p.responsibles[i].occupation)
	},
	"responsible_postal_address": func(w *writer, p *person, i int) bool { return w.maybe(p.responsibles[i].address) },
	"responsible_phone":          func(w *writer, p *person, i int) bool { return w.maybe(p.responsibles[i].phone) },
	"responsible_email":          func(w *writer, p *person, i int) bool { return w.maybe(p.responsibles[i].mail) },
	"preregistration_fraud_record": func(w *writer, p *person, _ int) bool {
		return p.fraud && w.text(fraud.write(w.d, 40))
	},

	"gross_global_income": func(w *writer, p *person, _ int) bool { return w.number(p.household.income) },
	"previous_year_tax_notice": func(w *writer, p *person, i int) bool {
		return w.paper(p, i, "avis-d-imposition", "Avis d'imposition")
	},
	"dependent_siblings_count":           func(w *writer, p *person, _ int) bool { return w.number(p.household.siblings) },
	"siblings_in_higher_education_count": func(w *writer, p *person, _ int) bool { return w.number(p.household.studying) },
	"conditional_bursary_notice": func(w *writer, p *person, _ int) bool {
		return p.household.certified && w.document("avis-conditionnel", "Avis conditionnel de bourse")
	},
	"lycee_bursary_step": func(w *writer, p *person, _ int) bool {
		return p.household.step > 0 && w.number(p.household.step)
	},
	"higher_education_bursary_shares": func(w *writer, p *person, _ int) bool {
		return p.household.shares >= 0 && w.number(p.household.shares)
	},

	"medical_certificate_held": func(w *writer, p *person, _ int) bool {
		return (p.wants(certificate) || p.canary) && w.yes(p.canary || w.d.percent(90))
	},
	"cdaph_opinion_exists": func(w *writer, p *person, _ int) bool {
		return (p.wants(entranceTest) || p.cdaph) && w.yes(p.cdaph)
	},
	"military_medical_visit_done": func(w *writer, p *person, _ int) bool {
		return (p.wants(armedForces) || p.canary) && w.yes(p.visited())
	},
	"military_medical_visit_date": func(w *writer, p *person, _ int) bool {
		return (p.wants(armedForces) || p.canary) && p.visited() && w.day(p.w.session.examination-day(p.line%40))
	},

	"ip_address":            func(w *writer, p *person, i int) bool { return w.text(p.places[i]) },
	"connection_timestamps": func(w *writer, p *person, i int) bool { return w.instant(p.events[i]) },
	"connection_medium": func(w *writer, p *person, _ int) bool {
		if w.d.percent(55) {
			return w.text("application mobile")
		}
		return w.text("web")
	},
}

func (p *person) birthCountry() string {
	if p.bornAbroad != "" {
		return p.bornAbroad
	}
	return "FRA"
}

// wants says whether one of the wishes is on a programme with one of the flags.
func (p *person) wants(f flagSet) bool {
	for i := range p.wishes {
		if p.w.flags[p.wishes[i].programme]&f != 0 {
			return true
		}
	}
	return false
}

func (p *person) visited() bool { return p.canary || p.line%4 != 0 }

// password writes the hash of no password: random salt and hash, in the form that
// Argon2id has in a database.
func (w *writer) password() bool {
	var raw [48]byte
	for i := 0; i < len(raw); i += 8 {
		x := w.d.src.Uint64()
		for k := range 8 {
			raw[i+k] = byte(x >> (8 * k))
		}
	}
	w.raw(`"$argon2id$v=19$m=65536,t=3,p=4$`)
	w.buf = base64.RawStdEncoding.AppendEncode(w.buf, raw[:16])
	w.raw("$")
	w.buf = base64.RawStdEncoding.AppendEncode(w.buf, raw[16:])
	w.raw(`"`)
	return true
}

// paper writes document i when it is the item being written.
func (w *writer) paper(p *person, i int, name, title string) bool {
	return p.documents[i].item == w.item.Name && w.document(name, title)
}

// recourseMakers: headings 4 to 6, requests and payments.
var recourseMakers = map[string]maker{
	"requested_academy": func(w *writer, p *person, i int) bool {
		return p.requests[i].assimilation && w.text(p.requests[i].academy)
	},
	"requested_recruitment_basin": func(w *writer, p *person, i int) bool {
		return p.requests[i].assimilation && w.text(basin(p.requests[i].commune))
	},
	"assimilation_reason": func(w *writer, p *person, i int) bool {
		if r := &p.requests[i]; r.reason != "" {
			return w.text(r.reason)
		}
		return p.requests[i].assimilation && w.text(reason.write(w.d, w.d.between(60, 300)))
	},
	"responsible_transfer_notice":         assimilationPaper(40, "mutation", "Avis de mutation"),
	"responsible_employment_certificate":  assimilationPaper(35, "emploi", "Attestation d'emploi"),
	"responsible_proof_of_address":        assimilationPaper(70, "domicile", "Justificatif de domicile"),
	"family_record_book_copy":             assimilationPaper(30, "livret", "Livret de famille"),
	"elite_athlete_certificate":           assimilationPaper(2, "sportif", "Attestation de sportif de haut niveau"),
	"sports_club_recruitment_certificate": assimilationPaper(2, "club", "Attestation de club"),
	"assimilation_status": func(w *writer, p *person, i int) bool {
		return p.requests[i].assimilation && w.text(p.requests[i].status)
	},
	"assimilation_refusal_reason": func(w *writer, p *person, i int) bool {
		return p.requests[i].assimilation && p.requests[i].status == "refusée" && w.text(refusal.write(w.d, 60))
	},
	"reexamination_reason": func(w *writer, p *person, i int) bool {
		if p.requests[i].assimilation {
			return false
		}
		if p.requests[i].health {
			return w.text(health.write(w.d, w.d.between(60, 250)))
		}
		return w.text(reason.write(w.d, w.d.between(60, 300)))
	},
	"reexamination_documents": func(w *writer, p *person, i int) bool {
		return w.paper(p, i, "piece-reexamen", "Piece de la demande de reexamen")
	},
	"reexamination_status": func(w *writer, p *person, i int) bool {
		return !p.requests[i].assimilation && w.text(p.requests[i].status)
	},
	"reexamination_refusal_reason": func(w *writer, p *person, i int) bool {
		return !p.requests[i].assimilation && p.requests[i].status == "refusée" && w.text(refusal.write(w.d, 60))
	},

	"payment_type":   func(w *writer, p *person, i int) bool { return w.text(p.payments[i].kind) },
	"payment_done":   func(w *writer, p *person, i int) bool { return w.yes(p.payments[i].done) },
	"payment_amount": func(w *writer, p *person, i int) bool { return w.hundredths(p.payments[i].cents) },
	"payment_date": func(w *writer, p *person, i int) bool {
		return p.payments[i].done && w.day(p.payments[i].on)
	},
}

func assimilationPaper(percent int, name, title string) maker {
	return func(w *writer, p *person, i int) bool {
		return p.requests[i].assimilation && (w.d.percent(percent) || p.canary) && w.document(name, title)
	}
}

var (
	levels      = choose(share[string]{60, "loisir"}, share[string]{25, "départemental"}, share[string]{10, "régional"}, share[string]{4, "national"}, share[string]{1, "international"})
	disciplines = []string{"football", "handball", "natation", "danse", "piano", "guitare", "judo", "tennis", "escalade", "théâtre", "basket fauteuil", "athlétisme", "échecs", "aviron", "dessin"}
)

// loneDiscipline is that of the one who is alone on a list of athletes.
const loneDiscipline = "joute nautique de démonstration"

// backgroundMakers: headings 7, 10 and 11.
var backgroundMakers = map[string]maker{
	"curriculum_vitae": func(w *writer, p *person, _ int) bool {
		return (w.d.percent(15) || p.canary) && w.document("cv", "Curriculum vitae")
	},
	"motivated_study_project": func(w *writer, p *person, i int) bool {
		x := &p.wishes[i]
		least := 200
		if x.first {
			least += w.d.geometric(70_000, 1_200)
		}
		text := project.write(w.d, least)
		if x.names >= 0 {
			text += " J'ai aussi demandé " + p.w.label(x.names) + " à " + p.w.offer.Programmes[x.names].InstitutionLabel + "."
		}
		return w.text(text)
	},
	"disability_liaison_form": func(w *writer, p *person, _ int) bool {
		return p.liaisonForm && w.document("fiche-de-liaison", "Fiche de liaison")
	},
	"training_certificates": func(w *writer, p *person, i int) bool {
		return w.paper(p, i, "attestation", "Attestation de formation")
	},
	"title_certificates": func(w *writer, p *person, i int) bool { return w.paper(p, i, "titre", "Attestation de titre") },
	"qualification_certificates": func(w *writer, p *person, i int) bool {
		return w.paper(p, i, "qualification", "Attestation de qualification")
	},
	"practice_level":                  func(w *writer, p *person, _ int) bool { return w.text(levels.draw(w.d)) },
	"elite_athlete_list_registration": func(w *writer, p *person, _ int) bool { return w.yes(w.d.chance(3_000)) },
	"other_athlete_list_registration": func(w *writer, p *person, _ int) bool { return w.yes(w.d.chance(5_000)) },
	"activity_discipline":             func(w *writer, p *person, _ int) bool { return w.text(pick(w.d, disciplines)) },
	"activity_result": func(w *writer, p *person, _ int) bool {
		return (w.d.percent(40) || p.canary) && w.text("Place "+digits(w.d.between(1, 40), 1)+" sur "+digits(w.d.between(41, 200), 1)+" au tournoi de "+townName(w.d))
	},
	"activity_performance": func(w *writer, p *person, _ int) bool {
		return (w.d.percent(20) || p.canary) && w.text("Meilleure performance de la saison : "+digits(w.d.between(10, 99), 1)+" points")
	},
	"awards": func(w *writer, p *person, _ int) bool {
		return (w.d.percent(12) || p.canary) && w.texts([]string{"Prix du concours de " + townName(w.d)})
	},
	"activity_referent_persons": func(w *writer, p *person, _ int) bool {
		return (w.d.percent(25) || p.canary) && w.referent()
	},
	"experiences": func(w *writer, p *person, _ int) bool {
		return (w.d.percent(50) || p.canary) && w.text(life.write(w.d, w.d.between(60, 300)))
	},
	"commitments": func(w *writer, p *person, _ int) bool {
		return (w.d.percent(40) || p.canary) && w.text(life.write(w.d, w.d.between(60, 300)))
	},
	"additional_documents_type": func(w *writer, p *person, i int) bool {
		if !p.asked(i) {
			return false
		}
		return w.text(pick(w.d, []string{"lettre", "copie", "portfolio", "questionnaire", "certificat", "autre"}))
	},
	"additional_documents_collection_mode": func(w *writer, p *person, i int) bool {
		return p.asked(i) && w.text(pick(w.d, []string{"plateforme", "courrier", "site de la formation"}))
	},

	"resuming_school_path": func(w *writer, p *person, _ int) bool {
		return p.resumes() && w.path("Lycée de "+townName(w.d), p.seconde, p.seconde+3)
	},
	"resuming_university_path": func(w *writer, p *person, _ int) bool {
		return p.resumes() && (w.d.percent(35) || p.canary) && w.path("Université de "+townName(w.d), p.lastYear(4), p.lastYear(3))
	},
	"resuming_professional_path": func(w *writer, p *person, _ int) bool {
		return p.resumes() && (w.d.percent(70) || p.canary) && w.path(pick(w.d, trades), p.lastYear(2), p.lastYear(0))
	},
	"resuming_results": func(w *writer, p *person, _ int) bool {
		return p.resumes() && (w.d.percent(30) || p.canary) && w.results("Premier semestre", p.lastYear(3))
	},
	"resuming_diplomas": func(w *writer, p *person, _ int) bool {
		return p.resumes() && (w.d.percent(80) || p.canary) && w.diploma("Baccalauréat "+p.series, p.lastYear(2), p.honours())
	},
	"resuming_qualification": func(w *writer, p *person, _ int) bool {
		return p.resumes() && (w.d.percent(25) || p.canary) && w.diploma("Titre professionnel, "+pick(w.d, trades), p.lastYear(1), "")
	},
	"resuming_follow_up_form": func(w *writer, p *person, i int) bool {
		return w.paper(p, i, "fiche-de-suivi", "Fiche de suivi")
	},
	"resuming_experiences": func(w *writer, p *person, _ int) bool {
		return p.resumes() && (w.d.percent(50) || p.canary) && w.text(life.write(w.d, w.d.between(60, 300)))
	},
	"resuming_commitments": func(w *writer, p *person, _ int) bool {
		return p.resumes() && (w.d.percent(30) || p.canary) && w.text(life.write(w.d, w.d.between(60, 200)))
	},

	"employment_situation": func(w *writer, p *person, _ int) bool {
		return p.touch() && w.text(pick(w.d, []string{"en emploi", "en recherche d'emploi", "sans emploi", "en service civique", "autre"}))
	},
	"needs_training": func(w *writer, p *person, _ int) bool {
		return p.touch() && w.texts([]string{"Formation en " + pick(w.d, trades)})
	},
	"needs_activities": func(w *writer, p *person, _ int) bool {
		return p.touch() && w.texts([]string{pick(w.d, []string{"Service civique", "Stage de découverte", "Bénévolat accompagné"})})
	},
	"needs_services": func(w *writer, p *person, _ int) bool {
		return p.touch() && w.texts([]string{pick(w.d, []string{"Aide au logement", "Entretien d'orientation", "Accompagnement social", "Consultation de santé"})})
	},
}

func (p *person) resumes() bool { return p.group == resuming || p.canary }

// asked says whether the programme of a wish asks for papers: a setting of the
// programme, so every candidate sees the same.
func (p *person) asked(i int) bool {
	return p.canary || mix(offerSeed, uint64(p.wishes[i].programme))%4 == 0
}

// touch says whether the person asked to be put in touch with services.
func (p *person) touch() bool {
	return p.canary || (p.group == reorientation || p.group == resuming) && p.line%5 == 0
}

// lastYear is a year before the session, and not before the lycée ended.
func (p *person) lastYear(ago int) int { return max(p.seconde+3, p.w.session.year-1-ago) }

func (w *writer) referent() bool {
	sex := pick(w.d, []string{female, male})
	first, last := firstNames(w.d, sex, nil), familyName(w.d)
	w.raw(`[{"name":`).text(first[0] + " " + last)
	w.raw(`,"role":"entraîneur","phone":`).text(mobile(w.d))
	w.raw(`,"email":`).text(mailOf(w.d, first, last))
	w.raw(`}]`)
	return true
}

func (w *writer) path(label string, from, to int) bool {
	w.raw(`[{"label":`).text(label)
	w.raw(`,"place":`).text(townName(w.d))
	w.raw(`,"from":`).number(from)
	w.raw(`,"to":`).number(max(from, to))
	w.raw(`}]`)
	return true
}

func (w *writer) results(label string, year int) bool {
	m := w.d.between(600, 1_700)
	w.raw(`[{"label":`).text(label)
	w.raw(`,"year":`).number(year)
	w.raw(`,"mark":`).hundredths(m)
	outcome := "ajourné"
	if m >= 1_000 {
		outcome = "admis"
	}
	w.raw(`,"credits":`).number(m / 100 * 3 / 2)
	w.raw(`,"outcome":"`, outcome, `"}]`)
	return true
}

func (w *writer) diploma(label string, year int, honours string) bool {
	w.raw(`[{"label":`).text(label)
	w.raw(`,"year":`).number(year)
	if honours != "" {
		w.raw(`,"honours":`).text(honours)
	}
	w.raw(`}]`)
	return true
}
