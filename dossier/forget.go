package dossier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sceau/audit"
	"sceau/crypto"
)

// A Target is what is to be forgotten ("droit à l'effacement", GDPR art. 17): a
// candidate with everything that is theirs, one responsible, or the documents that
// supported one decision.
type Target struct {
	Candidate   Ref
	Responsible int    // from 1; 0 is none
	Bundle      string // kind of bundle; empty is none
}

// ParseTarget reads REF, REF/responsible-2 or REF/identity-proof.
func ParseTarget(text string, l *Layout) (Target, error) {
	ref, part, divided := strings.Cut(text, "/")
	var t Target
	var err error
	if t.Candidate, err = crypto.ParseUnitID(ref); err != nil {
		return t, fmt.Errorf("%w: a candidate is named by an internal reference", err)
	}
	if !divided {
		return t, nil
	}
	if n, ok := strings.CutPrefix(part, KindResponsible+"-"); ok {
		if t.Responsible, err = strconv.Atoi(n); err == nil && t.Responsible >= 1 && t.Responsible <= maxResponsibles && strconv.Itoa(t.Responsible) == n {
			return t, nil
		}
		return t, fmt.Errorf("responsibles go from %s-1 to %s-%d", KindResponsible, KindResponsible, maxResponsibles)
	}
	if !slices.Contains(l.bundles, part) {
		return t, fmt.Errorf("behind the reference stands %s-1 to %s-%d, or a bundle: %s", KindResponsible, KindResponsible, maxResponsibles, strings.Join(l.bundles, ", "))
	}
	t.Bundle = part
	return t, nil
}

func (t Target) String() string {
	switch {
	case t.Responsible > 0:
		return fmt.Sprintf("%s/%s-%d", t.Candidate, KindResponsible, t.Responsible)
	case t.Bundle != "":
		return t.Candidate.String() + "/" + t.Bundle
	}
	return t.Candidate.String()
}

// Whole says whether the candidate goes, and with them every unit of the file.
func (t Target) Whole() bool { return t.Responsible == 0 && t.Bundle == "" }

// Units are those whose secrets go, the one that was named first.
func (t Target) Units(l *Layout) []crypto.UnitID {
	switch {
	case t.Responsible > 0:
		return []crypto.UnitID{Responsible(t.Candidate, t.Responsible)}
	case t.Bundle != "":
		return []crypto.UnitID{Bundle(t.Candidate, t.Bundle)}
	}
	units := []crypto.UnitID{t.Candidate}
	for n := range maxResponsibles {
		units = append(units, Responsible(t.Candidate, n+1))
	}
	for _, bundle := range l.bundles {
		units = append(units, Bundle(t.Candidate, bundle))
	}
	return units
}

// A Forgetting takes a person out of what lives, at once: their secrets first, without
// which nothing of theirs opens on any node, and then what leads to them. What lies in
// backups follows with the next epoch.
type Forgetting struct {
	Layout *Layout
	Ring   *crypto.Keyring // follows routes
	Keys   crypto.Forgetter
	Files  Eraser
	Traces Recorder
	Now    func() time.Time
}

// An Eraser removes what is not under the secret of the person: routes, indexes,
// accounts, the hash of a password.
type Eraser interface {
	// Scopes lists every scope that may have a route.
	Scopes(ctx context.Context, campaign string) ([]Scope, error)
	// Route finds a route by its tag.
	Route(ctx context.Context, campaign string, tag [16]byte) (Route, bool, error)
	// EraseFile removes everything of a candidate, with the routes of those tags, all
	// or none. Done twice it changes nothing.
	EraseFile(ctx context.Context, campaign string, c Ref, tags [][16]byte) error
	// EraseAccount removes the account of one responsible.
	EraseAccount(ctx context.Context, campaign string, c Ref, responsible int) error
}

// Forgotten is what a forgetting has done.
type Forgotten struct {
	Units int // whose secrets are gone, now or before
	// Stay is why routes to the candidate stay, nil when none does: crypto.ErrFrozen until
	// their campaign is thawed and the same is asked again, crypto.ErrForgotten for good,
	// since the key that followed them is gone and nobody follows them any more.
	Stay error
}

// Forget forgets a target for good. Cut at any moment, it is ended by the next call. A
// campaign that is frozen, or whose keys are gone, keeps nobody from going: their secrets
// and what names them need no key to be removed.
//
// Errors: ErrNoSuchCandidate for one that never was, ErrNotTraced.
func (f *Forgetting) Forget(ctx context.Context, campaign string, t Target, by string) (Forgotten, error) {
	var done Forgotten
	routing, err := f.Ring.Routing(ctx, campaign)
	switch {
	case errors.Is(err, crypto.ErrFrozen), errors.Is(err, crypto.ErrForgotten):
		if t.Whole() {
			done.Stay = err
		}
	case err != nil:
		return Forgotten{}, err
	default:
		defer routing.Zero()
	}
	event := KeyringEvent(campaign, "forget", "forget", by)
	event.Candidate, event.Detail = t.Candidate.String(), []byte(t.String())
	if done.Stay != nil {
		event.Rule = "routes stay"
	}
	if routing != nil {
		route, known, err := f.Files.Route(ctx, campaign, routing.Tag(string(ScopeFile), "", t.Candidate))
		if err != nil {
			return Forgotten{}, err
		}
		if known {
			event.Subject = route.FileNo[:]
		}
	}
	if _, err := f.Traces.Record(ctx, event); err != nil {
		return Forgotten{}, fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	gone, err := f.Keys.Forget(ctx, campaign, t.String(), f.Now(), t.Units(f.Layout)...)
	if err == nil {
		err = f.erase(ctx, campaign, t, routing, len(gone))
	}
	if err != nil {
		event.Decision, event.Rule = audit.Failed, "not forgotten"
		if errors.Is(err, ErrNoSuchCandidate) {
			event.Rule = "no such candidate"
		}
		_, second := f.Traces.Record(context.WithoutCancel(ctx), event)
		return Forgotten{}, errors.Join(err, second)
	}
	done.Units = len(gone)
	return done, nil
}

// erase removes what is under no secret of the person. Without the routing key routes
// stay, and all the rest goes.
func (f *Forgetting) erase(ctx context.Context, campaign string, t Target, routing *crypto.RoutingKey, gone int) error {
	switch {
	case gone == 0:
		return ErrNoSuchCandidate
	case t.Responsible > 0:
		return f.Files.EraseAccount(ctx, campaign, t.Candidate, t.Responsible)
	case !t.Whole():
		return nil
	case routing == nil:
		return f.Files.EraseFile(ctx, campaign, t.Candidate, nil)
	}
	scopes, err := f.Files.Scopes(ctx, campaign)
	if err != nil {
		return err
	}
	// Nothing says which scopes know the file: each has a tag that only the routing key
	// and the candidate give, and most of them lead nowhere.
	tags := make([][16]byte, 0, len(scopes)+1)
	for _, s := range append(scopes, Scope{ScopeFile, ""}) {
		tags = append(tags, routing.Tag(string(s.Kind), s.ID, t.Candidate))
	}
	return f.Files.EraseFile(ctx, campaign, t.Candidate, tags)
}
