package dossier

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"sceau/core/view"
	"sceau/crypto"
)

// A RectifiedInput is a case for a person to look at: after a run had taken a projection,
// the same projection made again tells something else of one candidate, and no course of
// the campaign explains it. It names columns, never a value, and whose it is under the
// routing key.
type RectifiedInput struct {
	ID      string // random
	Run     string // the projection that was taken
	Tag     [16]byte
	Sealed  []byte // the candidate
	Columns []string
	At      time.Time
}

// rectifiedScope is what a case is bound to, beside its id.
const rectifiedScope = "rectified-input"

func rectifiedTag(key *crypto.RoutingKey, run string, c Ref) [16]byte {
	return key.Tag(rectifiedScope, run, c)
}

// Raise records a case for each candidate of whom the projection that a run took tells
// something that a later one does not. Before a run takes a projection there is nothing
// to raise: the later one is the one that is taken. What a case of that run says already is
// not said again.
func (p *Projection) Raise(ctx context.Context, campaign, taken string, of *ProjectedView, differences []view.Difference) (raised int, err error) {
	key, err := p.Ring.Routing(ctx, campaign)
	if err != nil {
		return 0, err
	}
	defer key.Zero()
	said, err := p.Rows.Rectified(ctx, campaign, taken)
	if err != nil {
		return 0, err
	}
	var cases []RectifiedInput
	for _, d := range differences {
		c, known := of.who[d.Pseudonym]
		if !known {
			continue
		}
		tag := rectifiedTag(key, taken, c)
		columns := slices.DeleteFunc(d.Rectified(), func(column string) bool { return slices.Contains(said[tag], column) })
		if len(columns) == 0 {
			continue
		}
		one := RectifiedInput{ID: rand.Text(), Run: taken, Tag: tag, Columns: columns, At: p.Now()}
		if one.Sealed, err = key.Seal(nil, rectifiedScope, one.ID, one.Tag[:], Pointer{Candidate: c}.encode()); err != nil {
			return 0, fmt.Errorf("raising a case: %w", err)
		}
		cases = append(cases, one)
	}
	if len(cases) == 0 {
		return 0, nil
	}
	return len(cases), p.Rows.AddRectified(ctx, campaign, cases)
}
