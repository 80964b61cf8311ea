package whatif

import (
	"errors"

	"sceau/core"
)

// A Count is what one simulation ends in.
type Count struct {
	Admitted      int `json:"admitted"`
	Bursary       int `json:"bursary"`       // admitted bursary holders
	NonResident   int `json:"non_resident"`  // admitted non-residents of groups with a resident rate
	BelowBursary  int `json:"below_bursary"` // groups whose admitted have less than the bursary rate, though holders of one were ranked and not admitted there
	JustifiedEnvy int `json:"justified_envy"`
}

// A Report compares two simulations of the same candidates.
type Report struct {
	Candidates int   `json:"candidates"`
	Before     Count `json:"before"`
	After      Count `json:"after"`
	Better     int   `json:"better"` // candidates who end with something that they prefer
	Worse      int   `json:"worse"`
}

// ErrOtherCountry means two results that are not of the same candidates.
var ErrOtherCountry = errors.New("whatif: the two are not of the same wishes")

// Compare counts what changes from one result to another. Envy is judged by the rates of
// each.
func Compare(before, after *Result) (Report, error) {
	b, a := before.country, after.country
	if b.Candidates != a.Candidates || len(b.Groups) != len(a.Groups) {
		return Report{}, ErrOtherCountry
	}
	r := Report{Candidates: b.Candidates, Before: before.count(), After: after.count()}
	for c := range b.Candidates {
		switch was, is := before.likes(c), after.likes(c); {
		case is < was:
			r.Better++
		case is > was:
			r.Worse++
		}
	}
	return r, nil
}

// likes is the preference of what a candidate ends with: the smaller the better.
func (r *Result) likes(c int) uint64 {
	if r.group[c] == 0 {
		return 1<<64 - 1
	}
	return r.country.Preference[r.group[c]-1][r.row[c]]
}

// Placed is the group that a candidate ends in.
func (r *Result) Placed(c core.Candidate) (group int, ok bool) {
	return int(r.group[c]) - 1, r.group[c] > 0
}

func (r *Result) count() (n Count) {
	envies := make([]bool, r.country.Candidates)
	for g := range r.country.Groups {
		a := r.admitted(int32(g))
		n.Admitted += int(a.all)
		n.Bursary += int(a.bursary)
		if r.country.Groups[g].Rates.Resident > 0 {
			n.NonResident += int(a.all - a.resident)
		}
		if a.all > 0 && 100*a.bursary < int64(r.country.Groups[g].Rates.Bursary)*a.all && a.bursaryOutside {
			n.BelowBursary++
		}
		for row, x := range r.country.Groups[g].Ranked {
			c := int(x.Candidate)
			if !envies[c] && r.country.Preference[g][row] < r.likes(c) && a.justify(r.country.Groups[g].Rates, x) {
				envies[c] = true
				n.JustifiedEnvy++
			}
		}
	}
	return n
}

// admitted are those who end in one group: how many, and the worst board rank of each
// class.
type admitted struct {
	all, bursary, resident int64
	worst                  [4]int32
	bursaryOutside         bool // a bursary holder whom the group ranked would rather have been in it
}

func (r *Result) admitted(g int32) (a admitted) {
	for row, x := range r.country.Groups[g].Ranked {
		if r.group[x.Candidate] != g+1 {
			if x.Bursary && r.country.Preference[g][row] < r.likes(int(x.Candidate)) {
				a.bursaryOutside = true
			}
			continue
		}
		a.all++
		if x.Bursary {
			a.bursary++
		}
		if x.Resident {
			a.resident++
		}
		a.worst[x.Class()] = max(a.worst[x.Class()], x.Rank)
	}
	return a
}

// justify is whether somebody outside would rightly envy one of the admitted: worse
// ranked by the board, and not needed there by a rate that the one outside does not
// count for as well.
func (a admitted) justify(rates core.Rates, x core.Ranked) bool {
	for class, worst := range a.worst {
		if worst <= x.Rank {
			continue // nobody of that class, or nobody worse
		}
		has := core.Class(class)
		bursary := has&core.BursaryOnly != 0 && !x.Bursary && 100*(a.bursary-1) < int64(rates.Bursary)*a.all
		resident := has&core.ResidentOnly != 0 && !x.Resident && 100*(a.resident-1) < int64(rates.Resident)*a.all
		if !bursary && !resident {
			return true
		}
	}
	return false
}
