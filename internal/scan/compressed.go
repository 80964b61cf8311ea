package scan

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"sceau/internal/postgres/atrest"
)

// What a scan unpacks: dumps of `sceau backup`, snapshots of Vault.
const (
	customDump = "a dump in custom format"
	gzipped    = "gzip"
)

// What begins like this hides what it holds. The first three are what PostgreSQL's
// own tools write when nobody tells them not to compress.
var opaque = []struct{ name, begins string }{
	{customDump, "PGDMP"},
	{"lz4", "\x04\x22\x4d\x18"},
	{"zstd", "\x28\xb5\x2f\xfd"},
	{"xz", "\xfd7zXZ\x00"},
	{"bzip2", "BZh91AY&SY"},
	{"zip", "PK\x03\x04"},
	{"a PDF", "%PDF-"},
	{"parquet", "PAR1"},
}

// compressed names the format of a file whose bytes cannot be searched as they
// are, by its first bytes; it is empty for any other file.
func compressed(head []byte) string {
	for _, o := range opaque {
		if bytes.HasPrefix(head, []byte(o.begins)) {
			return o.name
		}
	}
	// gzip has but three bytes of its own, and among a million sealed documents
	// some begin so by chance: it is gzip if something comes out of it.
	z, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return ""
	}
	n, err := io.Copy(io.Discard, z)
	if n > 0 && (err == nil || err == io.ErrUnexpectedEOF) {
		return gzipped
	}
	return ""
}

// unpack opens what is inside a file of a format, its bytes as they are for none.
func unpack(ctx context.Context, format string, f *os.File) (io.ReadCloser, error) {
	switch format {
	case "":
		return io.NopCloser(f), nil
	case customDump:
		return atrest.Unpack(ctx, f.Name())
	case gzipped:
		return gzip.NewReader(f)
	}
	return nil, fmt.Errorf("%s cannot be searched: have it written uncompressed", format)
}

// insideOf looks for the canaries in what a file holds, unpacked where it has to be.
func (w *walker) insideOf(ctx context.Context, format string, f *os.File) (n int64, err error) {
	inside, err := unpack(ctx, format, f)
	if err != nil {
		return 0, err
	}
	name := f.Name()
	if format != "" {
		name += " (unpacked)"
	}
	n, err = w.s.stream(ctx, inside, func(k int32, at int64) { w.hit(k, name, at) })
	return n, errors.Join(err, inside.Close())
}
