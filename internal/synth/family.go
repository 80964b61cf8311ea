package synth

import (
	"math"
	"sync"
)

// A responsible is a parent or a guardian ("responsable").
type responsible struct {
	relationship string
	last         string
	first        []string
	occupation   string
	address      string // empty: not given, or protected
	phone, mail  string
}

// A household is what decides a bursary.
type household struct {
	income    int // gross, in euros a year
	siblings  int // dependent
	studying  int // of them, in higher education
	step      int // of a lycée bursary, 1 to 6; 0 is none
	shares    int // of a higher-education bursary, -1 is none
	certified bool
}

// Occupations by weight: rough shares of parents of pupils, with the clergy (44) at
// 0.05 % and police and military (53) at 1.5 %, as protection is tested on them.
var occupations = choose(
	share[string]{150, "10"}, share[string]{420, "21"}, share[string]{300, "22"}, share[string]{90, "23"}, share[string]{220, "31"},
	share[string]{280, "33"}, share[string]{380, "34"}, share[string]{130, "35"}, share[string]{560, "37"}, share[string]{620, "38"},
	share[string]{260, "42"}, share[string]{420, "43"}, share[string]{5, "44"}, share[string]{210, "45"}, share[string]{620, "46"},
	share[string]{420, "47"}, share[string]{180, "48"}, share[string]{820, "52"}, share[string]{150, "53"}, share[string]{720, "54"},
	share[string]{420, "55"}, share[string]{620, "56"}, share[string]{520, "62"}, share[string]{420, "63"}, share[string]{250, "64"},
	share[string]{180, "65"}, share[string]{260, "67"}, share[string]{200, "68"}, share[string]{70, "69"}, share[string]{60, "71"},
	share[string]{20, "72"}, share[string]{30, "74"}, share[string]{30, "75"}, share[string]{40, "77"}, share[string]{40, "78"},
	share[string]{40, "81"}, share[string]{420, "85"}, share[string]{60, "86"}, share[string]{185, "99"},
)

// Poisson, of mean 1.3 and 0.4, in ten thousandths.
var (
	poisson13 = []int{2725, 6268, 8571, 9569, 9893, 9978, 9996, 10000}
	poisson04 = []int{6703, 9384, 9921, 9992, 10000}
)

func (p *person) drawFamily() {
	d := p.d
	n := 1
	switch u := d.below(100); {
	case u < 70:
		n = 2
	case u >= 96:
		n = 0
	}
	if p.canary {
		n = 2
	}
	if d.percent(3) {
		// A protected address is nowhere in the file: the annex has no mark for it.
		p.address = ""
	}
	for i := range n {
		p.responsibles = append(p.responsibles, p.responsible(i, n))
	}
	p.drawHousehold()
}

var (
	alone  = choose(share[string]{74, "mère"}, share[string]{15, "père"}, share[string]{4, "tuteur"}, share[string]{4, "ASE"}, share[string]{3, "autre membre"})
	second = choose(share[string]{93, "père"}, share[string]{5, "mère"}, share[string]{2, "autre membre"})
)

func (p *person) responsible(i, n int) responsible {
	d := p.d
	r := responsible{relationship: "mère", last: p.last, occupation: occupations.draw(d), address: p.address}
	switch {
	case n == 1:
		r.relationship = alone.draw(d)
	case i == 1:
		r.relationship = second.draw(d)
	}
	if r.relationship != "père" && d.percent(55) || d.percent(8) {
		r.last = familyName(d)
	}
	sex := female
	if r.relationship == "père" || r.relationship != "mère" && d.percent(50) {
		sex = male
	}
	r.first = firstNames(d, sex, nil)[:1]
	if r.address == "" || d.percent(18) {
		r.address = address(d, d.below(communes))
	}
	r.phone = mobile(d)
	if d.percent(20) {
		r.phone = landline(d, p.academy)
	}
	r.mail = mailOf(d, r.first, r.last)
	if d.percent(3) {
		r.address, r.phone, r.mail = "", "", "" // protected
	}
	return r
}

// Coefficients of the lycée bursary, by dependent children and step, in tenths of
// the hourly minimum wage. Ceiling = coefficient x wage.
var coefficients = [8][6]int{
	{18550, 14684, 12471, 10058, 6251, 2443},
	{19976, 16021, 13604, 10971, 6946, 2919},
	{22829, 18690, 15872, 12801, 8335, 3869},
	{26397, 21362, 18140, 14630, 9723, 4817},
	{29964, 25367, 21541, 17373, 11807, 6241},
	{34246, 29371, 24943, 20118, 13892, 7664},
	{38526, 33377, 28345, 22859, 15975, 9090},
	{42807, 37384, 31747, 25602, 18059, 10513},
}

// hourlyWage is the one in force two years before, in cents (1 July 2024).
const hourlyWage = 1165

// ceiling is the reference income under which a step is granted, in euros.
func ceiling(children, step, wage int) int {
	c := coefficients[min(max(children, 1), 8)-1][step-1]
	return (c*wage + 500) / 1000
}

// Steps 1 to 6: 28, 15, 20, 15, 12 and 10 %.
var steps = cumulate(28, 15, 20, 15, 12, 10)

func (p *person) drawHousehold() {
	d, h := p.d, &p.household
	h.siblings = d.weighted(poisson13)
	h.studying = min(d.weighted(poisson04), h.siblings+1)
	h.shares = -1
	children := h.siblings + 1
	// The rule looks at the reference tax income, which is no item of the annex:
	// it is drawn, the step follows, and it is dropped.
	var reference int
	switch {
	case p.group == pupil && d.percent(23), p.canary:
		h.step = d.weighted(steps) + 1
		low := -400
		if h.step < 6 {
			low = ceiling(children, h.step+1, hourlyWage) + 1
		}
		reference = d.between(low, ceiling(children, h.step, hourlyWage))
	default:
		// Above the ceilings, but for those who never asked.
		reference = logNormal(d)
		for try := 0; p.group == pupil && try < 4 && reference <= ceiling(children, 1, hourlyWage); try++ {
			reference = logNormal(d)
		}
	}
	if p.group == reorientation && d.percent(35) || p.canary {
		h.shares = d.below(13)
		if !p.canary {
			reference = min(reference, d.between(0, 38_000))
		}
	}
	h.certified = h.step > 0 && d.percent(85)
	h.income = min(600_000, reference*10/9)
	if h.step == 0 && d.chance(9_000) {
		h.income = -d.below(8_000)
	}
}

// logNormal draws an income of median 30,000 euros of reference, hence some 33,000
// gross, between 65 computed quantiles.
func logNormal(d *dice) int {
	q := incomes()
	u := d.below(64 << 10)
	k, rest := u>>10, u&1023
	return q[k] + (q[k+1]-q[k])*rest/1024
}

var incomes = sync.OnceValue(func() (q [65]int) {
	const median, spread = 30_000, 0.62
	for k := range q {
		share := min(max(float64(k)/64, 0.0005), 0.9999)
		z := math.Sqrt2 * math.Erfinv(2*share-1)
		// Rounded to a hundred euros: no processor differs by that much.
		q[k] = int(median*math.Exp(spread*z)/100) * 100
	}
	return q
})
