package calendar

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
)

//go:embed years/*.yaml
var calendars embed.FS

// Years with a calendar of ours, complete or not.
const (
	FirstYear = 2018
	LastYear  = 2025
)

// ForYear is the calendar of a year, or a MissingError that names every cell that no
// source states: a campaign is not run on guesses.
func ForYear(year int) (*Calendar, error) {
	c, err := Stated(year)
	if err != nil {
		return nil, err
	}
	if err := c.Complete(); err != nil {
		return nil, err
	}
	return c, nil
}

// TextOf is the file of a year, as Parse reads it: what a session that is run by it keeps.
func TextOf(year int) (string, error) {
	raw, err := calendars.ReadFile("years/" + strconv.Itoa(year) + ".yaml")
	return string(raw), err
}

// Stated is what sources state of a year, complete or not: for reading, comparing and
// completing it, never for running a campaign.
func Stated(year int) (*Calendar, error) {
	raw, err := calendars.ReadFile("years/" + strconv.Itoa(year) + ".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no calendar of %d: there is one of each year from %d to %d", year, FirstYear, LastYear)
	}
	if err != nil {
		return nil, err
	}
	c, err := Parse(raw)
	if err == nil && c.Year != year {
		return nil, fmt.Errorf("the calendar of %d is the file of %d", c.Year, year)
	}
	return c, err
}
