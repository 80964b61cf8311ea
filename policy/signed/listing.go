package signed

import (
	"context"
	"fmt"
	"time"
)

// States of a publication.
const (
	StateInForce  = "in force"
	StateReplaced = "replaced"
	StateWaiting  = "waiting"
	StateLeft     = "left" // it waited, and another came into force
)

// A Listing is a publication as a person looks for one.
type Listing struct {
	ID      string    `json:"publication"`
	Table   string    `json:"table"`
	State   string    `json:"state"`
	Rows    int       `json:"rows"`
	Widens  int       `json:"widens"`
	Narrows int       `json:"narrows"`
	Rights  int       `json:"takes_from_rights"`
	Dated   time.Time `json:"dated"`
	Author  string    `json:"author"`
	Signers []string  `json:"signers"`
	Needs   int       `json:"needs"` // signatures
}

// Listed are all publications, newest first.
func Listed(ctx context.Context, store Publications, trust Trust) ([]Listing, error) {
	list, err := store.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the publications: %w", err)
	}
	current, err := trust.current(list)
	if err != nil {
		return nil, err
	}
	var out []Listing
	for i := len(list) - 1; i >= 0; i-- {
		names, s, err := trust.signers(list[i])
		if err != nil {
			return nil, err
		}
		l := Listing{ID: list[i].ID, Table: s.Table, Rows: s.Rows, Widens: s.Widens, Narrows: s.Narrows, Rights: s.Rights,
			Dated: s.Dated, Author: s.Author, Signers: names, Needs: trust.needs(s)}
		switch {
		case i == current:
			l.State = StateInForce
		case i > current:
			l.State = StateWaiting
		case len(names) >= l.Needs:
			l.State = StateReplaced
		default:
			l.State = StateLeft
		}
		out = append(out, l)
	}
	return out, nil
}
