package crypto

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/bits"

	streaming "github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
)

// Documents, and the files of runs, are sealed as streams of segments, each authentic by itself and in its
// place, so that nothing is given out before it was checked and no document has to
// fit in memory.
const segmentSize = 64 << 10

// A document begins with the length of its header, which holds a salt and the beginning
// of all nonces. So the first byte is the format: that of a document cut or derived in
// another way would be another.
const documentFormat = 1 + secretSize + streaming.AESGCMHKDFNoncePrefixSizeInBytes

// smallestDocument is the size below which all documents are alike.
const smallestDocument = 16 << 10

// SealStream seals what is written to it into w, until Close, which must succeed
// for the document to exist. The document belongs to the row and bears a name:
// elsewhere, or under another, it does not open. Its size is rounded up, as that of
// a padded text, by at most 12 %.
func SealStream(w io.Writer, row *Row, name string) (io.WriteCloser, error) {
	key, err := documentKey(row, name)
	if err != nil {
		return nil, err
	}
	return sealStream(w, key, documentPlace(row, name), "document "+name)
}

// sealStream clears the key. what names the stream in errors.
func sealStream(w io.Writer, key, place []byte, what string) (io.WriteCloser, error) {
	defer clear(key)
	aead, err := streaming.NewAESGCMHKDF(key, "SHA256", secretSize, segmentSize, 0)
	if err != nil {
		return nil, fmt.Errorf("preparing %s: %w", what, err)
	}
	sealed, err := aead.NewEncryptingWriter(w, place)
	if err != nil {
		return nil, fmt.Errorf("sealing %s: %w", what, err)
	}
	return &documentWriter{w: sealed, what: what}, nil
}

// OpenStream opens a document as it is read. Every byte it gives is authentic; that
// the document is whole is known at io.EOF, and not before. A format that this version
// does not read is a FormatError.
func OpenStream(r io.Reader, row *Row, name string) (io.Reader, error) {
	key, err := documentKey(row, name)
	if err != nil {
		return nil, err
	}
	return openStream(r, key, documentPlace(row, name), "document "+name)
}

// openStream clears the key.
func openStream(r io.Reader, key, place []byte, what string) (io.Reader, error) {
	defer clear(key)
	from := &source{r: r}
	opened, segments, err := newSegments(from, key, place)
	var unknown *FormatError
	if errors.As(err, &unknown) {
		return nil, fmt.Errorf("opening %s: %w", what, unknown)
	}
	if err != nil {
		return nil, from.blame(what)
	}
	return &documentReader{r: opened, segments: segments, from: from, what: what, buf: make([]byte, segmentSize)}, nil
}

// A source remembers that reading failed, which is no fault of the document.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func (s *source) blame(what string) error {
	if s.err != nil {
		return fmt.Errorf("reading %s: %w", what, s.err)
	}
	// Altered, moved or cut short: which, nothing can tell.
	return fmt.Errorf("opening %s: %w", what, ErrOpen)
}

func documentKey(row *Row, name string) ([]byte, error) {
	if row.seals == nil {
		return nil, fmt.Errorf("document %s: its row was zeroed", name)
	}
	return row.expand("document", secretSize)
}

func documentPlace(row *Row, name string) []byte {
	return appendFields(bytes.Clone(row.aadStart), string(row.key.Record[:]), "document "+name)
}

// The end of a document is a byte 0x80, then zeros up to the size class: the length
// is known only when it has been written.
const documentEnd = 0x80

type documentWriter struct {
	w    io.WriteCloser
	what string
	n    int
}

func (d *documentWriter) Write(p []byte) (int, error) {
	n, err := d.w.Write(p)
	d.n += n
	return n, err
}

func (d *documentWriter) Close() error {
	rest := documentSize(d.n+1) - d.n
	end := make([]byte, min(rest, segmentSize))
	end[0] = documentEnd
	for rest > 0 {
		n, err := d.w.Write(end[:min(rest, len(end))])
		if err != nil {
			return fmt.Errorf("ending %s: %w", d.what, err)
		}
		rest -= n
		end[0] = 0
	}
	if err := d.w.Close(); err != nil {
		return fmt.Errorf("ending %s: %w", d.what, err)
	}
	return nil
}

// documentSize is the size class of n bytes.
func documentSize(n int) int {
	if bits.Len(uint(n)) <= bits.Len(smallestDocument-1) {
		return smallestDocument
	}
	return padme(n)
}

// A documentReader holds back each 0x80 and the zeros behind it until something
// else follows: what never gets followed is the end.
type documentReader struct {
	r    io.Reader
	from *source
	what string
	buf  []byte
	*segments
	ready []byte // read from buf, not yet sorted
	held  bool   // an 0x80 is held back
	zeros int    // and so many zeros behind it
	flush int    // zeros to give before anything else
	ended bool
	err   error
}

func (d *documentReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if n := d.give(p); n > 0 {
			return n, nil
		}
		if d.err != nil {
			clear(d.buf)
			d.forget()
			return 0, d.err
		}
		if d.ended {
			d.err = io.EOF
			if !d.held {
				d.err = d.from.blame(d.what) // everything sealed here has an end
			}
			continue
		}
		n, err := d.r.Read(d.buf)
		d.ready = d.buf[:n]
		switch {
		case errors.Is(err, io.EOF):
			d.ended = true
		case err != nil:
			d.err = d.from.blame(d.what)
		}
	}
}

// give sorts what was read into p; 0 means that more has to be read.
func (d *documentReader) give(p []byte) int {
	n := 0
	for n < len(p) {
		if d.flush > 0 {
			k := min(d.flush, len(p)-n)
			clear(p[n : n+k])
			n, d.flush = n+k, d.flush-k
			continue
		}
		if len(d.ready) == 0 {
			break
		}
		b := d.ready[0]
		switch {
		case d.held && b == 0:
			d.zeros++
			d.ready = d.ready[1:]
		case d.held: // not the end: what was held back comes first
			p[n] = documentEnd
			n, d.held, d.flush, d.zeros = n+1, false, d.zeros, 0
		case b == documentEnd:
			d.held, d.zeros = true, 0
			d.ready = d.ready[1:]
		default:
			run := d.ready
			if end := bytes.IndexByte(run, documentEnd); end > 0 {
				run = run[:end]
			}
			k := copy(p[n:], run)
			n, d.ready = n+k, d.ready[k:]
		}
	}
	return n
}
