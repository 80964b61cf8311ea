package dossier

import (
	"context"
	"errors"
	"time"

	"sceau/dossier/gather"
)

// Creations that arrive while a batch is on its way make the next one: one call to
// the key service for each key and one transaction serve them all. gatherCreations
// is how long a batch that is ready waits for the callers of the one before
// (measured: without it, half of eight clients waited for the other half).
const gatherCreations = 2 * time.Millisecond

// longestBatch is more than any batch takes: a part that hangs must not hang callers.
const longestBatch = time.Minute

// A counter takes the creations of one campaign: one that hangs does not hang another's.
type counter = gather.Way[*Filing, Entry]

// Create takes one dossier in. It returns once the dossier is durable, with its
// reference, or with the item and the rule that refuse it. The dossier of a caller
// who left may be in.
func (in *Intake) Create(ctx context.Context, campaign string, line []byte) (Entry, error) {
	filing, err := in.Forms.Parse(line)
	if err != nil {
		var refused *LineError
		if errors.As(err, &refused) {
			return Entry{Refused: refused}, nil
		}
		return Entry{}, err
	}
	return in.counter(campaign).Ask(ctx, filing)
}

func (in *Intake) counter(campaign string) *counter {
	in.opening.Lock()
	defer in.opening.Unlock()
	c := in.counters[campaign]
	if c == nil {
		c = &counter{Linger: gatherCreations, Go: func(ctx context.Context, filings []*Filing) ([]Entry, error) {
			return in.enterTogether(ctx, campaign, filings)
		}}
		if in.References[campaign] == nil {
			return c // not open: refused, and not remembered
		}
		if in.counters == nil {
			in.counters = map[string]*counter{}
		}
		in.counters[campaign] = c
	}
	return c
}

// enterTogether enters filings and wipes them. It goes on without callers who left: a
// batch undone halfway leaves wraps that open nothing, and traces of what is not in.
func (in *Intake) enterTogether(ctx context.Context, campaign string, filings []*Filing) ([]Entry, error) {
	for _, f := range filings {
		defer f.Close()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestBatch)
	defer cancel()
	return in.Enter(ctx, campaign, filings, nil, nil)
}
