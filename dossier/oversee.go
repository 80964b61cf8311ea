package dossier

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"sceau/audit"
	"sceau/catalogue"
)

// supervision is the recipient in whose name it is asked what others would see, or have
// seen ("contrôle par le délégué à la protection des données").
const supervision catalogue.RecipientID = "C1"

// overseers are the recipients whose missions ask it: supervision, and the office where
// rights are exercised.
var overseers = []catalogue.RecipientID{supervision, "R1a-leg"}

// What a trace calls the questions of who oversees.
const (
	ActionSimulate  = "simulate"
	ActionWhoCanSee = "who-can-see"
	ActionWhoDid    = "who-did"
)

// An Overseer is who asks who sees, and who saw: a mission, or, where it is zero, whoever
// sits at the console of the platform and has every credential there.
type Overseer struct {
	Mission    string
	Credential Credential
}

// console stands in a trace for an overseer without a mission: nobody is said to have
// asked who did not.
const console = "console"

// oversee traces, for the candidate, that somebody looks at who may look. Nothing is
// said before the trace is durable.
func (g *Gate) oversee(ctx context.Context, by Overseer, a asking, candidate Ref, action, about string, items ...catalogue.ItemID) error {
	m, rule, err := g.overseer(ctx, by, a)
	if err != nil {
		return g.turnAway(ctx, Ask{Mission: by.Mission, Purpose: "P1", Candidate: candidate, Items: items}, action, err)
	}
	a.mission, a.purpose = m, "P1"
	h, err := g.follow(ctx, a, candidate)
	if errors.Is(err, ErrNoSuchCandidate) {
		return g.lost(ctx, a, g.event(a, h, rand.Text(), action), items, err)
	}
	if err != nil {
		return err
	}
	event := g.event(a, h, rand.Text(), action)
	event.Subject, event.Items, event.Decision, event.Rule, event.Detail = h.file[:], items, audit.Granted, rule, []byte(about)
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	return nil
}

// overseer finds out who asks, and by what right. Today, whichever day is asked about.
func (g *Gate) overseer(ctx context.Context, by Overseer, a asking) (Mission, string, error) {
	if by == (Overseer{}) {
		return Mission{ID: console, Recipient: supervision, Organisation: console}, "asked at the console, without a mission", nil
	}
	m, c, err := g.Desk.Standing(ctx, by.Mission, a.campaign.ID)
	if err != nil {
		return m, "", err
	}
	if !m.presents(by.Credential, g.Now().In(paris)) {
		return m, "", ErrNoSuchMission
	}
	// Of a frozen campaign too it is asked who sees: that is when it matters most.
	if slices.Contains(c.Frozen.Missions, m.ID) {
		return m, "", &Refusal{Recipient: m.Recipient, Purpose: "P1", Phase: a.phase, Act: "ask who sees a file", Article: security,
			Reason: "this mission is frozen"}
	}
	if !slices.Contains(overseers, m.Recipient) {
		return m, "", &Refusal{Recipient: m.Recipient, Purpose: "P1", Phase: a.phase, Act: "ask who sees a file", Article: "GDPR 39(1)(b)",
			Reason: "a mission of " + oneOf(overseers) + " does"}
	}
	return m, "GDPR 39(1)(b)", nil
}
