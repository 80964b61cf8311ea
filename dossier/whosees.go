package dossier

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sceau/catalogue"
	"sceau/policy"
)

// A Viewer is a group of missions of one organisation that would be answered an item of
// a file, in one form and for one purpose.
type Viewer struct {
	Recipient    catalogue.RecipientID `json:"recipient"`
	Organisation string                `json:"organisation"`
	Purpose      catalogue.Purpose     `json:"purpose"`
	Form         string                `json:"form"`
	Derive       catalogue.Derive      `json:"derive"`
	Article      string                `json:"article"`
	SheetRow     string                `json:"sheet_row"`
	Missions     int                   `json:"missions"`
}

// WhoSees says who would be answered an item of a file on a day ("qui peut voir"): of
// all missions and of the accounts of that file, those that Read would answer, with
// today's relations and guards. Nobody is named: organisations, and how many missions.
//
// Nothing is opened. It is traced for the candidate, as an act of supervision.
//
// Errors: *Refusal to who may not ask, ErrNoSuchMission, ErrNoSuchCandidate, ErrNoPolicy,
// ErrNotTraced; a mission that cannot be followed stops it, because a list with somebody missing would be believed.
func (g *Gate) WhoSees(ctx context.Context, by Overseer, missions []Mission, c Campaign, candidate Ref, item catalogue.ItemID, on time.Time) ([]Viewer, error) {
	g = g.pin()
	if g.table() == nil {
		return nil, ErrNoPolicy
	}
	a := asking{campaign: c, on: on, phase: c.Calendar.Phase(on)}
	var err error
	if a.key, err = g.routing(ctx, c); err != nil {
		return nil, err
	}
	if err := g.oversee(ctx, by, a, candidate, ActionWhoCanSee, "", item); err != nil {
		return nil, err
	}
	granted := g.possibly(a.phase, item)
	var mu sync.Mutex
	count := map[Viewer]int{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4 * runtime.GOMAXPROCS(0))
	for _, m := range missions {
		if m.Campaign != c.ID || !m.inForce(on) {
			continue
		}
		for _, p := range g.Catalogue.Purposes() {
			if !granted[possible{m.Recipient, p.ID}] {
				continue // whatever holds: most missions are not asked about
			}
			group.Go(func() error {
				a := a
				a.mission, a.purpose = m, p.ID
				f, err := g.foresee(ctx, a, candidate)
				if err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				for _, x := range f.Items {
					if x.Item == item {
						count[Viewer{m.Recipient, m.Organisation, p.ID, x.Form, x.Derive, x.Article, x.SheetRow, 0}]++
					}
				}
				return nil
			})
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var out []Viewer
	for v, n := range count {
		v.Missions = n
		out = append(out, v)
	}
	slices.SortFunc(out, func(x, y Viewer) int {
		return cmp.Or(cmp.Compare(x.Recipient, y.Recipient), cmp.Compare(x.Organisation, y.Organisation), cmp.Compare(x.Purpose, y.Purpose),
			cmp.Compare(x.SheetRow, y.SheetRow), cmp.Compare(x.Form, y.Form), cmp.Compare(x.Derive, y.Derive))
	})
	return out, nil
}

type possible struct {
	recipient catalogue.RecipientID
	purpose   catalogue.Purpose
}

// possibly are the recipients to whom the table could grant the item in that phase.
func (g *Gate) possibly(phase catalogue.Phase, item catalogue.ItemID) map[possible]bool {
	out := map[possible]bool{}
	for _, r := range g.table().Rows() {
		if r.Item == item && r.Phase == phase && r.Action == policy.Read && r.Form > catalogue.FormAggregate {
			out[possible{r.Recipient, r.Purpose}] = true
		}
	}
	return out
}

// Accounts are the missions that the accounts of a file stand for: the candidate's and
// those of the responsibles. The desk is asked, so that one that is gone is not listed.
func (g *Gate) Accounts(ctx context.Context, campaign string, candidate Ref) ([]Mission, error) {
	var out []Mission
	for n := range maxResponsibles + 1 {
		m, _, err := g.Desk.Standing(ctx, AccountID(candidate, n), campaign)
		if errors.Is(err, ErrNoSuchMission) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}
