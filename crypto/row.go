package crypto

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	aead "github.com/tink-crypto/tink-go/v2/aead/subtle"
)

// A RowKey says which row a key opens. Every part of it is in the derivation, so
// two rows never share a key.
type RowKey struct {
	Campaign    string
	Unit        UnitID
	Class, Fate string
	Record      RecordID
	Version     uint32 // of the branch key
}

// A Half is the two locks turned, for one unit, class, fate and version: what is
// left is the choice of the record.
type Half struct {
	of   RowKey // but its record
	prk  [sha256.Size]byte
	live bool
}

// Join turns both locks. Each secret alone opens nothing: the person's is the
// salt of the extraction, the branch key its keying material (for health and
// fraud, the 32 bytes of that person under the class's own key).
// A Half joined from a zeroed secret derives no row.
func Join(person, branch *Secret, campaign string, unit UnitID, class, fate string, version uint32) *Half {
	h := &Half{of: RowKey{Campaign: campaign, Unit: unit, Class: class, Fate: fate, Version: version}}
	if !person.live || !branch.live {
		return h
	}
	var made hashes
	prk, err := hkdf.Extract(made.hash, branch.b[:], person.b[:])
	made.forget()
	if err != nil {
		return h
	}
	copy(h.prk[:], prk)
	clear(prk)
	h.live = true
	return h
}

// Version is that of the branch key, to be written in the row's header.
func (h *Half) Version() uint32 { return h.of.Version }

// Zero forgets the half. Rows already derived go on.
func (h *Half) Zero() { clear(h.prk[:]); h.live = false }

// A Row seals and opens the cells of one record of one table. Several goroutines
// may use it at once.
type Row struct {
	key      RowKey
	prk      [sha256.Size]byte
	commit   Commitment
	seals    *aead.AESGCM
	opens    cipher.AEAD // the same cipher under the same key, for Open
	aadStart []byte      // format to class, and
	aadEnd   [24]byte    // record to the length of the revision: what every cell of the row shares
}

// Row derives the key of a new record.
func (h *Half) Row(record RecordID) (*Row, error) {
	if !h.live {
		return nil, fmt.Errorf("deriving a row of class %s: its secrets were zeroed", h.of.Class)
	}
	r := &Row{key: h.of, prk: h.prk}
	r.key.Record = record
	// One expansion for both: the commitment is the second block of the output, and
	// says of the first only that it is this one.
	out, err := r.expand("row", secretSize+len(r.commit))
	if err != nil {
		return nil, err
	}
	defer clear(out)
	copy(r.commit[:], out[secretSize:])
	r.seals, err = aead.NewAESGCM(out[:secretSize])
	if err == nil {
		r.opens, err = newGCM(out[:secretSize])
	}
	if err != nil {
		return nil, fmt.Errorf("preparing a row of class %s: %w", h.of.Class, err)
	}
	r.aadStart = appendFields(make([]byte, 0, 64), string([]byte{cellFormat}), r.key.Campaign, string(r.key.Unit[:]), r.key.Class)
	copy(r.aadEnd[:], appendField(nil, record[:]))
	r.aadEnd[23] = 4 // the revision that follows has 4 bytes
	return r, nil
}

// newGCM opens into memory that the caller has, which Tink's interface cannot: of opening
// 200 bytes, a quarter was making room for them (measured).
func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// RowOf derives the key of a record that was read, and refuses it before any use
// when the commitment of its header is not this key's.
func (h *Half) RowOf(record RecordID, header []byte) (*Row, error) {
	r, err := h.Row(record)
	if err != nil {
		return nil, err
	}
	if err := r.Check(header); err != nil {
		return nil, err
	}
	return r, nil
}

// Check compares the commitment of a row's header with this key, in a time that
// tells nothing of how near it was.
func (r *Row) Check(header []byte) error {
	if subtle.ConstantTimeCompare(r.commit[:], header) != 1 {
		return fmt.Errorf("row of class %s: %w: its header commits to another key", r.key.Class, ErrOpen)
	}
	return nil
}

// Key says which row this is.
func (r *Row) Key() RowKey { return r.key }

// Commitment is what the row's header keeps.
func (r *Row) Commitment() [16]byte { return r.commit }

// Zero forgets the row's secrets. Sealing with it afterwards panics.
func (r *Row) Zero() { clear(r.prk[:]); r.seals, r.opens = nil, nil }

