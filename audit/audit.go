// Package audit keeps what happened in a form that nobody can rewrite.
//
// An access is recorded before it takes place, granted or refused: Record returns
// once the trace is durable, and the one who asks opens nothing before that. A
// trace says who looked at which items, why, and under which rule; it never holds
// the items themselves.
//
// Each UTC day ("journée") has one Merkle tree over its traces and one random key.
// In clear stand the recipient, the purpose, the decision; under the day's key
// stand the candidate, the agent and the request. Whoever copies the traces learns
// how much was looked at and by which kind of service, and cannot follow a person
// from one file to another. When a day's key goes after a year, so does what it
// says, and the day's root still proves the receipts that were given.
package audit

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"sceau/catalogue"
)

// ErrNotRecorded means that the trace is not known to be durable. Nothing may be
// opened on the strength of it. The trace may still exist, when the answer of the
// database was lost: a trace too many does no harm, a trace too few does.
var ErrNotRecorded = errors.New("trace not recorded")

// What was decided about an access.
const (
	Granted = "granted"
	Refused = "refused"
	Failed  = "failed" // granted, then it did not open: the outcome of an earlier trace
)

// An Event is one access, as the gate knows it. It has no date: the log gives it one when
// it takes its place.
type Event struct {
	// In clear: identifiers of the register and of the policy, never of a person.
	Campaign     string
	Recipient    string
	Organisation string
	Purpose      string
	Action       string
	Items        []catalogue.ItemID
	Decision     string // Granted, Refused or Failed
	Rule         string // the row or the article that decided
	Policy       string // hash of the table in force

	// Subject is the file number (file_no) of the scope the access went through,
	// never of the candidate: kept as a tag under the day's key, so that two
	// scopes cannot be joined. Empty where no file is concerned.
	Subject []byte

	// Sealed under the day's key. The agent is sealed apart from the rest: a
	// candidate reads who looked by category and organisation, and the agent's
	// name takes its own request (CJEU C-579/21).
	Agent     string
	Candidate string
	Request   string
	Detail    []byte // what only this action says: the revisions a write left, say
}

// A Receipt is the place that a durable trace took.
type Receipt struct {
	Day Day       `json:"day"`
	Seq int64     `json:"seq"`
	At  time.Time `json:"at"`
}

// String names the trace as people do, 2026-04-02/17.
func (r Receipt) String() string { return fmt.Sprintf("%s/%d", r.Day, r.Seq) }

// Sizes that keep a row of a trace the same whatever it says.
const (
	longestWord   = 160 // a clear column
	longestItem   = 16
	longestAgent  = agentSize - lengthSize
	longestWho    = 64 // the candidate's reference, the request's
	longestDetail = 1 << 16
)

// check refuses an event that could not be recorded as it is, before it joins a
// batch where it would take others down. It names the column, never its content.
func (e *Event) check() error {
	for _, c := range []struct {
		name, value string
		required    bool
	}{
		{"campaign", e.Campaign, false},
		{"recipient", e.Recipient, true},
		{"organisation", e.Organisation, false},
		{"purpose", e.Purpose, false},
		{"action", e.Action, true},
		{"rule", e.Rule, false},
		{"policy", e.Policy, false},
	} {
		if c.required && c.value == "" {
			return fmt.Errorf("trace without %s", c.name)
		}
		if len(c.value) > longestWord || !printable(c.value) {
			return fmt.Errorf("%s of a trace is no short printable word", c.name)
		}
	}
	if slices.ContainsFunc(e.Items, func(id catalogue.ItemID) bool { return len(id) > longestItem || !printable(string(id)) }) {
		return errors.New("items of a trace are ids of the register")
	}
	if !slices.Contains([]string{Granted, Refused, Failed}, e.Decision) {
		return errors.New("decision of a trace is none of granted, refused, failed")
	}
	switch {
	case len(e.Agent) > longestAgent:
		return fmt.Errorf("agent of a trace is longer than %d bytes", longestAgent)
	case len(e.Candidate) > longestWho:
		return fmt.Errorf("candidate of a trace is longer than %d bytes", longestWho)
	case len(e.Request) > longestWho:
		return fmt.Errorf("request of a trace is longer than %d bytes", longestWho)
	case len(e.Detail) > longestDetail:
		return fmt.Errorf("detail of a trace is longer than %d bytes", longestDetail)
	}
	return nil
}

func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			return false
		}
	}
	return true
}
