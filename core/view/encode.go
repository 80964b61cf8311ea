package view

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"sceau/core"
)

// A view in a file:
//
//	"sceau view\n" | format 1 | campaign | names of the person's columns | names of the wish's
//	| programmes | groups | number of persons | number of wishes
//	| pseudonyms | each of the person's columns
//	| for each person the number of wishes and their programmes | each of the wish's other columns
//	| SHA-256 of all before
//
// Numbers are unsigned varints, texts and lists have their length in front, yes and no is
// a bit, a word of a closed list a byte. One view has one encoding, so that the digest is
// that of the content: rows and words are sorted, varints are the shortest.
const (
	magic  = "sceau view\n"
	format = 1
)

// longest bounds a text of a view, and mostWords a list of them: a file that says more
// is no view.
const (
	longest   = 4 << 10
	mostWords = 1 << 22
)

// ErrFile means that a file is no whole view, or was altered. Nothing of it is given.
var ErrFile = errors.New("not a whole view")

// Encode writes the view, and answers the digest of its content. The order in
// which rows were added does not show in it.
func (v *View) Encode(w io.Writer) (core.Digest, error) {
	if err := v.check(); err != nil {
		return core.Digest{}, err
	}
	e := encoder{sum: sha256.New()}
	e.w = bufio.NewWriterSize(io.MultiWriter(w, e.sum), 64<<10)
	e.w.WriteString(magic)
	e.w.WriteByte(format)
	e.text(v.Campaign)
	e.texts(headings(personColumns, personPseudonym))
	e.texts(headings(wishColumns))
	e.texts(v.Programmes)
	e.texts(v.Groups)
	e.number(uint64(len(v.Persons)))
	e.number(uint64(len(v.Wishes)))
	for i := range v.Persons {
		e.w.Write(v.Persons[i].Pseudonym[:])
	}
	encodeColumns(&e, personColumns, v.Persons)
	at := 0
	for i := range v.Persons {
		from := at
		for at < len(v.Wishes) && v.Wishes[at].Candidate == core.Candidate(i) {
			at++
		}
		e.number(uint64(at - from))
		for k := range v.Wishes[from:at] {
			e.number(uint64(wishColumns[0].get(&v.Wishes[from+k])))
		}
	}
	encodeColumns(&e, wishColumns[1:], v.Wishes)
	if err := e.w.Flush(); err != nil {
		return core.Digest{}, err
	}
	digest := core.Digest(e.sum.Sum(nil))
	_, err := w.Write(digest[:])
	return digest, err
}

// Digest is that of the content, without a file.
func (v *View) Digest() (core.Digest, error) { return v.Encode(io.Discard) }

func headings[Row any](columns []column[Row], first ...Column) (names []string) {
	for _, c := range first {
		names = append(names, c.Name)
	}
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return names
}

// An encoder's errors stay in its writer until it is flushed.
type encoder struct {
	w   *bufio.Writer
	sum hash.Hash
	buf [binary.MaxVarintLen64]byte
}

func (e *encoder) number(n uint64) { e.w.Write(e.buf[:binary.PutUvarint(e.buf[:], n)]) }

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	e.w.WriteString(s)
}

func (e *encoder) texts(list []string) {
	e.number(uint64(len(list)))
	for _, s := range list {
		e.text(s)
	}
}

func encodeColumns[Row any](e *encoder, columns []column[Row], rows []Row) {
	for k := range columns {
		c := &columns[k]
		switch c.Form {
		case Bool:
			for from := 0; from < len(rows); from += 8 {
				var b byte
				for i := from; i < min(from+8, len(rows)); i++ {
					b |= byte(c.get(&rows[i])) << (i - from)
				}
				e.w.WriteByte(b)
			}
		case Enum:
			for i := range rows {
				e.w.WriteByte(byte(c.get(&rows[i])))
			}
		default:
			for i := range rows {
				e.number(uint64(c.get(&rows[i])))
			}
		}
	}
}

// Decode reads a whole view, and nothing behind it. What was cut, altered, or written in
// another way than Encode does is ErrFile.
func Decode(r io.Reader) (*View, core.Digest, error) {
	d := &decoder{r: r, sum: sha256.New()}
	v := d.view()
	if d.err == nil {
		d.err = v.check()
	}
	if d.err != nil {
		return nil, core.Digest{}, fmt.Errorf("%w: %w", ErrFile, d.err)
	}
	return v, d.digest, nil
}

type decoder struct {
	r      io.Reader
	sum    hash.Hash
	buf    [64 << 10]byte
	from   int // of the bytes in buf, those that are not yet in sum begin here
	at, to int
	digest core.Digest
	err    error
}

var (
	errShort = errors.New("it ends too early")
	errForm  = errors.New("it is written in another way")
)

