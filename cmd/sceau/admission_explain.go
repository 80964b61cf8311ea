package main

import (
	"context"
	"errors"
	"fmt"

	"sceau/internal/house"
	"sceau/internal/parts"
)

type admissionExplainVerb struct {
	As        string `required:"" placeholder:"MISSION" help:"The mission, or the candidate's account (S1.REF)."`
	Campaign  string `placeholder:"CAMPAIGN" help:"The campaign, where more than one is open."`
	On        string `help:"The day it is, in demonstration campaigns only." placeholder:"2026-06-14"`
	JSON      bool   `help:"Print JSON." name:"json"`
	Candidate string `arg:"" help:"The internal reference of the candidate."`
	Wish      string `arg:"" help:"The programme of the wish."`
}

func (admissionExplainVerb) Help() string {
	return `Says of each wish of the candidate for that programme where it stands after the last day, why, and what
the legal rates did, in words for the candidate. Whoever asks must be granted the wish, its ranks and its
answer; how wishes were ordered, and what the candidate counts as, is said to who may read that. Requests and
the crossing to the pseudonym are traced. Nothing said is about another person.`
}

func (v admissionExplainVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	ask, err := asking{As: v.As, Purpose: "P1", Campaign: v.Campaign, On: v.On}.ask(h)
	if err != nil {
		return err
	}
	if ask.Campaign, err = h.OnlyCampaign(ctx, v.Campaign); err != nil {
		return err
	}
	if ask.Candidate, err = candidate(v.Candidate); err != nil {
		return err
	}
	told, err := h.Explain(ctx, ask, v.Wish)
	if told.Request != "" {
		fmt.Fprintln(t.err, "sceau: traced under", told.Request)
	}
	if errors.Is(err, house.ErrNotHeard) {
		return misuse{err}
	}
	if err != nil {
		return err
	}
	for _, said := range told.Absent {
		if v.JSON {
			if err := printJSON(t, map[string]string{"absent": said}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintln(t.out, said)
	}
	for _, e := range told.Wishes {
		if v.JSON {
			if err := printJSON(t, e); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(t.out, "%s (%s)%s, jour %d\n", e.Programme, e.Group, map[bool]string{true: ", avec internat"}[e.Boarding], e.Day)
		for _, said := range e.Said {
			fmt.Fprintln(t.out, "  "+said)
		}
	}
	return nil
}
