package session

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/display"
)

// ErrFile means a file that no run wrote whole, or that is of another kind.
var ErrFile = errors.New("session: not a whole file of a run")

// A head is what a file of a run says of itself, before its columns.
type head struct {
	Format   string      `json:"format"`
	Campaign string      `json:"campaign"`
	Day      int         `json:"day,omitzero"`
	Rounds   int         `json:"rounds,omitzero"`
	Figures  Figures     `json:"figures,omitzero"`
	Isolated []GroupName `json:"isolated,omitzero"`
}

const (
	ordersFormat  = "sceau call orders 1"
	dayFormat     = "sceau day 1"
	answersFormat = "sceau answers 1"
)

// A writer writes a head and columns: little-endian, each behind its length, so that the
// same content has the same bytes.
type writer struct {
	out *bufio.Writer
	err error
}

func newWriter(w io.Writer, h head) *writer {
	f := &writer{out: bufio.NewWriterSize(w, 1<<20)}
	text, err := json.Marshal(h, json.Deterministic(true))
	f.err = err
	put(f, text)
	return f
}

func put[T ~uint8 | ~int32 | ~uint32 | ~int64](f *writer, column []T) {
	if f.err == nil {
		f.err = binary.Write(f.out, binary.LittleEndian, uint64(len(column)))
	}
	const piece = 1 << 16
	for from := 0; from < len(column) && f.err == nil; from += piece {
		f.err = binary.Write(f.out, binary.LittleEndian, column[from:min(len(column), from+piece)])
	}
}

func (f *writer) end() error {
	if f.err != nil {
		return f.err
	}
	return f.out.Flush()
}

// A reader reads what a writer wrote, and believes no length before it has read so much.
type reader struct {
	in  *bufio.Reader
	err error
}

func newReader(r io.Reader, format string) (*reader, head) {
	f := &reader{in: bufio.NewReaderSize(r, 1<<20)}
	var h head
	text := take[uint8](f)
	if f.err == nil && (json.Unmarshal(text, &h, json.RejectUnknownMembers(true)) != nil || h.Format != format) {
		f.err = ErrFile
	}
	return f, h
}

func take[T ~uint8 | ~int32 | ~uint32 | ~int64](f *reader) []T {
	var n uint64
	if f.err == nil && binary.Read(f.in, binary.LittleEndian, &n) != nil {
		f.err = ErrFile
	}
	var column []T
	const piece = 1 << 16
	for read := uint64(0); read < n && f.err == nil; {
		part := make([]T, min(piece, n-read))
		if binary.Read(f.in, binary.LittleEndian, part) != nil {
			f.err = ErrFile
		}
		column, read = append(column, part...), read+uint64(len(part))
	}
	return column
}

func (f *reader) end() error {
	if f.err != nil {
		return f.err
	}
	if _, err := f.in.ReadByte(); err != io.EOF {
		return ErrFile
	}
	return nil
}

// WriteOrders writes the call orders of a session: what its first run gave, and what all
// the others stand on.
func (s *Session) WriteOrders(w io.Writer) error {
	f := newWriter(w, head{Format: ordersFormat, Campaign: s.View.Campaign})
	names, err := json.Marshal(s.Groups)
	if err != nil {
		return err
	}
	put(f, names)
	for _, order := range s.Orders {
		put(f, order)
	}
	return f.end()
}

// WriteDay writes a day, with the events that were published in it.
func WriteDay(w io.Writer, campaignID string, d *Day, events []campaign.Event) error {
	f := newWriter(w, head{Format: dayFormat, Campaign: campaignID, Day: d.Number, Rounds: d.Outcome.Rounds, Figures: d.Figures, Isolated: d.Isolated})
	o := d.Outcome
	put(f, o.Status)
	put(f, o.ProposedIn)
	put(f, o.GivenUpIn)
	put(f, o.Estimate)
	put(f, o.BarMax)
	put(f, o.Bar)
	put(f, d.Shown.WaitingRank)
	put(f, d.Shown.LastCalled)
	put(f, d.Shown.WaitingCount)
	var bars []int32
	for _, b := range d.Shown.Bars {
		bars = append(bars, b.School, b.Group, b.Call, b.Boarding)
	}
	put(f, bars)
	putEvents(f, events)
	return f.end()
}

