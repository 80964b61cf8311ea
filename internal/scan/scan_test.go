package scan

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func scanner(t testing.TB, canaries []Canary, o Options) *Scanner {
	t.Helper()
	s, err := New(canaries, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t testing.TB, path string, content []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func sealed(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{9}).Read(b)
	return b
}

func TestEveryCanaryIsFoundInEveryEncoding(t *testing.T) {
	s := scanner(t, people(150), Options{})
	c, err := s.Control(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Encodings) < 100 {
		t.Errorf("the control tries %d encodings, want at least 100", len(c.Encodings))
	}
	for _, e := range c.Encodings {
		if e.Found != 150 {
			t.Errorf("%s: found %d of 150", e.Encoding, e.Found)
		}
	}
}

// The twin of the control: a scanner that lost one kind of pattern is found out.
func TestAControlFailsWhenAnEncodingIsNotLookedFor(t *testing.T) {
	for _, lost := range []string{"utf-8", "utf-16le", "utf-16be", "hex", "hex, capital", "base64 at 2 mod 3", "url", "url, small",
		"json escapes", "json escapes, twice", "utf-8, reversed", "utf-8, upper case", "utf-8, lower case", "utf-8, decomposed"} {
		t.Run(lost, func(t *testing.T) {
			s := scanner(t, people(10), Options{})
			for i := range s.patterns {
				if m := s.patterns[i].means; m[0].encoding == lost {
					s.patterns[i].bytes = bytes.Repeat([]byte{0xFF}, len(s.patterns[i].bytes))
				}
			}
			s.match = newMatcher(s.patterns)
			if _, err := s.Control(t.Context(), t.TempDir()); !errors.Is(err, ErrBlind) {
				t.Errorf("control without %s: %v, want %v", lost, err, ErrBlind)
			}
		})
	}
}

func TestAScanWithoutCanariesIsNoScan(t *testing.T) {
	if _, err := New(nil, Options{}); !errors.Is(err, ErrNoCanary) {
		t.Errorf("New of nothing: %v", err)
	}
	if _, err := ReadCanaries(strings.NewReader("\n\n")); !errors.Is(err, ErrNoCanary) {
		t.Errorf("ReadCanaries of nothing: %v", err)
	}
	if err := (Report{Bytes: 1, Control: &Control{}}).Err(); !errors.Is(err, ErrNoCanary) {
		t.Errorf("a report on nothing: %v", err)
	}
	if err := (Control{}).Err(); !errors.Is(err, ErrNoCanary) {
		t.Errorf("a control on nothing: %v", err)
	}
}

func TestAValueTooShortToTellIsSetAsideAndCounted(t *testing.T) {
	c := people(2)
	c[1].Value = "1234567"
	s := scanner(t, c, Options{})
	r, _ := s.Run(t.Context(), nil, nil)
	if r.Canaries != 1 || r.SetAside != 1 {
		t.Errorf("canaries %d, set aside %d", r.Canaries, r.SetAside)
	}
	if _, err := New(c[1:], Options{}); !errors.Is(err, ErrNoCanary) {
		t.Errorf("nothing but short values: %v", err)
	}
}

func TestDigitsMetByChanceInHexadecimalTextAccuseNobody(t *testing.T) {
	const number = "99912345678"
	s := scanner(t, []Canary{{Line: 1, Item: "A01.03", Value: number}}, Options{})
	for _, tt := range []struct {
		name, text string
		want       int
	}{
		{"in the midst of sealed bytes in a dump", `\\x00ff00ff00ff` + number + `00ff00ff00ff`, 0},
		{"at their end", `\\x00ff00ff00ff` + number + "\n", 0},
		{"in a column of its own", "12\t" + number + "\t2008-03-01\n", 1},
		{"after a length that looks like a digit", "1" + number + "1", 1},
		{"alone", number, 1},
		{"as the text of a bytea", fmt.Sprintf("%x%x%x", sealed(20), number, sealed(20)), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if r, _ := s.Reader(t.Context(), "dump", strings.NewReader(tt.text)); r.Found != tt.want {
				t.Errorf("found %d, want %d", r.Found, tt.want)
			}
		})
	}
}

