package scrub

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A reading is a text taken apart in words, with the way back to its bytes: "N'GUYÊN"
// and "nguyen" are the same letters. It is used again for the next text.
type reading struct {
	text   []byte
	words  []word
	fold   []byte // the words without case and accents, one behind the other
	hit    []bool // of each byte of the text: it goes
	named  []bool // of each word: it is a name that goes
	digits int    // how many
}

// A word is a run of letters, with the accents written apart behind them, or a run of
// digits.
type word struct {
	from, to int // in the text
	at, end  int // in fold
	shape    shape
	opens    bool // a sentence
	article  bool
}

type shape byte

const (
	lower shape = iota
	title       // one capital, and it is the first
	upper       // several letters, all capitals
	mixed
	digit
)

func (r *reading) forget() {
	clear(r.fold[:cap(r.fold)])
	r.text = nil
}

func (r *reading) read(text []byte) {
	r.text, r.digits = text, 0
	r.words, r.fold = r.words[:0], r.fold[:0]
	if room := 2 * len(text); cap(r.fold) < room { // or pieces would stay where append left them
		r.forget()
		r.text, r.fold = text, make([]byte, 0, room)
	}
	letters, capitals, first, small := 0, 0, false, false // small: the last letter is no capital
	sort, now := byte(0), -1                              // of the word that is being read: letters, digits, or none
	end := func() {
		if now < 0 {
			return
		}
		w := &r.words[now]
		if w.end = len(r.fold); w.end == w.at { // a letter that is all accent
			r.words, now, sort = r.words[:now], -1, 0
			return
		}
		w.article = w.end-w.at <= 5 && isArticle(r.fold[w.at:])
		switch {
		case sort == '0':
			w.shape = digit
		case capitals == 0:
			w.shape = lower
		case capitals == letters && letters > 1:
			w.shape = upper
		case capitals == 1 && first:
			w.shape = title
		default:
			w.shape = mixed
		}
		now, sort = -1, 0
	}
	opens := true // nothing but blanks since a sentence ended
	for i := 0; i < len(text); {
		c, size := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRune(text[i:])
		}
		is := sortOf(c)
		if is == 'm' { // an accent written apart belongs to the letter before it
			if now >= 0 {
				r.words[now].to = i + size
			}
			i += size
			continue
		}
		if is != sort || is == 'a' && small && unicode.IsUpper(c) { // "dInès" is two words
			end()
			if sort = is; is != 0 {
				now = len(r.words)
				r.words = append(r.words, word{from: i, at: len(r.fold), opens: opens})
				letters, capitals, first, small, opens = 0, 0, false, false, false
			}
		}
		switch is {
		case 0:
			if c == '(' {
				opens = false
			} else if endsSentence(c) && !r.abbreviates() {
				opens = true
			}
		case '0':
			r.digits++
			r.fold = append(r.fold, byte(c))
			r.words[now].to = i + size
		default:
			letters++
			if small = !unicode.IsUpper(c); !small {
				capitals++
				first = first || letters == 1
			}
			r.fold = foldRune(r.fold, c)
			r.words[now].to = i + size
		}
		i += size
	}
	end()
	r.hit = resized(r.hit, len(text))
	r.named = resized(r.named, len(r.words))
}

func resized(b []bool, n int) []bool {
	if cap(b) < n {
		return make([]bool, n)
	}
	b = b[:n]
	clear(b)
	return b
}

// sortOf tells letters from digits and from the accents between them; all else parts
// words. An apostrophe that Unicode counts among letters is one all the same.
func sortOf(c rune) byte {
	switch {
	case c < utf8.RuneSelf:
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			return 'a'
		case c >= '0' && c <= '9':
			return '0'
		}
		return 0
	case c == 'ʼ' || c == 'ʹ' || c == 'ꞌ':
		return 0
	case unicode.IsLetter(c):
		return 'a'
	case unicode.In(c, unicode.Mn, unicode.Cf): // and signs that do not show
		return 'm'
	case unicode.IsDigit(c):
		return 'a' // of another script: not one of the numbers that are looked for
	}
	return 0
}

