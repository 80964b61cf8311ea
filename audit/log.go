package audit

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Config says where a log writes and how long it may gather.
type Config struct {
	Store  Store
	Keys   Keys
	DayKey string           // the key of the key service that wraps day keys
	Now    func() time.Time // required

	// Signer signs checkpoints and closes days. A process without one appends
	// only: no day is ever closed without a signature.
	Signer          note.Signer
	CheckpointEvery time.Duration // between two checkpoints of a day in use; 0: a minute

	Window   time.Duration // longest wait for others to share a commit; 0: 2 ms
	MaxBatch int           // a commit that has so many traces takes no further caller; 0: 512
	Timeout  time.Duration // longest wait for the database; 0: 5 s
}

// grace is how long after midnight a day stays open, for processes whose clock is
// a little late. A clock later than that gets ErrNotRecorded.
const grace = time.Minute

// A Log records events, in this process. Several logs, in several processes, may
// write to one store: they take turns for each commit.
type Log struct {
	Config
	in   chan *pending
	quit chan struct{}
	done chan struct{}
	stop sync.Once

	callers atomic.Int64 // within Record

	// Owned by the sequencer's goroutine.
	key      *dayKey
	edge     edge
	crowd    int // how many shared the last commits
	sets     map[FieldSetID]bool
	signedAt time.Time
	closedOn Day // the day on which earlier days were last closed
	closeTry time.Time

	past pastKeys
}

// A pending is what one caller records: all of it shares one commit.
type pending struct {
	events   []Event
	sets     []FieldSet // of the events, in their order
	receipts []Receipt
	err      error
	done     chan struct{}
}

var errClosed = errors.New("the log is closed")

// New starts a log. Close ends it.
func New(c Config) (*Log, error) {
	switch {
	case c.Store == nil || c.Keys == nil:
		return nil, errors.New("a log of traces needs a store and keys")
	case c.DayKey == "":
		return nil, errors.New("a log of traces needs the name of the key that wraps day keys")
	case c.Now == nil:
		return nil, errors.New("a log of traces needs a clock")
	}
	orElse(&c.Window, 2*time.Millisecond)
	orElse(&c.Timeout, 5*time.Second)
	orElse(&c.CheckpointEvery, time.Minute)
	orElse(&c.MaxBatch, 512)
	l := &Log{
		Config: c,
		in:     make(chan *pending),
		quit:   make(chan struct{}), done: make(chan struct{}),
		sets:     map[FieldSetID]bool{},
		signedAt: c.Now(),
	}
	go l.sequence()
	return l, nil
}

func orElse[T comparable](v *T, instead T) {
	var zero T
	if *v == zero {
		*v = instead
	}
}

// Record returns once the traces are durable, all of them or none. On any error no
// trace is known to be durable, the error is ErrNotRecorded, and nothing may be opened.
func (l *Log) Record(ctx context.Context, events ...Event) ([]Receipt, error) {
	if len(events) == 0 {
		return nil, nil
	}
	p := &pending{events: events, sets: make([]FieldSet, len(events)), receipts: make([]Receipt, len(events)), done: make(chan struct{})}
	for i := range events {
		if err := events[i].check(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotRecorded, err)
		}
		p.sets[i] = NewFieldSet(events[i].Items)
	}
	l.callers.Add(1)
	defer l.callers.Add(-1)
	select {
	case l.in <- p:
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrNotRecorded, ctx.Err())
	case <-l.quit:
		return nil, fmt.Errorf("%w: %w", ErrNotRecorded, errClosed)
	}
	select {
	case <-p.done:
		return p.receipts, p.err
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrNotRecorded, ctx.Err())
	}
}

// Ready says whether the traces can be asked for. That one can be added is known when one
// is.
func (l *Log) Ready(ctx context.Context) error {
	_, err := l.Store.DayKeys(ctx, DayOf(l.Now()))
	return err
}

// Close waits for the commit under way and ends the log. What is recorded later
// gets ErrNotRecorded.
func (l *Log) Close() {
	l.stop.Do(func() { close(l.quit) })
	<-l.done
	l.past.forget()
}

// sequence is the one goroutine that gives traces their places.
func (l *Log) sequence() {
	defer close(l.done)
	defer func() {
		if l.key != nil {
			l.key.zero()
		}
	}()
	for {
		select {
		case p := <-l.in:
			l.commit(l.gather(p))
		case <-l.quit:
			return
		}
	}
}

// gather takes whoever waits already, then waits for as many as were at the door
// when the last commit ended, and not beyond the window. So one caller alone pays
// one commit and no wait, and a crowd shares each commit instead of splitting into
// halves that take turns.
func (l *Log) gather(first *pending) []*pending {
	batch, traces := []*pending{first}, len(first.events)
	var window <-chan time.Time
	for traces < l.MaxBatch {
		select {
		case p := <-l.in:
			batch, traces = append(batch, p), traces+len(p.events)
			continue
		default:
		}
		if len(batch) >= l.crowd {
			break
		}
		if window == nil {
			timer := time.NewTimer(l.Window)
			defer timer.Stop()
			window = timer.C
		}
		select {
		case p := <-l.in:
			batch, traces = append(batch, p), traces+len(p.events)
			continue
		case <-window:
		case <-l.quit:
		}
		break
	}
	return batch
}

