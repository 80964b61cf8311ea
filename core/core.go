package core

// A Candidate ("candidat") is a position in a run's list of pseudonyms, and says
// nothing else. Nothing here depends on its value: renaming candidates commutes with
// every computation (property D8).
type Candidate uint32

// RuleVersion is the version of the rule that these packages compute: the state of the
// public algorithms that the golden vectors were made with. Each run is recorded with it.
const RuleVersion = "parcoursup-2024-06"

// NoSchool stands in a wish that depends on no ranking of a boarding school.
const NoSchool = -1

// Unbounded is a bar, or an estimated rank, that stops nobody.
const Unbounded = 1<<31 - 1

// MaxRank is the largest rank, and the largest number of places: what 31 bits hold,
// less one for Unbounded.
const MaxRank = Unbounded - 1

// A Kind is what a wish is, once for the whole campaign.
type Kind uint8

const (
	// WithBoarding: the wish asks for a bed too ("avec internat"). The two wishes of one
	// candidate for one programme, with and without, are twins.
	WithBoarding Kind = 1 << iota
	// OutsideMain: a place got outside the main phase ("hors phase principale"). It
	// occupies a place, and no automatic answer touches it.
	OutsideMain
)

// Wishes ("vœux") are columns: the wish i is row i of each, in any order of rows. A
// wish ("vœu", or the "sous-vœu" of a multiple one) is identified by candidate, programme
// and whether it asks for boarding.
type Wishes struct {
	Candidate    []Candidate
	Group        []int32 // position of its group
	School       []int32 // position of its boarding school ("internat"), or NoSchool
	CallRank     []int32 // position in the call order ("ordre d'appel"), from 1; twins share it
	ShownRank    []int32 // the call rank that was published, which a late insertion leaves as it was
	BoardingRank []int32 // rank for the beds of School ("classement internat"), from 1; 0 without School
	Kind         []Kind
}

// Len is the number of wishes.
func (w *Wishes) Len() int { return len(w.Candidate) }

// A Roll is what does not change from one day to the next: who asked for what, and
// where each stands. A group ("groupe d'affectation") is a ranking group ("groupe de
// classement") for one programme ("formation d'affectation"), and is the unit that has
// places.
type Roll struct {
	Candidates int     // pseudonyms: each Candidate is below it
	Programme  []int32 // programme of each group
	Schools    int     // boarding schools that rank
	Wishes     Wishes
}

// Groups is the number of groups.
func (r *Roll) Groups() int { return len(r.Programme) }

// Terms are the dates of a campaign, in days from its opening, which is day 1.
type Terms struct {
	ReservationEnd int // until then beds are kept for candidates likely to be called later
	GapStart       int // first day of the gap phase ("gestion des désistements", GDD)
	OrderingEnd    int // end of the days, from GapStart, in which candidates order their wishes
}

// A Group is what a programme decides for one of its groups, and may change daily.
type Group struct {
	// Places is the recruitment target, which may exceed the announced capacity ("capacité
	// d'accueil"): overbooking, "taux d'appel supplémentaire".
	Places int64
	// RankLimit calls in one block ("bloc d'appel", "rang limite d'appel") everyone up to
	// that call rank, whatever the places; 0 is none.
	RankLimit      int64
	Stop           bool // nobody is called today
	EndReservation bool // its boarding schools keep no bed any more
	// LastCalled is the highest call rank proposed on earlier days; LastCalledBefore is
	// the same over the days up to today less 5, and 0 until day 4.
	LastCalled, LastCalledBefore int64
}

// A Day is what one day's computation begins with, over the wishes of a Roll. Columns
// are by wish, in the rows of the Roll.
type Day struct {
	Terms
	Number    int // 1 is the first
	Groups    []Group
	Beds      []int64     // of each boarding school
	Answering []Candidate // whose answering machine ("répondeur automatique") is on

	Status       []Status
	Preference   []int32 // 1 is preferred; 0 is not ordered
	WaitingRank  []int32 // shown yesterday ("rang sur liste d'attente"); 0 is none
	IgnoreInWait []bool  // left out of the last rank called: reinstated, or corrected
	IgnoreInBars []bool  // left out of the bars shown
}
