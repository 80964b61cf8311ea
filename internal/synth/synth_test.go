package synth

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sceau/catalogue"
	"sceau/dossier"
)

var update = flag.Bool("update", false, "rewrite the files that the tests compare with")

func generate(t testing.TB, o Options) (lines [][]byte, canaries []sighting) {
	t.Helper()
	var out, marks bytes.Buffer
	if err := Generate(context.Background(), &out, &marks, o); err != nil {
		t.Fatal(err)
	}
	lines = bytes.Split(bytes.TrimSuffix(out.Bytes(), []byte("\n")), []byte("\n"))
	for _, m := range bytes.Split(bytes.TrimSuffix(marks.Bytes(), []byte("\n")), []byte("\n")) {
		if len(m) == 0 {
			continue
		}
		var s sighting
		if err := json.Unmarshal(m, &s); err != nil {
			t.Fatal(err)
		}
		canaries = append(canaries, s)
	}
	return lines, canaries
}

// A filed dossier is a line, read back.
type filed struct {
	one  map[string]json.RawMessage
	many map[string][]map[string]json.RawMessage
}

func read(t testing.TB, c *catalogue.Catalogue, line []byte) filed {
	t.Helper()
	d := filed{one: map[string]json.RawMessage{}, many: map[string][]map[string]json.RawMessage{}}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(line, &all); err != nil {
		t.Fatal(err)
	}
	for k, v := range all {
		if !strings.HasPrefix(k, "per_") {
			d.one[k] = v
			continue
		}
		var records []map[string]json.RawMessage
		if err := json.Unmarshal(v, &records); err != nil {
			t.Fatal(err)
		}
		d.many[k] = records
	}
	return d
}

func (d filed) text(name string) string { return plain(d.one[name]) }

func plain(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) != nil {
		return string(v)
	}
	return s
}

// check passes every value through the catalogue, as intake does.
func (d filed) check(t testing.TB, c *catalogue.Catalogue, line int) {
	t.Helper()
	value := func(name string, repeats catalogue.Repeat, v json.RawMessage) {
		it, ok := c.ItemNamed(name)
		if !ok || it.Repeats != repeats {
			t.Fatalf("line %d: %s is not an item of %s", line, name, repeats)
		}
		if err := it.CheckOn(v, admissionDay); err != nil {
			t.Fatalf("line %d: %v\n%s", line, err, v)
		}
	}
	for name, v := range d.one {
		value(name, "one", v)
	}
	for word, records := range d.many {
		if len(records) > 400 {
			t.Fatalf("line %d: %d records of %s", line, len(records), word)
		}
		for _, r := range records {
			for name, v := range r {
				value(name, catalogue.Repeat(word), v)
			}
		}
	}
	for _, it := range c.Items() {
		if it.Required && it.Repeats == "one" && d.one[it.Name] == nil {
			t.Fatalf("line %d: item %s is required", line, it.ID)
		}
	}
}

func TestEveryValueIsOfItsFormat(t *testing.T) {
	c := catalogue.MustLoad()
	lines, _ := generate(t, Options{Candidates: 1500, Seed: 7, Edge: true})
	if len(lines) != 1500 {
		t.Fatalf("%d lines, want 1500", len(lines))
	}
	forms := dossier.NewForms(c)
	for i, line := range lines {
		read(t, c, line).check(t, c, i+1)
		filing, err := forms.Parse(bytes.Clone(line))
		if err != nil {
			t.Fatalf("line %d: intake refuses it: %v", i+1, err)
		}
		filing.Close()
	}
}

func TestEveryItemOfCandidatesIsInvented(t *testing.T) {
	c := catalogue.MustLoad()
	seen := map[string]bool{}
	lines, _ := generate(t, Options{Candidates: 400, Seed: 3})
	for _, line := range lines {
		d := read(t, c, line)
		for name := range d.one {
			seen[name] = true
		}
		for _, records := range d.many {
			for _, r := range records {
				for name := range r {
					seen[name] = true
				}
			}
		}
	}
	for _, it := range c.Items() {
		invented := it.Repeats != "per_agent" && it.Kind != "event"
		if seen[it.Name] != invented {
			t.Errorf("item %s (%s): invented is %v, want %v", it.ID, it.Name, seen[it.Name], invented)
		}
	}
	for name := range makers {
		if _, ok := c.ItemNamed(name); !ok {
			t.Errorf("%s is invented and is no item of the catalogue", name)
		}
	}
}

