package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"sceau/core/calendar"
	"sceau/core/run"
	"sceau/core/session"
	"sceau/crypto/rotation"
	"sceau/internal/admission"
	"sceau/internal/house"
)

// admitting does something with the runs of a campaign, as the core.
func admitting[T any](ctx context.Context, t *terminal, v onCampaign, do func(a *admission.Campaign) (T, error)) (T, error) {
	out, err := long(ctx, t, v, func(h *house.House, campaign string, step rotation.Progress) (out T, err error) {
		a, err := h.Admission(ctx, campaign, step)
		if err != nil {
			return out, err
		}
		return do(a)
	})
	if errors.Is(err, admission.ErrNotNext) {
		err = hinted{err, "--skip passes over the days in between, if no proposals are meant on them"}
	}
	if errors.Is(err, admission.ErrNotYet) {
		err = hinted{err, "a session of admission goes: project, offer, run --day 1, answers, run --day 2 ..."}
	}
	return out, err
}

type admissionOfferVerb struct {
	onCampaign     `embed:""`
	Calendar       string `placeholder:"YEAR|FILE" help:"The calendar of the session, with its first offer: a year that Sceau knows whole (2023), or a file of your own."`
	ReservationEnd string `placeholder:"DATE" help:"The last day on which beds are kept, with the first offer: no source states one."`
	File           string `arg:"" type:"existingfile" help:"Lines of JSON: groups with rates and places, boarding schools with beds."`
}

func (admissionOfferVerb) Help() string {
	return `One line for each group of a programme, one for each boarding school, in any order:
  {"programme": "F00001", "group": "Bacs généraux", "selective": true, "act": "cev-2026-017",
   "bursary_min": 18, "places": 24, "beds": {"mixed": "I001"}}
  {"programme": "F00002", "group": "Tous candidats", "bursary_min": 12, "nonresident_max": 5, "places": 80, "rank_limit": 110}
  {"boarding": "I001", "beds": 12}
  {"programme": "F00001", "others": true, "act": "cev-2026-018"}
The calendar, lists, rates, shares, acts and schools stay for the session; places, rank_limit, stop,
end_reservation and beds may change with each offer, and the next day takes the newest. act is the decision of
the board by which it refused somebody, left them without a rank, or has a list take no part: required where it
did. min_share is the least percentage of the programme's places on the first day. unranked is a programme that
does not rank, apprenticeship one in which a contract decides. others says that wishes in no list named here
take no part: without it, a list that is not named refuses the session, so that a misspelt name is found.`
}

func (v admissionOfferVerb) Run(ctx context.Context, t *terminal) error {
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer f.Close()
	offer, err := session.ReadOffer(f)
	if err != nil {
		return err
	}
	if offer.Calendar, err = readCalendar(v.Calendar); err != nil {
		return err
	}
	if v.ReservationEnd != "" {
		if offer.ReservationEnd, err = calendar.ParseDate(v.ReservationEnd); err != nil {
			return misusef("--reservation-end is a date, 2026-06-20")
		}
	}
	r, err := admitting(ctx, t, v.onCampaign, func(a *admission.Campaign) (run.Run, error) { return a.Offer(ctx, offer) })
	if err != nil {
		return err
	}
	places := int64(0)
	for _, g := range offer.Groups {
		places += g.Places
	}
	if v.JSON {
		return printJSON(t, map[string]any{"campaign": r.Campaign, "run": r.ID, "number": r.Number, "digest": r.Input.Digest.String(), "groups": len(offer.Groups), "places": places})
	}
	fmt.Fprintf(t.out, "campaign %s, run %d: %d groups offer %d places, %d boarding schools, sha256:%s\n", r.Campaign, r.Number, len(offer.Groups), places, len(offer.Boarding), r.Input.Digest)
	return nil
}

// readCalendar gives the text of a calendar: of a year that the sources state whole, or of
// a file.
func readCalendar(named string) (string, error) {
	if named == "" {
		return "", nil
	}
	raw, err := os.ReadFile(named)
	if err != nil {
		var year int
		if _, bad := fmt.Sscanf(named, "%4d", &year); bad != nil {
			return "", err
		}
		if _, err := calendar.ForYear(year); err != nil {
			return "", err
		}
		return calendar.TextOf(year)
	}
	c, err := calendar.Parse(raw)
	if err != nil {
		return "", err
	}
	return string(raw), c.Complete()
}

type admissionRunVerb struct {
	onCampaign `embed:""`
	Day        int  `required:"" help:"The day of the session: 1 is its opening."`
	Skip       bool `help:"Pass over the days in between: proposals that are out lapse meanwhile, and nothing takes a day back."`
}

// runJSON is what a script may rely on.
type runJSON struct {
	Campaign string              `json:"campaign"`
	Run      string              `json:"run"`
	Number   int                 `json:"number"`
	Day      int                 `json:"day"`
	Input    string              `json:"input"`
	Output   string              `json:"output"`
	Rule     string              `json:"rule"`
	Groups   int                 `json:"groups"`
	Left     session.Left        `json:"left_out"`
	Figures  session.Figures     `json:"figures"`
	Stopped  []session.GroupName `json:"stopped"`
}

