package house

import (
	"strconv"
	"strings"
	"unicode"
)

// printable makes of sentences about what others named something that no terminal takes
// for an order: whoever names a table or a group would hide it, or the line above.
func printable(said []string) []string {
	for i, s := range said {
		var b strings.Builder
		for _, r := range s {
			if unicode.IsPrint(r) {
				b.WriteRune(r)
				continue
			}
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		said[i] = b.String()
	}
	return said
}
