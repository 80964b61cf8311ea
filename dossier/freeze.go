package dossier

import (
	"errors"
	"fmt"
	"slices"

	"sceau/catalogue"
	"sceau/policy"
)

// Frozen is what is frozen in a campaign at this moment: the brake of an incident. It
// is read anew for each request, and comes before any key.
type Frozen struct {
	Whole    bool                `json:"whole"`
	Classes  []catalogue.ClassID `json:"classes,omitempty"`
	Missions []string            `json:"missions,omitempty"`
}

// Class says whether a class opens for nobody, by itself or with its campaign.
func (f Frozen) Class(id catalogue.ClassID) bool { return f.Whole || slices.Contains(f.Classes, id) }

// A FreezeKind is what can be frozen.
type FreezeKind string

const (
	FreezeCampaign FreezeKind = "campaign"
	FreezeClass    FreezeKind = "class"
	FreezeMission  FreezeKind = "mission"
)

// Add adds one thing that is frozen.
func (f *Frozen) Add(kind FreezeKind, name string) {
	switch kind {
	case FreezeCampaign:
		f.Whole = true
	case FreezeClass:
		f.Classes = append(f.Classes, catalogue.ClassID(name))
	case FreezeMission:
		f.Missions = append(f.Missions, name)
	}
}

// ErrFrozen means that a campaign takes nothing in while it, or a class that it
// seals, is frozen.
var ErrFrozen = errors.New("frozen")

// Stops says why nothing may be sealed for the campaign now, nil when it may.
func (f Frozen) Stops(campaign string) error {
	switch {
	case f.Whole:
		return fmt.Errorf("campaign %s is %w: nothing enters it until it is thawed", campaign, ErrFrozen)
	case len(f.Classes) > 0:
		// A dossier is sealed in every class, or its gaps would tell.
		return fmt.Errorf("class %s of campaign %s is %w: no dossier enters without it", f.Classes[0], campaign, ErrFrozen)
	}
	return nil
}

// security is the article under which what is frozen is refused: the security of
// processing.
const security = "GDPR Art. 32"

// frozen refuses whoever asks while the campaign or the mission is frozen.
func (a asking) frozen() *Refusal {
	r := &Refusal{Recipient: a.mission.Recipient, Purpose: a.purpose, Phase: a.phase, Act: "ask anything", Article: security}
	switch {
	case a.campaign.Frozen.Whole:
		r.Reason = "campaign " + a.campaign.ID + " is frozen"
	case slices.Contains(a.campaign.Frozen.Missions, a.mission.ID):
		r.Reason = "this mission is frozen"
	default:
		return nil
	}
	return r
}

// overlays are what lies over every file of the campaign at this moment: classes that are
// frozen. They take away what the table grants, and are no part of what is signed.
func (a asking) overlays() (over policy.Overlays) {
	if f := a.campaign.Frozen; f.Whole {
		over = append(over, policy.Overlay{Article: security, Reason: "campaign " + a.campaign.ID + " is frozen"})
	}
	for _, class := range a.campaign.Frozen.Classes {
		over = append(over, policy.Overlay{Classes: []catalogue.ClassID{class}, Article: security, Reason: fmt.Sprintf("class %s is frozen", class)})
	}
	return over
}

// taken says whether an overlay closes an item now, and which one.
func (a asking) taken(it catalogue.Item) (policy.Overlay, bool) {
	return a.overlays().Take(a.purpose, it)
}
