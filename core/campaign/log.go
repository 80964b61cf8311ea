package campaign

import (
	"iter"
	"slices"
	"time"

	"sceau/core"
)

// A Log is every event in the order in which it took effect, and only grows. Entries
// are 32 bytes; the rare events that say more than a kind, a cause and a wish keep the
// rest aside.
type Log struct {
	blocks [][]entry // each full but the last: a log that grows copies none of its past
	asides []aside
}

const block = 1 << 16

type entry struct {
	at        int64 // nanoseconds since 1970
	candidate core.Candidate
	wish      int32
	aside     int32 // position from 1; 0 is none
	day       int16
	kind      Kind
	cause     Cause
}

type aside struct {
	order []int32
	rank  int32
	by    core.Act
	said  time.Time
	shown [32]byte
}

// Len is the number of events.
func (l *Log) Len() int {
	if len(l.blocks) == 0 {
		return 0
	}
	return (len(l.blocks)-1)*block + len(l.blocks[len(l.blocks)-1])
}

// Event is the event at a position, from 1 to Len.
func (l *Log) Event(seq int) Event {
	x := l.blocks[(seq-1)/block][(seq-1)%block]
	e := Event{Kind: x.kind, Cause: x.cause, At: time.Unix(0, x.at).UTC(), Candidate: x.candidate, Wish: x.wish, Seq: seq, Day: int(x.day)}
	if x.aside > 0 {
		a := l.asides[x.aside-1]
		e.Order, e.Rank, e.By, e.Said, e.Shown = slices.Clone(a.order), a.rank, a.by, a.said, a.shown
	}
	return e
}

// Since goes through the events after a position; Since(0) is the whole log.
func (l *Log) Since(seq int) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for i := max(seq, 0) + 1; i <= l.Len(); i++ {
			if !yield(l.Event(i)) {
				return
			}
		}
	}
}

// Of goes through a candidate's events, so that they can be told when and why each of
// their wishes changed (RGT-05). It reads the whole log.
func (l *Log) Of(c core.Candidate) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for b, entries := range l.blocks {
			for i := range entries {
				if entries[i].candidate == c && !yield(l.Event(b*block+i+1)) {
					return
				}
			}
		}
	}
}

func (l *Log) append(e *Event) {
	x := entry{at: e.At.UnixNano(), candidate: e.Candidate, wish: e.Wish, day: int16(e.Day), kind: e.Kind, cause: e.Cause}
	if e.Order != nil || e.Rank != 0 || e.By != "" || !e.Said.IsZero() || e.Shown != [32]byte{} {
		l.asides = append(l.asides, aside{slices.Clone(e.Order), e.Rank, e.By, e.Said.UTC(), e.Shown})
		x.aside = int32(len(l.asides))
	}
	if n := len(l.blocks); n == 0 || len(l.blocks[n-1]) == block {
		l.blocks = append(l.blocks, nil)
	}
	last := &l.blocks[len(l.blocks)-1]
	*last = append(*last, x)
}

// same is whether an event is what the log has at its position.
func (l *Log) same(e *Event) bool {
	have := l.Event(e.Seq)
	return have.Kind == e.Kind && have.Cause == e.Cause && have.At.Equal(e.At) && have.Candidate == e.Candidate && have.Wish == e.Wish &&
		slices.Equal(have.Order, e.Order) && have.Rank == e.Rank && have.By == e.By && have.Said.Equal(e.Said) && have.Shown == e.Shown && have.Day == e.Day
}
