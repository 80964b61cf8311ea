package policy

import (
	"unicode"
	"unicode/utf8"
)

// longest is how many characters an article, a reason or a name takes at most: what does
// not fit a screen is not read before it is signed.
const longest = 1000

// Legible says whether a text shows on a screen as it is: printable characters and spaces
// in one line. A line that moves the cursor, hides what follows or turns the direction of
// writing would show a signer something else than what they sign.
func Legible(text string) bool {
	for _, c := range text {
		if !unicode.IsPrint(c) && !unicode.Is(unicode.Zs, c) || c == utf8.RuneError {
			return false
		}
	}
	return utf8.RuneCountInString(text) <= longest
}
