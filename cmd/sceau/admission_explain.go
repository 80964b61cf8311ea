package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sceau/catalogue"
	"sceau/core/view"
	"sceau/crypto"
	"sceau/dossier"
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
answer; how wishes were ordered is said to who may read that order. Requests and the crossing to the
pseudonym are traced. Nothing said is about another person.`
}

func (v admissionExplainVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	campaign, err := h.OnlyCampaign(ctx, v.Campaign)
	if err != nil {
		return err
	}
	who, request, err := v.cross(ctx, h, campaign)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.err, "sceau: traced under", request)
	a, err := h.Admission(ctx, campaign, nil)
	if err != nil {
		return err
	}
	s, err := a.Standing(ctx)
	if err != nil {
		return err
	}
	rows := s.Rows(who, v.Wish)
	if len(rows) == 0 {
		fmt.Fprintln(t.out, s.Absent(who, v.Wish))
		return nil
	}
	for _, row := range rows {
		e, err := s.Explain(row, true)
		if err != nil {
			return err
		}
		if e.GivenUp != nil {
			may, err := v.mayHearOrder(ctx, h, campaign)
			if err != nil {
				return err
			}
			if !may {
				if e, err = s.Explain(row, false); err != nil {
					return err
				}
			}
		}
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

// cross asks the gate whether this caller may read the wish and its rank, and then opens
// the pseudonym, under the same request.
func (v admissionExplainVerb) cross(ctx context.Context, h *house.House, campaign string) (who view.Pseudonym, request string, err error) {
	seen, asked, err := v.read(ctx, h, campaign, "A15.X1", "A16.03", "A16.04", "A16.05")
	if err != nil {
		return who, "", err
	}
	defer seen.Forget()
	// Record by record: who may see one wish of a candidate may not hear of another.
	mine := slices.ContainsFunc(seen.Fields, func(f dossier.Field) bool {
		return f.Item == "A15.X1" && f.Form == catalogue.FormClear && string(f.Value.Reveal()) == fmt.Sprintf("%q", v.Wish)
	})
	if !mine {
		return who, "", misusef("the candidate has no such wish, or none that this mission may see")
	}
	crossing, err := h.Projection(ctx, nil)
	if err != nil {
		return who, "", err
	}
	who, err = crossing.PseudonymOf(ctx, campaign, asked.Candidate, asked.On, seen.Request, v.As)
	return who, seen.Request, err
}

// read asks the gate for some items of the candidate, all or nothing.
func (v admissionExplainVerb) read(ctx context.Context, h *house.House, campaign string, items ...catalogue.ItemID) (seen dossier.View, ask dossier.Ask, err error) {
	if ask, err = (asking{As: v.As, Purpose: "P1", Campaign: campaign, On: v.On}).ask(h); err != nil {
		return seen, ask, err
	}
	if ask.Candidate, err = crypto.ParseUnitID(v.Candidate); err != nil {
		return seen, ask, misusef("%w: a candidate is named by an internal reference; `sceau dossier find` gives it", err)
	}
	ask.Items = items
	gate, err := h.Gate(ctx)
	if err != nil {
		return seen, ask, err
	}
	seen, err = gate.Read(ctx, ask)
	return seen, ask, err
}

// mayHearOrder is whether this caller may read in which order the candidate put their
// wishes: a responsible may not.
func (v admissionExplainVerb) mayHearOrder(ctx context.Context, h *house.House, campaign string) (bool, error) {
	seen, _, err := v.read(ctx, h, campaign, "A15.13")
	if refusal := (*dossier.Refusal)(nil); errors.As(err, &refusal) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	seen.Forget()
	return true, nil
}
