package core

// A Status is where a wish stands, as the letter that golden vectors and run files
// use: in upper case what may still become a place by today's computation, or did.
type Status byte

const (
	Waiting  Status = 'W' // "en attente"
	Pending  Status = 'o' // proposed on an earlier day, and not answered yet
	Accepted Status = 'a' // proposed on an earlier day, and accepted

	Proposed     Status = 'P' // proposed today
	AutoAccepted Status = 'A' // proposed today, and accepted by the answering machine

	AutoGivenUp Status = 'r' // a proposal, of today or before, given up by the answering machine
	AutoDropped Status = 'q' // a waiting wish given up by it
	GapGivenUp  Status = 'h' // a proposal given up by the rule of the gap phase
	GapDropped  Status = 'g' // a waiting wish given up by it

	Refused Status = 'x' // a proposal refused, lapsed or given up earlier
	Dropped Status = 'd' // a wish dropped earlier
)

// Live is whether the wish is part of a day's input.
func (s Status) Live() bool { return s == Waiting || s == Pending || s == Accepted }

// Holds is whether the candidate occupies a place by it: a proposal not given up.
func (s Status) Holds() bool {
	return s == Pending || s == Accepted || s == Proposed || s == AutoAccepted
}

// Known is whether s is a letter of this list.
func (s Status) Known() bool {
	switch s {
	case Waiting, Pending, Accepted, Proposed, AutoAccepted, AutoGivenUp, AutoDropped, GapGivenUp, GapDropped, Refused, Dropped:
		return true
	}
	return false
}

// Overnight is what the status of an evening is the next morning, before anybody
// answers.
func (s Status) Overnight() Status {
	switch s {
	case Proposed:
		return Pending
	case AutoAccepted:
		return Accepted
	case AutoGivenUp, GapGivenUp:
		return Refused
	case AutoDropped, GapDropped:
		return Dropped
	}
	return s
}
