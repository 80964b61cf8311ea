package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sceau/dossier"
	"sceau/internal/admission"
	"sceau/internal/demo"
	"sceau/internal/house"
	"sceau/internal/parts"
)

// daysOfProposals are those that the demonstration plays.
const daysOfProposals = 12

// admission plays twelve days of proposals and answers on the sealed campaign: each day
// is computed on pseudonyms, published, and answered by the invented candidates.
func (v demoVerb) admission(ctx context.Context, t *terminal, aside, offer string, c campaignFigures, example asker) error {
	fmt.Fprintf(t.out, "\nThe admission: %d days of proposals and answers, on pseudonyms.\n", daysOfProposals)
	calendar := filepath.Join(aside, "calendar.yaml")
	if err := v.writeCalendar(ctx, calendar); err != nil {
		return err
	}
	session := filepath.Join(v.Examples, "session.yaml")
	for _, args := range [][]string{
		{"campaign", "calendar", c.campaign, filepath.Join(v.Examples, "calendar-admission.yaml")},
		{"admission", "project"},
		{"admission", "offer", offer, "--calendar", session, "--reservation-end", "2026-06-20"},
	} {
		if err := v.step(t, args...); err != nil {
			return err
		}
	}
	answers := filepath.Join(aside, "answers.ndjson")
	for day := 1; day <= daysOfProposals; day++ {
		if err := v.step(t, "admission", "run", "--day", strconv.Itoa(day)); err != nil {
			return err
		}
		if day == daysOfProposals {
			break
		}
		if err := v.writeAnswers(ctx, c.campaign, answers); err != nil {
			return err
		}
		if err := v.step(t, "admission", "answers", answers); err != nil {
			return err
		}
	}
	last, err := v.lastRun(ctx, c.campaign)
	if err != nil {
		return err
	}
	plot := filepath.Join(parts.DefaultHome(), plotFile)
	for _, args := range [][]string{
		{"admission", "plot", "--svg", plot},
		{"admission", "replay", last},
	} {
		if err := v.step(t, args...); err != nil {
			return err
		}
	}
	if err := v.explainOne(t, example); err != nil {
		return err
	}
	return v.step(t, "campaign", "calendar", c.campaign, calendar)
}

// plotFile is where the plot of the days lies, in the home.
const plotFile = "admission.svg"

func (v demoVerb) admissionOf(ctx context.Context, campaign string, do func(a *admission.Campaign) error) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	a, err := h.Admission(ctx, campaign, nil)
	if err != nil {
		return err
	}
	return do(a)
}

// writeAnswers has every invented candidate answer, at noon of the day published last.
func (v demoVerb) writeAnswers(ctx context.Context, campaign, file string) error {
	return v.admissionOf(ctx, campaign, func(a *admission.Campaign) error {
		s, err := a.Standing(ctx)
		if err != nil {
			return err
		}
		noon := s.Session.Config.Calendar.DateOf(s.Day.Number).Starts().Add(12 * time.Hour)
		var lines bytes.Buffer
		for _, said := range demo.Answers(s.Session, s.State, v.Seed, noon) {
			line, err := json.Marshal(said)
			if err != nil {
				return err
			}
			lines.Write(append(line, '\n'))
		}
		return os.WriteFile(file, lines.Bytes(), 0o600)
	})
}

// lastRun is the number of the last run of a campaign.
func (v demoVerb) lastRun(ctx context.Context, campaign string) (number string, err error) {
	err = v.admissionOf(ctx, campaign, func(a *admission.Campaign) error {
		all, err := a.Runs(ctx)
		if err == nil {
			number = strconv.Itoa(all[len(all)-1].Number)
		}
		return err
	})
	return number, err
}

// An asker is a candidate who asks about a wish.
type asker struct{ account, candidate, programme string }

// firstAsker is the first candidate with a confirmed wish.
func firstAsker(c campaignFigures) (asker, error) {
	people, err := demo.ReadPeople(filepath.Join(parts.DefaultHome(), "demo.ndjson"), c.refs)
	if err != nil {
		return asker{}, err
	}
	for _, p := range people {
		for _, w := range p.Wishes {
			if w.Confirmed {
				return asker{dossier.AccountID(p.Ref, 0), p.Ref.String(), w.Programme}, nil
			}
		}
	}
	return asker{}, nil
}

// explainOne has a candidate ask why a wish stands where it stands.
func (v demoVerb) explainOne(t *terminal, who asker) error {
	if who.account == "" {
		return nil
	}
	return v.step(t, "admission", "explain", "--as", who.account, who.candidate, who.programme)
}

// writeCalendar keeps the calendar of the campaign, to give it back.
func (v demoVerb) writeCalendar(ctx context.Context, file string) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	campaign, _, _, err := openCampaign(filepath.Join(v.Examples, "campaign.yaml"), h)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("calendar:\n")
	for phase, from := range campaign.Calendar {
		fmt.Fprintf(&b, "  %s: %s\n", phase, from.Format(time.DateOnly))
	}
	return os.WriteFile(file, []byte(b.String()), 0o600)
}
