package main

import (
	"context"
	"errors"
	"fmt"
	"os/user"

	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
)

type keysForgetVerb struct {
	onCampaign `embed:""`
	Ref        string `arg:"" optional:"" help:"The candidate, REF; one responsible, REF/responsible-2; one bundle of documents, REF/identity-proof."`
	Again      bool   `help:"Forget again everybody in the ledger, after a cluster was brought back from before."`
}

func (v keysForgetVerb) Run(ctx context.Context, t *terminal) error {
	switch {
	case v.Again == (v.Ref != ""):
		return misusef("name whom to forget, or --again")
	case v.Again:
		return v.again(ctx, t)
	}
	h, campaign, err := v.in(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	target, err := dossier.ParseTarget(v.Ref, h.Layout)
	if err != nil {
		return misuse{err}
	}
	f, err := h.Forgetting(ctx)
	if err != nil {
		return err
	}
	done, err := f.Forget(ctx, campaign, target, operator())
	if errors.Is(err, dossier.ErrNoSuchCandidate) && !target.Whole() {
		err = fmt.Errorf("the file of %s never had that part: %w, or none with it", target.Candidate, err)
	}
	if errors.Is(err, dossier.ErrNoSuchCandidate) {
		err = hinted{err, "`sceau dossier find` gives the reference of a candidate to a mission that may look for one; an import prints it with --json"}
	}
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, map[string]any{"campaign": campaign, "forgotten": target.String(), "units": done.Units, "routes_stay": done.Stay != nil})
	}
	whose := "nothing of theirs opens"
	if !target.Whole() {
		whose = "nothing of that part of the file opens"
	}
	fmt.Fprintf(t.out, "%s is forgotten: %s any more (secrets gone: %d)\n", target, whose, done.Units)
	switch {
	case errors.Is(done.Stay, crypto.ErrFrozen):
		fmt.Fprintf(t.err, "sceau: campaign %s is frozen: routes stay until it is thawed. Run this again then\n", campaign)
	case done.Stay != nil:
		fmt.Fprintf(t.err, "sceau: the keys of campaign %s are gone: its routes stay, and nobody follows them any more\n", campaign)
	}
	fmt.Fprintln(t.err, "sceau: backups still hold them until the next epoch: `sceau keys epoch`")
	return nil
}

func (v keysForgetVerb) again(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	told, err := h.ForgetAgain(ctx, operator())
	if err != nil {
		return err
	}
	warnOfRoutes(t, told)
	if v.JSON {
		return printJSON(t, told)
	}
	_, err = fmt.Fprintf(t.out, forgottenAgain, told.Entries)
	return err
}

const forgottenAgain = "forgotten again: %d entries of the ledger\n"

// warnOfRoutes says what waits for a thaw.
func warnOfRoutes(t *terminal, told *house.Reforgotten) {
	if told.RoutesStay > 0 {
		fmt.Fprintf(t.err, "sceau: routes of %d of those forgotten stay, because their campaign is frozen or its keys are gone: after the thaw, `sceau keys forget --again` removes them\n", told.RoutesStay)
	}
}

// operator names whoever runs a command that asks for no mission: the account of the
// machine.
func operator() string {
	u, err := user.Current()
	if err != nil {
		return "operator"
	}
	return "operator:" + u.Username
}