// ReadDay reads what WriteDay wrote. Roll and morning are not in it.
func ReadDay(r io.Reader) (*Day, []campaign.Event, error) {
	f, h := newReader(r, dayFormat)
	d := &Day{Number: h.Day, Figures: h.Figures, Isolated: h.Isolated, Outcome: &core.Outcome{Rounds: h.Rounds}}
	o := d.Outcome
	o.Status, o.ProposedIn, o.GivenUpIn = take[core.Status](f), take[int32](f), take[int32](f)
	o.Estimate, o.BarMax, o.Bar = take[int64](f), take[int32](f), take[int32](f)
	d.Shown.WaitingRank, d.Shown.LastCalled, d.Shown.WaitingCount = take[int32](f), take[int32](f), take[int32](f)
	bars := take[int32](f)
	if len(bars)%4 != 0 {
		return nil, nil, ErrFile
	}
	for ; len(bars) > 0; bars = bars[4:] {
		d.Shown.Bars = append(d.Shown.Bars, display.Bars{School: bars[0], Group: bars[1], Call: bars[2], Boarding: bars[3]})
	}
	events := takeEvents(f)
	return d, events, f.end()
}

// WriteAnswers writes the events of people between two days.
func WriteAnswers(w io.Writer, campaignID string, events []campaign.Event) error {
	f := newWriter(w, head{Format: answersFormat, Campaign: campaignID})
	putEvents(f, events)
	return f.end()
}

// ReadAnswers reads what WriteAnswers wrote.
func ReadAnswers(r io.Reader) ([]campaign.Event, error) {
	f, _ := newReader(r, answersFormat)
	events := takeEvents(f)
	return events, f.end()
}

// An aside is what few events say beside the columns.
type aside struct {
	Event int       `json:"event"`
	Order []int32   `json:"order,omitzero"`
	Rank  int32     `json:"rank,omitzero"`
	By    core.Act  `json:"by,omitzero"`
	Said  time.Time `json:"said,omitzero"`
	Shown []byte    `json:"shown,omitzero"`
}

func putEvents(f *writer, events []campaign.Event) {
	var (
		kinds, causes  []uint8
		at             []int64
		who            []uint32
		wish, day, seq []int32
		asides         []aside
	)
	for i, e := range events {
		kinds, causes, at = append(kinds, uint8(e.Kind)), append(causes, uint8(e.Cause)), append(at, e.At.UnixNano())
		who, wish = append(who, uint32(e.Candidate)), append(wish, e.Wish)
		day, seq = append(day, int32(e.Day)), append(seq, int32(e.Seq))
		if len(e.Order) > 0 || e.Rank != 0 || e.By != "" || !e.Said.IsZero() || e.Shown != [32]byte{} {
			asides = append(asides, aside{i, e.Order, e.Rank, e.By, e.Said, nonZero(e.Shown)})
		}
	}
	put(f, kinds)
	put(f, causes)
	put(f, at)
	put(f, who)
	put(f, wish)
	put(f, day)
	put(f, seq)
	text, err := json.Marshal(asides, json.Deterministic(true))
	if f.err == nil {
		f.err = err
	}
	put(f, text)
}

func nonZero(b [32]byte) []byte {
	if b == [32]byte{} {
		return nil
	}
	return b[:]
}

func takeEvents(f *reader) []campaign.Event {
	kinds, causes, at, who := take[uint8](f), take[uint8](f), take[int64](f), take[uint32](f)
	wish, day, seq, text := take[int32](f), take[int32](f), take[int32](f), take[uint8](f)
	if f.err != nil {
		return nil
	}
	n := len(kinds)
	for _, have := range []int{len(causes), len(at), len(who), len(wish), len(day), len(seq)} {
		if have != n {
			f.err = ErrFile
			return nil
		}
	}
	events := make([]campaign.Event, n)
	for i := range events {
		events[i] = campaign.Event{Kind: campaign.Kind(kinds[i]), Cause: campaign.Cause(causes[i]), At: time.Unix(0, at[i]).UTC(),
			Candidate: core.Candidate(who[i]), Wish: wish[i], Day: int(day[i]), Seq: int(seq[i])}
	}
	var asides []aside
	if err := json.Unmarshal(bytes.TrimSpace(text), &asides, json.RejectUnknownMembers(true)); err != nil {
		f.err = ErrFile
		return nil
	}
	for _, a := range asides {
		if a.Event < 0 || a.Event >= n || len(a.Shown) != 0 && len(a.Shown) != 32 {
			f.err = fmt.Errorf("%w: it says more of an event that is not there", ErrFile)
			return nil
		}
		e := &events[a.Event]
		e.Order, e.Rank, e.By, e.Said = a.Order, a.Rank, a.By, a.Said
		copy(e.Shown[:], a.Shown)
	}
	return events
}
