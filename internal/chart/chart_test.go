package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// campaign is invented: most proposals go on the first day, and waiting lists empty.
func campaign(length, times int) []Day {
	var days []Day
	for n := 1; n <= length; n++ {
		days = append(days, Day{
			Number:      n,
			Proposals:   times * (600_000/(n*n) + 9_000/n),
			Acceptances: times * (580_000 - 270_000/n),
			Waiting:     times * (60_000 + 3_900_000/(n+9)),
		})
	}
	return days
}

var samples = map[string][]Day{
	"no-day":     nil,
	"one-day":    campaign(1, 1),
	"zeros":      {{Number: 1}, {Number: 2}, {Number: 3}},
	"four-days":  {{1, 12, 5, 40}, {2, 7, 9, 31}, {3, 0, 9, 30}, {4, 3, 12, 22}},
	"sixty-days": campaign(60, 1),
	"millions":   campaign(31, 12),
	"gap":        {{3, 120, 80, 1400}, {5, 90, 110, 1250}, {14, 12, 190, 310}},
	"largest":    {{0, most, most, most}, {lastDay, 0, 1, 2}},
}

const title = "Admission : propositions, acceptations et listes d'attente"

func svg(t *testing.T, title string, days []Day) string {
	t.Helper()
	var b bytes.Buffer
	if err := SVG(&b, title, days); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func terminal(t *testing.T, title string, days []Day, on Screen) string {
	t.Helper()
	var b bytes.Buffer
	if err := Terminal(&b, title, days, on); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPlotsAreAsReviewed(t *testing.T) {
	for name, days := range samples {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".svg", svg(t, title, days))
			golden(t, name+".txt", terminal(t, title, days, Screen{}))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s has changed; -update rewrites it:\n%s", name, diff)
	}
}

func TestTheSameDaysGiveTheSameBytesInAnyOrder(t *testing.T) {
	for name, days := range samples {
		backwards := slices.Clone(days)
		slices.Reverse(backwards)
		if svg(t, title, days) != svg(t, title, backwards) {
			t.Errorf("%s: two drawings differ", name)
		}
		if terminal(t, title, days, Screen{Colour: true}) != terminal(t, title, backwards, Screen{Colour: true}) {
			t.Errorf("%s: two terminals differ", name)
		}
		if len(days) > 1 && backwards[0].Number < backwards[1].Number {
			t.Errorf("%s: the caller's days were put in order", name)
		}
	}
}

// An element is what a reader of the drawing finds.
type element struct {
	name, text string
	is         map[string]string
}

func parse(t *testing.T, drawing string) []element {
	t.Helper()
	var found []element
	var open []int
	for d := xml.NewDecoder(strings.NewReader(drawing)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, drawing)
		}
		switch x := token.(type) {
		case xml.StartElement:
			is := map[string]string{}
			for _, a := range x.Attr {
				is[a.Name.Local] = a.Value
			}
			open = append(open, len(found))
			found = append(found, element{name: x.Name.Local, is: is})
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				found[open[len(open)-1]].text += string(x)
			}
		}
	}
}

func only(found []element, name string) []element {
	return slices.DeleteFunc(slices.Clone(found), func(e element) bool { return e.name != name })
}

func TestADrawingIsAnImageThatSaysWhatItShows(t *testing.T) {
	for name, days := range samples {
		t.Run(name, func(t *testing.T) {
			found := parse(t, svg(t, title, days))
			if is := found[0].is; found[0].name != "svg" || is["role"] != "img" || is["lang"] != "fr" {
				t.Errorf("begins with %v", found[0])
			}
			// Title and description come first, as a screen reader looks for them there.
			if found[1].name != "title" || found[1].text != title || found[2].name != "desc" {
				t.Fatalf("the title is %v, the description %v", found[1], found[2])
			}
			if len(days) == 0 {
				if found[2].text != noDay {
					t.Errorf("the description is %q", found[2].text)
				}
				return
			}
			for _, s := range all {
				if !strings.Contains(strings.ToLower(found[2].text), s.inWords(days)) {
					t.Errorf("the description does not say %q", s.inWords(days))
				}
			}
			var labels []string
			for _, e := range only(found, "text") {
				labels = append(labels, e.text)
			}
			for _, want := range []string{"jour", "propositions", "candidats", sent.name, accepted.name, waiting.name} {
				if !slices.ContainsFunc(labels, func(l string) bool { return strings.HasPrefix(l, want) }) {
					t.Errorf("no label %q in %q", want, labels)
				}
			}
		})
	}
}

// A page's policy may refuse inline styles, and a drawing for the public loads nothing.
func TestADrawingNeedsNothingFromThePageOrTheNetwork(t *testing.T) {
	for name, days := range samples {
		drawing := svg(t, title, days)
		for _, e := range parse(t, drawing) {
			if !slices.Contains([]string{"svg", "title", "desc", "g", "path", "circle", "text"}, e.name) {
				t.Errorf("%s has a %s", name, e.name)
			}
			for a := range e.is {
				if a == "style" || a == "class" || a == "href" || strings.HasPrefix(a, "on") {
					t.Errorf("%s: %s has the attribute %s", name, e.name, a)
				}
			}
		}
		if n := strings.Count(drawing, "://"); n != 1 {
			t.Errorf("%s has %d addresses, the namespace is one", name, n)
		}
	}
}