// endsSentence says whether a capital may follow for no other reason.
func endsSentence(c rune) bool {
	switch c {
	case '.', '!', '?', ':', ';', '…', '\n', '•', '«', '"', '“':
		return true
	}
	return false
}

// abbreviates says whether the point after the last word may belong to it: a letter
// alone, a title.
func (r *reading) abbreviates() bool {
	if len(r.words) == 0 {
		return false
	}
	w := r.words[len(r.words)-1]
	folded := r.fold[w.at:]
	return len(folded) == 1 || isTitle(folded)
}

// accented letters of Western Europe, à to ÿ, without their accents: the common case.
const accented = "aaaaaa ceeeeiiiidnooooo ouuuuy y"

func foldRune(dst []byte, c rune) []byte {
	if c < utf8.RuneSelf {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		return append(dst, byte(c))
	}
	c = unicode.ToLower(c)
	if c >= 'à' && c <= 'ÿ' && accented[c-'à'] != ' ' {
		return append(dst, accented[c-'à'])
	}
	switch c {
	case 'œ':
		return append(dst, "oe"...)
	case 'æ':
		return append(dst, "ae"...)
	case 'ß':
		return append(dst, "ss"...)
	case 'ł':
		return append(dst, 'l')
	case 'đ':
		return append(dst, 'd')
	case 'ı':
		return append(dst, 'i')
	}
	var whole [utf8.UTFMax]byte
	var apart [32]byte
	for d := norm.NFKD.Append(apart[:0], whole[:utf8.EncodeRune(whole[:], c)]...); len(d) > 0; {
		p, size := utf8.DecodeRune(d)
		if unicode.IsLetter(p) || unicode.IsDigit(p) {
			dst = utf8.AppendRune(dst, unicode.ToLower(p))
		}
		d = d[size:]
	}
	return dst
}

// folded is a word without case and accents.
func (r *reading) folded(i int) []byte { return r.fold[r.words[i].at:r.words[i].end] }

// gap is what stands before a word.
func (r *reading) gap(i int) []byte {
	if i == 0 {
		return r.text[:r.words[0].from]
	}
	return r.text[r.words[i-1].to:r.words[i].from]
}

// beside says whether nothing but a blank, a hyphen or an apostrophe stands between a
// word and the one before it, or the point of an abbreviation.
func (r *reading) beside(i int) bool {
	if i <= 0 || i >= len(r.words) || len(r.gap(i)) > 4 {
		return false
	}
	for _, c := range string(r.gap(i)) {
		switch c {
		case ' ', '-', '‐', '‑', '\'', '’', 'ʼ', '\u00a0', '\u202f', '\n':
		case '.':
			if w := r.folded(i - 1); len(w) > 1 && !isTitle(w) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// spells says where the words that spell letters from word i on end, 0 when they do not.
func (r *reading) spells(i int, letters []byte) (end int) {
	for k := i; k < len(r.words); k++ {
		w := r.folded(k)
		if !bytes.HasPrefix(letters, w) {
			return 0
		}
		if letters = letters[len(w):]; len(letters) == 0 {
			return k + 1
		}
	}
	return 0
}

// remove marks words i to end-1, and what stands between them.
func (r *reading) remove(i, end int) { r.removeBytes(r.words[i].from, r.words[end-1].to) }

func (r *reading) removeBytes(from, to int) {
	for k := from; k < to; k++ {
		r.hit[k] = true
	}
}

// name marks words as a name, which may take along what stands beside it.
func (r *reading) name(i, end int) {
	r.remove(i, end)
	for k := i; k < end; k++ {
		r.named[k] = true
	}
}

// join takes along the blanks and hyphens between two pieces that go: a name is one
// piece, however many words it has.
func (r *reading) join() {
	for i := 1; i < len(r.words); i++ {
		before, w := r.words[i-1], r.words[i]
		if r.hit[before.to-1] && r.hit[w.from] && r.beside(i) && !bytes.ContainsRune(r.gap(i), '\n') {
			r.removeBytes(before.to, w.from)
		}
	}
}
