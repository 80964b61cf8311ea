package house

import (
	"slices"
	"testing"
)

func TestANameDoesNotSpeakToTheTerminal(t *testing.T) {
	got := printable([]string{"data: table \"x\x1b[2K\r\" was made by no migration", "vault: group a\u202eb gives", "écrit en français, 1 × \"2\""})
	want := []string{`data: table "x\x1b[2K\r" was made by no migration`, `vault: group a\u202eb gives`, `écrit en français, 1 × "2"`}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
