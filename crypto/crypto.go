// Package crypto seals each personal field on its own, under two locks, so that a
// stolen disk, dump or backup says nothing.
//
// A field opens only with the branch key of its class, which a recipient must be
// entitled to, and with the secret of its person, which dies with the right to
// hold it. Both are kept wrapped by a key service that never lets its own keys
// out; this package knows that service, the database of wraps and the clock only
// through interfaces.
//
// What it zeroes are the secrets it holds. A copy that a library made (the AES key
// schedule, a JSON text) lives until the garbage collector passes.
package crypto

import (
	"errors"
	"fmt"
)

var (
	// ErrUnavailable means that the key service did not answer. What is open stays
	// readable until the cache lapses; nothing else may be opened or sealed.
	ErrUnavailable = errors.New("key service unavailable")

	// ErrSealed is the ErrUnavailable of a service that runs and waits for its
	// unseal shares.
	ErrSealed = fmt.Errorf("%w: it is sealed", ErrUnavailable)

	// ErrBusy means that the key service refused for now: a quota was reached.
	ErrBusy = errors.New("key service quota reached")

	// ErrForgotten means that the secret is gone ("droit à l'effacement"), or that
	// the key which wraps it was destroyed: the ciphertext may still sit in a
	// backup, its meaning does not.
	ErrForgotten = errors.New("key destroyed")

	// ErrFrozen means that a key is frozen: nothing opens or is sealed under it until it
	// is thawed.
	ErrFrozen = errors.New("key frozen")

	// ErrOpen means that a cell, a wrap or a document does not open where it
	// stands: altered, moved from elsewhere, or sealed under another key. Which of
	// these is not said, because nothing can tell.
	ErrOpen = errors.New("does not open")

	// ErrRefused means that the key service knows this identity, and refuses it.
	ErrRefused = errors.New("refused by the key service")
)
