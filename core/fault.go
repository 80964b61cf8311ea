package core

import (
	"fmt"
	"strings"
)

// A Code names what is wrong with an input, in the words of the golden vectors.
type Code string

// The faults of a call order.
const (
	RateOutOfRange     Code = "RATE_OUT_OF_RANGE"
	RankNotPositive    Code = "RANK_NOT_POSITIVE"
	RankTooLarge       Code = "RANK_TOO_LARGE"
	DuplicateRank      Code = "DUPLICATE_RANK"
	DuplicateCandidate Code = "DUPLICATE_CANDIDATE"
)

// The faults of a day: of parameters, then of columns and wishes, and below the blank line
// of what the answering machines begin with.
const (
	DayNotPositive          Code = "DAY_NOT_POSITIVE"
	NegativeGroupParameter  Code = "NEGATIVE_GROUP_PARAMETER"
	NegativeBoardingPlaces  Code = "NEGATIVE_BOARDING_CAPACITY"
	TooManyPlaces           Code = "CAPACITY_TOO_LARGE"
	LastCalledDecreases     Code = "LAST_CALLED_DECREASES"
	GapOrderingBeforeGap    Code = "GAP_ORDERING_BEFORE_GAP"
	ColumnsDiffer           Code = "COLUMNS_DIFFER"
	UnknownStatus           Code = "UNKNOWN_STATUS"
	UnknownGroup            Code = "UNKNOWN_GROUP"
	UnknownBoarding         Code = "UNKNOWN_BOARDING"
	UnknownCandidate        Code = "UNKNOWN_CANDIDATE"
	DuplicateWish           Code = "DUPLICATE_WISH"
	NegativeRank            Code = "NEGATIVE_RANK"
	MissingCallRank         Code = "MISSING_CALL_RANK"
	BoardingRankNotPositive Code = "BOARDING_RANK_NOT_POSITIVE"
	DuplicateCallRank       Code = "DUPLICATE_CALL_RANK"
	TwoCallRanks            Code = "TWO_CALL_RANKS"
	DuplicateBoardingRank   Code = "DUPLICATE_BOARDING_RANK"
	TwoBoardingRanks        Code = "TWO_BOARDING_RANKS"

	AutoTwoProposals  Code = "AUTO_TWO_PROPOSALS"
	AutoUnranked      Code = "AUTO_UNRANKED_WISH"
	AutoDuplicate     Code = "AUTO_DUPLICATE_PREFERENCE"
	AutoWorseThanHeld Code = "AUTO_WAITING_WORSE_THAN_PROPOSAL"
)

// A Fault is an input that is refused, whole and before anything is computed. It
// names groups, schools and candidates by their positions, and quotes no value.
type Fault struct {
	Code      Code
	Candidate Candidate
	Group     int
	School    int
	Names     Named // which of the three are meant
}

// Named says which positions of a Fault mean something.
type Named uint8

const (
	NamesCandidate Named = 1 << iota
	NamesGroup
	NamesSchool
)

// Of is a fault with nothing named yet.
func (c Code) Of() *Fault { return &Fault{Code: c} }

// Who names the candidate.
func (f *Fault) Who(c Candidate) *Fault { f.Candidate, f.Names = c, f.Names|NamesCandidate; return f }

// In names the group.
func (f *Fault) In(group int) *Fault { f.Group, f.Names = group, f.Names|NamesGroup; return f }

// At names the boarding school.
func (f *Fault) At(school int) *Fault { f.School, f.Names = school, f.Names|NamesSchool; return f }

// why says each rule in words.
var why = map[Code]string{
	RateOutOfRange:          "a rate is outside 0 to 100 per cent",
	RankNotPositive:         "a board rank is below 1",
	RankTooLarge:            "a rank does not fit in 31 bits",
	DuplicateRank:           "two candidates have one board rank: boards break ties before",
	DuplicateCandidate:      "a candidate is ranked twice",
	DayNotPositive:          "the first day is day 1",
	NegativeGroupParameter:  "places, rank limit and last called rank of a group are not below 0",
	NegativeBoardingPlaces:  "a boarding school has less than 0 beds",
	TooManyPlaces:           "places, beds, rank limits, last called ranks and days fit in 31 bits",
	LastCalledDecreases:     "the last called rank is lower than it was a few days before",
	GapOrderingBeforeGap:    "the ordering of wishes ends before the gap phase begins",
	ColumnsDiffer:           "the columns of a day are as long as those of the roll",
	UnknownStatus:           "a wish has a status that no day begins with",
	UnknownGroup:            "a wish is for a group that is not in the roll",
	UnknownBoarding:         "a wish depends on a boarding school that is not in the roll, or asks for no bed",
	UnknownCandidate:        "a candidate is not in the roll",
	DuplicateWish:           "a candidate has one wish twice: same programme, same choice of boarding",
	NegativeRank:            "a rank is below 0",
	MissingCallRank:         "a wish has no call rank",
	BoardingRankNotPositive: "a wish that depends on a boarding school has no rank there",
	DuplicateCallRank:       "two candidates of a group have one call rank",
	TwoCallRanks:            "a candidate has two call ranks in one group",
	DuplicateBoardingRank:   "two candidates of a boarding school have one rank there",
	TwoBoardingRanks:        "a candidate has two ranks in one boarding school",
	AutoTwoProposals:        "a candidate with the answering machine holds two proposals",
	AutoUnranked:            "a candidate with the answering machine has a waiting wish without preference rank",
	AutoDuplicate:           "a candidate with the answering machine has one preference rank twice",
	AutoWorseThanHeld:       "a candidate with the answering machine prefers the proposal held to every waiting wish",
}

func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(string(f.Code))
	for _, n := range []struct {
		named Named
		word  string
		at    uint64
	}{{NamesGroup, "group", uint64(f.Group)}, {NamesSchool, "boarding school", uint64(f.School)}, {NamesCandidate, "candidate", uint64(f.Candidate)}} {
		if f.Names&n.named != 0 {
			fmt.Fprintf(&b, ", %s %d", n.word, n.at)
		}
	}
	if w := why[f.Code]; w != "" {
		b.WriteString(": " + w)
	}
	return b.String()
}
