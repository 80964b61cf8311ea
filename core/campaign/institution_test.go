package campaign_test

import (
	"testing"

	"sceau/core/campaign"
)

// RGT-04: no wish is refused by a program.
func TestANonHasASelectiveProgrammeAndAPersonWhoAnswersForIt(t *testing.T) {
	for _, tt := range []struct {
		name     string
		decision campaign.Decision
		refused  bool
	}{
		{"a non of a selective programme, with the board's act", campaign.Decision{Answer: campaign.No, Selective: true, By: "board-0042"}, false},
		{"without the act", campaign.Decision{Answer: campaign.No, Selective: true}, true},
		{"with a name in place of the act", campaign.Decision{Answer: campaign.No, Selective: true, By: "ines-moreau"}, true},
		{"with words in place of the act", campaign.Decision{Answer: campaign.No, Selective: true, By: "board 42"}, true},
		{"of a programme that does not select", campaign.Decision{Answer: campaign.No, By: "board-0042"}, true},
		{"oui", campaign.Decision{Answer: campaign.Yes}, false},
		{"oui, si", campaign.Decision{Answer: campaign.YesIf}, false},
		{"en attente", campaign.Decision{Answer: campaign.OnHold, Selective: true}, false},
		{"oui, with a name", campaign.Decision{Answer: campaign.Yes, By: "Inès"}, true},
		{"nothing", campaign.Decision{}, true},
		{"something else", campaign.Decision{Answer: campaign.No + 1}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.decision.Check(); (err != nil) != tt.refused {
				t.Errorf("%+v: %v", tt.decision, err)
			}
		})
	}
}

func TestAnAnswerIsAWordOfItsItem(t *testing.T) {
	for _, a := range []campaign.Answer{campaign.Yes, campaign.YesIf, campaign.OnHold, campaign.No} {
		if got, err := campaign.ParseAnswer(a.String()); got != a || err != nil {
			t.Errorf("%s is read as %s: %v", a, got, err)
		}
		if a.Enters() == (a == campaign.No) {
			t.Errorf("%s enters a roll: %v", a, a.Enters())
		}
	}
	for _, s := range []string{"", "Oui", "oui si", "peut-être"} {
		if a, err := campaign.ParseAnswer(s); err == nil {
			t.Errorf("%q is read as %s", s, a)
		}
	}
}
