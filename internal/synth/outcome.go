package synth

// drawOutcome gives what became of the wishes: 805,000 of 917,000 candidates have a
// proposal in the end, and 637,000 accept one.
func (p *person) drawOutcome() {
	var confirmed []int
	for i := range p.wishes {
		if p.wishes[i].confirmed != 0 {
			confirmed = append(confirmed, i)
		}
	}
	if len(confirmed) == 0 {
		return
	}
	d := p.d
	// 3 % confirm nothing, hence 905 out of 1,000 of the others.
	proposals := 0
	if d.percent(90) || d.percent(5) || p.canary {
		proposals = 1 + d.geometric(900+900*len(confirmed)/14, len(confirmed)-1)
	}
	accepted := -1
	chosen := map[int]bool{}
	for len(chosen) < proposals {
		chosen[pick(d, confirmed)] = true
	}
	for _, i := range confirmed {
		p.institutionAnswer(&p.wishes[i], chosen[i])
	}
	if proposals > 0 && (d.chance(791_000) || p.canary) {
		// Any of the proposals: the order of wishes says nothing, they have none.
		k := d.below(proposals)
		for _, i := range confirmed {
			if chosen[i] {
				if k == 0 {
					accepted = i
				}
				k--
			}
		}
	}
	for _, i := range confirmed {
		if chosen[i] {
			p.candidateAnswer(&p.wishes[i], i == accepted)
		}
	}
	p.answeringMachine(confirmed)
}

// institutionAnswer ranks and answers ("réponse de l'établissement").
func (p *person) institutionAnswer(x *wish, proposed bool) {
	d, to := p.d, p.w.offer.Programmes[x.programme]
	if to.Selective && !proposed && d.percent(35) {
		x.institution = "non"
		return
	}
	x.nature = "principale"
	if x.apprentice {
		x.nature = "apprentissage"
	}
	x.rank = 1 + p.place(x.programme)
	d.below(to.Capacity * 2) // ranks were drawn here once: the same seed goes on giving the same people
	x.institution = "en_attente"
	if !proposed {
		x.waiting = 1 + d.below(to.Capacity*6+10)
		x.nature = ""
		return
	}
	x.institution = "oui"
	if !to.Selective && p.ability < -300 && d.percent(40) {
		x.institution = "oui_si"
	}
	switch {
	case p.caes && d.percent(30):
		x.nature = "CAES"
	case d.percent(5):
		x.nature = "complémentaire"
	}
}

// mostPlaces are the ranks that a form takes, and more than a session has candidates.
const mostPlaces = 999_999

// place is where a board puts somebody among all candidates there could be: nobody else
// has the same place in that programme, whoever asks for it. So boards break ties, and
// leave gaps, wide ones, as they may.
func (p *person) place(programme int) int {
	return permute(mostPlaces, p.base, 10, uint64(programme)).at(p.line % mostPlaces)
}

func (p *person) candidateAnswer(x *wish, accepted bool) {
	d, s := p.d, p.w.session
	day := s.admission + day(d.geometric(9_000, int(s.enrolment-s.admission)))
	x.answered = day.at(d.between(7*3600, 24*3600-1))
	switch {
	case accepted && d.percent(85):
		x.answer = "accepte"
		x.enrolment = "inscrit"
		if d.percent(12) {
			x.enrolment = pick(d, []string{"non inscrit", "en cours", "annulé"})
		}
		x.attended = d.percent(94)
	case accepted:
		x.answer = "accepte et maintient"
	case d.percent(88):
		x.answer = "renonce"
	default:
		x.answer, x.answered = "sans réponse", 0
	}
}

// answeringMachine ranks the wishes still waiting, for one in ten ("répondeur
// automatique").
func (p *person) answeringMachine(confirmed []int) {
	if !p.is(100_000) {
		return
	}
	n := 0
	for _, i := range confirmed {
		if p.wishes[i].waiting > 0 || p.canary {
			n++
			p.wishes[i].preference = n
		}
	}
}
