package main

import (
	"context"
	"fmt"

	"sceau/dossier"
	"sceau/internal/house"
	"sceau/web/api"
)

type dossierListVerb struct {
	asking `embed:""`
	Scope  string   `placeholder:"KIND:ID" help:"One of the mission's own scopes: programme:F00042, school:0990134H, academy:Paris, academy-of-programme:Paris, ministry-of-school:..., ministry-of-programme:... May be left out where there is one."`
	After  string   `placeholder:"FILE" help:"The last file number of the page before."`
	Limit  int      `default:"200" help:"Files of a page: 200 at most, and no more than the mission may have in a request."`
	JSON   bool     `help:"A line of JSON for each file, with whole values."`
	Items  []string `arg:"" optional:"" help:"Items (A01.06 or last_name) to read of each file. None: numbers and relations, and nothing opens."`
}

func (v dossierListVerb) Run(ctx context.Context, t *terminal) error {
	return withHouse(ctx, func(h *house.House) error { return v.list(ctx, t, h) })
}

func (v dossierListVerb) list(ctx context.Context, t *terminal, h *house.House) error {
	ask := dossier.ListAsk{Limit: v.Limit}
	var err error
	if ask.Ask, err = v.ask(h); err != nil {
		return err
	}
	if v.Limit < 1 || v.Limit > dossier.MostRows {
		return misuse{dossier.ErrTooManyRows}
	}
	if v.Scope != "" {
		if ask.Scope, err = scope(v.Scope); err != nil {
			return err
		}
	}
	if v.After != "" {
		if ask.After, err = dossier.ParseFileNo(v.After); err != nil {
			return misusef("--after is a file number: %w", err)
		}
	}
	if ask.Items, err = itemIDs(h.Catalogue, v.Items); err != nil {
		return err
	}
	gate, err := h.Gate(ctx)
	if err != nil {
		return err
	}
	page, err := gate.List(ctx, ask)
	if err != nil {
		return err
	}
	defer page.Forget()
	fmt.Fprintln(t.err, "sceau: traced under", page.Request)
	if v.Limit > page.Most {
		fmt.Fprintf(t.err, "sceau: a page of %s has %d files at most\n", page.Recipient, page.Most)
	}
	if page.Next != (dossier.FileNo{}) {
		fmt.Fprintln(t.err, "sceau: more follow: --after", page.Next)
	}
	if v.JSON {
		return api.WriteRows(t.out, page)
	}
	return api.WriteTable(t.out, page, ask.Items)
}

// scope reads one as it is typed.
func scope(text string) (dossier.Scope, error) {
	s, err := dossier.ParseScope(text)
	if err != nil {
		err = misuse{err}
	}
	return s, err
}
