package house

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/postgres/dossiers"
)

// Foresee says what a mission would get of a file on a day; see dossier.Gate.Foresee.
func (h *House) Foresee(ctx context.Context, by dossier.Overseer, ask dossier.Ask, on time.Time) ([]dossier.Foresight, error) {
	gate, err := h.Gate(ctx)
	if err != nil {
		return nil, err
	}
	return gate.Foresee(ctx, by, ask, on)
}

// WhoSees says who would be answered an item of a file today, or on another day; see
// dossier.Gate.WhoSees.
func (h *House) WhoSees(ctx context.Context, by dossier.Overseer, campaign string, candidate dossier.Ref, item catalogue.ItemID, on time.Time) ([]dossier.Viewer, error) {
	gate, c, err := h.overseer(ctx, campaign)
	if err != nil {
		return nil, err
	}
	p, err := h.pool(ctx, "sceau_gate")
	if err != nil {
		return nil, err
	}
	missions, err := dossiers.NewDesk(p).Missions(ctx)
	if err != nil {
		return nil, err
	}
	accounts, err := gate.Accounts(ctx, c.ID, candidate)
	if err != nil {
		return nil, err
	}
	return gate.WhoSees(ctx, by, append(missions, accounts...), c, candidate, item, on)
}

// WhoDid gives the history of a file; see dossier.Gate.WhoDid.
func (h *House) WhoDid(ctx context.Context, by dossier.Overseer, campaign string, candidate dossier.Ref, first, last time.Time) ([]dossier.Look, error) {
	gate, c, err := h.overseer(ctx, campaign)
	if err != nil {
		return nil, err
	}
	p, err := h.pool(ctx, "sceau_gate")
	if err != nil {
		return nil, err
	}
	traces, err := h.traceReader(ctx)
	if err != nil {
		return nil, err
	}
	return gate.WhoDid(ctx, by, dossiers.NewDesk(p), traces, c, candidate, first, last)
}

func (h *House) overseer(ctx context.Context, campaign string) (*dossier.Gate, dossier.Campaign, error) {
	gate, err := h.Gate(ctx)
	if err != nil {
		return nil, dossier.Campaign{}, err
	}
	if campaign, err = h.OnlyCampaign(ctx, campaign); err != nil {
		return nil, dossier.Campaign{}, err
	}
	register, err := h.Register(ctx)
	if err != nil {
		return nil, dossier.Campaign{}, err
	}
	all, err := register.Campaigns(ctx)
	if err != nil {
		return nil, dossier.Campaign{}, err
	}
	at := slices.IndexFunc(all, func(c dossier.Campaign) bool { return c.ID == campaign })
	if at < 0 {
		return nil, dossier.Campaign{}, fmt.Errorf("no campaign is named %s", campaign)
	}
	c := all[at]
	c.Frozen, err = register.Frozen(ctx, c.ID)
	return gate, c, err
}
