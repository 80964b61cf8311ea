package audit

import (
	"context"
	"errors"
	"iter"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"sceau/catalogue"
	"sceau/crypto"
)

// A Store is where the log writes. It adds and never changes: the database role
// behind it may insert, and cannot read a trace back.
type Store interface {
	// DayKeys returns the wrapped keys of those of the days that have one.
	DayKeys(ctx context.Context, days ...Day) (map[Day]crypto.Wrap, error)

	// KeepDayKeys gives each day the key offered unless it has one already, and
	// returns the keys that stand: two processes that open a day at once must end
	// with the same.
	KeepDayKeys(ctx context.Context, offers map[Day]crypto.Wrap) (map[Day]crypto.Wrap, error)

	// AddFieldSets makes sets known. Knowing one already is no error.
	AddFieldSets(ctx context.Context, sets ...FieldSet) error

	// Append holds the day for itself alone, shows where it stands, and adds what
	// fill returns, all of it or nothing. When it returns nil the batch is durable.
	Append(ctx context.Context, day Day, fill func(Head) (Batch, error)) error

	// CloseDay holds the day and the log of days, and adds what fill returns to
	// the log. A nil closing adds nothing.
	CloseDay(ctx context.Context, day Day, fill func(Head, []DayRoot) (*Closing, error)) error

	// Head shows a day as it is, without holding it.
	Head(ctx context.Context, day Day, look func(Head) error) error

	// FirstDay is the earliest day that has a trace; false when none has.
	FirstDay(ctx context.Context) (Day, bool, error)

	// DayLog is the permanent log of closed days, in order.
	DayLog(ctx context.Context) ([]DayRoot, error)

	AddCheckpoints(ctx context.Context, checkpoints ...Checkpoint) error

	// AddConnections adds connection data, in an order that tells nothing.
	AddConnections(ctx context.Context, rows []ConnectionRow) error
}

// A Head is where a day stands while the store holds it.
type Head struct {
	Size   int64
	Last   time.Time // of the latest trace; zero when there is none
	Closed bool
	Hashes tlog.HashReader
}

// A Batch is a run of traces and what the tree stores for them.
type Batch struct {
	First       int64
	Rows        []*Row
	Hashes      []tlog.Hash
	Checkpoints []Checkpoint
}

// A DayRoot is what remains of a day for ever: 66 bytes or so, and no person.
type DayRoot struct {
	Position int64     `json:"position"`
	Day      Day       `json:"day"`
	Size     int64     `json:"size"`
	Root     tlog.Hash `json:"root"`
}

// A Closing puts an end to a day, with the signature that vouches for it.
type Closing struct {
	DayRoot
	Checkpoints []Checkpoint
}

// A HashRun is the hashes that one batch stored.
type HashRun struct {
	First  int64 // the first trace of the batch
	Count  int64 // its number of traces
	Hashes []tlog.Hash
}

// A Selection narrows which traces of a day are read. Its zero value takes all.
type Selection struct {
	Decision string
	Action   string
}

// Takes says whether a trace is selected.
func (s Selection) Takes(r *Row) bool {
	return (s.Decision == "" || s.Decision == r.Decision) && (s.Action == "" || s.Action == r.Action)
}

// ErrNoTrace means that no trace stands at that place, or none any more.
var ErrNoTrace = errors.New("no such trace")

// A ReadStore is where traces are read back, by another role than the writer's.
// Traces and hashes come in the order of their sequence.
type ReadStore interface {
	DayKeys(ctx context.Context, days ...Day) (map[Day]crypto.Wrap, error)

	// Days lists the days of which a row or a hash is held, sorted.
	Days(ctx context.Context) ([]Day, error)

	// Day shows a whole day as it was at one instant: a batch that commits
	// meanwhile is in both sequences or in neither.
	Day(ctx context.Context, day Day, look func(iter.Seq2[*Row, error], iter.Seq2[HashRun, error]) error) error

	// Rows yields the traces of a day that a selection takes.
	Rows(ctx context.Context, day Day, which Selection) iter.Seq2[*Row, error]

	// Row is one trace; ErrNoTrace when there is none at that place.
	Row(ctx context.Context, day Day, seq int64) (*Row, error)

	// Hashes reads single hashes of a day's tree, by their place in it.
	Hashes(ctx context.Context, day Day) tlog.HashReader

	DayLog(ctx context.Context) ([]DayRoot, error)
	Checkpoints(ctx context.Context) ([]Checkpoint, error)
	FieldSets(ctx context.Context) (map[FieldSetID][]catalogue.ItemID, error)

	// RowsOf finds the traces of subjects by their tags of each day.
	RowsOf(ctx context.Context, tags map[Day][]Tag) iter.Seq2[*Row, error]

	// ConnectionsOf finds connection data by tag, and reads the cells of the items
	// named and no other.
	ConnectionsOf(ctx context.Context, tags map[Day][]Tag, items []catalogue.ItemID) iter.Seq2[ConnectionRow, error]
}
