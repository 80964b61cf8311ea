package coretest

import (
	"strings"
	"testing"

	"sceau/core/calendar"
)

// Date reads a date.
func Date(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Stated is what sources state of a year, complete or not.
func Stated(t testing.TB, year int) *calendar.Calendar {
	t.Helper()
	c, err := calendar.Stated(year)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// CalendarText is the file of a year, in which blocks that begin at the margin are
// replaced by others of the same key.
func CalendarText(t testing.TB, blocks string, year int) string {
	t.Helper()
	text, err := calendar.TextOf(year)
	if err != nil {
		t.Fatal(err)
	}
	var keep []string
	replaced := map[string]bool{}
	for line := range strings.Lines(blocks) {
		if key, _, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, " ") {
			replaced[key] = true
		}
	}
	skip := false
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, " ") {
			key, _, _ := strings.Cut(line, ":")
			skip = replaced[key]
		}
		if !skip {
			keep = append(keep, line)
		}
	}
	return strings.Join(keep, "") + blocks + "\n"
}

// Calendar reads CalendarText.
func Calendar(t testing.TB, blocks string, year int) *calendar.Calendar {
	t.Helper()
	c, err := calendar.Parse([]byte(CalendarText(t, blocks, year)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
