package entry

import "fmt"

// Rates are what the academic authority sets for a ranking group, in percent (article
// L. 612-3 of the education code, V for bursaries).
type Rates struct {
	BursaryMin     int // minimum rate of bursary holders ("taux minimum de boursiers"); 0 is none
	NonResidentMax int // maximum rate of non-residents ("taux maximum de non-résidents"); 100 is none
}

// NoRates is a group to which no rate applies.
var NoRates = Rates{NonResidentMax: 100}

// Minimums are the rates as the call order takes them: qB of bursary holders, and qR of
// residents, which is what the maximum of non-residents leaves. It refuses a rate outside
// 0 to 100, and a maximum of non-residents for a selective programme, to which the law
// gives none.
func (r Rates) Minimums(selective bool) (bursary, resident int, err error) {
	switch {
	case r.BursaryMin < 0 || r.BursaryMin > 100:
		return 0, 0, fmt.Errorf("minimum rate of bursary holders: %d is outside 0 to 100", r.BursaryMin)
	case r.NonResidentMax < 0 || r.NonResidentMax > 100:
		return 0, 0, fmt.Errorf("maximum rate of non-residents: %d is outside 0 to 100", r.NonResidentMax)
	case selective && r.NonResidentMax != 100:
		return 0, 0, fmt.Errorf("maximum rate of non-residents: %d for a selective programme, to which none applies", r.NonResidentMax)
	}
	return r.BursaryMin, 100 - r.NonResidentMax, nil
}
