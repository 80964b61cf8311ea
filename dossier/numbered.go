package dossier

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// reach finds the file that a request names: by the candidate's reference, or by the
// number under which one of the mission's scopes knows it, so that who works under file
// numbers needs no other name.
//
// A number that nobody has, that of another scope and that of a wish which is not
// confirmed are refused in the same words: a number is no way to learn who is elsewhere.
// What the refused row led to is given back all the same, for the trace.
func (g *Gate) reach(ctx context.Context, a asking, ask Ask) (held, error) {
	if ask.File == (FileNo{}) && ask.Scope == (Scope{}) {
		return g.follow(ctx, a, ask.Candidate)
	}
	if ask.Candidate != (Ref{}) {
		return held{}, errors.New("a file is named by its number or by the candidate's reference, not by both")
	}
	if !slices.Contains(a.mission.numbering(), ask.Scope) {
		return held{}, a.refuses("read that file", "Art. 3", notOwn)
	}
	unknown := a.refuses("read that file", "Art. 3", "no file that this mission may read has that number there")
	r, found, err := g.Desk.Numbered(ctx, a.campaign.ID, ask.Scope, ask.File)
	if err != nil {
		return held{}, err
	}
	if !found {
		return held{}, unknown
	}
	if r.Scope != ask.Scope || r.FileNo != ask.File {
		return held{}, errors.New("looking for a file number: a row that was not asked for")
	}
	p, err := leads(a, r)
	if err != nil {
		return held{}, err
	}
	known := held{candidate: p.Candidate, no: r.FileNo}
	if len(r.Relations()) == 0 {
		return known, unknown
	}
	h, err := g.follow(ctx, a, p.Candidate)
	if errors.Is(err, ErrNoSuchCandidate) {
		return known, unknown // forgotten a moment ago
	}
	h.under(r.FileNo)
	return h, err
}

// notOwn says nothing of whether there is such a scope.
const notOwn = "that is no scope of this mission"

// leads opens a route, from the scope's side. The tag is not sealed into it and is
// computed again: a row under the tag of another would be one file in a list and
// another one when it is followed.
func leads(a asking, r Route) (Pointer, error) {
	p, err := openRoute(a, r)
	if err != nil {
		return p, err
	}
	if a.key.Tag(string(r.Scope.Kind), r.Scope.ID, p.Candidate) != r.Tag {
		return p, fmt.Errorf("routing row of %s leads elsewhere", r.Scope.Kind)
	}
	return p, nil
}

// under has an answer stand under the number that was asked for, whichever scope of the
// mission is the nearest.
func (h *held) under(no FileNo) { h.no, h.numbered, h.ownNames = no, true, true }

// A FileError is what became of a file that was asked for by its number. It says so in
// a word: the chain behind it may name the units of the candidate, and whoever has them
// has the reference. Cause gives that chain to those who operate the service.
type FileError struct {
	File FileNo
	err  error
}

func (e *FileError) Error() string { return "file " + e.File.String() + ": " + outcome(e.err) }

// Unwrap lets a caller tell what can be done about it.
func (e *FileError) Unwrap() error { return e.err }

// Cause is the chain, for a log.
func (e *FileError) Cause() string { return e.err.Error() }

// nameless keeps the reference out of an error about a file that was asked for by its
// number.
func (h held) nameless(err error) error {
	if !h.numbered || errors.Is(err, ErrElsewhere) || errors.Is(err, ErrNotTraced) {
		return err // these name no unit
	}
	return &FileError{h.no, err}
}
