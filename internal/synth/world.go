package synth

import (
	"errors"
	"slices"
	"strings"
)

// A world is an offer made ready to draw from.
type world struct {
	offer   *Offer
	session session
	m       marginals

	tracks     []string          // filières that have programmes
	byBac      [bacs][]int       // cumulated weights of the tracks, for each baccalauréat
	byTrack    map[string]places // ordinary programmes
	byAcademy  map[trackAt]places
	byLabel    map[string][]int // siblings: same label, hence sub-wishes
	apprentice places
	armed      []int
	lycees     []int // of armed, the military lycées
	flags      []flagSet

	academies  choice[string]
	schools    map[string][]int // by academy; the last of all is kept apart
	loneSchool int
}

type trackAt struct{ track, academy string }

// places are programmes with their cumulated weights.
type places struct{ list, cumulated []int }

func (p *places) add(programme, weight int) {
	sum := 0
	if n := len(p.cumulated); n > 0 {
		sum = p.cumulated[n-1]
	}
	p.list = append(p.list, programme)
	p.cumulated = append(p.cumulated, sum+weight)
}

func (p places) draw(d *dice) int { return p.list[d.weighted(p.cumulated)] }

// flagSet is the flags of a programme, quick to ask.
type flagSet uint16

const (
	summons flagSet = 1 << iota
	militaryLycee
	armedForces
	certificate
	entranceTest
	boarding
	apprenticeship
	fee
)

var flagBits = map[string]flagSet{
	flagSummons: summons, flagMilitaryLycee: militaryLycee, flagArmedForces: armedForces, flagCertificate: certificate,
	flagEntranceTest: entranceTest, flagBoarding: boarding, flagApprenticeship: apprenticeship, flagFee: fee,
}

func newWorld(o *Offer, s session) (*world, error) {
	if len(o.Programmes) < 2 || len(o.Schools) < 2 {
		return nil, errors.New("reference: two programmes and two schools are the least")
	}
	w := &world{
		offer: o, session: s, m: readMarginals(), byTrack: map[string]places{}, byAcademy: map[trackAt]places{},
		byLabel: map[string][]int{}, schools: map[string][]int{}, loneSchool: len(o.Schools) - 1,
	}
	for i, p := range o.Programmes {
		var set flagSet
		for _, f := range p.Flags {
			set |= flagBits[f]
		}
		w.flags = append(w.flags, set)
		switch {
		case set&apprenticeship != 0:
			w.apprentice.add(i, p.Weight)
		case set&armedForces != 0:
			w.armed = append(w.armed, i)
			if set&militaryLycee != 0 {
				w.lycees = append(w.lycees, i)
			}
		default:
			all := w.byTrack[p.Track]
			if len(all.list) == 0 {
				w.tracks = append(w.tracks, p.Track)
			}
			all.add(i, p.Weight)
			w.byTrack[p.Track] = all
			at := trackAt{p.Track, p.Academy}
			near := w.byAcademy[at]
			near.add(i, p.Weight)
			w.byAcademy[at] = near
			w.byLabel[p.Label] = append(w.byLabel[p.Label], i)
		}
	}
	if len(w.tracks) == 0 {
		return nil, errors.New("reference: no programme but by apprenticeship or of the armed forces")
	}
	slices.Sort(w.tracks)
	w.weighTracks()
	w.academies = choose(w.m.residents()...)
	for i, s := range o.Schools[:w.loneSchool] {
		w.schools[s.Academy] = append(w.schools[s.Academy], i)
	}
	return w, nil
}

// weighTracks gives what a candidate of each baccalauréat asks for: the wishes of
// a track, in the shares that each baccalauréat has among those it admits.
func (w *world) weighTracks() {
	for bac := range w.byBac {
		var weights []int
		for _, track := range w.tracks {
			all := w.byTrack[track]
			wishes, part := all.cumulated[len(all.cumulated)-1], 5_000
			for _, k := range w.m.kinds {
				if k.Track == track {
					wishes = k.Wishes
					part = [bacs]int{k.General, k.Techno, k.Pro, 5_000}[bac]
				}
			}
			weights = append(weights, max(1, wishes/10*part/1_000))
		}
		w.byBac[bac] = cumulate(weights...)
	}
}

// otherProgramme finds a programme not yet taken, from the one drawn on.
func (w *world) otherProgramme(from int, taken func(int) bool, ok func(flagSet) bool) (int, bool) {
	n := len(w.offer.Programmes)
	for k := range n {
		if i := (from + k) % n; ok(w.flags[i]) && !taken(i) {
			return i, true
		}
	}
	return 0, false
}

// label is what a wish shows of a programme.
func (w *world) label(i int) string { return w.offer.Programmes[i].Label }

func (w *world) family(i int) string {
	family, _, _ := strings.Cut(w.offer.Programmes[i].Label, " - ")
	return family
}
