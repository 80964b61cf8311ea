package house

import (
	"context"
	"errors"

	"sceau/catalogue"
	"sceau/core/session"
	"sceau/core/view"
	"sceau/dossier"
)

// ErrNotHeard means that the candidate has no wish for that programme, or none that the
// mission may see: the two are not told apart.
var ErrNotHeard = errors.New("the candidate has no such wish, or none that this mission may see")

// An Explained is what is said of the wishes of a candidate for one programme.
type Explained struct {
	Request string // that the reading, and the crossing if any, are traced under
	Wishes  []session.Explanation
	Absent  []string // of each wish that takes no part in the session, why
}

// Explain says of each wish of the candidate for a programme where it stands after the
// last day. Whoever asks is granted the wish, its ranks and its answer, or is refused; what
// else an explanation rests on is left out for who may not read it.
//
// Errors: those of Gate.Read, ErrNotHeard, admission.ErrOtherDay, run.ErrRecord.
func (h *House) Explain(ctx context.Context, ask dossier.Ask, programme string) (out Explained, err error) {
	gate, err := h.Gate(ctx)
	if err != nil {
		return out, err
	}
	seen, err := reading(ctx, gate, ask, "A15.X1", "A16.03", "A16.04", "A16.05")
	if err != nil {
		return out, err
	}
	defer seen.Forget()
	out.Request = seen.Request
	if !seen.ShowsWish(programme) {
		return out, ErrNotHeard
	}
	crossing, err := h.Projection(ctx, nil)
	if err != nil {
		return out, err
	}
	who, err := crossing.PseudonymOf(ctx, ask.Campaign, ask.Candidate, ask.On, out.Request, ask.Mission)
	if err != nil {
		return out, err
	}
	a, err := h.Admission(ctx, ask.Campaign, nil)
	if err != nil {
		return out, err
	}
	s, err := a.Standing(ctx)
	if err != nil {
		return out, err
	}
	out.Absent = s.Absent(who, programme)
	rows := s.Rows(who, programme)
	if len(rows) == 0 {
		return out, nil
	}
	hears, err := hearing(ctx, gate, ask)
	if err != nil {
		return out, err
	}
	for _, row := range rows {
		e, err := s.Explain(row, hears)
		if err != nil {
			return out, err
		}
		out.Wishes = append(out.Wishes, e)
	}
	return out, nil
}

// hearing asks the gate for what an explanation may rest on beside ranks and answers. A
// refusal is no error: that part is then not said.
func hearing(ctx context.Context, gate *dossier.Gate, ask dossier.Ask) (hears session.Hears, err error) {
	for column, may := range map[string]*bool{"preference_rank": &hears.Order, "est_boursier": &hears.Bursary, "est_du_secteur": &hears.Sector} {
		seen, err := reading(ctx, gate, ask, view.Items(column)...)
		if refusal := (*dossier.Refusal)(nil); errors.As(err, &refusal) {
			continue
		}
		if err != nil {
			return hears, err
		}
		seen.Forget()
		*may = true
	}
	return hears, nil
}

// reading asks for some items. To ask for none is to ask for all that is granted.
func reading(ctx context.Context, gate *dossier.Gate, ask dossier.Ask, items ...catalogue.ItemID) (dossier.View, error) {
	if len(items) == 0 {
		return dossier.View{}, errors.New("an explanation asks for nothing that the view has no column of")
	}
	ask.Items = items
	return gate.Read(ctx, ask)
}
