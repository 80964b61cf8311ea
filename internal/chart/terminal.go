package chart

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/guptarohit/asciigraph"
)

// A Screen is what a plot of characters is drawn on.
type Screen struct {
	Width  int  // columns; 0 is 80
	Colour bool // false writes text and nothing else, as a file or a pipe wants
}

// narrowest leaves a dozen columns for the lines beside figures in millions.
const narrowest = 24

// Terminal draws the three figures one above the other, each on its own scale, under
// their names and figures in words. No line has more characters than the screen has
// columns; where days are more than columns some are left out.
func Terminal(w io.Writer, title string, days []Day, on Screen) error {
	if on.Width == 0 {
		on.Width = 80
	}
	if on.Width < narrowest {
		return fmt.Errorf("drawing a campaign: %d columns are too few, %d are needed", on.Width, narrowest)
	}
	days, err := inOrder(days)
	if err != nil {
		return fmt.Errorf("drawing a campaign: %w", err)
	}
	var out bytes.Buffer
	paragraph(&out, oneLine(title), on.Width)
	if len(days) == 0 {
		paragraph(&out, noDay, on.Width)
	} else {
		plots(&out, days, on)
	}
	_, err = w.Write(out.Bytes())
	return err
}

func plots(out *bytes.Buffer, days []Day, on Screen) {
	margin := 0
	for _, s := range all {
		_, top := scale(s.of(s.highest(days)), 4)
		margin = max(margin, utf8.RuneCountInString(number(top)))
	}
	for i, s := range all {
		out.WriteByte('\n')
		paragraph(out, s.inWords(days), on.Width)
		// The days are written once, under the last: all three share them.
		for line := range strings.SplitSeq(s.plot(days, margin, i == len(all)-1, on), "\n") {
			out.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	fmt.Fprintf(out, "%*s\n", margin+2+utf8.RuneCountInString("jour"), "jour")
}

func (s series) plot(days []Day, margin int, withDays bool, on Screen) string {
	step, top := scale(s.of(s.highest(days)), 4)
	options := []asciigraph.Option{
		asciigraph.Offset(2), asciigraph.LowerBound(0), asciigraph.UpperBound(float64(top)),
		asciigraph.Height(2 * top / step),
		asciigraph.YAxisValueFormatter(func(v float64) string {
			label := ""
			// Every other row is half a step.
			if n := int(math.Round(2 * v / float64(step))); n%2 == 0 {
				label = number(n / 2 * step)
			}
			return fmt.Sprintf("%*s", margin, label)
		}),
	}
	if on.Colour {
		options = append(options, asciigraph.SeriesColors(asciigraph.AnsiColor(s.ink.ansi)))
	}
	columns := on.Width - margin - 3
	first, last := days[0].Number, days[len(days)-1].Number
	if first == last {
		columns = 0 // a lone day is a point on the axis
	} else if whole := (columns - 1) / (last - first); whole > 0 {
		columns = whole*(last-first) + 1 // a day is then at one column
	}
	if columns > 0 {
		options = append(options, asciigraph.Width(columns))
	}
	if withDays {
		options = append(options, asciigraph.XAxisRange(float64(first), float64(last)),
			asciigraph.XAxisTickCount(dayCount(last-first)),
			asciigraph.XAxisValueFormatter(func(v float64) string { return number(int(math.Round(v))) }))
	}
	return asciigraph.Plot(everyDay(s, days), options...)
}

// everyDay fills the days that are missing with a straight line, as the SVG does: the
// library counts values, not days.
func everyDay(s series, days []Day) []float64 {
	v := []float64{float64(s.of(days[0]))}
	for i, d := range days[1:] {
		from, to, gap := float64(s.of(days[i])), float64(s.of(d)), d.Number-days[i].Number
		for n := 1; n <= gap; n++ {
			v = append(v, from+(to-from)*float64(n)/float64(gap))
		}
	}
	return v
}

// dayCount is how many days to name on an axis that spans so many: few, and, where one
// can, as far from each other in whole days.
func dayCount(span int) int {
	for n := 6; n >= 4; n-- {
		if span%n == 0 {
			return n + 1
		}
	}
	return min(span, 5) + 1
}

func paragraph(out *bytes.Buffer, text string, width int) {
	for _, line := range wrap(text, width) {
		out.WriteString(line + "\n")
	}
}