func (d *decoder) view() *View {
	if !bytes.Equal(d.bytes(len(magic)), []byte(magic)) {
		d.fail(errors.New("it does not begin like one"))
	}
	if n := d.byte(); n != format {
		d.fail(fmt.Errorf("this version reads no view of format %d", n))
	}
	v := &View{Campaign: d.text()}
	d.headings(headings(personColumns, personPseudonym))
	d.headings(headings(wishColumns))
	v.Programmes, v.Groups = d.texts(), d.texts()
	persons, wishes := d.number(), d.number()
	if persons > core.MaxRank || wishes > core.MaxRank {
		d.fail(errForm)
	}
	for n := uint64(0); n < persons && d.err == nil; n++ {
		var p Person
		copy(p.Pseudonym[:], d.bytes(len(p.Pseudonym)))
		v.Persons = append(v.Persons, p) // as they come: what the file says is not believed
	}
	decodeColumns(d, personColumns, v.Persons)
	left := wishes
	for i := range v.Persons {
		n := d.number()
		if n > left {
			d.fail(errForm)
		}
		left -= n
		for ; n > 0 && d.err == nil; n-- {
			w := Wish{Candidate: core.Candidate(i)}
			wishColumns[0].set(&w, d.rank())
			v.Wishes = append(v.Wishes, w)
		}
	}
	if left > 0 {
		d.fail(errForm)
	}
	decodeColumns(d, wishColumns[1:], v.Wishes)
	d.end()
	return v
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// fill reads on, once all bytes of the buffer were used.
func (d *decoder) fill() bool {
	if d.err != nil {
		return false
	}
	d.sum.Write(d.buf[d.from:d.at])
	d.from, d.at, d.to = 0, 0, 0
	for tries := 0; tries < 100; tries++ {
		n, err := d.r.Read(d.buf[:])
		if n > 0 {
			d.to = n
			return true
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errShort
			}
			d.fail(err)
			return false
		}
	}
	d.fail(io.ErrNoProgress)
	return false
}

func (d *decoder) byte() byte {
	if d.at == d.to && !d.fill() {
		return 0
	}
	b := d.buf[d.at]
	d.at++
	return b
}

// bytes reads n of them, few.
func (d *decoder) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = d.byte()
	}
	return b
}

// number reads a varint, and refuses one that could be shorter.
func (d *decoder) number() (n uint64) {
	for shift := 0; shift < 64; shift += 7 {
		b := d.byte()
		if d.err != nil {
			return 0
		}
		if shift == 63 && b > 1 {
			break
		}
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			if b == 0 && shift > 0 {
				break
			}
			return n
		}
	}
	d.fail(errForm)
	return 0
}

// rank reads what fits into a rank or a position.
func (d *decoder) rank() uint32 {
	n := d.number()
	if n > core.MaxRank {
		d.fail(errForm)
		return 0
	}
	return uint32(n)
}

func (d *decoder) text() string {
	n := d.number()
	if n > longest {
		d.fail(errForm)
		return ""
	}
	return string(d.bytes(int(n)))
}

func (d *decoder) texts() (list []string) {
	n := d.number()
	if n > mostWords {
		d.fail(errForm)
	}
	for ; n > 0 && d.err == nil; n-- {
		list = append(list, d.text())
	}
	return list
}

func (d *decoder) headings(want []string) {
	got := d.texts()
	if d.err == nil && !equal(got, want) {
		d.fail(errors.New("its columns are not those of this version"))
	}
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func decodeColumns[Row any](d *decoder, columns []column[Row], rows []Row) {
	for k := range columns {
		c := &columns[k]
		switch c.Form {
		case Bool:
			for from := 0; from < len(rows) && d.err == nil; from += 8 {
				b := d.byte()
				for i := from; i < min(from+8, len(rows)); i++ {
					c.set(&rows[i], uint32(b)&1)
					b >>= 1
				}
				if b != 0 {
					d.fail(errForm) // bits of no row
				}
			}
		case Enum:
			for i := 0; i < len(rows) && d.err == nil; i++ {
				c.set(&rows[i], uint32(d.byte()))
			}
		default:
			for i := 0; i < len(rows) && d.err == nil; i++ {
				c.set(&rows[i], d.rank())
			}
		}
	}
}

// end compares the digest, and refuses what follows it.
func (d *decoder) end() {
	if d.err != nil {
		return
	}
	d.sum.Write(d.buf[d.from:d.at])
	computed := core.Digest(d.sum.Sum(nil))
	d.from = d.at
	copy(d.digest[:], d.bytes(len(d.digest)))
	if d.err == nil && d.digest != computed {
		d.fail(errors.New("it was altered"))
	}
	if d.err != nil {
		return
	}
	if d.at < d.to || d.fill() {
		d.fail(errors.New("something follows it"))
		return
	}
	if errors.Is(d.err, errShort) {
		d.err = nil // the end, where it belongs
	}
}
