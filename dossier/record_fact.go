package dossier

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
)

// A FactBook keeps recorded facts.
type FactBook interface {
	AddFacts(ctx context.Context, campaign string, facts []FactRow) error
	// EndFact ends a fact that stands, and says who recorded it.
	EndFact(ctx context.Context, id, by string) error
	// Fact finds a fact that stands, and its campaign.
	Fact(ctx context.Context, id string) (campaign string, f FactRow, err error)
}

// ErrNoSuchFact means that no fact of that id stands.
var ErrNoSuchFact = errors.New("no such fact")

// RecordFact records a fact as the mission that presents the credential. Who may
// record what is in the catalogue. The recorder has a relation with the file that no
// recorded fact made, or a head of school could open anybody's file to a teacher;
// and nobody reads by a fact of their own recording.
func (g *Gate) RecordFact(ctx context.Context, book FactBook, f Fact, credential Credential, on time.Time) error {
	g = g.pin()
	ref, err := crypto.ParseUnitID(f.Candidate)
	if err != nil {
		return fmt.Errorf("fact %s: candidate is an internal reference", f.ID)
	}
	a, err := g.admit(ctx, Ask{Mission: f.By, Credential: credential, Purpose: "P1", On: on})
	if err != nil {
		ask := Ask{Mission: f.By, Purpose: "P1", Candidate: ref}
		return fmt.Errorf("fact %s: %w", f.ID, g.turnAway(ctx, ask, "record", err))
	}
	kind, err := recorded(g.Catalogue, f.Kind)
	if err != nil {
		return fmt.Errorf("fact %s: %w", f.ID, err)
	}
	h, err := g.follow(ctx, a, ref)
	if err != nil {
		return fmt.Errorf("fact %s: %w", f.ID, err)
	}
	event := g.event(a, h, rand.Text(), "record "+f.Kind)
	event.Decision, event.Rule = audit.Granted, "recorded_by"
	reason := ""
	switch {
	case !slices.Contains(kind.by, a.mission.Recipient):
		reason = fmt.Sprintf("a fact %s is recorded by %v", f.Kind, kind.by)
	case !f.To.within(kind.to):
		reason = fmt.Sprintf("a fact %s names %s", f.Kind, reachWords[kind.to])
	case h.routed == 0:
		reason = "no relation with that candidate"
	}
	if reason != "" {
		event.Decision = audit.Refused
	}
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	if reason != "" {
		return &Refusal{Recipient: a.mission.Recipient, Purpose: "P1", Phase: a.phase, Act: "record " + f.Kind, Article: "Art. 3",
			Reason: reason, Request: event.Request}
	}
	row, err := g.sealFact(a, f, ref)
	if err != nil {
		return fmt.Errorf("fact %s: %w", f.ID, err)
	}
	return book.AddFacts(ctx, a.campaign.ID, []FactRow{row})
}

func (g *Gate) sealFact(a asking, f Fact, ref Ref) (FactRow, error) {
	to, err := f.To.key()
	if err != nil {
		return FactRow{}, err
	}
	d := factDetail{Candidate: ref, Class: f.Class, Item: f.Item}
	if f.Record != "" {
		if d.Record, err = crypto.ParseRecordID(f.Record); err != nil {
			return FactRow{}, errors.New("record is not an id of a record")
		}
	}
	row := FactRow{ID: f.ID, Kind: f.Kind, Tag: factTag(a.key, f.Kind, to, ref), RecordedBy: recorder(a), From: civil(a.on)}
	if f.From != "" {
		row.From, _ = time.Parse(time.DateOnly, f.From)
	}
	if f.Until != "" {
		row.Until, _ = time.Parse(time.DateOnly, f.Until)
	}
	row.Sealed, err = a.key.Seal(nil, factScope(f.Kind), f.ID, row.bound(), d.encode())
	return row, err
}

func civil(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// recorder names who records. A mission stands by its name; an account would be the
// candidate's reference in clear beside the kind of the fact, so a tag stands for it.
func recorder(a asking) string {
	if a.mission.Candidate == (Ref{}) {
		return a.mission.ID
	}
	tag := a.key.Tag("recorder", a.mission.ID, a.mission.Candidate)
	return string(a.mission.Recipient) + ":" + crypto.UnitID(tag).String()
}

// RecordedBy names the mission or the account that recorded a fact that stands, so
// that it can be asked to end it. Behind a tag stands an account of the candidate whom
// the fact is about: accounts record about their own file only.
func (g *Gate) RecordedBy(ctx context.Context, book FactBook, id string) (string, error) {
	campaign, f, err := book.Fact(ctx, id)
	if err != nil {
		return "", err
	}
	recipient, _, tagged := strings.Cut(f.RecordedBy, ":")
	if !tagged {
		return f.RecordedBy, nil
	}
	r := catalogue.RecipientID(recipient)
	ring, err := g.Rings.Ring(r, ClassRouting)
	if err != nil {
		return "", err
	}
	key, err := ring.Routing(ctx, campaign)
	if err != nil {
		return "", err
	}
	raw, err := key.Open(nil, factScope(f.Kind), f.ID, f.bound(), f.Sealed)
	if err != nil {
		return "", fmt.Errorf("fact %s: %w", id, err)
	}
	d, err := decodeFact(raw)
	if err != nil {
		return "", fmt.Errorf("fact %s: %w", id, err)
	}
	for n := range maxResponsibles + 1 {
		account := Mission{ID: AccountID(d.Candidate, n), Recipient: r, Candidate: d.Candidate}
		if recorder(asking{mission: account, key: key}) == f.RecordedBy {
			return account.ID, nil
		}
	}
	return "", fmt.Errorf("fact %s was recorded by no account of its candidate", id)
}

// EndFact ends a fact, as the mission that recorded it.
func (g *Gate) EndFact(ctx context.Context, book FactBook, id string, mission string, credential Credential) error {
	g = g.pin()
	ask := Ask{Mission: mission, Credential: credential, Purpose: "P1"}
	a, err := g.admit(ctx, ask)
	if err != nil {
		return fmt.Errorf("fact %s: %w", id, g.turnAway(ctx, ask, "end fact", err))
	}
	_, f, err := book.Fact(ctx, id)
	if err != nil {
		return err
	}
	by := recorder(a)
	event := g.event(a, held{}, rand.Text(), "end fact")
	event.Subject, event.Candidate, event.Decision, event.Rule = nil, "", audit.Granted, id
	if f.RecordedBy != by {
		event.Decision = audit.Refused
	}
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	if f.RecordedBy != by {
		return &Refusal{Recipient: a.mission.Recipient, Purpose: "P1", Phase: a.phase, Act: "end fact " + id, Article: "Art. 3",
			Reason: "another mission recorded it", Request: event.Request}
	}
	return book.EndFact(ctx, id, by)
}
