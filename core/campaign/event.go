package campaign

import (
	"fmt"
	"slices"
	"time"

	"sceau/core"
)

// A Kind is what happened to a wish, to a candidate or to the campaign.
type Kind uint8

const (
	Sent     Kind = iota + 1 // a proposal left ("proposition d'admission")
	Accepted                 // it was accepted ("acceptation")
	Refused                  // it was refused ("refus")
	Lapsed                   // nobody answered before the deadline: silence is refusal
	GivenUp                  // a proposal given up for another reason ("renonciation")
	Kept                     // a waiting wish that the candidate keeps ("maintien")
	Dropped                  // a waiting wish given up ("abandon")

	Resigned   // the candidate left the whole procedure ("démission")
	Reinstated // a dropped wish waits again, with its call rank ("réintégration")
	Confirmed  // the candidate confirmed their waiting wishes
	Ordered    // the candidate ordered waiting wishes, the preferred one first
	MachineOn  // the answering machine was switched on, with its order ("répondeur automatique")
	MachineOff

	Inserted  // a wish got its call rank after the order was fixed ("insertion tardive")
	Published // a computed day was published

	kinds = iota
)

var kindNames = [kinds + 1]string{"", "sent", "accepted", "refused", "lapsed", "given up", "kept", "dropped",
	"resigned", "reinstated", "confirmed", "ordered", "machine on", "machine off", "inserted", "published"}

func (k Kind) String() string {
	if int(k) > kinds || k == 0 {
		return fmt.Sprintf("kind %d", uint8(k))
	}
	return kindNames[k]
}

// A Cause is why it happened. The first two are people, whose events Apply takes; the
// others follow from a rule, and only this package appends them.
type Cause uint8

const (
	ByCandidate  Cause = iota + 1 // the candidate said so
	ByCorrection                  // a person corrected an error, and answers for it

	ByComputation // a computed day
	ByDeadline    // the deadline passed
	ByMachine     // the answering machine
	ByGapRule     // the rule of the gap phase
	ByAnother     // another proposal was accepted
	ByResigning   // the candidate left the procedure
	ByNotConfirming
	ByLapseInGap // a proposal lapsed late in the gap phase

	causes = iota
)

// byPerson is whether somebody said or decided it.
func (c Cause) byPerson() bool { return c == ByCandidate || c == ByCorrection }

// ofDay is whether it belongs to what a computed day publishes.
func (c Cause) ofDay() bool { return c == ByComputation || c == ByMachine || c == ByGapRule }

// follows is whether it only follows from another event, which appends it.
func (c Cause) follows() bool { return c == ByAnother || c == ByResigning || c == ByLapseInGap }

var causeNames = [causes + 1]string{"", "the candidate", "a correction", "the computation", "the deadline", "the answering machine",
	"the rule of the gap phase", "accepting another", "resigning", "not confirming", "a lapse in the gap phase"}

func (c Cause) String() string {
	if int(c) > causes || c == 0 {
		return fmt.Sprintf("cause %d", uint8(c))
	}
	return causeNames[c]
}

// A log is kept in words: a number would change its meaning with the next kind.

// MarshalText writes the word of a kind.
func (k Kind) MarshalText() ([]byte, error) { return word(kindNames[:], uint8(k)) }

// UnmarshalText reads the word of a kind.
func (k *Kind) UnmarshalText(text []byte) error { return unword(kindNames[:], text, (*uint8)(k)) }

// MarshalText writes the word of a cause.
func (c Cause) MarshalText() ([]byte, error) { return word(causeNames[:], uint8(c)) }

// UnmarshalText reads the word of a cause.
func (c *Cause) UnmarshalText(text []byte) error { return unword(causeNames[:], text, (*uint8)(c)) }

func word(names []string, v uint8) ([]byte, error) {
	if v == 0 || int(v) >= len(names) {
		return nil, fmt.Errorf("%d has no word in a log", v)
	}
	return []byte(names[v]), nil
}

func unword(names []string, text []byte, v *uint8) error {
	i := slices.Index(names, string(text))
	if i < 1 {
		return fmt.Errorf("%q is no word of a log", text)
	}
	*v = uint8(i)
	return nil
}

// may is what may cause what. An absent pair is refused, so that a transition nobody
// thought of does not exist.
var may = [kinds + 1][]Cause{
	Sent:       {ByComputation},
	Accepted:   {ByCandidate, ByMachine},
	Refused:    {ByCandidate},
	Lapsed:     {ByDeadline},
	GivenUp:    {ByCandidate, ByMachine, ByGapRule, ByAnother, ByResigning},
	Kept:       {ByCandidate},
	Dropped:    {ByCandidate, ByMachine, ByGapRule, ByResigning, ByNotConfirming, ByLapseInGap},
	Resigned:   {ByCandidate},
	Reinstated: {ByCandidate, ByCorrection},
	Confirmed:  {ByCandidate},
	Ordered:    {ByCandidate},
	MachineOn:  {ByCandidate},
	MachineOff: {ByCandidate, ByResigning},
	Inserted:   {ByCorrection},
	Published:  {ByComputation},
}

