package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"sceau/catalogue"
	"sceau/crypto"
)

// A Row is a trace as it is stored. It prints nothing of what it seals, since it
// holds it sealed.
type Row struct {
	Day          Day        `json:"day"`
	Seq          int64      `json:"seq"` // from 0, without a gap
	At           time.Time  `json:"at"`  // to the microsecond, never before the row it follows
	Campaign     string     `json:"campaign"`
	Recipient    string     `json:"recipient"`
	Organisation string     `json:"organisation"`
	Purpose      string     `json:"purpose"`
	Action       string     `json:"action"`
	FieldSet     FieldSetID `json:"field_set"`
	Decision     string     `json:"decision"`
	Rule         string     `json:"rule"`
	Policy       string     `json:"policy"`
	Subject      Tag        `json:"subject_tag"`
	Agent        Tag        `json:"agent_tag"`
	SealedAgent  []byte     `json:"sealed_agent"`
	SealedRest   []byte     `json:"sealed_rest"`
}

// A FieldSetID names a set of items by its content, so that a set changed
// afterwards no longer answers to its name.
type FieldSetID [16]byte

// MarshalText writes hexadecimal digits.
func (id FieldSetID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *FieldSetID) UnmarshalText(text []byte) error { return unhex(id[:], text) }

// A FieldSet is which items an access was about, sorted.
type FieldSet struct {
	ID    FieldSetID
	Items []catalogue.ItemID
}

// NewFieldSet names a set of items. Order and repetition do not matter.
func NewFieldSet(items []catalogue.ItemID) FieldSet {
	sorted := slices.Clone(items)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	var all strings.Builder
	for _, it := range sorted {
		all.WriteString(string(it))
		all.WriteByte('\n')
	}
	sum := sha256.Sum256([]byte("sceau field set 1\n" + all.String()))
	return FieldSet{ID: FieldSetID(sum[:16]), Items: sorted}
}

// Sizes of the two sealed cells before sealing. The second grows by doubling,
// for the rare long detail; a trace without any has the size of one with a
// short one.
const (
	agentSize = 64
	restSize  = 256
)

// canonical is the row as its leaf commits to it: every column in a fixed order,
// each preceded by its length, so that no two rows have the same bytes.
func (r *Row) canonical() []byte {
	out := make([]byte, 0, 768)
	word := func(s string) {
		out = binary.BigEndian.AppendUint32(out, uint32(len(s)))
		out = append(out, s...)
	}
	cell := func(b []byte) {
		out = binary.BigEndian.AppendUint32(out, uint32(len(b)))
		out = append(out, b...)
	}
	word("sceau trace 1")
	out = binary.BigEndian.AppendUint64(out, uint64(r.Day))
	out = binary.BigEndian.AppendUint64(out, uint64(r.Seq))
	out = binary.BigEndian.AppendUint64(out, uint64(r.At.UnixMicro()))
	for _, s := range [...]string{r.Campaign, r.Recipient, r.Organisation, r.Purpose, r.Action} {
		word(s)
	}
	cell(r.FieldSet[:])
	for _, s := range [...]string{r.Decision, r.Rule, r.Policy} {
		word(s)
	}
	cell(r.Subject[:])
	cell(r.Agent[:])
	cell(r.SealedAgent)
	cell(r.SealedRest)
	return out
}

// leaf commits to a row without showing it: SHA-256 of the salt and the row, then
// the leaf hash of RFC 6962.
func leaf(salt []byte, r *Row) tlog.Hash {
	h := sha256.New()
	h.Write(salt)
	h.Write(r.canonical())
	return tlog.RecordHash(h.Sum(nil))
}

// row gives an event its place in the day and seals what must be.
func (k *dayKey) row(e *Event, set FieldSetID, seq int64, at time.Time) *Row {
	r := &Row{
		Day: k.day, Seq: seq, At: at,
		Campaign: e.Campaign, Recipient: e.Recipient, Organisation: e.Organisation,
		Purpose: e.Purpose, Action: e.Action, FieldSet: set,
		Decision: e.Decision, Rule: e.Rule, Policy: e.Policy,
		Subject: k.subjectTag(e.Subject), Agent: k.agentTag(e.Agent),
	}
	size := restSize
	for size < 3*lengthSize+len(e.Candidate)+len(e.Request)+len(e.Detail) {
		size *= 2
	}
	r.SealedAgent = k.trace.Seal(nil, nil, pad(agentSize, []byte(e.Agent)), r.bound("agent"))
	r.SealedRest = k.trace.Seal(nil, nil, pad(size, []byte(e.Candidate), []byte(e.Request), e.Detail), r.bound("rest"))
	return r
}

// bound ties a sealed cell to its place: moved to another row it does not open.
func (r *Row) bound(cell string) []byte {
	out := append(make([]byte, 0, 48), "sceau trace 1 "...)
	out = binary.BigEndian.AppendUint64(out, uint64(r.Day))
	out = binary.BigEndian.AppendUint64(out, uint64(r.Seq))
	return append(out, cell...)
}

func (k *dayKey) openAgent(r *Row) (string, error) {
	parts, err := k.open(r, r.SealedAgent, "agent", 1)
	if err != nil {
		return "", err
	}
	return string(parts[0]), nil
}

func (k *dayKey) openRest(r *Row) (candidate, request string, detail []byte, err error) {
	parts, err := k.open(r, r.SealedRest, "rest", 3)
	if err != nil {
		return "", "", nil, err
	}
	return string(parts[0]), string(parts[1]), slices.Clone(parts[2]), nil
}

func (k *dayKey) open(r *Row, sealed []byte, cell string, n int) ([][]byte, error) {
	padded, err := k.trace.Open(nil, nil, sealed, r.bound(cell))
	if err != nil {
		return nil, fmt.Errorf("trace %s/%d: sealed %s: %w", r.Day, r.Seq, cell, crypto.ErrOpen)
	}
	parts, err := unpad(padded, n)
	if err != nil {
		return nil, fmt.Errorf("trace %s/%d: %w", r.Day, r.Seq, err)
	}
	return parts, nil
}
