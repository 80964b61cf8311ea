package main

import (
	"context"
	"fmt"
	"time"

	"sceau/crypto/rotation"
	"sceau/internal/house"
)

type admissionProjectVerb struct {
	onCampaign `embed:""`
}

func (admissionProjectVerb) Help() string {
	return `It opens of each candidate what the core needs and the signed table grants to SYS-project in
the phase of today, and nothing else, with a trace for each of them before anything opens.
What comes out is sealed in a file of its own, and takes the place of the projection before,
unless a run was computed on that one: then what has changed since is recorded as a case for
a person to look at. Killed, it is begun again.`
}

// projectedJSON is what a script may rely on.
type projectedJSON struct {
	Campaign   string    `json:"campaign"`
	Run        string    `json:"run"`
	Number     int       `json:"number"`
	Digest     string    `json:"digest"`
	Policy     string    `json:"policy"`
	Candidates int       `json:"candidates"`
	Wishes     int       `json:"wishes"`
	Drawn      int64     `json:"pseudonyms_drawn"`
	Forgotten  int64     `json:"forgotten"`
	Repeated   int64     `json:"repeated_wishes"`
	Rectified  int       `json:"rectified"`
	Superseded int       `json:"superseded"`
	Started    time.Time `json:"started"`
	Ended      time.Time `json:"ended"`
}

func (v admissionProjectVerb) Run(ctx context.Context, t *terminal) error {
	out, err := long(ctx, t, v.onCampaign, func(h *house.House, campaign string, step rotation.Progress) (house.Projected, error) {
		return h.Project(ctx, campaign, operator(), step)
	})
	if err != nil {
		return err
	}
	r := out.Run
	if v.JSON {
		return printJSON(t, projectedJSON{r.Campaign, r.ID, r.Number, r.Input.Digest.String(), r.Rules, out.Persons, out.Wishes,
			out.Drawn, out.Forgotten, out.Repeated, out.Rectified, len(out.Superseded), r.Started, r.Ended})
	}
	fmt.Fprintf(t.out, "campaign %s, run %d: %d candidates and %d wishes under pseudonyms, sha256:%s\n", r.Campaign, r.Number, out.Persons, out.Wishes, r.Input.Digest)
	if out.Drawn > 0 {
		fmt.Fprintf(t.out, "%d candidates had no pseudonym yet, and have one now\n", out.Drawn)
	}
	if out.Forgotten > 0 {
		fmt.Fprintf(t.out, "%d files are of people who were forgotten, and were passed over\n", out.Forgotten)
	}
	if out.Repeated > 0 {
		fmt.Fprintf(t.out, "%d wishes stand twice in their file: the first is told\n", out.Repeated)
	}
	if n := len(out.Superseded); n > 0 {
		fmt.Fprintf(t.out, "it takes the place of %d before it, which no run was computed on\n", n)
	}
	if out.Rectified > 0 {
		fmt.Fprintf(t.out, "%d candidates are told otherwise than in the projection that a run was computed on: a case is recorded for each\n", out.Rectified)
	}
	return nil
}
