package audit

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"sync"

	"golang.org/x/sync/errgroup"

	"sceau/crypto"
)

// Keys wraps the day keys. Each is random, and only its wrap is stored: a key
// computed from the date would come back with the date after its destruction.
type Keys interface {
	Wrap(ctx context.Context, key string, items ...crypto.Plain) ([]crypto.Wrap, error)
	Unwrap(ctx context.Context, key string, items ...crypto.Wrapped) ([][]byte, error)
}

// dayContext binds a wrap to its day: moved to another day it does not open.
func dayContext(d Day) []byte { return []byte("sceau trace day " + d.String()) }

// A Tag stands for a file or an agent within one day. The same file has another
// tag on another day, and none that can be computed once the day's key is gone.
type Tag [16]byte

// MarshalText writes hexadecimal digits.
func (t Tag) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, t[:]), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *Tag) UnmarshalText(text []byte) error { return unhex(t[:], text) }

func unhex(dst, text []byte) error {
	if hex.DecodedLen(len(text)) != len(dst) {
		return fmt.Errorf("%d hexadecimal digits where %d are expected", len(text), 2*len(dst))
	}
	_, err := hex.Decode(dst, text)
	return err
}

// dayKey is what one day's secret gives, a sub-key for each use, so that no use
// can answer for another. It serves one goroutine at a time.
type dayKey struct {
	day                  Day
	subject, agent, salt hash.Hash // HMAC, kept ready: making one costs more than using it
	trace, connection    cipher.AEAD
}

func newDayKey(d Day, secret []byte) (*dayKey, error) {
	if len(secret) != 32 {
		return nil, fmt.Errorf("key of %s has %d bytes instead of 32", d, len(secret))
	}
	var uses [5][]byte
	for i, use := range [...]string{"subject tag", "agent tag", "leaf salt", "trace", "connection"} {
		sub, err := hkdf.Expand(sha256.New, secret, "sceau audit 1 "+use, 32)
		if err != nil {
			return nil, fmt.Errorf("deriving the keys of %s: %w", d, err)
		}
		defer clear(sub)
		uses[i] = sub
	}
	k := &dayKey{day: d, subject: hmac.New(sha256.New, uses[0]), agent: hmac.New(sha256.New, uses[1]), salt: hmac.New(sha256.New, uses[2])}
	// Nonces are random: a batch that fails gives its sequence numbers to other
	// traces, so a nonce counted from them would be used twice. At five million
	// traces a day two of them meet with probability 2^-50.
	var err error
	if k.trace, err = newGCM(uses[3]); err != nil {
		return nil, err
	}
	if k.connection, err = newGCM(uses[4]); err != nil {
		return nil, err
	}
	return k, nil
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// zero lets go of what was derived. The library gives no way to reach the bytes of
// its key schedules: they wait for the garbage collector.
func (k *dayKey) zero() {
	k.subject, k.agent, k.salt, k.trace, k.connection = nil, nil, nil, nil, nil
}

func (k *dayKey) subjectTag(fileNo []byte) Tag { return tag(k.subject, fileNo) }

func (k *dayKey) agentTag(agent string) Tag { return tag(k.agent, []byte(agent)) }

// tag gives a random one to what has no name: were it left empty, a dump would
// tell which traces concern nobody.
func tag(h hash.Hash, name []byte) (t Tag) {
	if len(name) == 0 {
		rand.Read(t[:])
		return t
	}
	copy(t[:], sum(h, name))
	return t
}

func sum(h hash.Hash, text []byte) []byte {
	h.Reset()
	h.Write(text)
	return h.Sum(nil)
}

// leafSalt hides a row behind its leaf: the other columns of a trace are few
// enough to be guessed, and the hashes outlive the row in proofs given away.
func (k *dayKey) leafSalt(seq int64) []byte {
	return sum(k.salt, binary.BigEndian.AppendUint64(nil, uint64(seq)))
}

const lengthSize = 4

// pad writes the length of each part before it, and fills with zeros.
func pad(size int, parts ...[]byte) []byte {
	out := make([]byte, 0, size)
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	if len(out) > size {
		panic(fmt.Sprintf("%d bytes do not fit a cell of %d", len(out), size)) // lengths were checked at the door
	}
	return out[:size]
}

var errCell = fmt.Errorf("%w: its padding is malformed", crypto.ErrOpen)

func unpad(cell []byte, n int) ([][]byte, error) {
	parts := make([][]byte, n)
	for i := range parts {
		if len(cell) < lengthSize {
			return nil, errCell
		}
		l := binary.BigEndian.Uint32(cell)
		cell = cell[lengthSize:]
		if uint64(l) > uint64(len(cell)) {
			return nil, errCell
		}
		parts[i], cell = cell[:l], cell[l:]
	}
	return parts, nil
}

// abreast is how many day keys are asked for at once. One call each, because who
// reads traces is reached by candidates and agents, and such a process sends no
// batch to the key service: a year of one history is a few hundred calls, each of
// them audited there.
const abreast = 8

// unwrapDays opens the keys of days.
func unwrapDays(ctx context.Context, keys Keys, name string, wraps map[Day]crypto.Wrap) (map[Day]*dayKey, error) {
	out := make(map[Day]*dayKey, len(wraps))
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(abreast)
	for d, w := range wraps {
		group.Go(func() error {
			secrets, err := keys.Unwrap(ctx, name, crypto.Wrapped{Context: dayContext(d), Wrap: w})
			if err != nil {
				return fmt.Errorf("opening the key of %s: %w", d, err)
			}
			if len(secrets) != 1 {
				return fmt.Errorf("opening the key of %s: %d came back", d, len(secrets))
			}
			defer clear(secrets[0])
			k, err := newDayKey(d, secrets[0])
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			out[d] = k
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		zeroAll(out)
		return nil, err
	}
	return out, nil
}

// wrapDays wraps the secrets of days.
func wrapDays(ctx context.Context, keys Keys, name string, secrets map[Day][]byte) (map[Day]crypto.Wrap, error) {
	out := make(map[Day]crypto.Wrap, len(secrets))
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(abreast)
	for d, secret := range secrets {
		group.Go(func() error {
			wraps, err := keys.Wrap(ctx, name, crypto.Plain{Context: dayContext(d), Secret: secret})
			if err != nil {
				return fmt.Errorf("wrapping the key of %s: %w", d, err)
			}
			if len(wraps) != 1 {
				return fmt.Errorf("wrapping the key of %s: %d came back", d, len(wraps))
			}
			mu.Lock()
			defer mu.Unlock()
			out[d] = wraps[0]
			return nil
		})
	}
	return out, group.Wait()
}
