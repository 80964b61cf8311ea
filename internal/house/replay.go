package house

import (
	"context"
	"fmt"
	"slices"

	"sceau/internal/backup"
	"sceau/internal/parts"
	"sceau/internal/postgres/dossiers"
)

// Since is what a home brought back was told of what happened after its backup, before
// it answered anybody.
type Since struct {
	// Forgotten is nil when nobody was forgotten again.
	Forgotten *Reforgotten `json:"forgotten_again"`
	// Ended is nil when the live register could not be asked, and Unasked says why.
	Ended   *dossiers.Carried `json:"ended"`
	Unasked string            `json:"live_register,omitempty"`
}

// NotForgottenError means that people who were forgotten after a backup would come back
// with it.
type NotForgottenError struct{ Cause error }

func (e *NotForgottenError) Error() string {
	return fmt.Sprintf("who was forgotten since the backup would come back with it: %v", e.Cause)
}

func (e *NotForgottenError) Unwrap() error { return e.Cause }

// Hint is what to do about it.
func (e *NotForgottenError) Hint() string {
	return "with --no-forget it comes back all the same: nobody is forgotten again, and that is to be done by hand before it serves"
}

// Restore brings a backup back beside a home to be used, and tells it what happened
// since: whom to forget again, which missions and facts have ended, what is frozen. A
// backup is older than the wish of those who asked to go, so that what holds them does
// not come back without it, unless forget is false.
func Restore(ctx context.Context, home, from string, o backup.RestoreOptions, forget bool) (backup.Restored, Since, error) {
	var since Since
	brought, err := backup.Chosen(from, o)
	if err != nil {
		return backup.Restored{}, since, err
	}
	register := slices.Contains(brought, parts.Data)
	people := register || slices.Contains(brought, parts.Keyring)
	if people && forget {
		if err := canForget(ctx, home, brought); err != nil { // now, and not after hours
			return backup.Restored{}, since, &NotForgottenError{err}
		}
	}
	o.Replay = func(ctx context.Context, at parts.Addresses) error {
		aside, err := At(at)
		if err != nil {
			return err
		}
		defer aside.Close()
		if register {
			if err := since.carry(ctx, home, aside); err != nil {
				return err
			}
		}
		if !people || !forget {
			return nil
		}
		if since.Forgotten, err = forgetAgain(ctx, home, aside, "operator:restore"); err != nil {
			return &NotForgottenError{err}
		}
		return nil
	}
	restored, err := RestoreAside(ctx, home, from, o)
	return restored, since, err
}

// canForget says whether the live ledger can be read, and followed in what is brought back.
func canForget(ctx context.Context, home string, brought []string) error {
	for _, part := range []string{parts.Data, parts.Keyring, parts.Audit} {
		if !slices.Contains(brought, part) {
			return fmt.Errorf("nobody can be forgotten in a home without %s", part)
		}
	}
	_, err := parts.Need(ctx, home, parts.Keyring)
	return err
}

// live opens a live house of which only some parts may answer.
func live(ctx context.Context, home, part string) (*House, error) {
	addresses, err := parts.Need(ctx, home, part)
	if err != nil {
		return nil, err
	}
	return At(addresses)
}

// carry ends in a home brought back what has ended in the live one: a credential that
// was stolen, and its mission ended, must not work there. A live register that cannot be
// asked stops nothing, and is told.
func (s *Since) carry(ctx context.Context, home string, aside *House) error {
	endings, err := endingsOf(ctx, home)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		s.Unasked = err.Error()
		return nil
	}
	register, err := aside.Register(ctx)
	if err != nil {
		return err
	}
	carried, err := register.Carry(ctx, endings)
	if err != nil {
		return err
	}
	s.Ended = &carried
	return nil
}

func endingsOf(ctx context.Context, home string) (dossiers.Endings, error) {
	from, err := live(ctx, home, parts.Data)
	if err != nil {
		return dossiers.Endings{}, err
	}
	defer from.Close()
	register, err := from.Register(ctx)
	if err != nil {
		return dossiers.Endings{}, err
	}
	return register.Endings(ctx)
}
