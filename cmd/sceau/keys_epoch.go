package main

import (
	"context"
	"errors"
	"fmt"

	"sceau/crypto/rotation"
	"sceau/internal/house"
)

type keysEpochVerbs struct {
	Run     keysEpochVerb        `cmd:"" default:"withargs" help:"Carry the epoch of a campaign to where it waits for another person; begin one when one is due."`
	Approve keysEpochApproveVerb `cmd:"" help:"Approve the epoch that waits, as another person; then the old version is trimmed."`
}

func (keysEpochVerbs) Help() string {
	return `sceau keys epoch [--order] [--as MISSION] is sceau keys epoch run, whose --help says what
they mean. It ends with 1 when none is due: nobody was forgotten since the last, or the
last is less than a week old.`
}

type keysEpochVerb struct {
	onCampaign `embed:""`
	As         string `placeholder:"MISSION" help:"The mission of the person who orders it, who then cannot approve it; without one, the account of the machine."`
	Order      bool   `help:"Begin one now, though none is due: an epoch follows a forgetting, once a week at most."`
}

func (v keysEpochVerb) Run(ctx context.Context, t *terminal) error {
	e, err := long(ctx, t, v.onCampaign, func(h *house.House, campaign string, step rotation.Progress) (e rotation.Epoch, err error) {
		by := operator()
		if v.As != "" {
			if by, err = h.Vouch(ctx, campaign, v.As, "order an epoch"); err != nil {
				return e, err
			}
		}
		return h.RunEpoch(ctx, campaign, by, v.Order, step)
	})
	if errors.Is(err, rotation.ErrNotDue) {
		return hinted{err, "`sceau keys epoch --order` begins one now"}
	}
	if err != nil {
		return err
	}
	return printEpoch(t, e, v.JSON)
}

type keysEpochApproveVerb struct {
	onCampaign `embed:""`
	As         string `required:"" placeholder:"MISSION" help:"The mission of the person who approves: a mission of the ministry (R1a), and not the one who ordered."`
}

func (v keysEpochApproveVerb) Run(ctx context.Context, t *terminal) error {
	h, campaign, err := v.in(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	e, err := h.ApproveEpoch(ctx, campaign, v.As)
	if err != nil {
		return err
	}
	return printEpoch(t, e, v.JSON)
}

func printEpoch(t *terminal, e rotation.Epoch, json bool) error {
	if json {
		return printJSON(t, e)
	}
	fmt.Fprintln(t.out, epochText(e))
	if e.State == rotation.Waiting {
		fmt.Fprintln(t.err, "sceau: another person approves it: `sceau keys epoch approve --as MISSION`")
	}
	return nil
}