// commit writes the batch, or tells every one of it that nothing is recorded.
func (l *Log) commit(batch []*pending) {
	ctx, cancel := context.WithTimeout(context.Background(), l.Timeout)
	defer cancel()
	err := l.write(ctx, batch)
	l.crowd = int(l.callers.Load())
	for _, p := range batch {
		if err != nil {
			p.receipts, p.err = nil, fmt.Errorf("%w: %w", ErrNotRecorded, err)
		}
		close(p.done)
	}
	if err == nil {
		l.closeEarlier(ctx)
	}
}

func (l *Log) write(ctx context.Context, batch []*pending) error {
	if err := l.addSets(ctx, batch); err != nil {
		return err
	}
	now := l.Now().UTC().Truncate(time.Microsecond)
	day := DayOf(now)
	if err := l.open(ctx, day); err != nil {
		return err
	}

	var after edge
	var signed *Checkpoint
	err := l.Store.Append(ctx, day, func(head Head) (Batch, error) {
		if head.Closed {
			return Batch{}, fmt.Errorf("%s is closed: the clock of this process is late", day)
		}
		var err error
		// Nobody else wrote since: the edge in memory is the one of the database.
		if after = l.edge.clone(); l.edge.size != head.Size {
			if after, err = readEdge(head.Size, head.Hashes); err != nil {
				return Batch{}, err
			}
		}
		// Another process may have a clock slightly ahead: time never goes back.
		at := now
		if at.Before(head.Last) {
			at = head.Last
		}
		traces := 0
		for _, p := range batch {
			traces += len(p.events)
		}
		b := Batch{First: head.Size, Rows: make([]*Row, 0, traces), Hashes: make([]tlog.Hash, 0, 2*traces+64)}
		for _, p := range batch {
			for i := range p.events {
				r := l.key.row(&p.events[i], p.sets[i].ID, after.size, at)
				b.Rows = append(b.Rows, r)
				b.Hashes = after.append(b.Hashes, leaf(l.key.leafSalt(r.Seq), r))
				p.receipts[i] = Receipt{Day: day, Seq: r.Seq, At: at}
			}
		}
		if l.Signer != nil && now.Sub(l.signedAt) >= l.CheckpointEvery {
			cp, err := sign(l.Signer, day.String(), after.size, after.root())
			if err != nil {
				return Batch{}, err
			}
			signed, b.Checkpoints = &cp, []Checkpoint{cp}
		}
		return b, nil
	})
	if err != nil {
		l.edge = edge{size: -1} // what the database holds is unknown: read it again
		return fmt.Errorf("writing the traces of %d callers on %s: %w", len(batch), day, err)
	}
	l.edge = after
	if signed != nil {
		l.signedAt = now
	}
	return nil
}

// addSets makes the sets of items of a batch known before the first trace that
// names them.
func (l *Log) addSets(ctx context.Context, batch []*pending) error {
	var unknown []FieldSet
	for _, p := range batch {
		for _, set := range p.sets {
			if !l.sets[set.ID] && !slices.ContainsFunc(unknown, func(u FieldSet) bool { return u.ID == set.ID }) {
				unknown = append(unknown, set)
			}
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	if err := l.Store.AddFieldSets(ctx, unknown...); err != nil {
		return fmt.Errorf("writing the sets of items of traces: %w", err)
	}
	for _, s := range unknown {
		l.sets[s.ID] = true
	}
	return nil
}

func (l *Log) open(ctx context.Context, day Day) error {
	if l.key != nil && l.key.day == day {
		return nil
	}
	keys, err := l.openDays(ctx, day)
	if err != nil {
		return err
	}
	if l.key != nil {
		l.key.zero()
	}
	l.key, l.edge = keys[day], edge{size: -1}
	return nil
}

// openDays gives the keys of days, making those that do not exist yet.
func (l *Log) openDays(ctx context.Context, days ...Day) (map[Day]*dayKey, error) {
	wraps, err := l.Store.DayKeys(ctx, days...)
	if err != nil {
		return nil, fmt.Errorf("reading the keys of days of traces: %w", err)
	}
	fresh := map[Day][]byte{}
	defer func() {
		for _, secret := range fresh {
			clear(secret)
		}
	}()
	for _, d := range days {
		if _, held := wraps[d]; !held {
			fresh[d] = make([]byte, 32)
			rand.Read(fresh[d])
		}
	}
	made := map[Day]*dayKey{}
	if len(fresh) > 0 {
		offers, err := wrapDays(ctx, l.Keys, l.DayKey, fresh)
		if err != nil {
			return nil, err
		}
		standing, err := l.Store.KeepDayKeys(ctx, offers)
		if err != nil {
			return nil, fmt.Errorf("keeping the keys of days of traces: %w", err)
		}
		for d, offer := range offers {
			if !bytes.Equal(standing[d], offer) {
				wraps[d] = standing[d] // another process was first
			} else if made[d], err = newDayKey(d, fresh[d]); err != nil {
				return nil, err
			}
		}
	}
	out, err := unwrapDays(ctx, l.Keys, l.DayKey, wraps)
	if err != nil {
		return nil, err
	}
	maps.Copy(out, made)
	return out, nil
}
