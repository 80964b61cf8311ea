package dossier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sceau/audit"
	"sceau/catalogue"
)

// A LimitError is the gate's answer to a mission that has had what it may have: which
// limit it met, what is left of it, and when there is more. It names no file.
//
// The limits are an overlay. The table has said what may be read, Rego knows nothing of
// them, and they hold for every mission and account alike. Their time is that of the
// real clock, in a demonstration too: a date that is stated would bring midnight forward.
type LimitError struct {
	Recipient catalogue.RecipientID
	Kind      LimitKind
	Most      int       // that may be, under the signed table
	Asked     int       // files that would have been answered; of a page, as many as it could have had
	Left      int       // that may still be answered now
	Next      time.Time // when more is left; zero when this table never leaves any
	Request   string    // reference of the trace

	at time.Time // when it was asked
}

// A LimitKind is one of the limits.
type LimitKind string

const (
	LimitRequest  LimitKind = "request"
	LimitHour     LimitKind = "hour"
	LimitDay      LimitKind = "day"
	LimitExport   LimitKind = "export"
	LimitRefusals LimitKind = "refusals" // in any sixty minutes
)

func (e *LimitError) Error() string {
	if e.Most == 0 {
		return fmt.Sprintf("%s may have no file answered by %s: its limit is none", e.Recipient, limitWord[e.Kind])
	}
	if e.Kind == LimitRefusals {
		return fmt.Sprintf("%s may be refused %d times an hour, and was: it is answered again from %s", e.Recipient, e.Most, e.clock())
	}
	asked, left := fmt.Sprintf("%d were asked for", e.Asked), "none is left"
	if e.Asked == 1 {
		asked = "one was asked for"
	}
	if e.Left > 0 {
		left = fmt.Sprintf("%d are left", e.Left)
	}
	if e.Left == 1 {
		left = "one is left"
	}
	more := ""
	if !e.Next.IsZero() {
		more = ", more from " + e.clock()
	}
	return fmt.Sprintf("%s may have %s: %s, %s%s", e.Recipient, e.limit(), asked, left, more)
}

var limitWord = map[LimitKind]string{LimitRequest: "request", LimitHour: "the hour", LimitDay: "the day", LimitExport: "export", LimitRefusals: "refusal"}

// limit says it as people do: 600 files an hour.
func (e *LimitError) limit() string {
	unit := "files"
	if e.Kind == LimitRefusals {
		unit = "refusals"
	}
	if e.Most == 1 {
		unit = unit[:len(unit)-1]
	}
	per := map[LimitKind]string{LimitRequest: "a request", LimitHour: "an hour", LimitDay: "a day", LimitExport: "an export", LimitRefusals: "an hour"}
	return fmt.Sprintf("%d %s %s", e.Most, unit, per[e.Kind])
}

// clock is when more is left, as a clock in Paris shows it; with the day, when that is
// another one.
func (e *LimitError) clock() string {
	next, at := e.Next.In(paris), e.at.In(paris)
	if next.Format(time.DateOnly) == at.Format(time.DateOnly) {
		return next.Format("15:04")
	}
	return next.Format("2006-01-02 15:04")
}

// After is how long to wait for more, zero when waiting brings none.
func (e *LimitError) After() time.Duration {
	if e.Next.IsZero() {
		return 0
	}
	return max(time.Second, e.Next.Sub(e.at))
}

// errNoAllowance means that this gate was given nowhere to count: it answers nothing.
var errNoAllowance = errors.New("no count of what missions are answered is kept here")

// charge is what so many files take of the allowance of who asks. Its holder is a tag
// under the routing key: by name, the counts would tell at which hour which agent worked.
func (g *Gate) charge(a asking, kind ChargeKind, files int) Charge {
	l := g.table().Limit(a.mission.Recipient)
	return Charge{Holder: a.key.Tag("allowance", a.mission.ID, a.mission.Candidate), At: g.Now(), Kind: kind, Files: files, Limit: l, Refusals: refusalsOf(l)}
}

// spend charges who asks for so many files, before their trace and before any key is
// used. What was charged stays so, whatever fails behind it: a thief who cuts each
// answer short would otherwise read without end.
//
// Every row costs one, also the row of a list that has its number and nothing opened.
// Paging through a school is what a stolen account does first, and one price can be
// said in the sheet that two people sign. Who works from a list names the columns there,
// and pays once. The first file of a page is charged as it begins: see begin.
//
// Errors: *LimitError; ErrUnavailable when the count cannot be asked.
func (g *Gate) spend(ctx context.Context, a asking, kind ChargeKind, files int) error {
	c := g.charge(a, kind, files)
	if kind == ChargeFiles && files > c.Limit.Request {
		return &LimitError{Recipient: a.mission.Recipient, Kind: LimitRequest, Most: c.Limit.Request, Asked: files, Left: c.Limit.Request, at: c.At}
	}
	return g.deduct(ctx, a, c, c)
}

// deduct charges c, or says which limit would be passed by the whole that it stands for.
func (g *Gate) deduct(ctx context.Context, a asking, c, whole Charge) error {
	if g.Allowances == nil {
		return errNoAllowance
	}
	s, err := g.Allowances.Spend(ctx, c)
	if err != nil || s.Taken {
		return err
	}
	over := whole.Exceeded(s)
	over.Recipient = a.mission.Recipient
	return over
}

// begin charges the first file of a page, and only where as many are left as the page could
// have rows. Who has too few is refused before any row is read, whatever the scope holds:
// else whether a page is refused, behind one number after the other, would tell them all.
// A page without rows has cost that one file, so that no question of a list is free.
func (g *Gate) begin(ctx context.Context, a asking, page int) error {
	whole := g.charge(a, ChargeFiles, page)
	first := whole
	first.Files = 1
	first.Limit.Hour -= page - 1
	first.Limit.Day -= page - 1
	return g.deduct(ctx, a, first, whole)
}

// ofPage has a limit that a page met name what was asked for, and not how many rows there
// were: another request may have taken what was left when the page began.
func ofPage(err error, page int) error {
	var over *LimitError
	if errors.As(err, &over) {
		over.Asked = page
	}
	return err
}

// spending is a charge on its way, beside a round trip that does not wait for it.
func (g *Gate) spending(ctx context.Context, a asking, kind ChargeKind, files int) func() error {
	done := make(chan error, 1)
	go func() { done <- g.spend(ctx, a, kind, files) }()
	return func() error { return <-done }
}

// stopped traces a request that a limit stops, and gives back whatever else stopped it.
// Nothing of it opens.
func (g *Gate) stopped(ctx context.Context, event audit.Event, items []catalogue.ItemID, err error) error {
	var over *LimitError
	if !errors.As(err, &over) {
		return err
	}
	event.Decision, event.Rule = audit.Refused, "limit: "+over.limit()
	event.Items = slices.Compact(slices.Sorted(slices.Values(items)))
	over.Request = event.Request
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return errors.Join(over, fmt.Errorf("%w: %w", ErrNotTraced, err))
	}
	return over
}

// certain says whether every item wanted is granted of this file whichever records it
// has. The ciphertext that is then selected refuses nothing, and the charge need not wait
// for it. Where records decide it waits: what is refused is not charged as a file.
func (g *Gate) certain(a asking, h held, wanted []want, named bool) bool {
	if !named {
		return true
	}
	q, err := g.query(a)
	if err != nil {
		return false
	}
	for _, w := range wanted {
		grant, ok := g.onNoRecord(&q, a, h, w)
		if !ok {
			return false
		}
		if _, ok = opens(w.item, grant, a.mission.Recipient); !ok {
			return false
		}
	}
	return true
}
