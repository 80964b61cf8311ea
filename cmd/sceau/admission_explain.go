package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sceau/catalogue"
	"sceau/core"
	"sceau/core/explain"
	"sceau/core/session"
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

// explained is what a script may rely on.
type explained struct {
	Programme string           `json:"programme"`
	Group     string           `json:"group"`
	Boarding  bool             `json:"boarding"`
	Day       int              `json:"day"`
	Status    string           `json:"status"`
	Position  explain.Position `json:"position"`
	Waiting   *explain.Waiting `json:"waiting,omitempty"`
	GivenUp   *explain.GivenUp `json:"given_up,omitempty"`
	Said      []string         `json:"said"`
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
	rows := s.Session.Rows(who, v.Wish)
	if len(rows) == 0 {
		fmt.Fprintln(t.out, strings.Join(notInSession(s.Session, who, v.Wish), "\n"))
		return nil
	}
	for _, row := range rows {
		e, err := explainRow(s, row)
		if err != nil {
			return err
		}
		if e.GivenUp != nil {
			may, err := v.mayHearOrder(ctx, h, campaign)
			if err != nil {
				return err
			}
			if !may {
				e.GivenUp, e.Said = nil, append(e.Position.Phrases(), history(s, row)...)
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
	seen, err := v.read(ctx, h, campaign, "A15.X1", "A16.03", "A16.04", "A16.05")
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
	unit, err := crypto.ParseUnitID(v.Candidate)
	if err != nil {
		return who, "", err
	}
	who, err = crossing.PseudonymOf(ctx, campaign, unit, seen.Request, v.As)
	return who, seen.Request, err
}

// read asks the gate for some items of the candidate, all or nothing.
func (v admissionExplainVerb) read(ctx context.Context, h *house.House, campaign string, items ...catalogue.ItemID) (seen dossier.View, err error) {
	ask, err := asking{As: v.As, Purpose: "P1", Campaign: campaign, On: v.On}.ask(h)
	if err != nil {
		return seen, err
	}
	if ask.Candidate, err = crypto.ParseUnitID(v.Candidate); err != nil {
		return seen, misusef("%w: a candidate is named by an internal reference; `sceau dossier find` gives it", err)
	}
	ask.Items = items
	gate, err := h.Gate(ctx)
	if err != nil {
		return seen, err
	}
	return gate.Read(ctx, ask)
}

// mayHearOrder is whether this caller may read in which order the candidate put their
// wishes: a responsible may not.
func (v admissionExplainVerb) mayHearOrder(ctx context.Context, h *house.House, campaign string) (bool, error) {
	seen, err := v.read(ctx, h, campaign, "A15.13")
	if refusal := (*dossier.Refusal)(nil); errors.As(err, &refusal) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	seen.Forget()
	return true, nil
}

// notInSession says why a wish is in no group.
func notInSession(s *session.Session, who view.Pseudonym, programme string) []string {
	c, ok := s.View.Find(who)
	if !ok {
		return []string{"Ce dossier est arrivé après le gel de la session : il n'y est pas encore."}
	}
	for _, w := range s.View.Of(c) {
		switch {
		case s.View.Programmes[w.Programme] != programme:
		case !w.Confirmed || !w.Complete:
			return []string{"Ce vœu n'a pas été confirmé, ou son dossier est incomplet : il n'a pas été examiné."}
		case w.PedagogicalRank == 0:
			return []string{"La commission n'a pas classé ce vœu ; sa réponse et ses motifs se demandent à l'établissement."}
		default:
			return []string{"Ce vœu ne passe pas par l'ordre d'appel : un contrat d'apprentissage en décide."}
		}
	}
	return []string{"Ce vœu est arrivé après le gel de la session."}
}

// explainRow explains one wish, and computes each claim again before it is said.
func explainRow(s house.Standing, row int32) (e explained, err error) {
	roll, day := s.Morning.Roll, s.Morning
	w := &roll.Wishes
	g, c, i := int(w.Group[row]), w.Candidate[row], int(row)
	e = explained{Programme: s.Session.Groups[g].Programme, Group: s.Session.Groups[g].Group, Boarding: w.Kind[row]&core.WithBoarding != 0,
		Day: day.Number, Status: string(rune(day.Outcome.Status[row]))}
	ranking := s.Session.Ranking[g]
	if e.Position, err = explain.Called(ranking.Rates, ranking.Ranked, c); err != nil {
		return e, err
	}
	if err := e.Position.Recheck(ranking.Ranked, s.Session.Orders[g], c); err != nil {
		return e, err
	}
	e.Said, e.Position = e.Position.Phrases(), e.Position.Told()
	switch status := s.State.Status(row); {
	case status == core.Accepted:
		e.Said = append(e.Said, "Vous avez accepté cette proposition.")
	case status == core.Pending:
		said := "Vous avez une proposition pour ce vœu."
		if due, ok := s.State.Due(row); ok {
			said += fmt.Sprintf(" Vous avez jusqu'au %s à 23 h 59 pour répondre.", due)
		}
		e.Said = append(e.Said, said)
	case status == core.Waiting && day.Outcome.Status[row] == core.Waiting:
		why, err := explain.Why(roll, day.Morning, day.Outcome, i)
		if err != nil {
			return e, err
		}
		if err := why.Recheck(roll, day.Morning, day.Outcome, i); err != nil {
			return e, err
		}
		e.Waiting, e.Said = &why, append(e.Said, why.Phrases()...)
	default:
		if lost, err := explain.Lost(roll, day.Morning, day.Outcome, i); err == nil && day.Morning.Status[row].Live() {
			e.GivenUp, e.Said = &lost, append(e.Said, lost.Phrases()...)
			break
		}
		e.Said = append(e.Said, history(s, row)...)
	}
	return e, nil
}

// history says of a wish that stands no more what ended it, from the log.
func history(s house.Standing, row int32) (said []string) {
	for e := range s.State.Log().Of(s.Morning.Roll.Wishes.Candidate[row]) {
		if e.Wish == row {
			said = append(said, explain.Told(e))
		}
	}
	return said
}
