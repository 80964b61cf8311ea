package signed

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
)

// Folders of a bundle.
const (
	SheetsFolder = "sheets"
	RulesFolder  = "rego"
)

// Bundle packs sheets and rules into one archive, the same bytes for the same files.
// It is kept beside the table that was drafted from them, so that whoever asks years
// later why a row stood there reads the sheet of that day, with its comments.
func Bundle(sheets, rules fs.FS) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range []struct {
		folder, pattern string
		files           fs.FS
	}{{SheetsFolder, "*.yaml", sheets}, {RulesFolder, "*.rego", rules}} {
		names, err := fs.Glob(part.files, part.pattern)
		if err != nil {
			return nil, err
		}
		slices.Sort(names)
		for _, name := range names {
			text, err := fs.ReadFile(part.files, name)
			if err != nil {
				return nil, fmt.Errorf("bundling the sources: %w", err)
			}
			// No date: two bundles of the same files are the same.
			f, err := w.CreateHeader(&zip.FileHeader{Name: part.folder + "/" + name, Method: zip.Deflate})
			if err == nil {
				_, err = f.Write(text)
			}
			if err != nil {
				return nil, fmt.Errorf("bundling the sources: %w", err)
			}
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("bundling the sources: %w", err)
	}
	return b.Bytes(), nil
}

// largestBundle is far above the sources of a real table (half a megabyte), and far
// below what a crafted archive would take to fill the memory of a service that starts.
const largestBundle = 16 << 20

// Unbundle opens what Bundle packed: the sheets and the rules.
func Unbundle(packed []byte) (sheets, rules fs.FS, err error) {
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, nil, errors.New("the bundle of sources is no archive")
	}
	var size uint64
	for _, f := range r.File {
		if size += f.UncompressedSize64; size > largestBundle {
			return nil, nil, errors.New("the bundle of sources is larger than sources can be")
		}
	}
	if sheets, err = fs.Sub(r, SheetsFolder); err != nil {
		return nil, nil, err
	}
	rules, err = fs.Sub(r, RulesFolder)
	return sheets, rules, err
}

// HashFiles names the files of a folder that match a pattern by their content.
func HashFiles(folder fs.FS, pattern string) (string, error) {
	names, err := fs.Glob(folder, pattern)
	if err != nil {
		return "", err
	}
	slices.Sort(names)
	sum := sha256.New()
	for _, name := range names {
		f, err := folder.Open(name)
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(io.LimitReader(f, largestBundle))
		f.Close()
		if err != nil {
			return "", err
		}
		// Lengths keep "a" + "bc" apart from "ab" + "c".
		fmt.Fprintf(sum, "%s %d\n", name, len(text))
		sum.Write(text)
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}

// bundled holds a bundle against the hashes of a statement.
func (s Statement) bundled(packed []byte) error {
	sheets, rules, err := Unbundle(packed)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		files         fs.FS
		pattern, want string
		what          string
	}{{sheets, "*.yaml", s.Sheets, "sheets"}, {rules, "*.rego", s.Rules, "rules"}} {
		got, err := HashFiles(part.files, part.pattern)
		if err != nil {
			return err
		}
		if got != part.want {
			return fmt.Errorf("its bundle has the %s %s, and %s was signed", part.what, got, part.want)
		}
	}
	return nil
}