func TestCanariesAreReadAndAreNeverShown(t *testing.T) {
	const secret = "sEcReTmArKeR20chars"
	all, err := ReadCanaries(strings.NewReader(`{"candidate_line":3,"item":"A01.06","name":"birth_name","value":"` + secret + `"}` + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := all[0]
	if c.Line != 3 || c.Item != "A01.06" || c.Name != "birth_name" || c.Value != secret {
		t.Error("a canary is not read as it was written")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if shown := fmt.Sprintf(verb, all) + fmt.Sprintf(verb, c) + fmt.Sprintf(verb, &c); strings.Contains(shown, secret) || strings.Contains(shown, fmt.Sprintf("%x", secret)) {
			t.Errorf("%s shows the value", verb)
		}
	}
	if _, err := json.Marshal(c); err == nil {
		t.Error("a canary marshals")
	}
	for _, bad := range []string{
		`{"candidate_line":3,"item":"A01.06","name":"birth_name","value":"` + secret,
		`{"candidate_line":3,"item":"","name":"birth_name","value":"` + secret + `"}`,
		`{"candidate_line":"` + secret + `","item":"A01.06"}`,
		`{"candidate_line":3,"item":"A01.06","name":"x","value":"` + strings.Repeat(secret, 300) + `"}`,
		`{"candidate_line":3,"item":"A01.06","name":"x","word":"` + secret + `"}`,
	} {
		_, err := ReadCanaries(strings.NewReader(bad))
		if err == nil || strings.Contains(err.Error(), "sEcReT") || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("a bad line gives %v", err)
		}
	}
}

func TestACanaryIsFoundWhereverTwoReadsCutIt(t *testing.T) {
	c := people(1)
	s := scanner(t, c, Options{})
	noise := sealed(2*window + 100)
	// Around the seam of two windows, one byte at a time.
	for at := window - 40; at < window+40; at++ {
		text := bytes.Clone(noise)
		copy(text[at:], c[0].Value)
		r, err := s.Reader(t.Context(), "seam", bytes.NewReader(text))
		if !errors.Is(err, ErrFound) || r.Found != 1 || r.Hits[0].Offset != int64(at) || r.Hits[0].Times != 1 {
			t.Fatalf("at %d: found %d, hits %+v", at, r.Found, r.Hits)
		}
	}
	r, err := s.Reader(t.Context(), "one byte a read", iotest.OneByteReader(strings.NewReader("x"+c[0].Value)))
	if !errors.Is(err, ErrFound) || r.Hits[0].Offset != 1 {
		t.Errorf("one byte a read: %v", err)
	}
	if r, err := s.Reader(t.Context(), "all but the last byte", strings.NewReader(c[0].Value[:19])); err != nil || r.Found != 0 {
		t.Errorf("all but the last byte: found %d, %v", r.Found, err)
	}
	if r, err := s.Reader(t.Context(), "nothing", strings.NewReader("")); err != nil || r.Found != 0 {
		t.Errorf("nothing: found %d, %v", r.Found, err)
	}
	if _, err := s.Reader(t.Context(), "broken", iotest.ErrReader(errors.New("disk on fire"))); !errors.Is(err, ErrIncomplete) {
		t.Errorf("a reader that breaks: %v", err)
	}
}

// The sampling matcher against the slow and obvious one.
func TestTheMatcherFindsWhatAPlainSearchFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SampledFrom([]byte("ab")) // few letters: many overlaps
		word := rapid.Custom(func(t *rapid.T) []byte { return rapid.SliceOfN(letters, 8, 20).Draw(t, "word") })
		patterns := make([]pattern, rapid.IntRange(1, 6).Draw(t, "n"))
		for i := range patterns {
			patterns[i].bytes = word.Draw(t, "pattern")
		}
		text := rapid.SliceOfN(letters, 0, 300).Draw(t, "text")
		got := map[string]int{}
		m := newMatcher(patterns)
		m.scan(text, 0, len(text)-gram, func(k int32, at int) { got[fmt.Sprint(k, " at ", at)]++ })
		want := map[string]int{}
		for k, p := range patterns {
			for at := range text {
				if bytes.HasPrefix(text[at:], p.bytes) {
					want[fmt.Sprint(k, " at ", at)]++
				}
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("found %v, want %v", got, want)
		}
	})
}

