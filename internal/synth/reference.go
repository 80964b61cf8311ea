package synth

import (
	"fmt"
	"strings"
)

// Reference builds an offer of any size in the proportions of the real one:
// academies and tracks by their programmes, capacities by their quantiles, weights
// by the wishes they receive. The last school is kept apart for the edge case of a
// school with three candidates; nobody else comes from it.
func Reference(programmes, schools int) *Offer {
	b := offerBuilder{m: readMarginals(), institutions: map[string][]institution{}}
	b.index()
	// 8,900 of 21,000 programmes are by apprenticeship; the set of the marginals
	// holds the others.
	apprentices := programmes * 8_900 / 21_000
	armed := 0
	if programmes >= 40 {
		armed = max(4, programmes/400)
	}
	b.ordinary(programmes - apprentices - armed)
	b.armedForces(armed)
	b.apprenticeship(apprentices)
	b.rake()
	for i := range b.offer.Programmes {
		b.offer.Programmes[i].ID = fmt.Sprintf("F%05d", i+1)
	}
	b.schools(schools)
	return b.offer
}

// offerSeed is fixed: the offer of a size is one thing.
const offerSeed = 0x5ce0

type offerBuilder struct {
	m            marginals
	offer        *Offer
	kinds        map[string]cell
	details      map[string][]cell
	cumulated    map[string][]int // of the details, by programmes
	institutions map[string][]institution
	codes        int // institutions numbered so far
}

type institution struct{ uai, label string }

func (b *offerBuilder) index() {
	b.offer = &Offer{}
	b.kinds, b.details, b.cumulated = map[string]cell{}, map[string][]cell{}, map[string][]int{}
	for _, k := range b.m.kinds {
		b.kinds[k.Track] = k
	}
	for _, d := range b.m.details {
		b.details[d.Track] = append(b.details[d.Track], d)
	}
	for track, list := range b.details {
		var weights []int
		for _, d := range list {
			weights = append(weights, d.Programmes)
		}
		b.cumulated[track] = cumulate(weights...)
	}
}

// spread calls place n times, on cells in proportion of their programmes. Picking
// at even steps keeps both the shares of academies and those of tracks.
func spread(cells []cell, n int, place func(c cell, k int)) {
	total := 0
	for _, c := range cells {
		total += c.Programmes
	}
	sum, k := 0, 0
	for _, c := range cells {
		sum += c.Programmes
		for ; k < n && (2*k+1)*total < 2*n*sum; k++ {
			place(c, k)
		}
	}
}

func (b *offerBuilder) ordinary(n int) {
	spread(b.m.cells, n, func(c cell, k int) {
		d := newDice(offerSeed, 1, uint64(k))
		detail := b.details[c.Track][d.weighted(b.cumulated[c.Track])]
		p := b.programme(c, detail, d, false)
		b.flags(&p, detail, d)
		b.offer.Programmes = append(b.offer.Programmes, p)
	})
}

// programme draws what every programme has.
func (b *offerBuilder) programme(c, detail cell, d *dice, apprentice bool) Programme {
	kind := b.kinds[c.Track]
	in := b.institution(c, detail, d)
	p := Programme{
		Label: detail.Detail, Institution: in.uai, InstitutionLabel: in.label,
		Academy: c.Academy, Ministry: ministry(detail), Track: c.Track,
		Capacity:  capacity(c, d),
		Selective: d.below(max(1, detail.Programmes)) < detail.Selective,
	}
	// How much this course is asked for beside the others of its track, and one
	// place beside another.
	mean := max(1, kind.Wishes*100/kind.Programmes)
	p.Weight = max(1, detail.Wishes*100/max(1, detail.Programmes)*1000/mean*d.between(60, 140)/100)
	if apprentice {
		p.Label += " (apprentissage)"
		p.Flags = append(p.Flags, flagApprenticeship)
		p.Capacity = d.between(6, 24)
	}
	return p
}

// capacity draws between the real quantiles of the cell.
func capacity(c cell, d *dice) int {
	lo, mid, hi := max(1, c.Capacity[0]), max(1, c.Capacity[1]), max(1, c.Capacity[2])
	switch u := d.below(100); {
	case u < 10:
		return d.between(max(1, lo/2), lo)
	case u < 50:
		return d.between(lo, max(lo, mid))
	case u < 90:
		return d.between(mid, max(mid, hi))
	case u < 99:
		return d.between(hi, 2*hi)
	}
	return d.between(2*hi, 5*hi)
}

