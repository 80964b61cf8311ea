package entry_test

import (
	"errors"
	"testing"

	"sceau/core"
	"sceau/core/entry"
)

// RGT-04: no wish is refused by a program.
func TestARefusalHasASelectiveProgrammeAndAPersonWhoAnswersForIt(t *testing.T) {
	for _, tt := range []struct {
		name      string
		selective bool
		by        core.Act
		want      error
	}{
		{"of a selective programme, with the board's act", true, "board-0042", nil},
		{"without the act", true, "", entry.ErrNoAct},
		{"with a name in place of the act", true, "ines-moreau", entry.ErrNotAnAct},
		{"with words in place of the act", true, "board 42", entry.ErrNotAnAct},
		{"of a programme that does not select", false, "board-0042", entry.ErrNotSelective},
		{"of one, without the act", false, "", entry.ErrNotSelective},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := entry.CheckRefusal(tt.selective, tt.by); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
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
