package dossier

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sceau/audit"
	"sceau/catalogue"
)

// A Look is one line of the history of a file ("qui a vu"): who looked, as an
// organisation and a recipient of the decree and never as a person (CJEU C-579/21), for
// what, when, at which data, and whether it was refused.
type Look struct {
	At           time.Time             `json:"at"`
	Recipient    catalogue.RecipientID `json:"recipient"`
	Organisation string                `json:"organisation"`
	Purpose      catalogue.Purpose     `json:"purpose"`
	Action       string                `json:"action"`
	Decision     string                `json:"decision"`
	Rule         string                `json:"rule"`
	Policy       string                `json:"policy"` // the table that decided, for `policy decide --of`
	Items        []catalogue.ItemID    `json:"items"`
	Trace        string                `json:"trace"`
}

// A History reads the traces of one person back.
type History interface {
	Subject(ctx context.Context, fileNos [][]byte, first, last audit.Day) ([]audit.Entry, error)
}

// Scopes lists every scope of a campaign that may know a file: those in use, and those
// that the campaign itself stands on, so that no one table decides what a history tells.
type Scopes interface {
	Scopes(ctx context.Context, campaign string) ([]Scope, error)
}

// WhoDid gives the history of a file between two days, oldest first. Traces stand under
// a number for each scope that knows the file, and nothing but the routing key joins
// them: so each scope in use is tried, and each recipient who has no scope.
//
// Reading traces is an access: it is traced before anything is said.
//
// Errors: *Refusal to who may not ask, ErrNoSuchMission, ErrNoSuchCandidate, ErrNoPolicy,
// ErrNotTraced, and crypto.ErrOpen where a route of the file was altered.
func (g *Gate) WhoDid(ctx context.Context, by Overseer, scopes Scopes, traces History, c Campaign, candidate Ref, first, last time.Time) ([]Look, error) {
	g = g.pin()
	if g.table() == nil {
		return nil, ErrNoPolicy
	}
	a := asking{campaign: c, on: last, phase: c.Calendar.Phase(last)}
	var err error
	if a.key, err = g.routing(ctx, c); err != nil {
		return nil, err
	}
	if err := g.oversee(ctx, by, a, candidate, ActionWhoDid, ""); err != nil {
		return nil, err
	}
	numbers, err := g.numbers(ctx, scopes, a, candidate)
	if err != nil {
		return nil, err
	}
	entries, err := traces.Subject(ctx, numbers, audit.DayOf(first), audit.DayOf(last))
	if err != nil {
		return nil, fmt.Errorf("reading the history of a file: %w", err)
	}
	out := make([]Look, len(entries))
	for i, e := range entries {
		out[i] = Look{At: e.At, Recipient: catalogue.RecipientID(e.Recipient), Organisation: e.Organisation, Purpose: catalogue.Purpose(e.Purpose),
			Action: e.Action, Decision: e.Decision, Rule: e.Rule, Policy: e.Policy, Items: e.Items,
			Trace: audit.Receipt{Day: e.Day, Seq: e.Seq}.String()}
	}
	return out, nil
}

// numbers are all under which a file is known. Each route is opened: one that was moved
// or renumbered makes an error, where the history would be shorter and look whole.
func (g *Gate) numbers(ctx context.Context, list Scopes, a asking, candidate Ref) ([][]byte, error) {
	scopes, err := list.Scopes(ctx, a.campaign.ID)
	if err != nil {
		return nil, err
	}
	scopes = append(scopes, Scope{ScopeFile, ""})
	for _, academy := range g.Catalogue.Values("academies") {
		scopes = append(scopes, Scope{ScopeAcademy, academy}, Scope{ScopeAcademyOfProgramme, academy})
	}
	tags := make([][16]byte, 0, len(scopes))
	tried := make(map[Scope]bool, len(scopes))
	for _, s := range scopes {
		if !tried[s] {
			tried[s] = true
			tags = append(tags, a.key.Tag(string(s.Kind), s.ID, candidate))
		}
	}
	routes, _, err := g.Desk.Follow(ctx, a.campaign.ID, tags, nil)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, r := range routes {
		p, err := leads(a, r)
		if err == nil && p.Candidate != candidate {
			err = fmt.Errorf("routing row of %s leads elsewhere", r.Scope.Kind)
		}
		if err != nil {
			return nil, fmt.Errorf("the history of this file cannot be told whole: %w", err)
		}
		out = append(out, slices.Clone(r.FileNo[:]))
	}
	for _, r := range g.Catalogue.Recipients() {
		tag := a.key.Tag(string(ScopeRecipient), string(r.ID), candidate)
		out = append(out, tag[:])
	}
	return out, nil
}