// ministry is the one that supervises courses of that label, other than education
// and higher education.
func ministry(detail cell) string {
	label := detail.Detail
	switch {
	case strings.Contains(label, "Agricole") || strings.Contains(label, "BTSA"):
		return "agriculture"
	case strings.Contains(label, "Maritime"):
		return "mer"
	case strings.Contains(label, "Architecture") || strings.Contains(label, "Diplôme National d'Art"):
		return "culture"
	case strings.Contains(label, "BPJEPS") || strings.Contains(label, "DEJEPS"):
		return "sports"
	case detail.Track == "IFSI" || strings.Contains(label, "manipulateur"):
		return "sante"
	case detail.Track == "EFTS":
		return "solidarites"
	}
	return ""
}

// flags draws what guards and payments rest on.
func (b *offerBuilder) flags(p *Programme, detail cell, d *dice) {
	label, school := detail.Detail, detail.Track == "Ecole d'Ingénieur" || detail.Track == "Ecole de Commerce"
	sciencesPo := strings.Contains(label, "Sciences Po")
	sport := strings.Contains(label, "BPJEPS") || strings.Contains(label, "DEUST") || p.Ministry == "mer"
	private := d.below(max(1, detail.Programmes)) >= detail.Public
	set := func(flag string, yes bool) {
		if yes {
			p.Flags = append(p.Flags, flag)
		}
	}
	// One competition for many schools: one pool receives and ranks their files.
	switch {
	case detail.Track == "IFSI":
		p.Pool = "pool-ifsi-" + slug(p.Academy)
	case detail.Track == "EFTS":
		p.Pool = "pool-travail-social-" + slug(p.Academy)
	case detail.Track == "Ecole d'Ingénieur" && d.percent(70):
		p.Pool = fmt.Sprintf("pool-ingenieurs-%d", d.between(1, 3))
	case detail.Track == "Ecole de Commerce" && d.percent(80):
		p.Pool = fmt.Sprintf("pool-commerce-%d", d.between(1, 2))
	}
	art := strings.HasPrefix(label, "DN MADE") || strings.Contains(label, "Architecture") || strings.Contains(label, "Diplôme National d'Art")
	set(flagSummons, p.Selective && (school || art || sport || sciencesPo || detail.Track == "EFTS" || d.percent(4)))
	set(flagCertificate, sport)
	set(flagEntranceTest, school && p.has(flagSummons) || strings.Contains(label, "Orthophoniste"))
	set(flagNetwork, school && p.Pool != "" || sciencesPo)
	set(flagBoarding, detail.Track == "CPGE" && d.percent(45) || p.Ministry == "agriculture" && d.percent(60) || detail.Track == "BTS" && d.percent(7))
	set(flagFee, school || sciencesPo || private && (detail.Track == "EFTS" || detail.Track == "Autre formation" || detail.Track == "Licence"))
}

// armedForces adds military lycées, which want a proof of identity, and schools
// of the ministry of armed forces, which want a medical visit.
func (b *offerBuilder) armedForces(n int) {
	residents := b.m.residents()
	for k := range n {
		d := newDice(offerSeed, 2, uint64(k))
		c := cell{Academy: residents[d.below(len(residents))].value, Capacity: [3]int{24, 36, 48}}
		c.Track = "CPGE"
		detail := cell{Track: c.Track, Detail: pick(d, []string{"CPGE - MPSI", "CPGE - ECG", "CPGE - Lettres"}), Programmes: 1, Public: 1, Selective: 1, Wishes: 100}
		flags := []string{flagSummons, flagMilitaryLycee, flagArmedForces, flagCertificate, flagBoarding}
		if k%2 == 1 {
			c.Track = "Ecole d'Ingénieur"
			detail.Track, detail.Detail = c.Track, "Formation d'ingénieur Bac + 5 - Bac général"
			flags = []string{flagSummons, flagArmedForces, flagCertificate, flagEntranceTest, flagBoarding}
		}
		in := b.found(c.Academy, "military-"+fmt.Sprint(k))
		b.offer.Programmes = append(b.offer.Programmes, Programme{
			Label: detail.Detail + " (ministère des armées)", Institution: in.uai, InstitutionLabel: in.label,
			Academy: c.Academy, Ministry: armedForcesMinistry, Track: c.Track,
			Flags: flags, Capacity: d.between(24, 48), Selective: true, Weight: 1,
		})
	}
}

const armedForcesMinistry = "armees"

// apprenticeship adds courses by apprenticeship, in the tracks which have most.
func (b *offerBuilder) apprenticeship(n int) {
	var cells []cell
	for _, c := range b.m.cells {
		if c.Track == "BTS" || c.Track == "BUT" || c.Track == "Autre formation" {
			cells = append(cells, c)
		}
	}
	spread(cells, n, func(c cell, k int) {
		d := newDice(offerSeed, 3, uint64(k))
		detail := b.details[c.Track][d.weighted(b.cumulated[c.Track])]
		b.offer.Programmes = append(b.offer.Programmes, b.programme(c, detail, d, true))
	})
}