func (v admissionRunVerb) Run(ctx context.Context, t *terminal) error {
	out, err := admitting(ctx, t, v.onCampaign, func(a *admission.Campaign) (admission.DayRun, error) { return a.RunDay(ctx, v.Day, v.Skip) })
	if err != nil {
		return err
	}
	r, f := out.Run, out.Figures
	if v.JSON {
		return printJSON(t, runJSON{r.Campaign, r.ID, r.Number, r.Day, r.Input.Digest.String(), r.Output.Digest.String(), r.Rules, out.Groups, out.Left, f, out.Stopped})
	}
	if out.Orders.ID != "" {
		fmt.Fprintf(t.out, "campaign %s, run %d: the call orders of %d groups, verified, sha256:%s\n", r.Campaign, out.Orders.Number, out.Groups, out.Orders.Output.Digest)
		l := out.Left
		fmt.Fprintf(t.out, "left out: %d wishes not confirmed, %d refused by their institution, %d not ranked, %d by apprenticeship, %d in a list that takes no part\n", l.Unconfirmed, l.Refused, l.Unranked, l.Apprenticeship, l.Others)
	}
	fmt.Fprintf(t.out, "campaign %s, run %d, day %d: %d proposals, verified (rounds: %d); candidates who have accepted one: %d, who wait: %d; proposals that had lapsed: %d\n",
		r.Campaign, r.Number, r.Day, f.Proposals, f.Rounds, f.Acceptances, f.Waiting, f.Lapsed)
	fmt.Fprintf(t.out, "input sha256:%s\noutput sha256:%s\n", r.Input.Digest, r.Output.Digest)
	for _, k := range out.Stopped {
		fmt.Fprintf(t.err, "sceau: alert: %s was stopped: its result did not verify, and nothing of it is published\n", k)
	}
	return nil
}

type admissionAnswersVerb struct {
	onCampaign `embed:""`
	File       string `arg:"" default:"-" help:"Lines of JSON, in any order; - is standard input."`
}

func (admissionAnswersVerb) Help() string {
	return `One line for each answer, under the pseudonym of the candidate:
  {"at": "2026-06-02T12:00:00+02:00", "candidate": "8f1d...", "said": "accepted", "wish": {"programme": "F00001"}}
said is accepted, refused, dropped, kept, "given up", resigned, reinstated, confirmed, ordered, "machine on" or
"machine off"; inserted, with by and rank, is a correction. They count in the order in which they were said. An
answer that comes after its deadline, or that cannot be, is refused by itself.`
}

func (v admissionAnswersVerb) Run(ctx context.Context, t *terminal) error {
	in := t.in
	if v.File != "-" {
		f, err := os.Open(v.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	all, err := session.ReadSaid(in)
	if err != nil {
		return misuse{err}
	}
	out, err := admitting(ctx, t, v.onCampaign, func(a *admission.Campaign) (admission.Taken, error) { return a.Answers(ctx, all) })
	if err != nil {
		return err
	}
	if v.JSON {
		err = printJSON(t, map[string]any{"run": out.Run.ID, "number": out.Run.Number, "taken": out.Taken, "refused": out.Refused})
	} else {
		for _, u := range out.Refused {
			fmt.Fprintf(t.err, "sceau: answer %d is refused: %s\n", u.Line, u.Why)
		}
		_, err = fmt.Fprintf(t.out, "%d answers taken, %d refused\n", out.Taken, len(out.Refused))
	}
	if err == nil && len(out.Refused) > 0 {
		return quietly{failed}
	}
	return err
}

type admissionReplayVerb struct {
	onCampaign `embed:""`
	ID         string `arg:"" name:"run" help:"The run, by its id or its number."`
}

func (v admissionReplayVerb) Run(ctx context.Context, t *terminal) error {
	out, err := admitting(ctx, t, v.onCampaign, func(a *admission.Campaign) (admission.Replayed, error) { return a.Replay(ctx, v.ID) })
	if err != nil {
		return err
	}
	r := out.Run
	if v.JSON {
		err = printJSON(t, map[string]any{"run": r.ID, "number": r.Number, "kind": r.Kind, "day": r.Day, "signed": r.Output.Digest.String(), "again": out.Again.String(), "same": out.Same})
	} else if out.Same {
		_, err = fmt.Fprintf(t.out, "run %d, %s: computed again, the same: sha256:%s\n", r.Number, kindOf(r), out.Again)
	} else {
		_, err = fmt.Fprintf(t.out, "run %d, %s: signed sha256:%s, computed again sha256:%s\n", r.Number, kindOf(r), r.Output.Digest, out.Again)
	}
	if err == nil && !out.Same {
		return quietly{failed}
	}
	return err
}

func kindOf(r run.Run) string {
	if r.Kind == run.Day {
		return fmt.Sprintf("day %d", r.Day)
	}
	return string(r.Kind)
}

type admissionRunsVerb struct {
	onCampaign `embed:""`
}

func (v admissionRunsVerb) Run(ctx context.Context, t *terminal) error {
	all, err := admitting(ctx, t, v.onCampaign, func(a *admission.Campaign) ([]run.Run, error) { return a.Runs(ctx) })
	if err != nil {
		return err
	}
	if v.JSON {
		type row struct {
			Number  int    `json:"number"`
			Run     string `json:"run"`
			Kind    string `json:"kind"`
			Day     int    `json:"day,omitempty"`
			Input   string `json:"input"`
			Output  string `json:"output,omitempty"`
			Dropped bool   `json:"dropped,omitempty"`
		}
		rows := []row{}
		for _, r := range all {
			rows = append(rows, row{r.Number, r.ID, string(r.Kind), r.Day, r.Input.Digest.String(), digestText(r), !r.Dropped.IsZero()})
		}
		return printJSON(t, rows)
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NUMBER\tWHAT\tRUN\tENDED\tINPUT\tOUTPUT")
	for _, r := range all {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%.12s\t%.12s\n", r.Number, kindOf(r), r.ID, r.Ended.UTC().Format("2006-01-02 15:04:05"), r.Input.Digest, digestText(r))
	}
	return w.Flush()
}

func digestText(r run.Run) string {
	if r.Output.Name == "" {
		return ""
	}
	return r.Output.Digest.String()
}
