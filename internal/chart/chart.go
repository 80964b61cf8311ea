// Package chart draws a campaign day by day: proposals, acceptances, waiting lists.
//
// It is given counts and knows nobody. The same counts give the same bytes: no clock, no
// network, no font of the machine.
package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A Day is what one day of the campaign looked like.
type Day struct {
	Number      int // of the campaign; days may be missing, and come in any order
	Proposals   int // sent that day ("propositions envoyées")
	Acceptances int // proposals held accepted at the evening ("propositions acceptées")
	Waiting     int // candidates on a waiting list at the evening ("candidats en attente")
}

// A series is one of the three figures, with all that tells its line from the others.
type series struct {
	name string
	of   func(Day) int
	ink  ink
}

var (
	sent     = series{"propositions envoyées", func(d Day) int { return d.Proposals }, blue}
	accepted = series{"propositions acceptées", func(d Day) int { return d.Acceptances }, vermilion}
	waiting  = series{"candidats en attente", func(d Day) int { return d.Waiting }, green}
)

var all = []series{sent, accepted, waiting}

const noDay = "Aucun jour à montrer."

// More than any campaign has, and far from where sums overflow or plots fill a memory.
const (
	lastDay = 999
	most    = 1_000_000_000_000
)

// inOrder copies the days in the order of their numbers, and refuses those that no
// campaign has: a plot of them would look like one of something that happened.
func inOrder(days []Day) ([]Day, error) {
	days = slices.SortedFunc(slices.Values(days), func(a, b Day) int { return cmp.Compare(a.Number, b.Number) })
	for i, d := range days {
		if i > 0 && d.Number == days[i-1].Number {
			return nil, fmt.Errorf("day %d is given twice", d.Number)
		}
		if d.Number < 0 || d.Number > lastDay {
			return nil, fmt.Errorf("there is no day %d", d.Number)
		}
		for _, s := range all {
			if n := s.of(d); n < 0 || n > most {
				return nil, fmt.Errorf("day %d cannot have %d %s", d.Number, n, s.name)
			}
		}
	}
	return days, nil
}

// values are those of one series, as libraries want them.
func (s series) values(days []Day) []float64 {
	var v []float64
	for _, d := range days {
		v = append(v, float64(s.of(d)))
	}
	return v
}

// highest is the first of the days on which the series is at its highest.
func (s series) highest(days []Day) Day {
	return slices.MaxFunc(days, func(a, b Day) int { return cmp.Compare(s.of(a), s.of(b)) })
}

// inWords is what somebody who does not see the line is told of it.
func (s series) inWords(days []Day) string {
	first, last, top := days[0], days[len(days)-1], s.highest(days)
	words := fmt.Sprintf("%s le jour %s", number(s.of(first)), number(first.Number))
	if top.Number != first.Number && top.Number != last.Number {
		words += fmt.Sprintf(", %s le jour %s au plus haut", number(s.of(top)), number(top.Number))
	}
	if last.Number != first.Number {
		words += fmt.Sprintf(", %s le jour %s", number(s.of(last)), number(last.Number))
	}
	return s.name + "\u00a0: " + words
}

// number writes a count as the French do: thousands apart, by a narrow space at which
// no line breaks.
func number(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "\u202f" + digits[at:]
	}
	return digits
}

// scale gives the step of an axis from zero, 1, 2 or 5 times a power of ten, and the
// first step that no value exceeds. It has at most the given number of steps.
func scale(highest, steps int) (step, top int) {
	for unit := 1; ; unit *= 10 {
		for _, step := range []int{unit, 2 * unit, 5 * unit} {
			if n := (highest + step - 1) / step; n <= steps {
				return step, max(n, 1) * step
			}
		}
	}
}

// oneLine makes a title of what may hold anything: nothing in it moves a cursor, turns
// the direction of reading or breaks XML.
func oneLine(title string) string {
	title = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsPrint(r):
			return r
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return ' '
	}, strings.ToValidUTF8(title, "\ufffd"))
	// Fields would also cut at narrow spaces that hold a number together.
	return strings.Join(strings.FieldsFunc(title, func(r rune) bool {
		return unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f'
	}), " ")
}

// wrap cuts a text into lines of at most so many characters, at spaces where it can.
func wrap(text string, width int) []string {
	var lines []string
	line := []rune{}
	for _, word := range strings.Split(text, " ") {
		w := []rune(word)
		if len(line) > 0 && len(line)+1+len(w) > width {
			lines, line = append(lines, string(line)), nil
		}
		if len(line) > 0 {
			line = append(line, ' ')
		}
		for line = append(line, w...); len(line) > width; line = line[width:] {
			lines = append(lines, string(line[:width]))
		}
	}
	return append(lines, string(line))
}

func upperFirst(s string) string {
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}
