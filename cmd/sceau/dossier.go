package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/web/api"
)

type dossierVerbs struct {
	Find dossierFindVerb `cmd:"" help:"Find a candidate by a value given on standard input."`
	List dossierListVerb `cmd:"" help:"List the files that one scope of a mission knows, by their numbers, with items if named."`
	Read dossierReadVerb `cmd:"" help:"Read what a mission is granted, or the items named."`

	Export dossierExportVerbs `cmd:"" help:"Exports, which take two persons."`

	Verify dossierVerifyVerb `cmd:"" help:"Compare the revision of each cell with the traces of writes, which live one year: an older cell put back is found."`
}

// asking is what every request of a mission says. No flag states a relation, a
// guard or a phase: those are looked up.
type asking struct {
	As       string `required:"" placeholder:"MISSION" help:"The mission, or the account (S1.REF, S2.REF.N)."`
	Purpose  string `required:"" enum:"P1,P2,P3" placeholder:"P1|P2|P3" help:"P1 preregistration, P2 guidance, P3 steering."`
	Campaign string `placeholder:"CAMPAIGN" help:"The campaign, where more than one is open."`
	On       string `help:"The day it is, in demonstration campaigns only." placeholder:"2026-04-15"`
}

func (v asking) ask(h *house.House) (ask dossier.Ask, err error) {
	ask = dossier.Ask{Mission: v.As, Purpose: catalogue.Purpose(v.Purpose), Campaign: v.Campaign}
	if ask.On, err = day(v.On); err != nil {
		return ask, err
	}
	ask.Credential, err = h.Credential(v.As)
	return ask, err
}

// candidate reads the internal reference of one.
func candidate(text string) (dossier.Ref, error) {
	ref, err := crypto.ParseUnitID(text)
	if err != nil {
		err = misusef("%w: a candidate is named by an internal reference; `sceau dossier find` gives it", err)
	}
	return ref, err
}

func day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	on, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return on, misusef("--on is a date, 2026-04-15")
	}
	return on, nil
}

type dossierReadVerb struct {
	asking `embed:""`
	Scope  string   `placeholder:"KIND:ID" help:"One of the mission's own scopes (programme:F00042): FILE is then the number under which that scope knows the file, as a list gives it."`
	File   string   `arg:"" help:"The internal reference of the candidate, or with --scope a file number."`
	Items  []string `arg:"" optional:"" help:"Items (A01.06 or last_name): all or nothing. None: all that is granted."`
}

// named says whose file is asked for.
func (v dossierReadVerb) named(ask *dossier.Ask) (err error) {
	if v.Scope == "" {
		ask.Candidate, err = candidate(v.File)
		return err
	}
	if ask.Scope, err = scope(v.Scope); err != nil {
		return err
	}
	if ask.File, err = dossier.ParseFileNo(v.File); err != nil {
		return misusef("with --scope, a file is named by its number there: %w", err)
	}
	return nil
}

func (v dossierReadVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	ask, err := v.ask(h)
	if err != nil {
		return err
	}
	if err = v.named(&ask); err != nil {
		return err
	}
	if ask.Items, err = itemIDs(h.Catalogue, v.Items); err != nil {
		return err
	}
	gate, err := h.Gate(ctx)
	if err != nil {
		return err
	}
	view, err := gate.Read(ctx, ask)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.err, "sceau: traced under", view.Request)
	return api.WriteView(t.out, view)
}

// itemIDs accepts ids of the annex and English names.
func itemIDs(c *catalogue.Catalogue, words []string) ([]catalogue.ItemID, error) {
	ids := make([]catalogue.ItemID, 0, len(words))
	for _, w := range words {
		it, ok := c.Item(catalogue.ItemID(w))
		if !ok {
			it, ok = c.ItemNamed(w)
		}
		if !ok {
			return nil, misuse{hinted{fmt.Errorf("%s is not an item of the annex", w), "`sceau catalogue register --format md` lists items by id; an English name (last_name) does too"}}
		}
		ids = append(ids, it.ID)
	}
	return ids, nil
}

type dossierFindVerb struct {
	asking `embed:""`
	Index  string `required:"" placeholder:"INDEX" help:"registration, ine, email, phone, or name-birth (last name; first names; birth date)."`
}

func (v dossierFindVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	ask, err := v.ask(h)
	if err != nil {
		return err
	}
	index, ok := h.Catalogue.Index(v.Index)
	if !ok {
		return misuse{hinted{fmt.Errorf("no index is named %s", v.Index), "indexes are registration, ine, email, phone and name-birth"}}
	}
	// Standard input, because every user of the machine can list arguments.
	typed, err := bufio.NewReader(t.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if _, ok := index.Typed(typed); !ok {
		return misusef("index %s looks for one line on standard input, with as many values as it has items: %d, separated by semicolons", v.Index, len(index.Items))
	}
	gate, err := h.Gate(ctx)
	if err != nil {
		return err
	}
	ref, request, err := gate.Find(ctx, ask, v.Index, typed)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.err, "sceau: traced under", request)
	fmt.Fprintln(t.out, ref)
	return nil
}
