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

type creation struct {
	campaign string
	filing   *Filing
}

type created struct {
	entry Entry
	err   error // of its campaign's batch
}

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
	in.opened.Do(func() {
		in.creations = &gather.Way[creation, created]{Go: in.enterTogether, Linger: gatherCreations}
	})
	c, err := in.creations.Ask(ctx, creation{campaign, filing})
	return c.entry, errors.Join(err, c.err)
}

// enterTogether enters the filings of each campaign, and wipes them.
func (in *Intake) enterTogether(ctx context.Context, asked []creation) ([]created, error) {
	ctx, cancel := context.WithTimeout(ctx, longestBatch)
	defer cancel()
	filings := map[string][]*Filing{}
	positions := map[string][]int{}
	for i, c := range asked {
		defer c.filing.Close()
		filings[c.campaign] = append(filings[c.campaign], c.filing)
		positions[c.campaign] = append(positions[c.campaign], i)
	}
	answers := make([]created, len(asked))
	for campaign, of := range filings {
		entries, err := in.Enter(ctx, campaign, of, nil, nil)
		for k, i := range positions[campaign] {
			if answers[i].err = err; err == nil {
				answers[i].entry = entries[k]
			}
		}
	}
	return answers, nil
}
