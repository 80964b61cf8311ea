package rotation

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sceau/crypto"
)

// A CulpritsError names the wraps that stopped a turn. The key service answers for a
// batch, and who has to mend the keyring needs the rows.
type CulpritsError struct {
	Places []crypto.WrapPlace // of the first that were found
	Cause  error
}

func (e *CulpritsError) Error() string {
	names := make([]string, len(e.Places))
	for i, p := range e.Places {
		names[i] = p.String()
	}
	return fmt.Sprintf("the wrap of %s: %v", strings.Join(names, ", of "), e.Cause)
}

func (e *CulpritsError) Unwrap() error { return e.Cause }

// Hint is what to do about it.
func (e *CulpritsError) Hint() string {
	return "nothing was trimmed; docs/runbook.md says what to do with a wrap that does not open"
}

// mostCulprits is how many are looked for: each costs a dozen calls.
const mostCulprits = 8

// onPage does something with a page, and when it fails finds out which wraps fail alone.
func onPage(ctx context.Context, page []crypto.Placed, do func([]crypto.Placed) error) error {
	cause := do(page)
	if cause == nil || ctx.Err() != nil || errors.Is(cause, crypto.ErrUnavailable) || errors.Is(cause, crypto.ErrBusy) {
		return cause // of no wrap in particular
	}
	var found CulpritsError
	var look func([]crypto.Placed)
	look = func(some []crypto.Placed) {
		if len(some) == 0 || len(found.Places) == mostCulprits {
			return
		}
		err := do(some)
		switch {
		case err == nil:
		case len(some) == 1:
			found.Places, found.Cause = append(found.Places, some[0].WrapPlace), err
		default:
			look(some[:len(some)/2])
			look(some[len(some)/2:])
		}
	}
	look(page[:len(page)/2])
	look(page[len(page)/2:])
	if len(found.Places) == 0 {
		return cause // it passed the second time, or stands alone on its page
	}
	return &found
}
