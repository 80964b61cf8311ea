package dossier

import (
	"context"
	"time"

	"sceau/policy"
)

// Allowances count what each mission was answered ("plafonds de consultation"). All
// nodes count in one place, where nobody who serves can take a count back.
type Allowances interface {
	// Spend takes a charge whole, or takes nothing of it, and says what the holder had
	// then. Charges that come at once never pass a limit together.
	//
	// Errors: ErrUnavailable when it cannot be asked, and then nothing is answered.
	Spend(ctx context.Context, c Charge) (Spent, error)
}

// A Charge is what one answer takes of an allowance.
type Charge struct {
	Holder [16]byte  // of the mission or account, by no name
	At     time.Time // of the real clock
	Kind   ChargeKind
	Files  int // answered, or that would be; at least 1
	Limit  policy.Limit
	// Refusals is how many a holder may have in any sixty minutes.
	Refusals int
}

// A ChargeKind says which count a charge goes to.
type ChargeKind string

const (
	// ChargeFiles counts files answered, in the hour and the day.
	ChargeFiles ChargeKind = "files"
	// ChargeExport counts files of exports, in a count of the day of their own.
	ChargeExport ChargeKind = "export"
	// ChargeRefusal counts one refusal, of a request that would have been answered Files.
	// Where so many are not left it is not taken either: who has nothing left learns
	// nothing more by asking.
	ChargeRefusal ChargeKind = "refusal"
)

// Spent is what a holder had when a charge was judged, the charge included when it was
// taken.
type Spent struct {
	Taken    bool
	Day      int    // files of that day of Paris
	Exported int    // files of exports of that day
	Slots    []Slot // of a charge that was not taken: what counts in the hour, the oldest first
}

// A Slot is five minutes of an hour's count.
type Slot struct {
	Began    time.Time
	Files    int
	Refusals int
}

// slotLasts is how finely an hour is counted. A slot counts for as long as any part of it
// is in the last sixty minutes: the count never forgets early, and late by as much.
const slotLasts = 5 * time.Minute

// Ends is when a slot counts no more.
func (s Slot) Ends() time.Time { return s.Began.Add(time.Hour + slotLasts) }

func (s Spent) hour() (files int) {
	for _, slot := range s.Slots {
		files += slot.Files
	}
	return files
}

func (s Spent) refusals() (n int) {
	for _, slot := range s.Slots {
		n += slot.Refusals
	}
	return n
}

// fewestRefusals is what everybody may be refused in an hour, however low their limit:
// a person mistypes, and one whose sheet grants nothing is told so by its article.
const fewestRefusals = 60

// refusalsOf is how often a mission may be refused in any sixty minutes: as often as it
// may be answered a file. Beyond that it guesses, and is told nothing more, so that a
// value that nobody has is as dear as one that somebody has. No sheet states it.
func refusalsOf(l policy.Limit) int { return max(l.Hour, fewestRefusals) }

// midnight is when the day of Paris after the one of a moment begins: 23, 24 or 25 hours
// after its own beginning.
func midnight(at time.Time) time.Time {
	y, m, d := at.In(paris).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, paris)
}

// Exceeded says which limit a charge that was not taken met, and when more is left:
// where two limits stand in the way, the one that does so for longer.
func (c Charge) Exceeded(s Spent) *LimitError {
	over := &LimitError{Asked: c.Files, at: c.At}
	if refused := s.refusals(); refused >= c.Refusals {
		over.Kind, over.Most = LimitRefusals, c.Refusals
		over.Next = frees(s.Slots, refused-c.Refusals+1, func(s Slot) int { return s.Refusals })
		return over
	}
	if c.Kind == ChargeExport {
		over.Kind, over.Most = LimitExport, c.Limit.Export
		over.Left = max(0, over.Most-s.Exported)
		if over.Most > 0 {
			over.Next = midnight(c.At)
		}
		return over
	}
	hour := s.hour()
	over.Kind, over.Most = LimitHour, c.Limit.Hour
	over.Left = max(0, min(c.Limit.Hour-hour, c.Limit.Day-s.Day))
	// What could never be answered at once waits for the first file more.
	want := c.Files
	if want > min(c.Limit.Hour, c.Limit.Day) {
		want = over.Left + 1
	}
	if lack := hour + want - c.Limit.Hour; lack > 0 && c.Limit.Hour > 0 {
		over.Next = frees(s.Slots, lack, func(s Slot) int { return s.Files })
	}
	if s.Day+want > c.Limit.Day && c.Limit.Day > 0 {
		if m := midnight(c.At); !m.Before(over.Next) {
			over.Kind, over.Most, over.Next = LimitDay, c.Limit.Day, m
		}
	}
	return over
}

// frees is when as many as lack have fallen out of the hour; zero when there are not so
// many in it.
func frees(slots []Slot, lack int, of func(Slot) int) time.Time {
	for _, s := range slots {
		if lack -= of(s); lack <= 0 {
			return s.Ends()
		}
	}
	return time.Time{}
}
