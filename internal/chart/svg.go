package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-analyze/charts/chartdraw"
	"github.com/go-analyze/charts/chartdraw/drawing"
)

// An ink tells a line from the others, by colour and by dash. The colours are Okabe and
// Ito's, which colour-blind people tell apart, and stand out on white and on black.
type ink struct {
	colour drawing.Color
	ansi   byte // the nearest of the 256 colours of a terminal
	dash   []float64
}

var (
	blue      = ink{drawing.ColorFromHex("0072B2"), 32, nil}
	vermilion = ink{drawing.ColorFromHex("D55E00"), 166, []float64{7, 4}}
	green     = ink{drawing.ColorFromHex("009E73"), 36, []float64{12, 3, 2, 3}}

	// A grey that has a contrast of 4.5 against white and against black.
	grey  = drawing.ColorFromHex("767676")
	faint = grey.WithAlpha(70)
)

const (
	width     = 960
	margin    = 34 // for the name of the vertical axis
	textSize  = 13
	titleSize = 19
	titleLine = 26

	// The library carries Roboto and measures texts with it. Readers who have none see
	// the next in the list, whose digits are as wide.
	typeface = "roboto"
	families = "Roboto,Arial,'Liberation Sans',sans-serif"
)

// A panel is a frame with a scale of its own. Waiting lists are ten times longer than
// what is sent in a day: on one scale, either is a flat line.
type panel struct {
	axis   string
	lines  []series
	height int
}

var panels = []panel{
	{"propositions", []series{sent, accepted}, 300},
	{"candidats", []series{waiting}, 260},
}

