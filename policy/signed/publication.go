// Package signed promises that a table decides because enough people signed it, as it was
// when they did: publications kept for good, statements counted again, signatures of keys
// that no service holds.
package signed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sceau/policy"
)

// A Statement is what people sign: a page that a data protection officer can
// read, and that names the table, the ceiling and the sources by their hashes.
type Statement struct {
	Table    string // sha256:...
	Rows     int
	Ceiling  string // the need-to-know table that it was proved against
	Annex    string
	Sheets   string
	Rules    string
	Limits   string    // empty in a statement of before limits were signed
	Replaces string    // the table in force when this one was drafted, or "none"
	Widens   int       // what it grants more than that one, as Change counts it
	Narrows  int       // what it grants less
	Rights   int       // of that, what takes from a right of the person
	Dated    time.Time // to the second, UTC
	Author   string    // who drafted it, and whose signature therefore does not count
}

// None is what the first table replaces.
const None = "none"

const title = "Sceau: table of access to personal data"

// Text is the statement as it is signed, to the byte.
func (s Statement) Text() string {
	var b strings.Builder
	b.WriteString(title + "\n\n")
	for _, l := range s.lines() {
		fmt.Fprintf(&b, "%s: %s\n", l.key, l.value)
	}
	b.WriteString("\nWho signs has read this table, or its difference with the one it replaces,\n" +
		"and accepts that it decides every access from now on.\n")
	return b.String()
}

type line struct{ key, value string }

func (s Statement) lines() []line {
	lines := []line{
		{"table", s.Table},
		{"rows", strconv.Itoa(s.Rows)},
		{"ceiling", s.Ceiling},
		{"annex", s.Annex},
		{"sheets", s.Sheets},
		{"rules", s.Rules},
	}
	if s.counted() {
		lines = append(lines, line{"limits", s.Limits})
	}
	lines = append(lines, line{"replaces", s.Replaces})
	if s.counted() {
		lines = append(lines, line{"widens", strconv.Itoa(s.Widens)}, line{"narrows", strconv.Itoa(s.Narrows)}, line{"takes-from-rights", strconv.Itoa(s.Rights)})
	}
	return append(lines, line{"dated", s.Dated.UTC().Format(time.RFC3339)}, line{"author", s.Author})
}

// counted says whether the statement names its limits and counts what it changes. One
// of before they were does not, and takes two signatures like a widening.
func (s Statement) counted() bool { return s.Limits != "" }

// ParseStatement reads what Text wrote, and refuses anything else: two texts
// with one meaning would be two things to sign.
func ParseStatement(text string) (Statement, error) {
	var s Statement
	var rows, widens, narrows, rights, dated string
	fields := map[string]*string{
		"table": &s.Table, "rows": &rows, "ceiling": &s.Ceiling, "annex": &s.Annex, "sheets": &s.Sheets,
		"rules": &s.Rules, "limits": &s.Limits, "replaces": &s.Replaces, "widens": &widens, "narrows": &narrows, "takes-from-rights": &rights,
		"dated": &dated, "author": &s.Author,
	}
	for _, l := range strings.Split(text, "\n") {
		key, value, ok := strings.Cut(l, ": ")
		if into := fields[key]; ok && into != nil {
			*into = value
		}
	}
	var err error
	if s.Rows, err = strconv.Atoi(rows); err != nil {
		return Statement{}, errors.New("the statement gives no number of rows")
	}
	// What is no number is left at zero, and then not written as it was.
	s.Widens, _ = strconv.Atoi(widens)
	s.Narrows, _ = strconv.Atoi(narrows)
	s.Rights, _ = strconv.Atoi(rights)
	if s.Dated, err = time.Parse(time.RFC3339, dated); err != nil {
		return Statement{}, errors.New("the statement gives no date")
	}
	for _, l := range s.lines() {
		if !policy.Legible(l.value) {
			return Statement{}, fmt.Errorf("the statement's %s is not printable", l.key)
		}
	}
	if s.Text() != text {
		return Statement{}, errors.New("the statement is not written as it should be")
	}
	return s, nil
}

// A Publication is a table that was proposed, and whoever signed it.
type Publication struct {
	ID         string // of the statement
	Text       string
	Signatures []Signature // oldest first
}

// A Signature is one line of a signed note.
type Signature struct {
	Signer string // name of the key
	Line   string
}

