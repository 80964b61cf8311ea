package dossier

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"sceau/audit"
	"sceau/catalogue"
)

// Vouch finds out who gives a word that opens no file, such as the approval of an
// epoch, and traces it: granted to a mission in force of one of the recipients, refused
// to any other. Detail says what the word is about.
func (g *Gate) Vouch(ctx context.Context, ask Ask, action string, recipients []catalogue.RecipientID, detail string) error {
	g = g.pin()
	ask = g.worded(ask)
	a, err := g.admit(ctx, ask)
	if err != nil {
		return g.turnAway(ctx, ask, action, err)
	}
	event := g.event(a, held{}, rand.Text(), action)
	event.Subject, event.Candidate, event.Detail = nil, "", []byte(detail)
	event.Decision, event.Rule = audit.Granted, "second person"
	var refused *Refusal
	if !slices.Contains(recipients, a.mission.Recipient) {
		event.Decision = audit.Refused
		refused = &Refusal{Recipient: a.mission.Recipient, Purpose: a.purpose, Phase: a.phase, Act: action, Article: security,
			Reason: fmt.Sprintf("a mission of %s does", oneOf(recipients)), Request: event.Request}
	}
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	if refused != nil {
		return refused
	}
	return nil
}

// oneOf names recipients as people list them.
func oneOf(recipients []catalogue.RecipientID) string {
	words := make([]string, len(recipients))
	for i, r := range recipients {
		words[i] = string(r)
	}
	return strings.Join(words, " or ")
}
