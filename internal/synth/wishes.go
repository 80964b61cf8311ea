package synth

// A wish is one request for one programme, or one sub-wish of a group of the same
// courses ("vœu", "sous-vœu").
type wish struct {
	programme  int
	first      bool // of its group: sub-wishes share the project
	boarding   bool
	apprentice bool
	gapYear    bool
	distance   int // tenths of a kilometre
	made       day
	confirmed  day // 0: not confirmed
	cancelled  bool
	names      int // programme that the project names although it is another's, or -1

	group       string // label of the group of candidates it is ranked with
	rank        int    // 0: not ranked
	waiting     int    // rank on the waiting list, 0: none
	institution string // its answer
	answer      string // the candidate's
	answered    instant
	nature      string
	enrolment   string
	attended    bool
	preference  int // of the answering machine, 0: none
}

// mostWishes with their sub-wishes; the regulation allows ten wishes, sub-wishes
// of some tracks are not counted.
const mostWishes = 100

// Wishes of a candidate, in thousandths: how many groups, and how many more
// sub-wishes each has on average. The means are those of the session: 15.7, 11.8
// and 7.4 for the three baccalauréats, 12.9 for all.
var wishShape = [...]struct{ groups, more int }{
	general: {7_000, 1_243}, technological: {6_000, 967}, professional: {4_500, 644}, otherBac: {6_000, 900},
}

// drawWishes chooses what the person asks for.
func (p *person) drawWishes() {
	if p.choose != nil {
		p.choose()
	} else {
		p.chooseWishes()
	}
	p.dateWishes()
}

func (p *person) chooseWishes() {
	d, w := p.d, p.w
	shape := wishShape[p.bac]
	if p.group != pupil {
		shape.groups, shape.more = 6_000, 900
	}
	groups := p.wishGroups(shape.groups)
	if p.canary {
		groups, shape.more = 2, 0
	}
	for range groups {
		track := w.tracks[d.weighted(w.byBac[p.bac])]
		near, ok := w.byAcademy[trackAt{track, p.academy}]
		if !ok || d.percent(38) {
			near = w.byTrack[track]
		}
		p.wishGroup(near.draw(d), 1+d.geometric(shape.more, mostWishes))
	}
	if p.military && len(w.armed) > 0 {
		p.add(pick(d, w.armed), true)
		if p.canary && len(w.lycees) > 0 {
			p.add(w.lycees[0], true)
		}
	}
	// 210,000 candidates of 917,000 add 1.1 million wishes by apprenticeship.
	if len(w.apprentice.list) > 0 && p.is(229_000) {
		for range 1 + d.geometric(4_240, 30) {
			if p.canary && p.wishes[len(p.wishes)-1].apprentice {
				break
			}
			i, ok := w.otherProgramme(w.apprentice.draw(d), p.asks, func(f flagSet) bool { return f&apprenticeship != 0 })
			if ok {
				p.add(i, true)
			}
		}
	}
}

// wishGroups draws from 1 to 10 around a mean.
func (p *person) wishGroups(mean int) int {
	return min(10, max(1, (mean+p.d.bell()*2_700/1000+500)/1000))
}

// wishGroup asks for a programme and for size-1 others of the same label, or
// of the same track where there are not so many.
func (p *person) wishGroup(programme, size int) {
	w := p.w
	if p.asks(programme) {
		// Somebody who lives near few programmes asks for them again: the next one.
		all := w.byTrack[w.offer.Programmes[programme].Track]
		programme = all.draw(p.d)
	}
	siblings := w.byLabel[w.label(programme)]
	start := p.d.below(len(siblings))
	for k := range size {
		if len(p.wishes) == mostWishes {
			return
		}
		i := programme
		if k > 0 {
			i = siblings[(start+k)%len(siblings)]
		}
		if p.asks(i) {
			var ok bool
			if i, ok = w.otherProgramme(w.byTrack[w.offer.Programmes[programme].Track].draw(p.d), p.asks, ordinary); !ok {
				return
			}
		}
		p.add(i, k == 0)
	}
}

func ordinary(f flagSet) bool { return f&(apprenticeship|armedForces) == 0 }

// asks says whether the person asks for a programme already: one wish for each.
func (p *person) asks(programme int) bool {
	for i := range p.wishes {
		if p.wishes[i].programme == programme {
			return true
		}
	}
	return false
}

// Groups that candidates are ranked in, by baccalauréat.
var rankingGroups = [bacs]string{"Bacs généraux", "Bacs technologiques", "Bacs professionnels", "Tous candidats"}

func (p *person) add(programme int, first bool) {
	d, w := p.d, p.w
	to, flags := w.offer.Programmes[programme], w.flags[programme]
	x := wish{programme: programme, first: first, names: -1, group: "Tous candidats", apprentice: flags&apprenticeship != 0}
	x.boarding = flags&boarding != 0 && d.percent(40) || p.canary && len(p.wishes) == 0
	x.gapYear = d.percent(2)
	x.distance = distance(d, p.academy, to.Academy)
	if to.Selective {
		x.group = rankingGroups[p.bac]
	}
	p.wishes = append(p.wishes, x)
}

// dateWishes spreads wishes over the formulation phase, and confirms most of
// them; a few candidates confirm nothing.
func (p *person) dateWishes() {
	d, s := p.d, p.w.session
	span := int(s.confirmation - s.wishes)
	start := d.below(span)
	confirm := s.confirmation + day(d.below(int(s.examination-s.confirmation)))
	none := (d.chance(30_000) || p.confirmNone) && !p.canary
	for i := range p.wishes {
		x := &p.wishes[i]
		x.made = s.wishes + day(d.between(start, span-1))
		if !none && d.percent(94) || p.canary {
			x.confirmed = confirm
		}
		x.cancelled = x.confirmed == 0 && d.percent(30)
		if d.percent(3) && i > 0 {
			x.names = p.wishes[d.below(i)].programme
		}
	}
}
