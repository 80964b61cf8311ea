package main

import (
	"context"
	"fmt"
	"strings"

	"sceau/catalogue"
	"sceau/internal/house"
	"sceau/internal/parts"
)

// braking names what an incident stops.
type braking struct {
	Campaign string `placeholder:"CAMPAIGN" help:"The whole campaign; with --class, the class of that campaign alone."`
	Class    string `placeholder:"CLASS" help:"A class of data (health), in every campaign."`
	Mission  string `placeholder:"MISSION" help:"One mission."`
	JSON     bool   `help:"Print JSON." name:"json"`
}

func (v braking) run(ctx context.Context, t *terminal, done string, do func(*house.House, house.Brake) ([]string, error)) error {
	if v.Campaign+v.Class+v.Mission == "" || v.Mission != "" && v.Campaign+v.Class != "" {
		return misusef("name one of --campaign, --class and --mission; a class may have a campaign")
	}
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	campaigns, err := do(h, house.Brake{Campaign: v.Campaign, Class: catalogue.ClassID(v.Class), Mission: v.Mission})
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, map[string]any{"campaigns": campaigns, "class": v.Class, "mission": v.Mission, "done": done})
	}
	what := "campaign " + strings.Join(campaigns, ", ")
	switch {
	case v.Mission != "":
		what = "mission " + v.Mission
	case v.Class != "":
		what = "class " + v.Class + " of " + what
	}
	fmt.Fprintf(t.out, "%s is %s\n", what, done)
	return nil
}

type keysFreezeVerb struct {
	braking `embed:""`
}

func (v keysFreezeVerb) Run(ctx context.Context, t *terminal) error {
	return v.run(ctx, t, "frozen", func(h *house.House, b house.Brake) ([]string, error) { return h.Freeze(ctx, b, operator()) })
}

type keysThawVerb struct {
	braking `embed:""`
}

func (v keysThawVerb) Run(ctx context.Context, t *terminal) error {
	return v.run(ctx, t, "thawed", func(h *house.House, b house.Brake) ([]string, error) { return h.Thaw(ctx, b, operator()) })
}
