package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"sceau/audit"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/policy/signed"
)

// Exit codes.
const (
	done    = 0
	failed  = 1
	misused = 2
	refused = 3
)

// misuse is an error of the one who typed.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

func misusef(format string, args ...any) error { return misuse{fmt.Errorf(format, args...)} }

// hinted is an error with what to do about it.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }
func (h hinted) Hint() string  { return h.hint }

// quietly ends a command whose result was a failure that it printed itself.
type quietly struct{ code int }

func (quietly) Error() string { return "" }

// report turns an error into an exit code, with a hint where one is known. This is
// the only place that does.
func report(w io.Writer, err error) int {
	var q quietly
	switch {
	case err == nil:
		return done
	case errors.As(err, &q):
		return q.code
	}
	fmt.Fprintln(w, "sceau:", err)
	if hint := hintFor(err); hint != "" {
		fmt.Fprintln(w, "sceau: hint:", hint)
	}
	var refusal *dossier.Refusal
	var over *dossier.LimitError
	var bad misuse
	switch {
	case errors.As(err, &refusal), errors.As(err, &over), errors.Is(err, dossier.ErrNoSuchMission):
		// Who has no mission in force is refused like who has no right, whatever
		// the cause: ended, over, never given, or another's credential.
		return refused
	case errors.As(err, &bad), errors.Is(err, dossier.ErrWhichScope):
		return misused
	}
	return failed
}

func hintFor(err error) string {
	var knows interface{ Hint() string }
	var refusal *dossier.Refusal
	var over *dossier.LimitError
	switch {
	case errors.As(err, &knows):
		return knows.Hint()
	case errors.As(err, &over):
		return hintForLimit(over)
	case errors.As(err, &refusal):
		if refusal.Request == "" {
			return ""
		}
		return "the refusal is traced under " + refusal.Request
	case errors.Is(err, dossier.ErrNoPolicy), errors.Is(err, signed.ErrUnsigned):
		return "publish the table with `sceau policy publish`, and have two people sign it with `sceau policy sign`"
	case errors.Is(err, dossier.ErrWhichScope):
		return "--scope KIND:ID, of kind programme, school, academy, academy-of-programme, ministry-of-school or ministry-of-programme"
	case errors.Is(err, dossier.ErrNoSuchMission):
		return "the mission may have ended; `sceau mission import` gives new ones"
	case errors.Is(err, dossier.ErrFrozen), errors.Is(err, crypto.ErrFrozen):
		return "`sceau keys status` says what is frozen, and `sceau keys thaw` lets it go on"
	case errors.Is(err, crypto.ErrUnavailable):
		return "look at Vault and at the keyring cluster with `sceau status`; nothing was opened, and nothing has to be restarted"
	case errors.Is(err, crypto.ErrBusy):
		return "Vault has a quota, which is used up: wait, or have it raised; nothing was opened"
	case errors.Is(err, dossier.ErrUnavailable):
		return "look at the data cluster with `sceau status`; nothing was opened"
	case errors.Is(err, dossier.ErrDamaged):
		return "the others are sealed anew; find out who altered these, or restore them, and run it again"
	case errors.Is(err, dossier.ErrNotTraced), errors.Is(err, audit.ErrNotRecorded):
		return "look at the audit cluster with `sceau status`; nothing was opened"
	case errors.Is(err, context.DeadlineExceeded):
		return "a part takes too long to answer: look with `sceau status`; nothing was opened"
	case errors.Is(err, fs.ErrNotExist):
		return "is the path right?"
	}
	return ""
}

// hintForLimit says what can still be had, and where the limit is written.
func hintForLimit(over *dossier.LimitError) string {
	hint := "limits are signed with the table: `sceau policy matrix` prints them"
	if over.Left > 0 && over.Asked > 1 {
		hint = fmt.Sprintf("`--limit %d` asks for what is left; %s", over.Left, hint)
	}
	if over.Request != "" {
		hint += "; the refusal is traced under " + over.Request
	}
	return hint
}
