package main

import (
	"context"
	"fmt"

	"sceau/catalogue"
	"sceau/crypto/rotation"
	"sceau/dossier"
	"sceau/internal/house"
)

type rotateBranchVerb struct {
	onCampaign `embed:""`
	Class      string `required:"" placeholder:"CLASS" help:"The class of data (choices)."`
}

func (rotateBranchVerb) Help() string {
	return `A new version of the branch key of the class, for each fate, and every row of the class
sealed anew under it, documents too. Readers and writers go on meanwhile. Whatever kills
it, running it again goes on from there; it ends a few minutes after the version was
added, when no process writes under the one before.

It opens what it seals anew, with a credential for one log-in that an administrator of
Vault issues: the development root token on a private Vault, VAULT_TOKEN_FILE on another.
An administrator who is somebody else hands it over in the file that
SCEAU_RESEAL_CREDENTIAL names, role id and wrapping token on a line each.`
}

func (v rotateBranchVerb) Run(ctx context.Context, t *terminal) error {
	report, err := long(ctx, t, v.onCampaign, func(h *house.House, campaign string, step rotation.Progress) (dossier.Reseal, error) {
		return h.RotateBranch(ctx, campaign, catalogue.ClassID(v.Class), operator(), step)
	})
	if err != nil && report.Version == 0 {
		return err
	}
	if v.JSON {
		if second := printJSON(t, report); err == nil {
			err = second
		}
		return err
	}
	printReseal(t, report)
	return err
}

func printReseal(t *terminal, r dossier.Reseal) {
	fmt.Fprintf(t.out, "class %s of campaign %s, version %d of its branch key: %d rows, %d cells and %d documents sealed anew\n",
		r.Class, r.Campaign, r.Version, r.Rows, r.Cells, r.Documents)
	if r.Forgotten > 0 {
		fmt.Fprintf(t.out, "left as they are: %d rows of people forgotten, which nothing opens\n", r.Forgotten)
	}
	for _, d := range r.Places {
		fmt.Fprintf(t.out, "does not open: %s unit %s %s %s\n", d.Table, d.Unit, d.Record, d.Item)
	}
	switch {
	case r.Ended:
		other := "no row"
		if r.Forgotten > 0 {
			other = "no other row"
		}
		fmt.Fprintf(t.out, "%s is left under an older version\n", other)
	case !r.Due.IsZero():
		fmt.Fprintf(t.out, "a sweep is due after %s: until then a process may still write under the version before; running this again ends it\n",
			r.Due.Format("2006-01-02 15:04:05"))
	}
}