func TestLinesDifferByColourAndByDash(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range only(parse(t, svg(t, title, samples["four-days"])), "path") {
		if e.is["stroke-width"] == "2" {
			seen[e.is["stroke"]+" "+e.is["stroke-dasharray"]] = true
		}
	}
	// The plot and its legend agree, or there would be more.
	if len(seen) != len(all) {
		t.Errorf("the lines are drawn with %v", seen)
	}
	for a := range seen {
		for b := range seen {
			colour, dash, _ := strings.Cut(a, " ")
			if a != b && (strings.HasPrefix(b, colour+" ") || strings.HasSuffix(b, ") "+dash)) {
				t.Errorf("%q and %q are alike", a, b)
			}
		}
	}
}

func TestADayStandsAboveItself(t *testing.T) {
	for _, name := range []string{"one-day", "four-days", "millions", "gap"} {
		places := map[string]int{}
		for _, e := range only(parse(t, svg(t, title, samples[name])), "circle") {
			places[e.is["cx"]]++
		}
		if len(places) != len(samples[name]) {
			t.Errorf("%s: %d days stand at %v", name, len(samples[name]), places)
		}
		for x, n := range places {
			if n != len(all) {
				t.Errorf("%s: %d points at %s, want %d", name, n, x, len(all))
			}
		}
	}
}

var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestNoLineIsWiderThanTheScreen(t *testing.T) {
	long := strings.Repeat("une admission dans l'académie de Clermont-Ferrand ", 4) + strings.Repeat("x", 300)
	for name, days := range samples {
		for _, width := range []int{24, 25, 31, 40, 61, 80, 132, 400} {
			plain := terminal(t, long, days, Screen{Width: width})
			for line := range strings.Lines(plain) {
				line = strings.TrimSuffix(line, "\n")
				if n := utf8.RuneCountInString(line); n > width {
					t.Errorf("%s: %d characters on %d columns: %q", name, n, width, line)
				}
				if strings.HasSuffix(line, " ") {
					t.Errorf("%s: a line ends with spaces: %q", name, line)
				}
			}
			if strings.Contains(plain, "\x1b") {
				t.Errorf("%s has colours that nobody asked for", name)
			}
			bright := terminal(t, long, days, Screen{Width: width, Colour: true})
			if diff := cmp.Diff(plain, colours.ReplaceAllString(bright, "")); diff != "" {
				t.Errorf("%s: colours change more than colours:\n%s", name, diff)
			}
			if len(days) > 1 && bright == plain {
				t.Errorf("%s has no colours", name)
			}
		}
	}
	if err := Terminal(io.Discard, title, nil, Screen{Width: 23}); err == nil {
		t.Error("23 columns are accepted")
	}
}

func TestATitleIsTextAndNothingElse(t *testing.T) {
	for _, tt := range []struct{ title, want string }{
		{`</title><script>alert("é")</script>&amp;`, `</title><script>alert("é")</script>&amp;`},
		{"rouge \x1b[31m et\tsuite\r\nfin\x00", "rouge [31m et suite fin"},
		{"octets \xff\xfe perdus", "octets \ufffd perdus"},
		{"sens \u202einversé, c\u00adoupé", "sens inversé, coupé"},
		{"1\u202f000 vœux\u00a0!", "1\u202f000 vœux\u00a0!"},
		{"", ""},
	} {
		found := parse(t, svg(t, tt.title, samples["four-days"]))
		if got := only(found, "title")[0].text; got != tt.want {
			t.Errorf("%q is drawn as %q, want %q", tt.title, got, tt.want)
		}
		first, _, _ := strings.Cut(terminal(t, tt.title, samples["four-days"], Screen{}), "\n")
		if first != tt.want {
			t.Errorf("%q is written as %q, want %q", tt.title, first, tt.want)
		}
	}
}

func TestDaysThatNoCampaignHasAreRefused(t *testing.T) {
	for _, tt := range []struct {
		days []Day
		want string
	}{
		{[]Day{{Number: 3}, {Number: 1}, {Number: 3}}, "day 3 is given twice"},
		{[]Day{{Number: 2, Waiting: -1}}, "day 2 cannot have -1 candidats en attente"},
		{[]Day{{Number: 2, Proposals: most + 1}}, "propositions envoyées"},
		{[]Day{{Number: -1}}, "there is no day -1"},
		{[]Day{{Number: lastDay + 1}}, "there is no day 1000"},
	} {
		var b bytes.Buffer
		for _, err := range []error{SVG(&b, title, tt.days), Terminal(&b, title, tt.days, Screen{})} {
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("said %v, want %q", err, tt.want)
			}
		}
		if b.Len() > 0 {
			t.Errorf("%s: something was written all the same", tt.want)
		}
	}
}

func TestAWriterThatFailsIsReported(t *testing.T) {
	full := errors.New("disk full")
	for _, days := range samples {
		if err := SVG(broken{full}, title, days); !errors.Is(err, full) {
			t.Errorf("SVG said %v", err)
		}
		if err := Terminal(broken{full}, title, days, Screen{}); !errors.Is(err, full) {
			t.Errorf("Terminal said %v", err)
		}
	}
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestAnAxisIsCutAtRoundFigures(t *testing.T) {
	for _, tt := range []struct{ highest, steps, step, top int }{
		{0, 6, 1, 1}, {1, 6, 1, 1}, {6, 6, 1, 6}, {7, 6, 2, 8}, {40, 4, 10, 40}, {609_000, 6, 200_000, 800_000},
		{1_000_001, 6, 200_000, 1_200_000}, {most, 4, 500_000_000_000, most},
	} {
		if step, top := scale(tt.highest, tt.steps); step != tt.step || top != tt.top {
			t.Errorf("%d is cut by %d up to %d, want %d and %d", tt.highest, step, top, tt.step, tt.top)
		}
	}
}
