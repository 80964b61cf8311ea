// Package run is what is kept of each computation of the admission core: when it ran,
// under which rules, the digests of what it read and of what it gave, and who answers
// for it. It holds nothing of a candidate: what was read and given lies in sealed files.
//
// Rule. A run that ended is written down as a text of fixed lines and signed. A projection
// that a run took stays as it is.
//
// Invariant. The same record has the same text, whatever was altered in its row shows in
// the signature, and no line of it is about a person. With the files that its digests
// name, anybody entitled can compute it again and compare.
//
// Cost. A few hundred bytes a run.
//
// Source: code of relations between the public and the administration, article
// L. 311-3-1 (decision by an algorithm); code of education, article L. 612-3, and SEC-09
// (the code that computes is the published code).
package run

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"sceau/core"
)

// ErrRecord means that the record of a run, or a file of it, is not the one that was
// signed.
var ErrRecord = errors.New("the record of the run is not the one that was signed")

// A Kind is what a run computes.
type Kind string

const (
	// Projection is no computation: it is the crossing of derived attributes into the
	// pseudonymised view, and the other runs take it.
	Projection Kind = "projection"
	// Offer is none either: it is what programmes decided, which days are computed on.
	Offer     Kind = "offer"
	CallOrder Kind = "call-order"
	Day       Kind = "day"
	// Answers are those that candidates gave between two days, each judged.
	Answers Kind = "answers"
)

// A Run is the record of one.
type Run struct {
	ID       string // random
	Campaign string
	Number   int // from 1, in its campaign
	Kind     Kind
	Day      int    // of the campaign, of a day's run
	Rules    string // version of what decided: the table of a projection, the rules of a computation
	// Takes is the projection that the run computes on. A projection that a run took stays
	// as it is.
	Takes   string
	Input   File
	Output  File
	Started time.Time
	Ended   time.Time // zero while it runs, and after a kill
	Dropped time.Time // of a projection that no run took, when another took its place
	// Signature is a signed note over Text, by the key of the log; empty while it runs.
	Signature string
}

// A File is one sealed file of a run.
type File struct {
	Name   string // random; empty where there is none
	Digest core.Digest
}

// Text is what is signed: the record of a run that has ended.
func (r Run) Text() string {
	var b strings.Builder
	b.WriteString("sceau run\n")
	say := func(word string, value any) { fmt.Fprintf(&b, "%s: %v\n", word, value) }
	say("run", r.ID)
	say("campaign", r.Campaign)
	say("number", r.Number)
	say("kind", r.Kind)
	say("day", r.Day)
	say("rules", r.Rules)
	say("takes", r.Takes)
	for _, f := range []struct {
		word string
		File
	}{{"input", r.Input}, {"output", r.Output}} {
		if f.Digest != (core.Digest{}) {
			say(f.word, "sha256:"+f.Digest.String())
		}
	}
	say("started", r.Started.UTC().Format(time.RFC3339))
	say("ended", r.Ended.UTC().Format(time.RFC3339))
	return b.String()
}