// expand derives what the label names from both locks and the place of the row.
func (r *Row) expand(label string, size int) ([]byte, error) {
	k := &r.key
	info := appendFields(make([]byte, 0, 160), "sceau", label, k.Campaign, string(k.Unit[:]), k.Class, k.Fate, string(k.Record[:]))
	out, err := hkdf.Expand(sha256.New, r.prk[:], string(appendNumber(info, k.Version)), size)
	if err != nil {
		return nil, fmt.Errorf("deriving a row of class %s: %w", k.Class, err)
	}
	return out, nil
}

// cell = format 1 | revision 4 | nonce 12 | ciphertext | tag 16
//
// The format says how the rest is cut, what binds it, and how the value inside is
// padded. Everything that reads a cell begins with HeadRevision, which is where formats
// are told apart: another one is another case there, and what it does otherwise follows
// from the first byte, which is also the first thing that the cell is bound to.
const (
	cellFormat = 1
	cellMin    = CellHead + aead.AESGCMIVSize + aead.AESGCMTagSize
)

// CellHead is how many bytes of a cell stand before its nonce: format and revision.
const CellHead = 1 + 4

// CellOverhead is what a cell adds to a padded value.
const CellOverhead = cellMin

// Seal appends the sealed value to dst. The value was padded before: its size is
// all that the cell still tells.
func (r *Row) Seal(dst []byte, item string, revision uint32, padded []byte) []byte {
	aad := r.aad(item, revision)
	box, err := r.seals.Encrypt(padded, *aad)
	aads.Put(aad)
	if err != nil {
		panic("crypto: sealing " + item + ": longer than AES-GCM allows") // 64 GiB
	}
	dst = append(slices.Grow(dst, CellHead+len(box)), cellFormat)
	dst = binary.BigEndian.AppendUint32(dst, revision)
	return append(dst, box...)
}

// Open appends the padded value to dst. A cell taken from another campaign, unit,
// class, item or record, or whose revision was altered, answers ErrOpen.
func (r *Row) Open(dst []byte, item string, cell []byte) ([]byte, error) {
	revision, err := Revision(cell)
	if err != nil {
		return dst, fmt.Errorf("item %s: %w", item, err)
	}
	if r.opens == nil {
		return dst, fmt.Errorf("item %s: %w: the row was zeroed", item, ErrOpen)
	}
	const box = CellHead + aead.AESGCMIVSize
	aad := r.aad(item, revision)
	opened, err := r.opens.Open(dst, cell[CellHead:box], cell[box:], *aad)
	aads.Put(aad)
	if err != nil {
		return dst, fmt.Errorf("item %s: %w", item, ErrOpen)
	}
	return opened, nil
}

// Revision reads the revision of a cell without opening it. It is authentic only
// once the cell has opened.
func Revision(cell []byte) (uint32, error) {
	if len(cell) < cellMin {
		return 0, fmt.Errorf("%w: a cell has at least %d bytes, this one %d", ErrOpen, cellMin, len(cell))
	}
	return HeadRevision(cell[:CellHead])
}

// HeadRevision reads the revision of a cell of which the first CellHead bytes alone
// were fetched: who compares revisions has no use for ciphertext. A format that this
// version does not read is a FormatError.
func HeadRevision(head []byte) (uint32, error) {
	if len(head) != CellHead {
		return 0, fmt.Errorf("%w: the head of a cell has %d bytes, this one %d", ErrOpen, CellHead, len(head))
	}
	switch head[0] {
	case cellFormat:
		return binary.BigEndian.Uint32(head[1:]), nil
	}
	return 0, &FormatError{"cell", head[0]}
}

// aad binds a cell to its place: format, campaign, unit, class, item, record and
// the cell's own revision. Fate and branch version are in the key already.
func (r *Row) aad(item string, revision uint32) *[]byte {
	aad := aads.Get().(*[]byte)
	b := append((*aad)[:0], r.aadStart...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(item)))
	b = append(b, item...)
	b = append(b, r.aadEnd[:]...)
	*aad = binary.BigEndian.AppendUint32(b, revision)
	return aad
}

// Behind an interface the buffer would escape: one allocation a field, for bytes
// that are no secret.
var aads = sync.Pool{New: func() any { b := make([]byte, 0, 256); return &b }}
