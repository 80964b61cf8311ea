package campaign

import (
	"errors"
	"fmt"
	"iter"
)

// A LogError means that a log does not follow from its beginning: an event was altered,
// added or taken out.
type LogError struct {
	Seq int
	Err error
}

func (e *LogError) Error() string {
	return fmt.Sprintf("event %d of the log does not follow: %v", e.Seq, e.Err)
}

func (e *LogError) Unwrap() error { return e.Err }

var (
	errAltered    = errors.New("it is not what the events before it lead to")
	errIncomplete = errors.New("the log ends within what an event leads to")
	errRanks      = errors.New("these are not the waiting ranks that were shown")
)

// Replay is the state to which a log leads from the campaign's first day. Each event is
// judged again, and each consequence found again and compared with the one of the log.
// Shown are the waiting ranks of the last published day, which the log knows by their
// digest only; nil when none was published.
func Replay(cfg Config, log iter.Seq[Event], shown []int32) (*State, error) {
	s, err := New(cfg)
	if err != nil {
		return nil, err
	}
	// One digest, whatever the number of days.
	ranks := digestRanks(shown)
	seq := 0
	for e := range log {
		seq++
		if e.Seq != seq {
			return nil, &LogError{seq, errAltered}
		}
		// A consequence is in our log already, appended by what it follows from.
		if seq > s.log.Len() {
			if err := s.apply(e); err != nil {
				return nil, &LogError{seq, err}
			}
			// Older ranks are replaced by those of the last day, whatever they were.
			if e.Kind == Published {
				clear(s.waiting)
				if s.shown == ranks && len(shown) == len(s.waiting) {
					copy(s.waiting, shown)
				}
			}
		}
		if !s.log.same(&e) {
			return nil, &LogError{seq, errAltered}
		}
	}
	switch {
	case s.log.Len() > seq || s.pending > 0:
		return nil, &LogError{s.log.Len(), errIncomplete}
	case s.published > 0 && (s.shown != ranks || len(shown) != len(s.waiting)):
		return nil, &LogError{seq, errRanks}
	}
	return s, nil
}