// SVG draws proposals and acceptances above, waiting lists below, for one axis of days.
// The drawing is an image with a title and a description that gives the figures in
// words. It has no background, and no style that a page's policy could refuse.
func SVG(w io.Writer, title string, days []Day) error {
	days, err := inOrder(days)
	if err != nil {
		return fmt.Errorf("drawing a campaign: %w", err)
	}
	title = oneLine(title)
	heading := wrap(title, 80)
	height := 14 + titleLine*len(heading)
	var inside bytes.Buffer
	for i, line := range heading {
		text(&inside, 14, 4+titleLine*(i+1), titleSize, line)
	}
	words := []string{noDay}
	if len(days) == 0 {
		text(&inside, 14, height+titleLine, textSize, noDay)
		height += 2 * titleLine
	} else {
		words = words[:0]
		for _, s := range all {
			words = append(words, upperFirst(s.inWords(days))+".")
		}
		left := margin + widestLabel(days)
		for _, p := range panels {
			fmt.Fprintf(&inside, `<g transform="translate(0,%d)">`, height)
			if err := p.draw(&inside, days, left); err != nil {
				return fmt.Errorf("drawing a campaign: %w", err)
			}
			inside.WriteString("</g>\n")
			height += p.height
		}
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" role="img" xml:lang="fr" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d">
<title>%[3]s</title>
<desc>%s</desc>
`, width, height, escape(title), escape(strings.Join(words, " ")))
	out.Write(inside.Bytes())
	out.WriteString("</svg>\n")
	_, err = w.Write(out.Bytes())
	return err
}

func (p panel) draw(to io.Writer, days []Day, left int) error {
	axis := chartdraw.Style{StrokeColor: grey, StrokeWidth: 1,
		FontStyle: chartdraw.FontStyle{FontColor: grey, FontSize: textSize}}
	ticks := p.ticks(days)
	nothing := chartdraw.Style{FillColor: drawing.ColorTransparent, StrokeColor: drawing.ColorTransparent}
	c := chartdraw.Chart{
		Width: width, Height: p.height, DPI: 72, Font: chartdraw.GetFont(typeface), Canvas: nothing, Background: nothing,
		XAxis: chartdraw.XAxis{Name: "jour", NameStyle: axis, Style: axis, Ticks: dayTicks(days),
			GridMajorStyle: chartdraw.Hidden(), GridMinorStyle: chartdraw.Hidden()},
		// The library's first axis is on the right; the second, on the left, is ours.
		YAxis: chartdraw.YAxis{Style: chartdraw.Hidden(), Range: &chartdraw.ContinuousRange{Max: 1}},
		YAxisSecondary: chartdraw.YAxis{Style: axis, Ticks: ticks, Zero: chartdraw.GridLine{Style: chartdraw.Hidden()},
			GridLines: gridLines(ticks)},
		Elements: []chartdraw.Renderable{p.legend(days[len(days)-1]), p.axisName},
	}
	// A day stands above itself: both panels begin and end at the same places.
	c.Background.Padding = chartdraw.Box{Top: 40, Left: left - widest(ticks), Right: 30, Bottom: 12, IsSet: true}
	for _, s := range p.lines {
		line := chartdraw.ContinuousSeries{Name: s.name, YAxis: chartdraw.YAxisSecondary, YValues: s.values(days),
			Style: chartdraw.Style{StrokeColor: s.ink.colour, StrokeWidth: 2, StrokeDashArray: s.ink.dash}}
		for _, d := range days {
			line.XValues = append(line.XValues, float64(d.Number))
		}
		// Points show what was counted, until they hide the dashes.
		if len(days) <= 31 {
			line.Style.DotColor, line.Style.DotWidth = s.ink.colour, 2.5
		}
		c.Series = append(c.Series, line)
	}
	var drawn bytes.Buffer
	if err := c.Render(chartdraw.SVG, &drawn); err != nil {
		return err
	}
	return embed(to, &drawn)
}

// legend shows a piece of each line, its name and its last figure, which is what most
// readers come for: after the first days proposals lie too low to be read off an axis.
// The library's own legends have a white background.
func (p panel) legend(last Day) chartdraw.Renderable {
	return func(r chartdraw.Renderer, frame chartdraw.Box, _ chartdraw.Style) {
		x, y := frame.Left, frame.Top-18
		for _, s := range p.lines {
			chartdraw.Style{StrokeColor: s.ink.colour, StrokeWidth: 2, StrokeDashArray: s.ink.dash}.WriteToRenderer(r)
			r.MoveTo(x, y)
			r.LineTo(x+44, y)
			r.Stroke()
			write(r)
			name := fmt.Sprintf("%s (jour\u00a0%s\u00a0: %s)", s.name, number(last.Number), number(s.of(last)))
			r.Text(name, x+52, y+5)
			x += 52 + r.MeasureText(name).Width() + 60
		}
	}
}

// axisName is written upwards along the axis; the library writes it downwards.
func (p panel) axisName(r chartdraw.Renderer, frame chartdraw.Box, _ chartdraw.Style) {
	write(r)
	long := r.MeasureText(p.axis).Width()
	r.SetTextRotation(chartdraw.DegreesToRadians(-90))
	r.Text(p.axis, 20, (frame.Top+frame.Bottom+long)/2)
	r.ClearTextRotation()
}

func (p panel) ticks(days []Day) []chartdraw.Tick {
	highest := 0
	for _, s := range p.lines {
		highest = max(highest, s.of(s.highest(days)))
	}
	step, top := scale(highest, 6)
	var ticks []chartdraw.Tick
	for n := 0; n <= top; n += step {
		ticks = append(ticks, chartdraw.Tick{Value: float64(n), Label: number(n)})
	}
	return ticks
}

func gridLines(ticks []chartdraw.Tick) []chartdraw.GridLine {
	var lines []chartdraw.GridLine
	for _, t := range ticks[1:] {
		lines = append(lines, chartdraw.GridLine{Value: t.Value, Style: chartdraw.Style{StrokeColor: faint, StrokeWidth: 1}})
	}
	return lines
}

// dayTicks names the first day, the last, and round ones between them that leave room.
func dayTicks(days []Day) []chartdraw.Tick {
	first, last := days[0].Number, days[len(days)-1].Number
	tick := func(n int) chartdraw.Tick { return chartdraw.Tick{Value: float64(n), Label: number(n)} }
	if first == last { // a lone day stands in the middle
		return []chartdraw.Tick{{Value: float64(first) - 1}, tick(first), {Value: float64(first) + 1}}
	}
	step, _ := scale(last-first, 15)
	ticks := []chartdraw.Tick{tick(first)}
	for n := first + step - 1; n < last; n++ {
		if n%step == 0 && 2*(last-n) >= step && 2*(n-first) >= step {
			ticks = append(ticks, tick(n))
		}
	}
	return append(ticks, tick(last))
}

func widestLabel(days []Day) int {
	most := 0
	for _, p := range panels {
		most = max(most, widest(p.ticks(days)))
	}
	return most
}

func widest(ticks []chartdraw.Tick) int {
	r := chartdraw.SVG(1, 1)
	r.SetDPI(72)
	write(r)
	most := 0
	for _, t := range ticks {
		most = max(most, r.MeasureText(t.Label).Width())
	}
	return most
}

func write(r chartdraw.Renderer) {
	chartdraw.Style{FontStyle: chartdraw.FontStyle{Font: chartdraw.GetFont(typeface), FontColor: grey, FontSize: textSize}}.WriteToRenderer(r)
}

func text(to *bytes.Buffer, x, y, size int, s string) {
	fmt.Fprintf(to, `<text x="%d" y="%d" fill="rgb(%d,%d,%d)" font-size="%dpx" font-family="%s">%s</text>`+"\n",
		x, y, grey.R, grey.G, grey.B, size, families, escape(s))
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a Builder refuses nothing
	return b.String()
}

// embed copies what the library drew into a larger drawing: without its root, and with
// its style attributes as attributes. Pages whose policy allows no inline style would
// otherwise show every line black and filled.
func embed(to io.Writer, drawn io.Reader) error {
	d, e := xml.NewDecoder(drawn), xml.NewEncoder(to)
	for depth := 0; ; {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return e.Flush()
		}
		if err != nil {
			return err
		}
		root := false
		switch el := t.(type) {
		case xml.StartElement:
			root = depth == 0
			depth++
			el.Name.Space = ""
			el.Attr = plainAttributes(el.Attr)
			t = el
		case xml.EndElement:
			depth--
			root = depth == 0
			el.Name.Space = ""
			t = el
		}
		if root {
			continue
		}
		if err := e.EncodeToken(t); err != nil {
			return err
		}
	}
}

func plainAttributes(attributes []xml.Attr) []xml.Attr {
	var plain []xml.Attr
	for _, a := range attributes {
		if a.Name.Local != "style" {
			a.Value = strings.Join(strings.Fields(a.Value), " ")
			plain = append(plain, a)
			continue
		}
		for rule := range strings.SplitSeq(a.Value, ";") {
			if name, value, ok := strings.Cut(rule, ":"); ok {
				if name == "font-family" {
					value = families
				}
				plain = append(plain, xml.Attr{Name: xml.Name{Local: name}, Value: value})
			}
		}
	}
	return plain
}
