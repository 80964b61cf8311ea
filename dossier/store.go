package dossier

import (
	"context"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
)

// A Desk tells the gate who asks and how things stand. It is read anew for every
// request, so that an ended mission, a closed ticket or a moved calendar refuses
// the very next one.
type Desk interface {
	// Standing finds a mission or an account by its id, with its campaign and the
	// calendar. A campaign named by the caller must be the mission's own.
	Standing(ctx context.Context, mission, campaign string) (Mission, Campaign, error)
	// Routes and facts of those tags; unknown tags have none.
	Follow(ctx context.Context, campaign string, routes, facts [][16]byte) ([]Route, []FactRow, error)
	// List gives the routes by which one relation holds in one scope: those that come
	// after a number, in the order of numbers, and Limit of them at most.
	List(ctx context.Context, l Listing) ([]Route, error)
	// Numbered gives the route by which a scope knows a number; found is false for a
	// number that it does not know, whoever else does.
	Numbered(ctx context.Context, campaign string, scope Scope, no FileNo) (route Route, found bool, err error)
}

// A Listing is what the gate asks of routing for a page of a list. The relation says
// what kind of scope the id is of.
type Listing struct {
	Campaign string
	By       catalogue.Relation
	ID       string
	After    FileNo // zero: from the first
	Limit    int
}

// A Shelf gives back ciphertext, and only the columns asked for.
type Shelf interface {
	// Cells reads rows of one campaign. The answer has one slice of rows for each
	// selection, and the cells of a row in the order of its columns.
	Cells(ctx context.Context, campaign string, selections []Selection) ([][]SealedRow, error)
	// Find looks a candidate up by blind index.
	Find(ctx context.Context, campaign, index string, mac []byte) ([]Ref, error)
}

// A Selection is what the gate asks of one sealed table.
type Selection struct {
	Table   int   // index in Layout.Tables
	Columns []int // positions in the plan
	Units   []crypto.UnitID
	Records []crypto.RecordID // nil for every record of the units
}

// A Vestry takes in what intake sealed ("intake only adds").
type Vestry interface {
	// Known says which of the MACs stand in an index already.
	Known(ctx context.Context, campaign, index string, macs [][]byte) ([]bool, error)
	// Entered gives the candidates behind MACs, none for a MAC that nobody has.
	Entered(ctx context.Context, campaign, index string, macs [][]byte) ([]Ref, error)
	// Store writes one batch and the progress of its import in one transaction.
	// It first takes the numbers that one file alone may have, leaves out the dossiers
	// that lost one, and counts them as refused in the progress; an import that somebody
	// else brought further meanwhile is an error. Then it calls keep
	// with them; before it commits it waits for what keep gave, whose error undoes
	// everything.
	Store(ctx context.Context, b Batch, keep func(left []Lost) (wait func() error)) (left []Lost, err error)
	// Progress finds an import to resume, or begins it.
	Progress(ctx context.Context, campaign, source string) (Progress, error)
	// Refusals lists the refused lines of an import, in order.
	Refusals(ctx context.Context, id int64) ([]Refused, error)
}

// Progress is how far an import came.
type Progress struct {
	Import  int64
	Since   int64 // lines done before the batch that brought it here
	Lines   int64 // lines done, refused ones included
	Offset  int64 // bytes done
	Entered int64
	Refused int64
	Fields  int64
	Done    bool
}

// A Batch is what one transaction writes.
type Batch struct {
	Campaign string
	Sealed   []*Sealed
	Progress *Progress // nil outside an import
	Refusals []Refused
}

// A Refused is one line that an import left out: the item and the rule, never the
// value.
type Refused struct {
	Line int64            `json:"line"`
	Item catalogue.ItemID `json:"item,omitempty"`
	Rule string           `json:"rule"`
}

// Sealed is one dossier on its way to the tables. It holds no clear value.
type Sealed struct {
	Ref      Ref
	Rows     []SealedRow
	Routes   []Route
	Indexes  []IndexEntry
	Accounts []Account
	// Password is the slow hash that was sent in, if any: the annex's passwords
	// exist in no other form.
	Password string
	// Connections go to the audit cluster, not to these tables.
	Connections []audit.Connection
	Cells       int
}

// An IndexEntry is one blind index of a candidate.
type IndexEntry struct {
	Index  string
	MAC    []byte
	Unique bool // one file alone may have it
}

// A Lost dossier is left out of its batch: somebody else took one of its numbers.
type Lost struct {
	At    int    // position in the batch
	Index string // whose number it was
}

// Without leaves those that lost out of a list of their batch.
func Without[T any](all []T, left []Lost) []T {
	if len(left) == 0 {
		return all
	}
	out := make(map[int]bool, len(left))
	for _, l := range left {
		out[l.At] = true
	}
	kept := make([]T, 0, len(all)-len(out))
	for i, one := range all {
		if !out[i] {
			kept = append(kept, one)
		}
	}
	return kept
}

// An Account is how a candidate or a responsible enters.
type Account struct {
	ID          string
	Recipient   catalogue.RecipientID
	Candidate   Ref
	Responsible int
	Credential  [32]byte
}

// A FactRow is a recorded fact as it lies in the register.
type FactRow struct {
	ID         string
	Kind       string
	Tag        [16]byte
	Sealed     []byte
	RecordedBy string
	From       time.Time
	Until      time.Time // zero: no end foreseen
	EndedAt    time.Time // zero while it holds
}
