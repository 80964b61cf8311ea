package scrub

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"sceau/catalogue"
	"sceau/dossier/scrub/scrubtest"
)

// Figures are what a scrubber does to texts of which it is known what names somebody.
type figures struct {
	of map[spelled]*recall
	// ordinary counts the words of texts in which nothing was planted, and how many of
	// them went; of candidates whose name is a word of the language, apart.
	ordinary [2]loss
}

// A spelled is a line of the table.
type spelled struct {
	kind scrubtest.Kind
	name string // empty: all of the kind that is expected to go
}

// A recall counts pieces: planted, gone to the last letter, gone in part.
type recall struct{ planted, gone, part int }

// tenths of a percent, rounded down: a published figure is never better than the run.
func (r recall) tenths() int { return 1000 * r.gone / max(1, r.planted) }

type loss struct{ words, gone int }

// measure clears texts, each by what is known of the one it is about, and looks at what
// is left of what was planted. without names a rule that is forgotten.
func measure(t testing.TB, texts []scrubtest.Text, without string) figures {
	t.Helper()
	items := catalogue.MustLoad()
	f := figures{of: map[spelled]*recall{}}
	expected := map[spelled]bool{}
	for _, s := range scrubtest.Spellings() {
		line := spelled{s.Kind, s.Name}
		f.of[line], expected[line] = &recall{}, !s.Residue
		f.of[spelled{s.Kind, ""}] = &recall{}
	}
	for _, text := range texts {
		s := &Scrubber{Year: scrubtest.Year, rules: rulesWithout(without)}
		for _, v := range text.Of.Known {
			it, known := items.Item(v.Item)
			if !known {
				t.Fatalf("no item %s", v.Item)
			}
			if err := s.Learn(it.Kind, v.JSON); err != nil {
				t.Fatalf("learning %s: %v", v.Item, err)
			}
		}
		hit := s.hits([]byte(text.Body))
		for _, p := range text.Planted {
			line := spelled{p.Kind, p.Spelling}
			f.of[line].count(hit, text.Body, p)
			if expected[line] {
				f.of[spelled{p.Kind, ""}].count(hit, text.Body, p)
			}
		}
		o := &f.ordinary[0]
		if text.Of.Word {
			o = &f.ordinary[1]
		}
		hit = s.hits([]byte(text.Plain))
		for _, at := range wordsOf(text.Plain) {
			if o.words++; hit[at] {
				o.gone++
			}
		}
	}
	return f
}

func rulesWithout(name string) (rules []rule) {
	for _, r := range allRules {
		if r.name != name {
			rules = append(rules, r)
		}
	}
	return rules
}

func (c *recall) count(hit []bool, body string, p scrubtest.Planted) {
	c.planted++
	left, went := 0, 0
	for at, r := range body[p.From:p.To] {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
		case hit[p.From+at]:
			went++
		default:
			left++
		}
	}
	switch {
	case left == 0:
		c.gone++
	case went > 0:
		c.part++
	}
}

// wordsOf says where the words of a text begin.
func wordsOf(text string) (at []int) {
	before := ' '
	for i, r := range text {
		if in := unicode.IsLetter(r) || unicode.IsDigit(r); in && !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			at = append(at, i)
		}
		before = r
	}
	return at
}

const (
	tableHead = " | planted | gone | gone in part | recall |\n| --- | --- | ---: | ---: | ---: | ---: |\n"
	all       = "all but the residue"
)

// page writes the figures as docs/scrubbing.md has them.
func (f figures) page() string {
	var b strings.Builder
	line := func(kind scrubtest.Kind, name string) {
		r := f.of[spelled{kind, name}]
		if name == "" {
			name = all
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d.%d %% |\n", kind, name, r.planted, r.gone, r.part, r.tenths()/10, r.tenths()%10)
	}
	b.WriteString("### By kind\n\n| kind | written" + tableHead)
	for _, k := range scrubtest.Kinds {
		line(k, "")
	}
	for _, part := range []struct {
		title   string
		residue bool
	}{{"By spelling", false}, {"The residue, counted", true}} {
		b.WriteString("\n### " + part.title + "\n\n| kind | written" + tableHead)
		for _, s := range scrubtest.Spellings() {
			if s.Residue == part.residue {
				line(s.Kind, s.Name)
			}
		}
	}
	b.WriteString("\n### What goes with it\n\n| the candidate's name | words with nothing planted | gone | of 10,000 |\n| --- | ---: | ---: | ---: |\n")
	for i, whose := range []string{"is no word of the language", "is a word too (Rose, Pierre, Petit)"} {
		o := f.ordinary[i]
		hundredths := (1_000_000*o.gone + o.words - 1) / max(1, o.words) // rounded up, as it is a cost
		fmt.Fprintf(&b, "| %s | %d | %d | %d.%02d |\n", whose, o.words, o.gone, hundredths/100, hundredths%100)
	}
	return b.String()
}

var (
	recallLine = regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \| \d+ \| \d+ \| \d+ \| (\d+)\.(\d) % \|$`)
	lossLine   = regexp.MustCompile(`(?m)^\| ([^|]+) \| (\d+) \| (\d+) \| \d+\.\d\d \|$`)
)

// worse names the figures that fell under those of a page, and the words that go more
// often than it says.
func (f figures) worse(page string) (found []string) {
	lines := recallLine.FindAllStringSubmatch(page, -1)
	if len(lines) != len(f.of) {
		found = append(found, fmt.Sprintf("%d figures of recall are published, and %d measured", len(lines), len(f.of)))
	}
	for _, m := range lines {
		line := spelled{scrubtest.Kind(m[1]), m[2]}
		if line.name == all {
			line.name = ""
		}
		r, measured := f.of[line]
		if was := number(m[3])*10 + number(m[4]); !measured || r.tenths() < was {
			found = append(found, fmt.Sprintf("%s, %s: under the %d.%d %% that are published", m[1], m[2], was/10, was%10))
		}
	}
	for i, m := range lossLine.FindAllStringSubmatch(page, -1) {
		if o := f.ordinary[i]; o.gone*number(m[2]) > number(m[3])*o.words {
			found = append(found, "words that name nobody go more often, where the name "+m[1])
		}
	}
	return found
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits) // the pattern has digits only
	return n
}
