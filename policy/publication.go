package policy

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
	Replaces string    // the table in force when this one was drafted, or "none"
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
	return []line{
		{"table", s.Table},
		{"rows", strconv.Itoa(s.Rows)},
		{"ceiling", s.Ceiling},
		{"annex", s.Annex},
		{"sheets", s.Sheets},
		{"rules", s.Rules},
		{"replaces", s.Replaces},
		{"dated", s.Dated.UTC().Format(time.RFC3339)},
		{"author", s.Author},
	}
}

// ParseStatement reads what Text wrote, and refuses anything else: two texts
// with one meaning would be two things to sign.
func ParseStatement(text string) (Statement, error) {
	var s Statement
	var rows, dated string
	fields := map[string]*string{
		"table": &s.Table, "rows": &rows, "ceiling": &s.Ceiling, "annex": &s.Annex, "sheets": &s.Sheets,
		"rules": &s.Rules, "replaces": &s.Replaces, "dated": &dated, "author": &s.Author,
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
	if s.Dated, err = time.Parse(time.RFC3339, dated); err != nil {
		return Statement{}, errors.New("the statement gives no date")
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
	// Add keeps a publication and its table, as WriteCSV wrote it.
	Add(ctx context.Context, p Publication, csv []byte) error
	// Sign adds one signature to a publication.
	Sign(ctx context.Context, id string, s Signature) error
	// List gives all publications, oldest first.
	List(ctx context.Context) ([]Publication, error)
	// CSV gives the table of a publication.
	CSV(ctx context.Context, id string) ([]byte, error)
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
}

// Propose publishes a table for signature. It is not in force before enough
// people have signed it; until then, the one it replaces stays. Proposing once
// more what is in force, or what waits already, adds nothing.
func Propose(ctx context.Context, store Publications, trust Trust, t *Table, from Sources, author string, now time.Time) (Publication, error) {
	if strings.TrimSpace(author) == "" || strings.ContainsAny(author, "\n\r") {
		return Publication{}, errors.New("a table has an author, on one line")
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
		Replaces: None, Dated: now.UTC().Truncate(time.Second), Author: author,
	}
	if current >= 0 {
		in, err := list[current].Statement()
		if err != nil {
			return Publication{}, err
		}
		if in.Table == s.Table && in.sources() == from {
			return list[current], nil
		}
		s.Replaces = in.Table
	}
	for _, p := range list[current+1:] {
		waits, err := p.Statement()
		if err != nil {
			return Publication{}, fmt.Errorf("reading publication %s: %w", p.ID, err)
		}
		if waits.Table == s.Table && waits.sources() == from && waits.Replaces == s.Replaces {
			return p, nil
		}
	}
	var csv bytes.Buffer
	if err := t.WriteCSV(&csv); err != nil {
		return Publication{}, err
	}
	p := Publication{ID: StatementID(s.Text()), Text: s.Text()}
	if err := store.Add(ctx, p, csv.Bytes()); err != nil {
		return Publication{}, fmt.Errorf("publishing the table: %w", err)
	}
	return p, nil
}

func (s Statement) sources() Sources { return Sources{s.Ceiling, s.Annex, s.Sheets, s.Rules} }
