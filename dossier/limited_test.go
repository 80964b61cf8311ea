package dossier

import (
	"testing"
	"time"
)

func TestALimitIsASentenceWithWhatIsLeftAndWhen(t *testing.T) {
	at := time.Date(2026, 4, 15, 13, 40, 0, 0, paris)
	for _, tt := range []struct {
		over LimitError
		want string
	}{
		{LimitError{Kind: LimitHour, Most: 60, Asked: 20, Left: 12, Next: at.Add(55 * time.Minute)}, "R3a may have 60 files an hour: 20 were asked for, 12 are left, more from 14:35"},
		{LimitError{Kind: LimitHour, Most: 60, Asked: 1, Next: at.Add(55 * time.Minute)}, "R3a may have 60 files an hour: one was asked for, none is left, more from 14:35"},
		{LimitError{Kind: LimitDay, Most: 200, Asked: 2, Left: 1, Next: midnight(at)}, "R3a may have 200 files a day: 2 were asked for, one is left, more from 2026-04-16 00:00"},
		{LimitError{Kind: LimitRequest, Most: 1, Asked: 2, Left: 1}, "R3a may have 1 file a request: 2 were asked for, one is left"},
		{LimitError{Kind: LimitRequest, Asked: 1}, "R3a may have no file answered by request: its limit is none"},
		{LimitError{Kind: LimitExport, Asked: 1}, "R3a may have no file answered by export: its limit is none"},
		{LimitError{Kind: LimitRefusals, Most: 60, Asked: 1, Next: at.Add(time.Hour)}, "R3a may be refused 60 times an hour, and was: it is answered again from 14:40"},
	} {
		tt.over.Recipient, tt.over.at = "R3a", at
		if got := tt.over.Error(); got != tt.want {
			t.Errorf("said  %s\nwant %s", got, tt.want)
		}
	}
}

func TestWaitingForMidnightMindsTheClocks(t *testing.T) {
	for at, want := range map[string]time.Duration{
		"2026-03-29T00:00:00+01:00": 23 * time.Hour, "2026-10-25T00:00:00+02:00": 25 * time.Hour, "2026-04-15T00:00:00+02:00": 24 * time.Hour,
		"2026-04-14T22:30:00Z": 23*time.Hour + 30*time.Minute, // it is the 15th in Paris
	} {
		from, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		over := LimitError{Kind: LimitDay, Most: 1, Next: midnight(from), at: from}
		if got := over.After(); got != want {
			t.Errorf("from %s it takes %s, want %s", at, got, want)
		}
	}
}
