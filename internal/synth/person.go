package synth

// Groups of candidates, by where they come from.
type group int

const (
	pupil         group = iota // lycée pupil preparing the baccalauréat
	reorientation              // student who changes course
	resuming                   // resumes studies
	foreign                    // schooled abroad
)

// The session of 2023: 917,000 candidates. The remainder of 3,500 joins the pupils.
var groups = choose(share[group]{632_500, pupil}, share[group]{163_000, reorientation}, share[group]{87_000, resuming}, share[group]{34_500, foreign})

// The kinds of baccalauréat.
type bac int

const (
	general bac = iota
	technological
	professional
	otherBac
	bacs = 4
)

const (
	female = "F"
	male   = "M"
)

// ages on the day proposals open, by group: 60 % of all are minors, 80 % are 17 or
// 18, 15 % from 19 to 21.
var ages = [...]choice[[2]int]{
	pupil:         choose(share[[2]int]{1, [2]int{15, 15}}, share[[2]int]{8, [2]int{16, 16}}, share[[2]int]{836, [2]int{17, 17}}, share[[2]int]{125, [2]int{18, 18}}, share[[2]int]{29, [2]int{19, 20}}, share[[2]int]{1, [2]int{21, 21}}),
	reorientation: choose(share[[2]int]{60, [2]int{17, 17}}, share[[2]int]{490, [2]int{18, 18}}, share[[2]int]{440, [2]int{19, 21}}, share[[2]int]{10, [2]int{22, 27}}),
	resuming:      choose(share[[2]int]{200, [2]int{18, 18}}, share[[2]int]{310, [2]int{19, 21}}, share[[2]int]{430, [2]int{22, 39}}, share[[2]int]{60, [2]int{40, 60}}),
	foreign:       choose(share[[2]int]{10, [2]int{16, 16}}, share[[2]int]{380, [2]int{17, 17}}, share[[2]int]{210, [2]int{18, 18}}, share[[2]int]{380, [2]int{19, 21}}, share[[2]int]{20, [2]int{22, 30}}),
}

// A person is one invented candidate, with every decision made: what is left is
// to write it down.
type person struct {
	d      *dice
	w      *world
	line   int
	base   uint64 // seed of the session's people
	canary bool   // holds something in every field of the annex

	group        group
	bac          bac
	series       string
	sex          string
	last         string
	first        []string
	birth        day
	bornAbroad   string // country, or ""
	department   string
	birthCommune int
	nationality  []string

	registration, ine, campus, exam string
	mail                            string

	academy, address string
	commune          int
	mobile, landline string

	responsibles []responsible
	household    household

	ability  int // thousandths of a standard deviation
	school   int // index, or -1
	seconde  int // year of entering it
	years    []schoolYear
	subjects []subject
	tests    []test

	wishes     []wish
	activities int
	requests   []request
	documents  []document
	payments   []payment
	events     []instant
	places     []string // IP addresses

	liaisonForm, cdaph, military, fraud bool
	caes, assimilation                  bool

	// An edge case is a pupil, may choose wishes by itself, confirm none, and force
	// the value of an item on its first record.
	edge        bool
	choose      func()
	confirmNone bool
	forced      map[string]string
}

// is gives a canary every section of the annex, and others theirs by chance.
func (p *person) is(perMillion int) bool { return p.d.chance(perMillion) || p.canary }

// reset makes room for another person in the same memory.
func (p *person) reset() {
	*p = person{
		d: p.d, w: p.w, first: p.first[:0], nationality: p.nationality[:0], responsibles: p.responsibles[:0], years: p.years[:0],
		subjects: p.subjects[:0], tests: p.tests[:0], wishes: p.wishes[:0], requests: p.requests[:0], documents: p.documents[:0],
		payments: p.payments[:0], events: p.events[:0], places: p.places[:0],
	}
}

// draw invents who the person is and where from; the rest follows in the order in
// which one thing depends on another.
func (p *person) draw() {
	d := p.d
	p.group = groups.draw(d)
	p.bac = bac(d.weighted(bacWeights))
	if p.group == foreign {
		p.bac = otherBac
	}
	switch {
	case p.canary:
		p.group, p.bac = reorientation, general // which have most fields
	case p.edge:
		p.group, p.bac = pupil, general
	}
	p.sex = male
	if d.percent(54) {
		p.sex = female
	}
	p.last = familyName(d)
	p.first = firstNames(d, p.sex, p.first)
	p.birth = p.birthDay()
	p.origin()
	p.home()
	p.ability = d.bell()
	p.liaisonForm, p.cdaph = p.is(16_000), p.is(4_000)
	p.military, p.fraud = p.is(3_000), p.is(100)
	p.caes, p.assimilation = p.is(25_000), p.is(30_000)
	p.drawFamily()
	p.drawSchooling()
	p.drawWishes()
	p.drawOutcome()
	p.drawPapers()
	p.drawConnections()
}

