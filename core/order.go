package core

// Rates are the legal rates of a ranking group ("groupe de classement"), in per cent.
// Zero is a rate that does not apply.
type Rates struct {
	Bursary  int `json:"bursary"`  // at least so many bursary holders among the called
	Resident int `json:"resident"` // at least so many residents: 100 less the maximum rate of non-residents
}

// Ranked is somebody whom the board ranked ("classement pédagogique").
type Ranked struct {
	Candidate Candidate
	Rank      int32 // "rang du classement pédagogique", from 1; gaps are allowed, ties are not
	Bursary   bool  // a secondary-school bursary, declared and certified
	Resident  bool  // of the sector of this programme, or treated as such ("du secteur")
}

// A Class is what the rates see of a candidate.
type Class uint8

const (
	Neither Class = iota
	BursaryOnly
	ResidentOnly
	Both
)

// Class is the class of a candidate.
func (r Ranked) Class() Class {
	var c Class
	if r.Bursary {
		c |= BursaryOnly
	}
	if r.Resident {
		c |= ResidentOnly
	}
	return c
}

// A RankingGroup ("groupe de classement") is those whom a board ranked in one list,
// under one pair of rates.
type RankingGroup struct {
	Rates  Rates
	Ranked []Ranked
}