func TestAPlaceInWhichOneFileTellsIsNotClean(t *testing.T) {
	c := people(40)
	home := t.TempDir()
	for i := range 5 {
		put(t, filepath.Join(home, "base", fmt.Sprint(16384+i)), sealed(300_000))
	}
	s := scanner(t, c, Options{})
	r, err := s.Path(t.Context(), Place{Name: "data", Path: home})
	if err != nil || r.Files != 5 || r.Bytes != 1_500_000 {
		t.Fatalf("a clean place: %+v, %v", r, err)
	}
	// Its tampered twin: one value in the middle of one file, written by a program
	// that keeps UTF-16.
	text := sealed(3_000_000)
	copy(text[1_234_567:], utf16As(binary.LittleEndian, c[7].Value))
	path := put(t, filepath.Join(home, "base", "16384"), text)
	r, err = s.Path(t.Context(), Place{Name: "data", Path: home})
	if !errors.Is(err, ErrFound) || r.Found != 1 {
		t.Fatalf("found %d, %v", r.Found, err)
	}
	if h := r.Hits[0]; h.Line != c[7].Line || h.Item != c[7].Item || h.Encoding != "utf-16le" || h.File != path || h.Offset != 1_234_567 {
		t.Errorf("hit %+v", h)
	}
	report, _ := json.Marshal(r)
	if strings.Contains(string(report)+err.Error(), c[7].Value) {
		t.Error("the report shows the value")
	}
}

func TestAFileNameTellsToo(t *testing.T) {
	c := people(1)
	dir := t.TempDir()
	put(t, filepath.Join(dir, "blobs", "dossier-"+c[0].Value+".bin"), sealed(100))
	r, err := scanner(t, c, Options{}).Path(t.Context(), Place{Name: "blobs", Path: dir})
	if !errors.Is(err, ErrFound) || r.Found != 1 {
		t.Errorf("found %d, %v", r.Found, err)
	}
}

func TestWhatCannotBeReadIsAFailureAndNotAPass(t *testing.T) {
	s := scanner(t, people(3), Options{})
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(sealed(50_000))
	w.Close()
	for _, tt := range []struct {
		name string
		make func(dir string)
	}{
		{"a place that is not there", func(dir string) { os.Remove(dir) }},
		{"a link to nowhere", func(dir string) { os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "link")) }},
		{"gzip that was cut", func(dir string) { put(t, filepath.Join(dir, "base.tar.gz"), z.Bytes()[:40_000]) }},
		{"zstd", func(dir string) { put(t, filepath.Join(dir, "base.tar.zst"), []byte("\x28\xb5\x2f\xfd and more")) }},
		{"lz4", func(dir string) { put(t, filepath.Join(dir, "wal"), []byte("\x04\x22\x4d\x18 and more")) }},
		{"a dump in custom format that is none", func(dir string) { put(t, filepath.Join(dir, "dump"), []byte("PGDMP and more")) }},
		{"a file nobody may read", func(dir string) { unreadable(t, filepath.Join(dir, "log")) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "place")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			tt.make(dir)
			r, err := s.Path(t.Context(), Place{Name: "place", Path: dir})
			if !errors.Is(err, ErrIncomplete) || len(r.NotScanned) != 1 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	t.Run("gzip is searched inside", func(t *testing.T) {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		fmt.Fprintf(w, "%s %s %s", strings.Repeat("before ", 3000), people(3)[1].Value, sealed(9000))
		w.Close()
		path := put(t, filepath.Join(t.TempDir(), "raft.snap"), z.Bytes())
		if r, err := s.Path(t.Context(), Place{Name: "snapshot", Path: path}); !errors.Is(err, ErrFound) || r.Found != 1 {
			t.Errorf("found %d, %v", r.Found, err)
		}
	})
	t.Run("sealed bytes that begin like gzip are searched", func(t *testing.T) {
		path := put(t, filepath.Join(t.TempDir(), "blob"), append([]byte("\x1f\x8b\x08\x00"), sealed(9000)...))
		if _, err := s.Path(t.Context(), Place{Name: "blob", Path: path}); err != nil {
			t.Error(err)
		}
	})
}

