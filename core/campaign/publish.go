package campaign

import (
	"crypto/sha256"
	"fmt"
	"time"

	"sceau/core"
	"sceau/core/calendar"
)

// An Outcome is a computed day, by wish of the roll.
type Outcome struct {
	Status      []core.Status // at the end of the day's rounds
	WaitingRank []int32       // shown ("rang sur liste d'attente"); 0 is none
}

// An OutcomeError names the first wish of a computed day that cannot follow from what
// was frozen. Nothing of the day was published.
type OutcomeError struct {
	Candidate core.Candidate
	Wish      int32
	From, To  core.Status
	Why       string
}

func (e *OutcomeError) Error() string {
	return fmt.Sprintf("publishing a day: candidate %d, wish %d, from %c to %c: %s", e.Candidate, e.Wish, e.From, e.To, e.Why)
}

// Publish appends the proposals and the automatic answers of the frozen day, all at one
// instant, and keeps the waiting ranks that are shown with them. It first checks the
// whole outcome against what was frozen and refuses it whole.
//
// A proposal that an automatic rule gave up within the day was never sent to anybody: it
// appears as given up, and does not count among the ranks called.
func (s *State) Publish(now time.Time, o Outcome) error {
	if s.frozen == 0 {
		return fmt.Errorf("publishing a day: none is frozen")
	}
	if now.UnixNano() < s.now || s.calendar.DayNumber(s.dateOf(now)) != s.frozen {
		return fmt.Errorf("publishing day %d: it is not that day, or an event came later", s.frozen)
	}
	now = at(now)
	if err := s.plausible(&o, s.dateOf(now)); err != nil {
		return err
	}
	wishes := &s.roll.Wishes
	put := func(k Kind, why Cause, w int) error {
		return s.apply(Event{Kind: k, Cause: why, At: now, Candidate: wishes.Candidate[w], Wish: int32(w)})
	}
	// What is given up comes first, so that at no line of the log somebody holds two
	// accepted proposals.
	for w, to := range o.Status {
		var err error
		switch to {
		case core.AutoGivenUp:
			err = put(GivenUp, ByMachine, w)
		case core.AutoDropped:
			err = put(Dropped, ByMachine, w)
		case core.GapGivenUp:
			err = put(GivenUp, ByGapRule, w)
		case core.GapDropped:
			err = put(Dropped, ByGapRule, w)
		}
		if err != nil {
			return err
		}
	}
	for w, to := range o.Status {
		var err error
		switch to {
		case core.Proposed, core.AutoAccepted:
			err = put(Sent, ByComputation, w)
		}
		if err == nil && to == core.AutoAccepted {
			err = put(Accepted, ByMachine, w)
		}
		if err != nil {
			return err
		}
	}
	// Beside the log: only the ranks of the last day are ever asked for.
	copy(s.waiting, o.WaitingRank)
	s.frozen = 0
	return s.apply(Event{Kind: Published, Cause: ByComputation, At: now, Candidate: NoCandidate, Wish: NoWish, Shown: digestRanks(o.WaitingRank)})
}

// outcomes is what each status of a morning may become by evening.
var outcomes = map[core.Status]string{
	core.Waiting:  "WPArqhg",
	core.Pending:  "orh",
	core.Accepted: "ar",
	core.Refused:  "x",
	core.Dropped:  "d",
}

// What a candidate got in a day.
const (
	gotProposal  = 1 << iota // of the main phase, to answer
	gotAutomatic             // accepted by the answering machine
	keptAnother              // holds another proposal of the main phase
)

// plausible is nil when each event of the outcome would be accepted. It shares no code
// with the computation, and judges no rank: that is for package verify.
func (s *State) plausible(o *Outcome, today calendar.Date) error {
	if len(o.Status) != len(s.status) || len(o.WaitingRank) != len(s.status) {
		return fmt.Errorf("publishing day %d: %d statuses and %d waiting ranks, of %d wishes", s.frozen, len(o.Status), len(o.WaitingRank), len(s.status))
	}
	var may [256]string
	for from, to := range outcomes {
		may[from] = to
	}
	// A proposal that nobody could ever be late for would hold its place for ever.
	var delay [core.Tracks]error
	for t := range core.Track(core.Tracks) {
		_, delay[t] = s.calendar.Deadline(today, t)
	}
	wishes := &s.roll.Wishes
	got := make([]uint8, s.roll.Candidates)
	for i, to := range o.Status {
		w, c, from := int32(i), wishes.Candidate[i], s.status[i]
		wrong := func(why string) error { return &OutcomeError{Candidate: c, Wish: w, From: from, To: to, Why: why} }
		if !contains(may[from], to) {
			return wrong("it does not follow")
		}
		if rank := o.WaitingRank[i]; rank < 0 || rank > 0 && to != core.Waiting {
			return wrong("a waiting rank is that of a wish that waits")
		}
		machine := s.machine[c]
		switch to {
		case core.Proposed:
			if !machine && delay[s.tracks[c]] != nil {
				return fmt.Errorf("publishing day %d: candidate %d, wish %d: %w", s.frozen, c, w, delay[s.tracks[c]])
			}
			if s.main(w) {
				got[c] |= gotProposal
			}
		case core.AutoAccepted, core.AutoGivenUp, core.AutoDropped, core.GapGivenUp, core.GapDropped:
			byMachine := to == core.AutoAccepted || to == core.AutoGivenUp || to == core.AutoDropped
			switch {
			case !s.main(w):
				return wrong(string(MainPhase))
			case byMachine && !machine:
				return wrong(string(MachineIsOn))
			case !byMachine && machine:
				return wrong(string(MachineIsOff))
			case !byMachine && s.frozen < s.terms.GapStart:
				return wrong(string(GapPhase))
			case s.preference[w] == 0 && (!byMachine || from == core.Waiting):
				return wrong(string(WasOrdered))
			case to == core.AutoAccepted && got[c]&gotAutomatic != 0:
				return wrong(string(OneAccepted))
			case to == core.AutoAccepted:
				got[c] |= gotAutomatic
			}
		}
		if s.main(w) && to.Holds() && to != core.AutoAccepted {
			got[c] |= keptAnother
		}
	}
	// What a candidate got is known once every wish was seen.
	for i, to := range o.Status {
		w, c := int32(i), wishes.Candidate[i]
		why := ""
		switch to {
		case core.AutoAccepted:
			if got[c]&keptAnother != 0 {
				why = string(OneAccepted)
			}
		case core.AutoGivenUp, core.AutoDropped:
			if got[c]&gotAutomatic == 0 {
				why = "nobody loses something automatically and gets nothing"
			}
		case core.GapGivenUp, core.GapDropped:
			if got[c]&gotProposal == 0 {
				why = "nobody loses something automatically and gets nothing"
			}
		}
		if why != "" {
			return &OutcomeError{Candidate: c, Wish: w, From: s.status[i], To: to, Why: why}
		}
	}
	return nil
}

func contains(letters string, s core.Status) bool {
	for i := range len(letters) {
		if letters[i] == byte(s) {
			return true
		}
	}
	return false
}

// digestRanks stands in the log for the waiting ranks of a day, which are too many to
// stand there themselves.
func digestRanks(ranks []int32) [32]byte {
	h := sha256.New()
	column(h, ranks)
	return [32]byte(h.Sum(nil))
}
