package house

import (
	"context"
	"fmt"
	"time"

	"sceau/audit"
	"sceau/dossier"
	"sceau/internal/blobs"
	"sceau/internal/postgres/dossiers"
	"sceau/internal/whole"
)

// Intake opens the way in, for the campaigns named.
func (h *House) Intake(ctx context.Context, campaigns ...string) (*dossier.Intake, error) {
	log, err := h.Traces(ctx, "intake")
	if err != nil {
		return nil, err
	}
	return h.intake(ctx, log, campaigns...)
}

func (h *House) intake(ctx context.Context, log *audit.Log, campaigns ...string) (*dossier.Intake, error) {
	pool, err := h.pool(ctx, "sceau_intake")
	if err != nil {
		return nil, err
	}
	documents, err := blobs.Open(h.Path("blobs"))
	if err != nil {
		return nil, err
	}
	activation, err := h.activation()
	if err != nil {
		return nil, err
	}
	ring, err := h.rings.of("intake")
	if err != nil {
		return nil, err
	}
	in := &dossier.Intake{
		Catalogue: h.Catalogue, Forms: h.Forms, Layout: h.Layout, Ring: ring,
		Vestry: dossiers.Vestry{DB: pool, Layout: h.Layout, Scopes: &dossiers.Scopes{}}, Traces: log, Connections: log,
		Documents: documents, Activation: activation, Now: h.Now, References: map[string]*dossier.Reference{},
	}
	for _, c := range campaigns {
		if in.References[c], err = (dossiers.Vestry{DB: pool}).Reference(ctx, c); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// GiveMissions seals the agents of a mission file, writes one credential for each
// mission, and adds the missions: all or none.
func (h *House) GiveMissions(ctx context.Context, orders []dossier.MissionOrder) error {
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	campaigns := map[string][]dossier.MissionOrder{}
	for _, o := range orders {
		known, err := register.HasMission(ctx, o.Mission)
		if err != nil {
			return err
		}
		if known {
			return fmt.Errorf("mission %s was given already: a mission is ended, never changed", o.Mission)
		}
		campaigns[o.Campaign] = append(campaigns[o.Campaign], o)
	}
	in, err := h.Intake(ctx)
	if err != nil {
		return err
	}
	for campaign, orders := range campaigns {
		if _, err := h.OnlyCampaign(ctx, campaign); err != nil {
			return err
		}
		agents, err := in.EnterAgents(ctx, campaign, orders)
		if err != nil {
			return err
		}
		missions := make([]dossier.Mission, len(orders))
		credentials := make([]dossier.Credential, len(orders))
		for i, o := range orders {
			until, err := time.Parse(time.DateOnly, o.Until)
			if err != nil {
				return err
			}
			credentials[i] = dossier.NewCredential()
			missions[i] = dossier.Mission{ID: o.Mission, Campaign: campaign, Recipient: o.Recipient, Organisation: o.Organisation,
				Scopes: o.Scopes, Until: until, Credential: credentials[i].Digest()}
		}
		if err := register.AddMissions(ctx, missions, agents); err != nil {
			return err
		}
		for i, m := range missions {
			// A file left by a mission that was never added holds no right.
			if err := whole.Write(h.Path("missions", m.ID+".key"), credentials[i].Text()); err != nil {
				return err
			}
		}
	}
	return nil
}
