package dossier

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Creations that arrive while a batch is on its way make the next one: one call to
// the key service for each key and one transaction serve them all. Alone, a creation
// waits for nobody.
const gatherMost = 64

// A gathering is the creations of each campaign that wait for the batch before them.
type gathering struct {
	mu      sync.Mutex
	waiting map[string]*shared
	running map[string]bool
}

type shared struct {
	filings []*Filing
	entries []Entry
	err     error
	done    chan struct{}
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
	if g.waiting == nil {
		g.waiting, g.running = map[string]*shared{}, map[string]bool{}
	}
	s := g.waiting[campaign]
	if s == nil {
		s = &shared{done: make(chan struct{})}
		g.waiting[campaign] = s
	}
	s.filings = append(s.filings, f)
	at := len(s.filings) - 1
	switch {
	case !g.running[campaign]:
		g.running[campaign] = true
		delete(g.waiting, campaign)
		go in.enterShared(campaign, s)
	case len(s.filings) == gatherMost:
		// More wait than a batch holds: this one goes beside the one on its way.
		delete(g.waiting, campaign)
		go in.enterOne(campaign, s)
	}
	return s, at
}

// enterShared enters a batch, then whatever gathered meanwhile.
func (in *Intake) enterShared(campaign string, s *shared) {
	g := &in.gathering
	for s != nil {
		in.enterOne(campaign, s)
		g.mu.Lock()
		s = g.waiting[campaign]
		g.running[campaign] = s != nil
		delete(g.waiting, campaign)
		g.mu.Unlock()
	}
}

func (in *Intake) enterOne(campaign string, s *shared) {
	defer close(s.done)
	// A minute is more than any batch takes; a part that hangs must not hang callers.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s.entries, s.err = in.Enter(ctx, campaign, s.filings, nil, nil)
}
