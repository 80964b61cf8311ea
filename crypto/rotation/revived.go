package rotation

import (
	"context"
	"fmt"
	"strings"
)

// A RevivedError is wraps of people who were forgotten, that stand in the keyring again.
// An epoch would carry them across with the living.
type RevivedError struct{ Targets []string }

func (e *RevivedError) Error() string {
	some := e.Targets[:min(len(e.Targets), 10)]
	return fmt.Sprintf("%v: %d who were forgotten stand in the keyring again: %s", ErrDoubt, len(e.Targets), strings.Join(some, ", "))
}

// Unwrap makes it an ErrDoubt.
func (e *RevivedError) Unwrap() error { return ErrDoubt }

// Hint is what to do about it.
func (e *RevivedError) Hint() string {
	return "find out who put them back, and forget them again with `sceau keys forget`"
}

func (j EpochJob) noneRevived(ctx context.Context, campaign string) error {
	targets, err := j.Epochs.Revived(ctx, campaign)
	if err == nil && len(targets) > 0 {
		err = &RevivedError{targets}
	}
	return err
}
