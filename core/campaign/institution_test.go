package campaign_test

import (
	"testing"

	"sceau/core"
	"sceau/core/campaign"
)

// RGT-04: no wish is refused by a program.
func TestANonHasASelectiveProgrammeAndAPersonWhoAnswersForIt(t *testing.T) {
	for _, tt := range []struct {
		name     string
		decision campaign.Decision
		refused  bool
	}{
		{"a non of a selective programme, with the board's act", campaign.Decision{Answer: core.No, Selective: true, By: "board-0042"}, false},
		{"without the act", campaign.Decision{Answer: core.No, Selective: true}, true},
		{"with a name in place of the act", campaign.Decision{Answer: core.No, Selective: true, By: "ines-moreau"}, true},
		{"with words in place of the act", campaign.Decision{Answer: core.No, Selective: true, By: "board 42"}, true},
		{"of a programme that does not select", campaign.Decision{Answer: core.No, By: "board-0042"}, true},
		{"oui", campaign.Decision{Answer: core.Yes}, false},
		{"oui, si", campaign.Decision{Answer: core.YesIf}, false},
		{"en attente", campaign.Decision{Answer: core.OnHold, Selective: true}, false},
		{"oui, with a name", campaign.Decision{Answer: core.Yes, By: "Inès"}, true},
		{"nothing", campaign.Decision{}, true},
		{"something else", campaign.Decision{Answer: core.No + 1}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.decision.Check(); (err != nil) != tt.refused {
				t.Errorf("%+v: %v", tt.decision, err)
			}
		})
	}
}

func TestANonEntersNoRollAndNeitherDoesSilence(t *testing.T) {
	for a, enters := range map[core.InstitutionAnswer]bool{core.Unanswered: false, core.Yes: true, core.YesIf: true, core.OnHold: true, core.No: false, core.No + 1: false} {
		if a.Enters() != enters {
			t.Errorf("%s enters a roll: %v", a, a.Enters())
		}
	}
}

func TestADocketHoldsNoRefusalThatNobodyDecided(t *testing.T) {
	no := campaign.Decision{Answer: core.No, Selective: true, By: "board-0042"}
	d := campaign.NewDocket(3)
	for _, tt := range []struct {
		name        string
		application int
		decision    campaign.Decision
		refused     bool
	}{
		{"a non without an act", 0, campaign.Decision{Answer: core.No, Selective: true}, true},
		{"a non of a programme that does not select", 0, campaign.Decision{Answer: core.No, By: "board-0042"}, true},
		{"a non with its act", 0, no, false},
		{"another of the same board", 1, no, false},
		{"a correction that nobody answers for", 1, campaign.Decision{Answer: core.OnHold, Selective: true}, true},
		{"a correction by an act", 1, campaign.Decision{Answer: core.OnHold, Selective: true, By: "board-0043"}, false},
		{"an application nobody made", 3, campaign.Decision{Answer: core.Yes}, true},
		{"one before the first", -1, campaign.Decision{Answer: core.Yes}, true},
	} {
		if err := d.Enter(tt.application, tt.decision); (err != nil) != tt.refused {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if in, err := d.Entering(); err == nil {
		t.Errorf("an application without an answer, and %d enter", in)
	}
	if err := d.Enter(2, campaign.Decision{Answer: core.YesIf}); err != nil {
		t.Fatal(err)
	}
	in, err := d.Entering()
	if err != nil || len(in) != 2 || in[0] != 1 || in[1] != 2 {
		t.Errorf("%d enter: %v", in, err)
	}
	if a, by := d.Answer(0); a != core.No || by != "board-0042" {
		t.Errorf("the first is %s by %q", a, by)
	}
	if a, by := d.Answer(1); a != core.OnHold || by != "board-0043" {
		t.Errorf("the second is %s by %q", a, by)
	}
}