// rake scales weights so that each track receives its real share of wishes, and
// within it each academy that has a programme of it.
func (b *offerBuilder) rake() {
	type place struct{ track, academy string }
	wishes := map[place]int{}
	for _, c := range b.m.cells {
		wishes[place{c.Track, c.Academy}] = c.Wishes
	}
	sum := map[place]int{}      // of weights
	reached := map[string]int{} // of real wishes, by track
	for _, p := range b.offer.Programmes {
		at := place{p.Track, p.Academy}
		if p.counts() {
			if sum[at] == 0 {
				reached[p.Track] += wishes[at]
			}
			sum[at] += p.Weight
		}
	}
	for i := range b.offer.Programmes {
		p := &b.offer.Programmes[i]
		at := place{p.Track, p.Academy}
		if !p.counts() || reached[p.Track] == 0 {
			continue
		}
		share := int64(wishes[at]) * int64(b.kinds[p.Track].Wishes) / int64(reached[p.Track])
		p.Weight = max(1, int(share*int64(p.Weight)/int64(sum[at])))
	}
}

// counts says whether a programme is of those that the marginals count.
func (p Programme) counts() bool { return !p.has(flagApprenticeship) && !p.has(flagArmedForces) }

// institution finds a home for a programme: as many homes as the cell has,
// universities apart from lycées.
func (b *offerBuilder) institution(c, detail cell, d *dice) institution {
	kind := home(c.Track, detail)
	key := c.Academy + "/" + kind
	have := b.institutions[key]
	// A new one in the proportion of institutions to programmes.
	if len(have) == 0 || kind != "university" && d.below(max(1, c.Programmes)) < c.Institutions*6/10 || d.percent(2) {
		return b.found(c.Academy, kind)
	}
	return pick(d, have)
}

func home(track string, detail cell) string {
	switch track {
	case "Licence", "Licence_Las", "PASS", "BUT":
		return "university"
	case "BTS", "CPGE":
		return "lycee"
	case "IFSI", "EFTS", "Ecole d'Ingénieur", "Ecole de Commerce":
		return track
	}
	if strings.HasPrefix(detail.Detail, "Sciences Po") || strings.HasPrefix(detail.Detail, "Architecture") {
		return "institute"
	}
	return "lycee"
}

func (b *offerBuilder) found(academy, kind string) institution {
	d := newDice(offerSeed, 4, uint64(b.codes))
	town := townName(d)
	label := map[string]string{
		"university": "Université de " + town, "lycee": "Lycée " + pick(d, []string{"polyvalent", "général", "des métiers"}) + " de " + town,
		"IFSI": "Institut de formation en soins infirmiers de " + town, "EFTS": "École de travail social de " + town,
		"Ecole d'Ingénieur": "École d'ingénieurs de " + town, "Ecole de Commerce": "École de commerce de " + town,
		"institute": "Institut d'études de " + town,
	}[kind]
	if label == "" {
		label = "Établissement militaire de " + town
	}
	in := institution{uaiCode(b.codes, true), label}
	b.codes++
	b.institutions[academy+"/"+kind] = append(b.institutions[academy+"/"+kind], in)
	return in
}

// uaiCode numbers institutions and schools within the invented range 099: 5,000
// numbers each, then the next letter.
func uaiCode(n int, higher bool) string {
	const letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
	number := 990_000 + n%5_000
	if higher {
		number += 5_000
	}
	return fmt.Sprintf("%07d%c", number, letters[(number+n/5_000)%len(letters)])
}

// schools shares schools among the academies by their residents.
func (b *offerBuilder) schools(n int) {
	residents := b.m.residents()
	cells := make([]cell, len(residents))
	for i, r := range residents {
		cells[i] = cell{Academy: r.value, Programmes: r.weight}
	}
	spread(cells, n, func(c cell, k int) {
		d := newDice(offerSeed, 5, uint64(k))
		s := School{UAI: uaiCode(k, false), Academy: c.Academy}
		switch u := d.below(100); {
		case u < 8:
			s.Ministry = "agriculture"
		case u < 9:
			s.Ministry = "mer"
		case u < 10:
			s.Ministry = armedForcesMinistry
		}
		b.offer.Schools = append(b.offer.Schools, s)
	})
}

// slug spells an academy for a code.
func slug(s string) string {
	return strings.NewReplacer(" ", "-", "é", "e", "è", "e", "ç", "c").Replace(strings.ToLower(s))
}
