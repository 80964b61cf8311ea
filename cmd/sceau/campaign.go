package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
)

type campaignVerbs struct {
	Create   campaignCreateVerb   `cmd:"" help:"Create a campaign: its keys, partitions, calendar, programmes and schools."`
	List     campaignListVerb     `cmd:"" help:"List campaigns and today's phase of each."`
	Calendar campaignCalendarVerb `cmd:"" help:"Replace the calendar of a campaign."`
}

type campaignCreateVerb struct {
	File string `arg:"" type:"existingfile" help:"Campaign file (YAML), see docs/formats.md."`
	Demo bool   `help:"A demonstration: --on is accepted, no real person may enter."`
}

func (v campaignCreateVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	c, programmes, schools, err := v.read(h.Catalogue)
	if err != nil {
		return fmt.Errorf("%s: %w", v.File, err)
	}
	c.Demo = v.Demo
	if err := h.CreateCampaign(ctx, c, programmes, schools); err != nil {
		return err
	}
	fmt.Fprintf(t.err, "campaign %s: %d programmes, %d schools, keys and partitions are there\n", c.ID, len(programmes), len(schools))
	return nil
}

func (v campaignCreateVerb) read(c *catalogue.Catalogue) (campaign dossier.Campaign, programmes []dossier.Programme, schools []dossier.School, err error) {
	f, err := os.Open(v.File)
	if err != nil {
		return campaign, nil, nil, err
	}
	defer f.Close()
	campaign, programmesFile, schoolsFile, err := dossier.ReadCampaign(f, c)
	if err != nil {
		return campaign, nil, nil, err
	}
	dir := filepath.Dir(v.File)
	if programmes, err = readFile(filepath.Join(dir, programmesFile), dossier.ReadProgrammes); err != nil {
		return campaign, nil, nil, err
	}
	schools, err = readFile(filepath.Join(dir, schoolsFile), dossier.ReadSchools)
	return campaign, programmes, schools, err
}

type campaignListVerb struct {
	JSON bool `help:"Print JSON." name:"json"`
}

type campaignLine struct {
	Campaign string            `json:"campaign"`
	Label    string            `json:"label"`
	Demo     bool              `json:"demo"`
	Phase    catalogue.Phase   `json:"phase"`
	Calendar map[string]string `json:"calendar"`
}

func (v campaignListVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	campaigns, err := register.Campaigns(ctx)
	if err != nil {
		return err
	}
	lines := make([]campaignLine, 0, len(campaigns))
	for _, c := range campaigns {
		l := campaignLine{Campaign: c.ID, Label: c.Label, Demo: c.Demo, Phase: c.Calendar.Phase(time.Now()), Calendar: map[string]string{}}
		for p, from := range c.Calendar {
			l.Calendar[string(p)] = from.Format(time.DateOnly)
		}
		lines = append(lines, l)
	}
	if v.JSON {
		return printJSON(t, lines)
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CAMPAIGN\tPHASE\tKIND\tLABEL\tCALENDAR")
	for _, l := range lines {
		kind := "real"
		if l.Demo {
			kind = "demo"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Campaign, l.Phase, kind, l.Label, calendarText(l.Calendar))
	}
	return w.Flush()
}

func calendarText(days map[string]string) string {
	var phases []string
	for p, d := range days {
		phases = append(phases, p+" "+d)
	}
	slices.Sort(phases)
	return strings.Join(phases, ", ")
}

type campaignCalendarVerb struct {
	Campaign string `arg:"" help:"The campaign."`
	File     string `arg:"" type:"existingfile" help:"Calendar file (YAML)."`
}

func (v campaignCalendarVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer f.Close()
	calendar, err := dossier.ReadCalendar(f, h.Catalogue)
	if err != nil {
		return fmt.Errorf("%s: %w", v.File, err)
	}
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	if err := register.SetCalendar(ctx, v.Campaign, calendar); err != nil {
		return err
	}
	fmt.Fprintf(t.err, "campaign %s: today is %s\n", v.Campaign, calendar.Phase(time.Now()))
	return nil
}
