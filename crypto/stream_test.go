package crypto

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func documentRow(t testing.TB, record byte) *Row {
	return must(Join(secretOf(t, 1), secretOf(t, 2), "2026", UnitID{1}, "file", "other", 1).Row(RecordID{record}))
}

func sealDocument(t testing.TB, row *Row, name string, content []byte) []byte {
	t.Helper()
	var sealed bytes.Buffer
	w := must(SealStream(&sealed, row, name))
	if n, err := w.Write(content); err != nil || n != len(content) {
		t.Fatalf("wrote %d of %d bytes: %v", n, len(content), err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

func openDocument(row *Row, name string, sealed []byte) ([]byte, error) {
	r, err := OpenStream(bytes.NewReader(sealed), row, name)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestADocumentComesBackWhole(t *testing.T) {
	row := documentRow(t, 1)
	rapid.Check(t, func(rt *rapid.T) {
		// Bytes that look like an end, and lengths around those of segments.
		content := rapid.SliceOf(rapid.SampledFrom([]byte{0, 0, 0x80, 'a'})).Draw(rt, "start")
		content = append(content, make([]byte, rapid.SampledFrom([]int{0, 1, smallestDocument - 1, smallestDocument, segmentSize - 100, segmentSize, 3 * segmentSize}).Draw(rt, "zeros"))...)
		content = append(content, rapid.SliceOf(rapid.SampledFrom([]byte{0, 0x80, 'b'})).Draw(rt, "end")...)
		sealed := sealDocument(t, row, "proof.pdf", content)
		got, err := openDocument(row, "proof.pdf", sealed)
		if err != nil || !bytes.Equal(got, content) {
			rt.Fatalf("%d bytes came back as %d, error %v", len(content), len(got), err)
		}
		r := must(OpenStream(iotest.OneByteReader(bytes.NewReader(sealed)), row, "proof.pdf"))
		if got, err := io.ReadAll(iotest.OneByteReader(r)); err != nil || !bytes.Equal(got, content) {
			rt.Fatalf("byte by byte, %d bytes came back as %d, error %v", len(content), len(got), err)
		}
	})
}

func TestADocumentOpensNowhereElseAndNotAltered(t *testing.T) {
	row := documentRow(t, 1)
	sealed := sealDocument(t, row, "proof.pdf", bytes.Repeat([]byte("%PDF"), 40_000))
	for what, try := range map[string]struct {
		row    *Row
		name   string
		sealed []byte
	}{
		"in another record":      {documentRow(t, 2), "proof.pdf", sealed},
		"under another name":     {row, "proof", sealed},
		"cut after a segment":    {row, "proof.pdf", sealed[:segmentSize]},
		"cut within a segment":   {row, "proof.pdf", sealed[:len(sealed)-1]},
		"cut within the header":  {row, "proof.pdf", sealed[:20]},
		"with a segment removed": {row, "proof.pdf", append(bytes.Clone(sealed[:segmentSize]), sealed[2*segmentSize:]...)},
		"with more behind it":    {row, "proof.pdf", append(bytes.Clone(sealed), 0)},
		"empty":                  {row, "proof.pdf", nil},
	} {
		if _, err := openDocument(try.row, try.name, try.sealed); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: %v, want ErrOpen", what, err)
		}
	}
	for _, at := range []int{0, 1, 39, 41, segmentSize + 5, len(sealed) - 1} {
		altered := bytes.Clone(sealed)
		altered[at] ^= 1
		if got, err := openDocument(row, "proof.pdf", altered); !errors.Is(err, ErrOpen) {
			t.Errorf("byte %d altered: %d bytes, error %v, want ErrOpen", at, len(got), err)
		}
	}
}

func TestTwoSmallDocumentsTakeTheSamePlace(t *testing.T) {
	row := documentRow(t, 1)
	empty, letter := sealDocument(t, row, "a", nil), sealDocument(t, row, "b", make([]byte, 9_000))
	if len(empty) != len(letter) {
		t.Errorf("%d and %d bytes", len(empty), len(letter))
	}
	for _, n := range []int{20_000, 70_000, 1_000_000} {
		if got := len(sealDocument(t, row, "c", make([]byte, n))); float64(got) > 1.13*float64(n) {
			t.Errorf("%d bytes take %d", n, got)
		}
	}
}

func TestAReadThatFailsIsNotTheDocumentsFault(t *testing.T) {
	row := documentRow(t, 1)
	sealed := sealDocument(t, row, "proof.pdf", make([]byte, 200_000))
	broken := errors.New("the disk is gone")
	for _, after := range []int64{0, 10, 100_000} {
		from := io.MultiReader(io.LimitReader(bytes.NewReader(sealed), after), iotest.ErrReader(broken))
		r, err := OpenStream(from, row, "proof.pdf")
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if !errors.Is(err, broken) || errors.Is(err, ErrOpen) {
			t.Errorf("after %d bytes: %v", after, err)
		}
	}
}

func FuzzDocument(f *testing.F) {
	row := documentRow(f, 1)
	good := sealDocument(f, row, "proof.pdf", []byte("%PDF-1.7"))
	f.Add(good)
	f.Add(good[:100])
	f.Add([]byte{40})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if got, err := openDocument(row, "proof.pdf", sealed); err == nil && string(got) != "%PDF-1.7" { // the only one ever sealed here
			t.Errorf("%d bytes opened to %q", len(sealed), got)
		}
	})
}
