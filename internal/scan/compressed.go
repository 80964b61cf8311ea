package scan

import (
	"bytes"
	"compress/gzip"
	"io"
)

// What begins like this hides what it holds. The first three are what PostgreSQL's
// own tools write when nobody tells them not to compress.
var opaque = []struct{ name, begins string }{
	{"a dump in custom format", "PGDMP"},
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
		return "gzip"
	}
	return ""
}
