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

func TestADocketHoldsNoRefusalThatNobodyDecided(t *testing.T) {
	no := entry.Decision{Answer: core.No, Selective: true, By: "board-0042"}
	d := entry.NewDocket(3)
	for _, tt := range []struct {
		name        string
		application int
		decision    entry.Decision
		refused     bool
	}{
		{"a non without an act", 0, entry.Decision{Answer: core.No, Selective: true}, true},
		{"a non of a programme that does not select", 0, entry.Decision{Answer: core.No, By: "board-0042"}, true},
		{"a non with its act", 0, no, false},
		{"another of the same board", 1, no, false},
		{"a correction that nobody answers for", 1, entry.Decision{Answer: core.OnHold, Selective: true}, true},
		{"a correction by an act", 1, entry.Decision{Answer: core.OnHold, Selective: true, By: "board-0043"}, false},
		{"an application nobody made", 3, entry.Decision{Answer: core.Yes}, true},
		{"one before the first", -1, entry.Decision{Answer: core.Yes}, true},
	} {
		if err := d.Enter(tt.application, tt.decision); (err != nil) != tt.refused {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if in, err := d.Entering(); err == nil {
		t.Errorf("an application without an answer, and %d enter", in)
	}
	if err := d.Enter(2, entry.Decision{Answer: core.YesIf}); err != nil {
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
