package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// A page is an answer as it is sent. It is written here and not by encoding/json,
// whose buffers are kept for the next caller with this one's values in them: a page
// clears what it outgrows, and is cleared when it was sent.
type page struct {
	b       []byte
	oneLine bool // values are written without line ends or spaces
}

func (p *page) put(b ...byte) {
	if len(p.b)+len(b) > cap(p.b) {
		bigger := make([]byte, len(p.b), 2*cap(p.b)+len(b)+4<<10)
		copy(bigger, p.b)
		p.forget()
		p.b = bigger
	}
	p.b = append(p.b, b...)
}

func (p *page) forget() { clear(p.b[:cap(p.b)]) }

// value writes a JSON value as json.Indent does, at a depth, or as json.Compact does.
func (p *page) value(v []byte, depth int) {
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '"':
			text := quoted(v[i:]) // whole: a document is one string of megabytes
			p.put(text...)
			i += len(text) - 1
		case c == '{' || c == '[':
			p.put(c)
			if depth++; !closes(v[i+1:]) {
				p.line(depth)
			}
		case c == '}' || c == ']':
			if depth--; !opened(v[:i]) {
				p.line(depth)
			}
			p.put(c)
		case c == ',':
			p.put(c)
			p.line(depth)
		case c == ':' && p.oneLine:
			p.put(c)
		case c == ':':
			p.put(c, ' ')
		case space(c):
		default:
			p.put(c)
		}
	}
}

func (p *page) line(depth int) {
	if p.oneLine {
		return
	}
	p.put('\n')
	for range depth {
		p.put(' ', ' ')
	}
}

// quoted is the string that text begins with, up to its closing quote.
func quoted(text []byte) []byte {
	for end := 1; ; {
		at := bytes.IndexByte(text[end:], '"')
		if at < 0 {
			return text
		}
		end += at + 1
		before := text[1 : end-1]
		if backslashes := len(before) - len(bytes.TrimRight(before, `\`)); backslashes%2 == 0 {
			return text[:end]
		}
	}
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func closes(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && (rest[0] == '}' || rest[0] == ']')
}

func opened(before []byte) bool {
	before = bytes.TrimRight(before, " \t\r\n")
	return len(before) > 0 && (before[len(before)-1] == '{' || before[len(before)-1] == '[')
}

// A slot stands in a frame for a value that is written later, past encoding/json. No
// other string of an answer has a NUL.
type slot int

const slotMark = `"\u0000`

func (s slot) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, slotMark+`%d"`, int(s)), nil }

// fill writes a frame with the values in the place of their slots.
func (p *page) fill(frame []byte, values []json.RawMessage) error {
	for {
		text, rest, more := bytes.Cut(frame, []byte(slotMark))
		p.put(text...)
		if !more {
			return nil
		}
		number, rest, _ := bytes.Cut(rest, []byte{'"'})
		n, err := strconv.Atoi(string(number))
		if err != nil || n < 0 || n >= len(values) {
			return fmt.Errorf("an answer has no value in place %q", number)
		}
		p.value(values[n], depthOf(text))
		frame = rest
	}
}

// depthOf is how deep the line stands that text ends in.
func depthOf(text []byte) int {
	line := text[bytes.LastIndexByte(text, '\n')+1:]
	return (len(line) - len(bytes.TrimLeft(line, " "))) / 2
}
