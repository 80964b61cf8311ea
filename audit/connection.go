package audit

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
)

// The connection data of a person ("données de connexion"), heading 14. Its
// fourth item, the traces of actions, is the rest of this package.
const (
	ItemIP     catalogue.ItemID = "A14.01"
	ItemTime   catalogue.ItemID = "A14.02"
	ItemMedium catalogue.ItemID = "A14.04"
)

// ConnectionItems are the items of a connection, in the order of their cells.
var ConnectionItems = []catalogue.ItemID{ItemIP, ItemTime, ItemMedium}

// A Connection is one arrival of a person on the platform.
type Connection struct {
	Subject []byte    // file number
	At      time.Time // which day's key seals it
	Values  map[catalogue.ItemID]json.RawMessage
}

// A ConnectionRow is a connection as stored. Its tag is that of its day, and not
// even its time is in clear.
type ConnectionRow struct {
	Day     Day
	Subject Tag
	Record  [16]byte
	Cells   map[catalogue.ItemID][]byte
}

const connectionSize = 64 // one size for every cell: an IPv6 address fits

// ErrTooOld means that a connection is past its year (RET-10, RET-11): to keep it
// now would be to keep it longer than the law allows.
var ErrTooOld = errors.New("connection older than one year (RET-10)")

// TooOld says whether connection data of that instant may no longer be kept.
func TooOld(at, now time.Time) bool { return at.Before(now.AddDate(-1, 0, 0)) }

// RecordConnections keeps connection data, each under the key of its own UTC day,
// so that it goes with the traces of that day. All are kept, or none: an old or
// malformed one is named by its place in the list.
func (l *Log) RecordConnections(ctx context.Context, connections []Connection) error {
	now := l.Now()
	days := map[Day]bool{}
	for i, c := range connections {
		if TooOld(c.At, now) {
			return fmt.Errorf("connection %d: %w", i, ErrTooOld)
		}
		if err := c.check(); err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
		days[DayOf(c.At)] = true
	}
	if len(connections) == 0 {
		return nil
	}
	rows, err := l.sealConnections(ctx, connections, slices.Sorted(maps.Keys(days)))
	if err != nil {
		return err
	}
	// Shuffled: the physical order of rows would join what tags keep apart.
	mathrand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	if err := l.Store.AddConnections(ctx, rows); err != nil {
		return fmt.Errorf("writing %d connections: %w", len(rows), err)
	}
	return nil
}

func (c *Connection) check() error {
	if len(c.Subject) == 0 {
		return errors.New("connection of nobody")
	}
	for item, v := range c.Values {
		if !slices.Contains(ConnectionItems, item) {
			return fmt.Errorf("%s is no item of a connection", item)
		}
		if len(v) > connectionSize-lengthSize {
			return fmt.Errorf("%s is longer than %d bytes", item, connectionSize-lengthSize)
		}
		if !json.Valid(v) {
			return fmt.Errorf("%s is no JSON value", item)
		}
	}
	return nil
}

func (l *Log) sealConnections(ctx context.Context, connections []Connection, days []Day) ([]ConnectionRow, error) {
	l.past.Lock()
	defer l.past.Unlock()
	keys, err := l.past.open(ctx, l, days)
	if err != nil {
		return nil, err
	}
	rows := make([]ConnectionRow, len(connections))
	for i, c := range connections {
		k := keys[DayOf(c.At)]
		r := ConnectionRow{Day: k.day, Subject: k.subjectTag(c.Subject), Cells: make(map[catalogue.ItemID][]byte, len(ConnectionItems))}
		rand.Read(r.Record[:])
		for _, item := range ConnectionItems {
			v, given := c.Values[item]
			switch {
			case given:
			case item == ItemTime:
				v, _ = json.Marshal(c.At.UTC().Truncate(time.Second)) // a time always marshals
			default:
				v = json.RawMessage("null") // as long as a value: absence does not tell
			}
			r.Cells[item] = k.connection.Seal(nil, nil, pad(connectionSize, v), r.bound(item))
		}
		rows[i] = r
	}
	return rows, nil
}

// bound ties a cell to its day, record, subject and item.
func (r *ConnectionRow) bound(item catalogue.ItemID) []byte {
	out := append(make([]byte, 0, 80), "sceau connection 1 "...)
	out = binary.BigEndian.AppendUint64(out, uint64(r.Day))
	out = append(out, r.Record[:]...)
	out = append(out, r.Subject[:]...)
	return append(out, item...)
}

// ConnectionsOf reads the connection data of one person, by the file numbers the
// person has, on the days from first to last: the items named, and no other is
// opened. Nothing older than a year is answered. The caller records the access
// first.
func (r *Reader) ConnectionsOf(ctx context.Context, fileNos [][]byte, first, last Day, items ...catalogue.ItemID) ([]Connection, error) {
	for _, item := range items {
		if !slices.Contains(ConnectionItems, item) {
			return nil, fmt.Errorf("%s is no item of a connection", item)
		}
	}
	keys, tags, names, err := r.tagsOf(ctx, fileNos, first, last)
	if err != nil {
		return nil, err
	}
	defer zeroAll(keys)
	var out []Connection
	for row, err := range r.Store.ConnectionsOf(ctx, tags, items) {
		if err != nil {
			return nil, fmt.Errorf("reading connections: %w", err)
		}
		k := keys[row.Day]
		if k == nil {
			return nil, fmt.Errorf("connection of %s: no key was asked for that day", row.Day)
		}
		c := Connection{Subject: names[row.Day][row.Subject], At: row.Day.Start(), Values: map[catalogue.ItemID]json.RawMessage{}}
		for _, item := range items {
			padded, err := k.connection.Open(nil, nil, row.Cells[item], row.bound(item))
			if err != nil {
				return nil, fmt.Errorf("connection of %s: %s: %w", row.Day, item, crypto.ErrOpen)
			}
			parts, err := unpad(padded, 1)
			if err != nil {
				return nil, fmt.Errorf("connection of %s: %s: %w", row.Day, item, err)
			}
			c.Values[item] = slices.Clone(parts[0])
		}
		if v, asked := c.Values[ItemTime]; asked {
			var at time.Time
			if json.Unmarshal(v, &at) == nil {
				c.At = at
			}
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b Connection) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	return out, nil
}

// pastKeys keeps the keys of days for a minute, so that an import does not ask
// the key service for the same days at each bulk.
type pastKeys struct {
	sync.Mutex
	keys  map[Day]*dayKey
	until time.Time
}

func (p *pastKeys) open(ctx context.Context, l *Log, days []Day) (map[Day]*dayKey, error) {
	now := l.Now()
	if p.keys == nil || now.After(p.until) {
		zeroAll(p.keys)
		p.keys, p.until = map[Day]*dayKey{}, now.Add(time.Minute)
	}
	var missing []Day
	for _, d := range days {
		if p.keys[d] == nil {
			missing = append(missing, d)
		}
	}
	if len(missing) > 0 {
		opened, err := l.openDays(ctx, missing...)
		if err != nil {
			return nil, err
		}
		maps.Copy(p.keys, opened)
	}
	return p.keys, nil
}

func (p *pastKeys) forget() {
	p.Lock()
	defer p.Unlock()
	zeroAll(p.keys)
	p.keys = nil
}

func zeroAll(keys map[Day]*dayKey) {
	for _, k := range keys {
		k.zero()
	}
}
