package entry_test

import (
	"testing"

	"sceau/core"
	"sceau/core/entry"
)

// RGT-04: no wish is refused by a program.
func TestANonHasASelectiveProgrammeAndAPersonWhoAnswersForIt(t *testing.T) {
	for _, tt := range []struct {
		name     string
		decision entry.Decision
		refused  bool
	}{
		{"a non of a selective programme, with the board's act", entry.Decision{Answer: core.No, Selective: true, By: "board-0042"}, false},
		{"without the act", entry.Decision{Answer: core.No, Selective: true}, true},
		{"with a name in place of the act", entry.Decision{Answer: core.No, Selective: true, By: "ines-moreau"}, true},
		{"with words in place of the act", entry.Decision{Answer: core.No, Selective: true, By: "board 42"}, true},
		{"of a programme that does not select", entry.Decision{Answer: core.No, By: "board-0042"}, true},
		{"oui", entry.Decision{Answer: core.Yes}, false},
		{"oui, si", entry.Decision{Answer: core.YesIf}, false},
		{"en attente", entry.Decision{Answer: core.OnHold, Selective: true}, false},
		{"oui, with a name", entry.Decision{Answer: core.Yes, By: "Inès"}, true},
		{"nothing", entry.Decision{}, true},
		{"something else", entry.Decision{Answer: core.No + 1}, true},
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
