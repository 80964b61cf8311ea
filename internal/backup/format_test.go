package backup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A backup of a newer version is refused by its number, in its summary and in the lists
// of its parts, and is left as it is.
func TestABackupOfAnotherFormatIsNamed(t *testing.T) {
	dir := t.TempDir()
	summary := filepath.Join(dir, summaryFile)
	for text, want := range map[string]string{
		`{"format":2,"id":"A","sealed":true}`: "format 2, and this version of sceau knows 1",
		`{"format":1,"id":"A"}`:               "",
		`{"id":"A"}`:                          "no summary",
	} {
		if err := os.WriteFile(summary, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(dir)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		if left, err := os.ReadFile(summary); err != nil || string(left) != text {
			t.Errorf("%s: it was changed to %s, error %v", text, left, err)
		}
	}

	for format, want := range map[int]string{Format: "", 2: "format 2, and this version of sceau knows 1", 0: "no header"} {
		part := filepath.Join(t.TempDir(), "audit")
		l, err := newList(part, header{Format: format, ID: "A", Part: "audit"})
		if err != nil {
			t.Fatal(err)
		}
		copied, err := l.finish()
		if err != nil {
			t.Fatal(err)
		}
		_, err = readList(filepath.Dir(part), copied, func(entry) error { return nil })
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("a list of format %d: %v, want %q", format, err, want)
		}
	}
}