// General, technological, professional: 62, 23 and 15 %.
var bacWeights = cumulate(62, 23, 15)

func (p *person) birthDay() day {
	span := ages[p.group].draw(p.d)
	age := p.d.between(span[0], span[1])
	y, m, dom := p.w.session.admission.date()
	// Somebody of that age that day was born in the year that ends on it.
	last, first := on(y-age, m, dom), on(y-age-1, m, dom)+1
	return first + day(p.d.below(int(last-first)+1))
}

func (p *person) origin() {
	d := p.d
	if share := [...]int{pupil: 6, reorientation: 8, resuming: 15, foreign: 85}[p.group]; d.percent(share) {
		p.bornAbroad = otherCountries.draw(d)
	}
	p.birthCommune = d.below(communes)
	french := [...]int{pupil: 95, reorientation: 93, resuming: 88, foreign: 35}[p.group]
	switch {
	case d.percent(french):
		p.nationality = append(p.nationality, "FRA")
		if d.percent(5) {
			p.nationality = append(p.nationality, otherCountries.draw(d))
		}
	case p.bornAbroad != "":
		p.nationality = append(p.nationality, p.bornAbroad)
	default:
		p.nationality = append(p.nationality, otherCountries.draw(d))
	}
}

func (p *person) home() {
	d := p.d
	p.academy = p.w.academies.draw(d)
	if p.group == foreign && d.percent(90) {
		p.academy = abroad
	}
	list := departments[p.academy]
	if d.percent(30) || len(list) == 0 {
		list = departments[p.w.academies.draw(d)]
	}
	if p.bornAbroad == "" && len(list) > 0 {
		p.department = pick(d, list)
	}
	p.commune = d.below(communes)
	p.address = address(d, p.commune)
	p.mobile = mobile(d)
	if d.percent(45) {
		p.landline = landline(d, p.academy)
	}
	p.mail = mailOf(d, p.first, p.last)
}

func mailOf(d *dice, first []string, last string) string {
	name := "sans-prenom"
	if len(first) > 0 {
		name = ascii(first[0])
	}
	family := ascii(last)
	if len(family) > 30 {
		family = family[:30]
	}
	return name + "." + family + digits(d.below(100_000), 5) + "@example.org"
}

// number gives the national numbers, which no other line has.
func (p *person) number(g *generator, line int) {
	p.registration = digits(registrationFirst+g.registration.at(line), 7)
	p.ine = ine(g.ine.at(line))
	p.exam = "999" + digits(g.exam.at(line), 7)
	p.campus = ""
	if p.group == foreign || p.canary {
		p.campus = campusFrance(g.campus.at(line), p.w.session.year)
	}
	switch {
	case p.canary:
	case p.group == foreign, p.group == resuming && p.d.percent(40):
		p.ine = ""
	}
}

const (
	registrationFirst   = 1_000_000
	registrationNumbers = 9_000_000
	// Nine digits, of which three say that it is fiction, and two letters; the
	// letter Z is kept for the edge cases, which have one INE in two sessions.
	ineNumbers    = 1_000_000 * 25 * 26
	examNumbers   = 10_000_000
	campusNumbers = 3 * 40 * 100_000
)

func ine(n int) string {
	// One in ten is of the older form: ten digits and one letter.
	if n%10 == 0 {
		return "999" + digits(n/10%10_000_000, 7) + string(rune('A'+n/10/10_000_000%26))
	}
	return "999" + digits(n%1_000_000, 6) + string(rune('A'+n/1_000_000%25)) + string(rune('A'+n/1_000_000/25))
}

// campusFrance begins with letters that ISO 3166 gives to no country: XA to XZ, QM
// to QZ.
func campusFrance(n, year int) string {
	country := n / 100_000 % 40
	letters := "X" + string(rune('A'+country))
	if country >= 26 {
		letters = "Q" + string(rune('M'+country-26))
	}
	return letters + digits((year-n/100_000/40)%100, 2) + "-" + digits(n%100_000, 5)
}