// StatementID names a statement by its content.
func StatementID(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Statement is the publication's, parsed and found to be the one of its id.
func (p Publication) Statement() (Statement, error) {
	if StatementID(p.Text) != p.ID {
		return Statement{}, errors.New("the statement was altered")
	}
	return ParseStatement(p.Text)
}

// Publications keeps every table ever published, so that a past decision can be
// explained: nothing is replaced and nothing is removed.
type Publications interface {
	// Add keeps a publication and what it encloses.
	Add(ctx context.Context, p Publication, e Enclosed) error
	// Sign adds one signature to a publication.
	Sign(ctx context.Context, id string, s Signature) error
	// List gives all publications, oldest first.
	List(ctx context.Context) ([]Publication, error)
	// Enclosed gives what a publication encloses.
	Enclosed(ctx context.Context, id string) (Enclosed, error)
}

// Enclosed is what a statement names by its hashes. Limits and Sources are empty in
// a publication of before they were kept.
type Enclosed struct {
	Table   []byte // as Table.WriteCSV wrote it
	Limits  []byte // as Limits.WriteCSV wrote them
	Sources []byte // a bundle of the sheets and rules that the table was drafted from
}

// Expected situations of a store.
var (
	ErrPublished     = errors.New("that statement is published already")
	ErrNotPublished  = errors.New("no such publication")
	ErrAlreadySigned = errors.New("that key has signed it already")
)

// Sources are the hashes of what a table was drafted from and proved against.
type Sources struct {
	Ceiling, Annex, Sheets, Rules string
	Bundle                        []byte // the sheets and rules themselves
}

// Propose publishes a table, with its limits, for signature. It is not in force
// before enough people have signed it; until then, the one it replaces stays.
// Proposing once more what is in force, or what waits already, adds nothing.
func Propose(ctx context.Context, store Publications, trust Trust, t *policy.Table, from Sources, author string, now time.Time) (Publication, error) {
	if strings.TrimSpace(author) == "" || !policy.Legible(author) {
		return Publication{}, errors.New("a table has an author, in printable characters on one line")
	}
	list, err := store.List(ctx)
	if err != nil {
		return Publication{}, fmt.Errorf("reading the publications: %w", err)
	}
	current, err := trust.current(list)
	if err != nil {
		return Publication{}, err
	}
	s := Statement{
		Table: t.Hash(), Rows: t.Len(), Ceiling: from.Ceiling, Annex: from.Annex, Sheets: from.Sheets, Rules: from.Rules,
		Limits: t.Limits().Hash(), Replaces: None, Dated: now.UTC().Truncate(time.Second), Author: author,
	}
	var before *policy.Table
	if current >= 0 {
		in, err := list[current].Statement()
		if err != nil {
			return Publication{}, err
		}
		if in.drafts(s) {
			return list[current], nil
		}
		s.Replaces = in.Table
		// One that does not open any more, because the decree changed or somebody
		// altered it, counts as granting nothing: its successor takes two people.
		if before, err = replaced(ctx, store, t.Vocabulary(), list, current); err != nil {
			return Publication{}, err
		}
	}
	for _, p := range list[current+1:] {
		waits, err := p.Statement()
		if err != nil {
			continue // nobody signed it, and nobody can
		}
		if waits.drafts(s) && waits.Replaces == s.Replaces {
			return p, nil
		}
	}
	change := policy.Compare(before, t)
	s.Widens, s.Narrows, s.Rights = change.Widens(), change.Narrows(), change.Takes()
	e := Enclosed{Sources: from.Bundle}
	var table, limits bytes.Buffer
	if err := errors.Join(t.WriteCSV(&table), t.Limits().WriteCSV(&limits)); err != nil {
		return Publication{}, err
	}
	e.Table, e.Limits = table.Bytes(), limits.Bytes()
	p := Publication{ID: StatementID(s.Text()), Text: s.Text()}
	if err := store.Add(ctx, p, e); err != nil {
		return Publication{}, fmt.Errorf("publishing the table: %w", err)
	}
	return p, nil
}

// drafts says that two statements are of one draft: the same table, limits and sources.
func (s Statement) drafts(other Statement) bool {
	return s.Table == other.Table && s.Limits == other.Limits &&
		s.Ceiling == other.Ceiling && s.Annex == other.Annex && s.Sheets == other.Sheets && s.Rules == other.Rules
}
