package synth

import (
	"bytes"
	"encoding/base64"
	"fmt"
)

// specimen makes a PDF of one page that a reader opens, with SPÉCIMEN across it
// and at least size bytes. It is never an image of anything.
func specimen(title string, size int, d *dice) []byte {
	var page bytes.Buffer
	// É is 0xC9 in WinAnsiEncoding.
	fmt.Fprintf(&page, "q 0.85 g BT /F 72 Tf 0.7 0.7 -0.7 0.7 120 200 Tm (SP\\311CIMEN) Tj ET Q\nBT /F 12 Tf 60 780 Td (%s) Tj ET\n", title)
	var out bytes.Buffer
	var at []int
	object := func(body string) {
		at = append(at, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", len(at), body)
	}
	out.WriteString("%PDF-1.4\n")
	object("<</Type/Catalog/Pages 2 0 R>>")
	object("<</Type/Pages/Kids[3 0 R]/Count 1>>")
	object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F 4 0 R>>>>>>")
	object("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
	// What follows the page, trailer and table included, takes some 250 bytes.
	fill(&page, size-out.Len()-page.Len()-250, d)
	object(fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", page.Len(), page.Bytes()))
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return out.Bytes()
}

// fill writes comments, which a reader passes over. They do not compress much, as
// a scan does not.
func fill(page *bytes.Buffer, n int, d *dice) {
	const symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for n > 2 {
		line := min(n, 98)
		page.WriteByte('%')
		var x uint64
		for k := range line - 2 {
			if k%10 == 0 {
				x = d.src.Uint64()
			}
			page.WriteByte(symbols[x&63])
			x >>= 6
		}
		page.WriteByte('\n')
		n -= line
	}
}

// documentSize draws the size of a document.
func documentSize(d *dice, size DocumentSize) int {
	if size == LargeDocuments {
		return d.between(30_000, 300_000)
	}
	return d.between(1_000, 2_000) + d.below(2_000)*d.below(2)
}

func appendBase64(b, raw []byte) []byte { return base64.StdEncoding.AppendEncode(b, raw) }
