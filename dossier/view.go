package dossier

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"sceau/catalogue"
)

// A Value is an opened personal value in the form that was granted. It refuses to
// print, to log and to marshal; Reveal alone gives the bytes, and a pass over the
// source (internal/revealcheck) keeps Reveal to the few places that answer a caller.
type Value struct{ json []byte }

// Reveal gives the value as JSON. The answer must go to the caller of this very
// request, and nowhere else.
func (v Value) Reveal() []byte { return v.json }

func (v Value) String() string       { return "value" }
func (v Value) GoString() string     { return "value" }
func (v Value) LogValue() slog.Value { return slog.StringValue("value") }

// Format covers every verb: %x and %v of a struct that holds a Value included.
func (v Value) Format(s fmt.State, _ rune) { io.WriteString(s, "value") }

// MarshalJSON refuses, so that no encoder takes a value along by accident.
func (v Value) MarshalJSON() ([]byte, error) { return nil, errors.New("a value does not marshal") }

// MarshalText refuses too: encoders that know no JSON ask for text.
func (v Value) MarshalText() ([]byte, error) { return nil, errors.New("a value does not marshal") }

// A Field is one item of one record, opened and derived.
type Field struct {
	Item    catalogue.ItemID
	Name    string // English name, the key of answers
	Repeats catalogue.Repeat
	Record  string // opaque, empty for items that stand once
	Ordinal int    // place of the record in its list
	Owner   int    // of a responsible's record: which of them, from 1
	Form    catalogue.Form
	Derive  catalogue.Derive
	Article string
	Row     string // row of the sheet
	Value   Value
}

// A View is an answer of the gate.
type View struct {
	// Request is the reference of the trace.
	Request string
	// File is the number under which the caller's scope knows the file. An answer
	// that has anything pseudonymised, or was asked for by that number, names the
	// candidate in no other way.
	File      string
	Candidate Ref  // zero when the file was asked for by its number
	Clear     bool // nothing under a file number: the reference may be shown
	Recipient catalogue.RecipientID
	Purpose   catalogue.Purpose
	Phase     catalogue.Phase
	Policy    string
	Fields    []Field
	// Held names items that were granted and of which no record exists, or none any more.
	Held []catalogue.ItemID
	// Warnings say what a form could not promise, such as a document that may name
	// somebody.
	Warnings []string
}

// Forget clears the values, once the view was written to its caller: the collector
// frees memory without clearing it, and it may be dumped or read for long after.
func (v View) Forget() {
	for _, f := range v.Fields {
		clear(f.Value.json)
	}
}

// Format says what it is and no more, under every verb; so do that of a view and of a
// request. Of a pointer inside a list or a struct, package fmt may print what is behind
// it without asking the value there.
func (f Field) Format(s fmt.State, _ rune) { io.WriteString(s, "field "+string(f.Item)) }

// Format is that of a field.
func (v View) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "view of %d fields", len(v.Fields)) }

// Format is that of a field.
func (Ask) Format(s fmt.State, _ rune) { io.WriteString(s, "request") }
