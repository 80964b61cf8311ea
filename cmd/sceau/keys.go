package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"sceau/crypto"
	"sceau/crypto/rotation"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
)

type keysVerbs struct {
	Status keysStatusVerb  `cmd:"" help:"Say where the keys of a campaign stand: states, versions, wraps of each version, epochs."`
	Forget keysForgetVerb  `cmd:"" help:"Forget a candidate, a responsible or a bundle of documents, at once and for good."`
	Epoch  keysEpochVerbs  `cmd:"" help:"Make older copies of the keyring useless: re-wrap all, verify all, back up, try the backup; then wait for another person."`
	Rotate keysRotateVerbs `cmd:"" help:"Turn keys under load."`
	Freeze keysFreezeVerb  `cmd:"" help:"Stop a campaign, a class or a mission at once, at the gate and in Vault. Nothing is destroyed."`
	Thaw   keysThawVerb    `cmd:"" help:"Let it go on."`
}

// onCampaign names the campaign, where there are several.
type onCampaign struct {
	Campaign string `placeholder:"CAMPAIGN" help:"The campaign, where more than one is open."`
	JSON     bool   `help:"Print JSON." name:"json"`
}

// in opens the house and finds the campaign.
func (v onCampaign) in(ctx context.Context) (*house.House, string, error) {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return nil, "", err
	}
	campaign, err := h.OnlyCampaign(ctx, v.Campaign)
	if err != nil {
		h.Close()
	}
	return h, campaign, err
}

// long does what takes long with the keys of a campaign, and shows how far it is.
func long[T any](ctx context.Context, t *terminal, v onCampaign, do func(h *house.House, campaign string, step rotation.Progress) (T, error)) (out T, err error) {
	h, campaign, err := v.in(ctx)
	if err != nil {
		return out, err
	}
	defer h.Close()
	show := newSteps(t)
	defer show.end()
	return do(h, campaign, show.step)
}

type keysStatusVerb struct {
	onCampaign `embed:""`
}

func (v keysStatusVerb) Run(ctx context.Context, t *terminal) error {
	h, campaign, err := v.in(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	s, err := h.KeyStatus(ctx, campaign)
	if err != nil {
		return err
	}
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	frozen, err := register.Frozen(ctx, campaign)
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, struct {
			rotation.Status
			Frozen dossier.Frozen `json:"frozen"`
		}{s, frozen})
	}
	if err := printKeyStatus(t, s); err != nil {
		return err
	}
	return printFrozen(t, campaign, frozen)
}

// printFrozen says what the gate refuses, in the words of `keys freeze`.
func printFrozen(t *terminal, campaign string, f dossier.Frozen) (err error) {
	say := func(what string) {
		if err == nil {
			_, err = fmt.Fprintf(t.out, "frozen: %s\n", what)
		}
	}
	if f.Whole {
		say("campaign " + campaign)
	}
	for _, class := range f.Classes {
		say("class " + string(class))
	}
	for _, mission := range f.Missions {
		say("mission " + mission)
	}
	return err
}

func printKeyStatus(t *terminal, s rotation.Status) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tSTATE\tNEWEST\tOPENS FROM\tKEPT FROM\tWRAPS BY VERSION")
	for _, k := range s.Keys {
		name := k.Role.Label(k.Of)
		if k.Versions == nil {
			fmt.Fprintf(w, "%s\t%s\t\t\t\t\n", name, k.State)
			continue
		}
		var counts []string
		for _, version := range slices.Sorted(maps.Keys(k.Wraps)) {
			counts = append(counts, fmt.Sprintf("v%d: %d", version, k.Wraps[version]))
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%s\n", name, k.State, k.Versions.Newest, k.Versions.Opens, k.Versions.Kept, strings.Join(counts, ", "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(t.out, "the newest version wraps; older ones open, from the one named; those before the one kept were destroyed. A rotation is over when one version alone has wraps")
	for _, k := range s.Keys {
		if k.Turn != nil {
			fmt.Fprintf(t.out, "turn of %s to version %d: %s, %d wraps made anew, %d verified\n", k.Role.Label(k.Of), k.Turn.Version, k.Turn.State, k.Turn.Rewrapped, k.Turn.Verified)
		}
		if b := k.Branch; b != nil {
			fmt.Fprintf(t.out, "branch key of %s: version %d is %s, %d rows sealed anew\n", b.Class, b.Version, b.State, b.Resealed)
		}
	}
	fmt.Fprintf(t.out, "forgotten since the last epoch: %d units\n", s.Forgotten)
	if s.Last != nil {
		fmt.Fprintf(t.out, "%s\n", epochText(*s.Last))
	}
	if s.Open != nil {
		fmt.Fprintf(t.out, "%s\n", epochText(*s.Open))
	}
	return nil
}

func epochText(e rotation.Epoch) string {
	head := fmt.Sprintf("epoch %d of campaign %s, ordered by %s: ", e.Number, e.Campaign, e.OrderedBy)
	switch e.State {
	case rotation.Ended:
		return head + fmt.Sprintf("approved by %s, versions below %d trimmed %s", e.ApprovedBy, e.Version, e.TrimmedAt.Format("2006-01-02 15:04"))
	case rotation.Waiting:
		return head + fmt.Sprintf("every wrap is of version %d and verified, a backup opened %d controls; it waits for another person", e.Version, e.Kept.Controls)
	case rotation.Trimming:
		return head + "approved by " + e.ApprovedBy + ", the trim is to be ended"
	}
	return head + string(e.State)
}

type keysRotateVerbs struct {
	Wraps  rotateWrapsVerb  `cmd:"" help:"Turn every wrapping key of a campaign, and wrap everything anew."`
	Branch rotateBranchVerb `cmd:"" help:"Change the branch key of a class, and seal every row of it anew."`
}

type rotateWrapsVerb struct {
	onCampaign `embed:""`
}

func (v rotateWrapsVerb) Run(ctx context.Context, t *terminal) error {
	var frozen []string
	turns, err := long(ctx, t, v.onCampaign, func(h *house.House, campaign string, step rotation.Progress) ([]rotation.KeyTurn, error) {
		s, err := h.KeyStatus(ctx, campaign)
		if err != nil {
			return nil, err
		}
		for _, k := range s.Keys {
			if k.State == crypto.KeyFrozen && k.Role.Wraps() {
				frozen = append(frozen, k.Role.Label(k.Of))
			}
		}
		return h.RotateWraps(ctx, campaign, operator(), step)
	})
	if err != nil {
		return err
	}
	if len(frozen) > 0 {
		fmt.Fprintf(t.err, "sceau: frozen, and not turned: %s\n", strings.Join(frozen, ", "))
	}
	if v.JSON {
		return printJSON(t, turns)
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tVERSION\tRE-WRAPPED\tVERIFIED")
	for _, turn := range turns {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\n", turn.Role.Label(turn.Of), turn.Version, turn.Rewrapped, turn.Verified)
	}
	return w.Flush()
}
