package main

import (
	"context"
	"fmt"
	"os/user"

	"sceau/dossier"
)

type keysForgetVerb struct {
	onCampaign `embed:""`
	Ref        string `arg:"" help:"The candidate, REF; one responsible, REF/responsible-2; one bundle of documents, REF/identity-proof."`
}

func (v keysForgetVerb) Run(ctx context.Context, t *terminal) error {
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
	units, err := f.Forget(ctx, campaign, target, operator())
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, map[string]any{"campaign": campaign, "forgotten": target.String(), "units": units})
	}
	fmt.Fprintf(t.out, "%s is forgotten: nothing of theirs opens any more (secrets gone: %d)\n", target, units)
	fmt.Fprintln(t.err, "sceau: backups still hold them until the next epoch: `sceau keys epoch`")
	return nil
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
