package dossier

import (
	"context"
	"slices"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/policy"
)

// A Foreseen is one item that a mission would be answered, in one form.
type Foreseen struct {
	Item     catalogue.ItemID `json:"item"`
	Form     string           `json:"form"`
	Derive   catalogue.Derive `json:"derive"`
	Records  int              `json:"records"` // 0 where the file has none, or the value is compared only
	Article  string           `json:"article"`
	SheetRow string           `json:"sheet_row"`
}

// A Foresight is what a mission would get of a file, for one purpose, on one day.
type Foresight struct {
	Recipient    catalogue.RecipientID `json:"recipient"`
	Organisation string                `json:"organisation"`
	Purpose      catalogue.Purpose     `json:"purpose"`
	Phase        catalogue.Phase       `json:"phase"`
	Items        []Foreseen            `json:"items"`
	Refused      string                `json:"refused,omitempty"` // why nothing at all would be answered
	Article      string                `json:"article,omitempty"`
}

// Foresee says which items a mission would get of a file on a day, and in which forms.
// It takes the steps of Read up to the trace, with the same facts and the same
// ciphertext selected, and stops there: no key of a class or of a person is used, and
// nothing is opened. So any day may be named, in any campaign; and the credential is
// not asked for, because it is not the mission that asks.
//
// What it tells is not nothing: that a programme would see a file is that it was asked
// for. It is traced for the candidate, as an act of supervision, by whoever asks.
//
// Errors: *Refusal to who may not ask, ErrNoSuchMission, ErrNoSuchCandidate, ErrNoPolicy,
// ErrNotTraced.
func (g *Gate) Foresee(ctx context.Context, by Overseer, ask Ask, on time.Time) ([]Foresight, error) {
	g = g.pin()
	m, c, err := g.Desk.Standing(ctx, ask.Mission, ask.Campaign)
	if err != nil {
		return nil, err
	}
	if g.table() == nil {
		return nil, ErrNoPolicy
	}
	a := asking{mission: m, campaign: c, on: on, phase: c.Calendar.Phase(on)}
	if a.key, err = g.routing(ctx, c); err != nil {
		return nil, err
	}
	if err := g.oversee(ctx, by, a, ask.Candidate, ActionSimulate, "as "+m.ID); err != nil {
		return nil, err
	}
	var out []Foresight
	for _, p := range g.Catalogue.Purposes() {
		if ask.Purpose != "" && ask.Purpose != p.ID {
			continue
		}
		a.purpose = p.ID
		f, err := g.foresee(ctx, a, ask.Candidate)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func (g *Gate) foresee(ctx context.Context, a asking, candidate Ref) (Foresight, error) {
	f := Foresight{Recipient: a.mission.Recipient, Organisation: a.mission.Organisation, Purpose: a.purpose, Phase: a.phase, Items: []Foreseen{}}
	refuse := func(r *Refusal) (Foresight, error) {
		f.Refused, f.Article = r.Reason, r.Article
		return f, nil
	}
	if !a.mission.inForce(a.on) {
		return refuse(&Refusal{Reason: "the mission is not in force on that day", Article: "RET-13"})
	}
	if r := a.frozen(); r != nil {
		return refuse(r)
	}
	// What is left of an hour or a day is the mission's own, and nothing to foresee.
	if g.table().Limit(a.mission.Recipient).Request == 0 {
		return refuse(&Refusal{Reason: "the table answers no file to this recipient", Article: "Art. 3"})
	}
	h, err := g.follow(ctx, a, candidate)
	if err != nil {
		return f, err
	}
	wanted, refused := g.plan(a, h, nil)
	if refused != nil {
		return refuse(refused)
	}
	answers, err := g.fetch(ctx, a, h, wanted)
	if err != nil {
		return f, err
	}
	answers, empty, refused := g.settle(a, h, wanted, answers, false)
	if refused != nil {
		return refuse(refused)
	}
	answers, _ = apart(wanted, answers) // as where no item is named
	for _, x := range answers {
		f.add(g.table().Row(x.grant.Row), wanted[x.want].item.ID, x.grant, 1)
	}
	q, err := g.query(a)
	if err != nil {
		return refuse(g.outside(a, "A01.01", err))
	}
	for _, w := range wanted {
		grant, ok := g.onNoRecord(&q, a, h, w)
		if ok && (grant.Derive == "match" || slices.Contains(empty, w.item.ID)) {
			f.add(g.table().Row(grant.Row), w.item.ID, grant, 0)
		}
	}
	slices.SortStableFunc(f.Items, func(x, y Foreseen) int {
		return g.Catalogue.ItemIndex(x.Item) - g.Catalogue.ItemIndex(y.Item)
	})
	return f, nil
}

func (f *Foresight) add(row policy.Row, item catalogue.ItemID, grant policy.Grant, records int) {
	one := Foreseen{Item: item, Form: grant.Form.String(), Derive: grant.Derive, Article: row.Article, SheetRow: row.SheetRow}
	at := slices.IndexFunc(f.Items, func(x Foreseen) bool { x.Records = 0; return x == one })
	if at < 0 {
		f.Items, at = append(f.Items, one), len(f.Items)
	}
	f.Items[at].Records += records
}

// routing gives the routing key of a campaign to who supervises.
func (g *Gate) routing(ctx context.Context, c Campaign) (*crypto.RoutingKey, error) {
	ring, err := g.Rings.Ring(supervision, ClassRouting)
	if err != nil {
		return nil, err
	}
	return ring.Routing(ctx, c.ID)
}
