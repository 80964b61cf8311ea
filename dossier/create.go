package dossier

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Concurrent creations share a batch: one call to the key service for each key and
// one transaction serve all that arrive within gatherWindow. Alone, a creation
// waits no longer than that.
const (
	gatherWindow = 2 * time.Millisecond
	gatherMost   = 64
)

// A gathering is the creations of one campaign that wait for each other.
type gathering struct {
	mu      sync.Mutex
	waiting map[string]*shared
}

type shared struct {
	filings []*Filing
	entries []Entry
	err     error
	done    chan struct{}
	full    chan struct{}
}

// Create takes one dossier in. It returns once the dossier is durable, with its
// reference, or with the item and the rule that refuse it.
func (in *Intake) Create(ctx context.Context, campaign string, line []byte) (Entry, error) {
	filing, err := in.Forms.Parse(line)
	if err != nil {
		var refused *LineError
		if errors.As(err, &refused) {
			return Entry{Refused: refused}, nil
		}
		return Entry{}, err
	}
	defer filing.Close()
	s, at := in.join(campaign, filing)
	// The batch goes on without a caller who left: others are in it, and the dossier
	// of one who left is in before they knew.
	<-s.done
	if s.err != nil {
		return Entry{}, s.err
	}
	return s.entries[at], ctx.Err()
}

func (in *Intake) join(campaign string, f *Filing) (*shared, int) {
	g := &in.gathering
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.waiting[campaign]
	if s == nil {
		s = &shared{done: make(chan struct{}), full: make(chan struct{})}
		if g.waiting == nil {
			g.waiting = map[string]*shared{}
		}
		g.waiting[campaign] = s
		go in.enterShared(campaign, s)
	}
	s.filings = append(s.filings, f)
	if len(s.filings) == gatherMost {
		delete(g.waiting, campaign)
		close(s.full)
	}
	return s, len(s.filings) - 1
}

func (in *Intake) enterShared(campaign string, s *shared) {
	select {
	case <-s.full:
	case <-time.After(gatherWindow):
		g := &in.gathering
		g.mu.Lock()
		if g.waiting[campaign] == s {
			delete(g.waiting, campaign)
		}
		g.mu.Unlock()
	}
	defer close(s.done)
	// A minute is more than any batch takes; a part that hangs must not hang callers.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s.entries, s.err = in.Enter(ctx, campaign, s.filings, nil, nil)
}