// unreadable makes something that even root fails to read: a directory entry
// that opens and whose reading fails.
func unreadable(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		put(t, path, []byte("closed"))
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		return
	}
	// Nobody is mapped at address zero: reading there fails for root too.
	if err := os.Symlink("/proc/self/mem", path); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsExcludedIsSaid(t *testing.T) {
	c := people(3)
	home := t.TempDir()
	input := put(t, filepath.Join(home, "dossiers.ndjson"), []byte(c[0].Value))
	put(t, filepath.Join(home, "logs", "app.log"), []byte("started"))
	if err := syscall.Mkfifo(filepath.Join(home, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := scanner(t, c, Options{Exclude: []string{input}})
	control, err := s.Control(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Run(t.Context(), &control, nil, Place{Name: "home", Path: home})
	if err != nil || !r.Clean || len(r.Excluded) != 1 || r.Excluded[0] != input {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := scanner(t, c, Options{}).Path(t.Context(), Place{Name: "home", Path: home}); !errors.Is(err, ErrFound) {
		t.Errorf("not excluded: %v", err)
	}
}

func TestAReportNeedsItsControls(t *testing.T) {
	c := people(3)
	s := scanner(t, c, Options{})
	home := t.TempDir()
	put(t, filepath.Join(home, "log"), sealed(500))
	place := Place{Name: "home", Path: home}
	control, err := s.Control(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if r, err := s.Run(t.Context(), nil, nil, place); !errors.Is(err, ErrBlind) || r.Clean {
		t.Errorf("no control: %v", err)
	}
	if r, err := s.Run(t.Context(), &control, nil, Place{Name: "empty", Path: t.TempDir()}); !errors.Is(err, ErrIncomplete) || r.Clean {
		t.Errorf("nothing read: %v", err)
	}
	all := put(t, filepath.Join(t.TempDir(), "table"), []byte(c[0].Value+"|"+c[1].Value+"|"+c[2].Value))
	seen, err := s.See(t.Context(), Place{Name: "table", Path: all})
	if err != nil || seen.Found != 3 {
		t.Errorf("a table in clear: %+v, %v", seen, err)
	}
	if _, err := s.Run(t.Context(), &control, []Result{seen}, place); err != nil {
		t.Error(err)
	}
	two := put(t, filepath.Join(t.TempDir(), "table"), []byte(c[0].Value+"|"+c[1].Value))
	seen, err = s.See(t.Context(), Place{Name: "table", Path: two})
	if !errors.Is(err, ErrBlind) || seen.Found != 2 {
		t.Errorf("a table that lacks one: %+v, %v", seen, err)
	}
	if _, err := s.Run(t.Context(), &control, []Result{seen}, place); !errors.Is(err, ErrBlind) {
		t.Errorf("a report on a blind scan: %v", err)
	}
}

func TestAHeaderInTheMidstOfAWALRecordHidesNothing(t *testing.T) {
	c := people(1)
	dir := t.TempDir()
	segment := sealed(4 * walPage)
	for at := 0; at < len(segment); at += walPage {
		copy(segment[at:], "\x10\xd1\x00\x00")
	}
	segment[2] = walIsLong
	v := c[0].Value
	copy(segment[2*walPage-9:], v[:9])
	copy(segment[2*walPage+walHeader:], v[9:])
	put(t, filepath.Join(dir, "pg_wal", "000000010000000000000001"), segment)
	s := scanner(t, c, Options{})
	r, err := s.Path(t.Context(), Place{Name: "wal", Path: dir})
	if !errors.Is(err, ErrFound) || r.Found != 1 || !strings.HasSuffix(r.Hits[0].File, "(pages joined)") {
		t.Errorf("across pages: %+v, %v", r, err)
	}

	// And across two segments, whose pages begin with a long header.
	first, second := sealed(2*walPage), sealed(2*walPage)
	for _, s := range [][]byte{first, second} {
		copy(s, "\x10\xd1\x02\x00")
		copy(s[walPage:], "\x10\xd1\x00\x00")
	}
	copy(first[2*walPage-9:], v[:9])
	copy(second[walLongHeader:], v[9:])
	other := t.TempDir()
	put(t, filepath.Join(other, "000000010000000000000002"), second)
	put(t, filepath.Join(other, "000000010000000000000001"), first)
	if r, err := s.Path(t.Context(), Place{Name: "wal", Path: other}); !errors.Is(err, ErrFound) || r.Found != 1 {
		t.Errorf("across segments: %+v, %v", r, err)
	}
}

func TestThePlacesOfAHomeLeaveNothingOut(t *testing.T) {
	home := t.TempDir()
	c := people(4)
	for i, name := range []string{"logs/app.log", "blobs/AA/blob", "roles/data/x", "unheard-of"} {
		put(t, filepath.Join(home, name), []byte(c[i].Value))
	}
	places, err := Places(home)
	if err != nil {
		t.Fatal(err)
	}
	s := scanner(t, c, Options{})
	found := 0
	for _, p := range places {
		r, _ := s.Path(t.Context(), p)
		found += r.Found
	}
	if found != 4 {
		t.Errorf("%d places hold %d canaries, want each of 4 once", len(places), found)
	}
}
