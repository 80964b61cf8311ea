package house

import (
	"context"
	"errors"

	"sceau/catalogue"
	"sceau/core/session"
	"sceau/core/view"
	"sceau/dossier"
)

// ErrNoSuchWish means that the candidate has no wish for that programme, or none that the
// mission may see: the two are not told apart.
var ErrNoSuchWish = errors.New("the candidate has no such wish, or none that this mission may see")

// An Explained is what is said of the wishes of a candidate for one programme.
type Explained struct {
	Request string // that the reading and the crossing are traced under; empty of a refusal
	Absent  string // why there is nothing to explain, where there is not
	Wishes  []session.Explanation
}

// Explain says of each wish of the candidate for a programme where it stands after the
// last day. Whoever asks is granted the wish, its ranks and its answer, or is refused; the
// order of preference is left out for who may not read it.
//
// Errors: those of Gate.Read, ErrNoSuchWish, admission.ErrOtherDay, run.ErrRecord.
func (h *House) Explain(ctx context.Context, ask dossier.Ask, programme string) (out Explained, err error) {
	gate, err := h.Gate(ctx)
	if err != nil {
		return out, err
	}
	who, request, err := h.cross(ctx, gate, ask, programme)
	if err != nil {
		return out, err
	}
	out.Request = request
	a, err := h.Admission(ctx, ask.Campaign, nil)
	if err != nil {
		return out, err
	}
	s, err := a.Standing(ctx)
	if err != nil {
		return out, err
	}
	rows := s.Rows(who, programme)
	if len(rows) == 0 {
		out.Absent = s.Absent(who, programme)
	}
	for _, row := range rows {
		e, err := s.Explain(row, true)
		if err != nil {
			return out, err
		}
		// Only why a wish was given up rests on the order of preference.
		if e.GivenUp != nil {
			may, err := mayHearOrder(ctx, gate, ask)
			if err != nil {
				return out, err
			}
			if e, err = s.Explain(row, may); err != nil {
				return out, err
			}
		}
		out.Wishes = append(out.Wishes, e)
	}
	return out, nil
}

// cross asks the gate whether this caller may read the wish and its rank, and then opens
// the pseudonym, under the same request.
func (h *House) cross(ctx context.Context, gate *dossier.Gate, ask dossier.Ask, programme string) (who view.Pseudonym, request string, err error) {
	ask.Items = []catalogue.ItemID{"A15.X1", "A16.03", "A16.04", "A16.05"}
	seen, err := gate.Read(ctx, ask)
	if err != nil {
		return who, "", err
	}
	defer seen.Forget()
	if !seen.ShowsWish(programme) {
		return who, "", ErrNoSuchWish
	}
	crossing, err := h.Projection(ctx, nil)
	if err != nil {
		return who, "", err
	}
	who, err = crossing.PseudonymOf(ctx, ask.Campaign, ask.Candidate, ask.On, seen.Request, ask.Mission)
	return who, seen.Request, err
}

// mayHearOrder is whether this caller may read in which order the candidate put their
// wishes: a responsible may not.
func mayHearOrder(ctx context.Context, gate *dossier.Gate, ask dossier.Ask) (bool, error) {
	ask.Items = []catalogue.ItemID{"A15.13"}
	seen, err := gate.Read(ctx, ask)
	if refusal := (*dossier.Refusal)(nil); errors.As(err, &refusal) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	seen.Forget()
	return true, nil
}