// NoWish stands in an event about a whole candidate, NoCandidate in one about the
// campaign.
const (
	NoWish      int32          = -1
	NoCandidate core.Candidate = 1<<32 - 1
)

// An Event is one line of the log. Whoever applies one fills what is above the blank
// line, and what its kind needs below; sequence and day are found.
type Event struct {
	Kind      Kind
	Cause     Cause
	At        time.Time
	Candidate core.Candidate
	Wish      int32 // row of the roll, or NoWish

	Order []int32   // Ordered, MachineOn: rows, the preferred one first
	Rank  int32     // Inserted: the call rank
	By    core.Act  // a correction: who answers for it
	Said  time.Time // an answer that counts later than it was said, on the same day; zero: at At
	Shown [32]byte  // Published: digest of the waiting ranks shown with it

	Seq int // position in the log, from 1
	Day int // position in the campaign of the civil day
}

func (e Event) String() string {
	switch {
	case e.Candidate == NoCandidate:
		return fmt.Sprintf("%s by %s", e.Kind, e.Cause)
	case e.Wish == NoWish:
		return fmt.Sprintf("candidate %d: %s by %s", e.Candidate, e.Kind, e.Cause)
	}
	return fmt.Sprintf("candidate %d, wish %d: %s by %s", e.Candidate, e.Wish, e.Kind, e.Cause)
}

// A Rule is why an event is refused, as a sentence of what would have been right. Errors
// wrap it: errors.Is(err, BeforeDeadline).
type Rule string

func (r Rule) Error() string { return string(r) }

const (
	OneOfTheLog      Rule = "an event has a kind and a cause that belong together"
	NothingElse      Rule = "an event carries what its kind needs, and nothing else"
	ByAPerson        Rule = "what follows from a rule is not applied by hand"
	InOrder          Rule = "an event does not come before the last one of the log"
	SaidThatDay      Rule = "an answer counts on the day on which it was said, and not before it was"
	CampaignOpen     Rule = "the campaign has opened and not ended a year ago"
	NotFrozen        Rule = "answers wait while a day is computed and published"
	OwnWish          Rule = "a candidate acts on a wish of their own"
	OnNoWish         Rule = "the event is about a candidate, and not about one wish"
	NotResigned      Rule = "whoever left the procedure does not come back by it"
	ProposalStands   Rule = "an unanswered proposal is answered"
	BeforeDeadline   Rule = "an answer comes at or before the deadline"
	AfterDeadline    Rule = "a proposal lapses after its deadline"
	HoldsIt          Rule = "a proposal that is held is given up"
	Waits            Rule = "the wish waits"
	WasDropped       Rule = "only a wish that was dropped while it waited may wait again"
	WasRanked        Rule = "a wish waits with a call rank"
	NotRankedYet     Rule = "a wish that waits, or was never ranked, is inserted"
	MachineIsOff     Rule = "the answering machine is off"
	MachineIsOn      Rule = "the answering machine is on"
	MachineOpen      Rule = "the answering machine is switched on in its period"
	OrderingOpen     Rule = "wishes are ordered in their period"
	OrderOfOwn       Rule = "an order names wishes of the candidate, each once, that wait or were proposed"
	OrderComplete    Rule = "the answering machine knows the order of every waiting wish"
	OrderUseful      Rule = "waiting wishes are ordered before the proposal held"
	OneProposal      Rule = "at most one proposal is held when the answering machine is switched on"
	LapseFirst       Rule = "what was due before today lapses first"
	AnswerFirst      Rule = "a proposal whose deadline passed meanwhile is answered before the machine is off"
	OneAccepted      Rule = "at most one accepted proposal of the main phase"
	DelayKnown       Rule = "a proposal leaves on a day whose delay the calendar states"
	SentToday        Rule = "the answering machine accepts a proposal of the day"
	MainPhase        Rule = "automatic answers leave places outside the main phase alone"
	WasOrdered       Rule = "automatic answers touch ordered wishes, or what was held before"
	GapPhase         Rule = "the rule of the gap phase begins with it"
	ConfirmationDue  Rule = "wishes are dropped when the time for confirming them is over"
	ConfirmationOpen Rule = "wishes are confirmed in the time given for it"
	PersonAnswers    Rule = "a person answers for a correction"
	RankPositive     Rule = "a call rank is positive, and no larger than any roll"
	OnceADay         Rule = "a day is published once, after its proposals"
)

// A RefusedError names the event by position, and the rule that refused it. Nothing of
// the event took place.
type RefusedError struct {
	Kind      Kind
	Cause     Cause
	Candidate core.Candidate
	Wish      int32
	Rule      Rule
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s is refused: %s", Event{Kind: e.Kind, Cause: e.Cause, Candidate: e.Candidate, Wish: e.Wish}, e.Rule)
}

func (e *RefusedError) Unwrap() error { return e.Rule }

func refused(e *Event, r Rule) error {
	return &RefusedError{Kind: e.Kind, Cause: e.Cause, Candidate: e.Candidate, Wish: e.Wish, Rule: r}
}