// The golden is a digest: the file itself is two megabytes of nobody.
func TestSeedOneWritesTheSameBytesForEver(t *testing.T) {
	var out, marks bytes.Buffer
	if err := Generate(t.Context(), &out, &marks, Options{Candidates: 92, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	sum := func(b []byte) string { h := sha256.Sum256(b); return hex.EncodeToString(h[:]) }
	got := "dossiers " + sum(out.Bytes()) + "\ncanaries " + sum(marks.Bytes()) + "\n"
	path := filepath.Join("testdata", "seed-1-n-92.sha256")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestNeitherGoroutinesNorNumberOfLinesChangeACandidate(t *testing.T) {
	one := runtime.GOMAXPROCS(1)
	alone, _ := generate(t, Options{Candidates: 300, Seed: 5, Edge: true})
	runtime.GOMAXPROCS(8)
	together, _ := generate(t, Options{Candidates: 300, Seed: 5, Edge: true})
	runtime.GOMAXPROCS(one)
	if !bytes.Equal(bytes.Join(alone, nil), bytes.Join(together, nil)) {
		t.Error("eight processors write other bytes than one")
	}
	// Canaries stand elsewhere in a longer file, others are who they were.
	longer, _ := generate(t, Options{Candidates: 3000, Seed: 5, Edge: true})
	same := 0
	for i := range alone {
		if bytes.Equal(alone[i], longer[i]) {
			same++
		}
	}
	if same < 300-2*leastCanaries {
		t.Errorf("%d of 300 candidates are the same in a longer file", same)
	}
	other, _ := generate(t, Options{Candidates: 300, Seed: 6, Edge: true})
	for i := range alone {
		if bytes.Equal(alone[i], other[i]) {
			t.Errorf("line %d is the same for another seed", i+1)
		}
	}
}

func TestAnyNumberOfCandidatesIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 130).Draw(t, "candidates")
		var out bytes.Buffer
		last := 0
		o := Options{Candidates: n, Seed: rapid.Uint64().Draw(t, "seed"), Progress: func(done int) { last = done }}
		if err := Generate(context.Background(), &out, nil, o); err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(out.Bytes(), []byte("\n")); lines != n || last != n {
			t.Fatalf("%d lines and %d announced, want %d", lines, last, n)
		}
	})
}

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
	}{
		{"more candidates than registration numbers", Options{Candidates: maxCandidates + 1}},
		{"fewer than none", Options{Candidates: -1}},
		{"no room for the edge cases", Options{Candidates: 10, Edge: true}},
		{"an offer with no programme", Options{Candidates: 1, Reference: &Offer{}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := Generate(t.Context(), io.Discard, nil, tt.o); err == nil {
				t.Error("no error")
			}
		})
	}
}

type failing struct{ after int }

func (f *failing) Write(b []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, errors.New("disk full")
	}
	return len(b), nil
}

func TestGenerationStopsWithItsReaderOrItsContext(t *testing.T) {
	if err := Generate(t.Context(), &failing{2}, nil, Options{Candidates: 2000}); err == nil {
		t.Error("a full disk is no error")
	}
	if err := Generate(t.Context(), io.Discard, &failing{0}, Options{Candidates: 2000}); err == nil {
		t.Error("a full disk for canaries is no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := Generate(ctx, io.Discard, nil, Options{Candidates: 100_000, Progress: func(int) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestNumbersAreOfOneCandidateOnly(t *testing.T) {
	c := catalogue.MustLoad()
	lines, _ := generate(t, Options{Candidates: 2500, Seed: 11, Edge: true})
	seen := map[string]int{}
	for i, line := range lines {
		d := read(t, c, line)
		for _, name := range []string{"registration_number", "ine", "bac_registration_number", "campus_france_number"} {
			v := d.text(name)
			if v == "" {
				continue
			}
			if first, ok := seen[name+v]; ok {
				t.Fatalf("lines %d and %d have one %s", first, i+1, name)
			}
			seen[name+v] = i + 1
		}
	}
}

func TestPermutationsVisitEveryNumberOnce(t *testing.T) {
	for _, size := range []int{1, 2, 7, 1000, 4097} {
		p, seen := permute(size, 42), map[int]bool{}
		for i := range size {
			n := p.at(i)
			if n < 0 || n >= size || seen[n] {
				t.Fatalf("size %d: %d comes twice or is out", size, n)
			}
			seen[n] = true
		}
	}
}

func TestDocumentsTakeTheSizeAskedFor(t *testing.T) {
	c := catalogue.MustLoad()
	for _, tt := range []struct {
		name     string
		size     DocumentSize
		from, to int
	}{{"small", SmallDocuments, 1_000, 4_100}, {"large", LargeDocuments, 30_000, 300_100}} {
		t.Run(tt.name, func(t *testing.T) {
			lines, _ := generate(t, Options{Candidates: 60, Seed: 2, Documents: tt.size})
			found := 0
			for i, line := range lines {
				d := read(t, c, line)
				d.check(t, c, i+1)
				v, ok := d.one["curriculum_vitae"]
				if !ok {
					continue
				}
				var doc struct{ PDF []byte }
				if err := json.Unmarshal(v, &doc); err != nil {
					t.Fatal(err)
				}
				if n := len(doc.PDF); n < tt.from-60 || n > tt.to {
					t.Errorf("line %d: a document of %d bytes", i+1, n)
				}
				if !bytes.Contains(doc.PDF, []byte(`SP\311CIMEN`)) {
					t.Errorf("line %d: a document without its watermark", i+1)
				}
				found++
			}
			if found < 5 {
				t.Errorf("%d documents", found)
			}
		})
	}
}

func BenchmarkGenerate(b *testing.B) {
	counter := &counting{}
	const n = 2000
	for b.Loop() {
		if err := Generate(context.Background(), bufio.NewWriter(counter), nil, Options{Candidates: n, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "dossiers/s")
	b.ReportMetric(float64(counter.n)/float64(n*b.N), "bytes/dossier")
}

type counting struct{ n int }

func (c *counting) Write(b []byte) (int, error) { c.n += len(b); return len(b), nil }
