package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"sceau/dossier"
	"sceau/internal/demo"
	"sceau/internal/house"
	"sceau/internal/parts"
)

// campaignFigures is what the import did, for the summary.
type campaignFigures struct {
	campaign         string
	entered, refused int64
	fields           int64
	perSecond        float64
	refs             map[int64]dossier.Ref
}

// importAll is `sceau import`, and keeps which line became whom.
func (v demoVerb) importAll(ctx context.Context, t *terminal, file string) (campaignFigures, error) {
	fmt.Fprintf(t.out, "\n$ sceau import %s\n", file)
	figures := campaignFigures{refs: map[int64]dossier.Ref{}}
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return figures, err
	}
	defer h.Close()
	if figures.campaign, err = h.OnlyCampaign(ctx, ""); err != nil {
		return figures, err
	}
	report, err := runImport(ctx, t, h, figures.campaign, file, func(a dossier.Arrival) { figures.refs[a.Line] = a.Ref })
	if err != nil {
		return figures, err
	}
	figures.entered, figures.refused = report.Entered, int64(len(report.Refused))
	figures.fields, figures.perSecond = report.Fields, report.FieldsPerSecond
	return figures, printImport(t, report)
}

// door lets the play ask as anybody whose credential this home holds.
type door struct {
	*dossier.Gate
	house *house.House
	book  dossier.FactBook
}

func (d door) Record(ctx context.Context, f dossier.Fact, on time.Time) error {
	credential, err := d.house.Credential(f.By)
	if err != nil {
		return err
	}
	return d.RecordFact(ctx, d.book, f, credential, on)
}

func (d door) Credential(id string) (dossier.Credential, error) { return d.house.Credential(id) }

// day plays a day of accesses and shows each of them.
func (v demoVerb) day(ctx context.Context, t *terminal, dossiers string, c campaignFigures) (demo.Day, error) {
	fmt.Fprintln(t.out, "\nA day of accesses: each recipient asks for what its sheet grants, then for what it does not.")
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return demo.Day{}, err
	}
	defer h.Close()
	gate, err := h.Gate(ctx)
	if err != nil {
		return demo.Day{}, err
	}
	register, err := h.Register(ctx)
	if err != nil {
		return demo.Day{}, err
	}
	play := demo.Play{Door: door{gate, h, register}}
	if play.Table, err = h.Table(ctx); err != nil {
		return demo.Day{}, err
	}
	if play.People, err = demo.ReadPeople(dossiers, c.refs); err != nil {
		return demo.Day{}, err
	}
	if play.Reference, err = register.Reference(ctx, c.campaign); err != nil {
		return demo.Day{}, err
	}
	if play.Orders, err = readOrders(filepath.Join(v.Examples, "missions.ndjson"), h.Catalogue); err != nil {
		return demo.Day{}, err
	}
	campaign, _, _, err := openCampaign(filepath.Join(v.Examples, "campaign.yaml"), h)
	if err != nil {
		return demo.Day{}, err
	}
	play.Calendar = campaign.Calendar

	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "MISSION\tRECIPIENT\tPURPOSE\tPHASE\tANSWER\tARTICLE\tWHY NOT")
	play.Tell = func(a demo.Access) {
		answer := fmt.Sprintf("%d fields", a.Items)
		if a.Items == 1 {
			answer = "1 field"
		}
		if !a.Granted {
			answer = "refused"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", short(a.Mission, 22), a.Recipient, a.Purpose, a.Phase, answer, short(a.Article, 48), short(a.Reason, 60))
	}
	day, err := play.Run(ctx)
	if err != nil {
		return day, err
	}
	return day, w.Flush()
}

func openCampaign(path string, h *house.House) (dossier.Campaign, string, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return dossier.Campaign{}, "", "", err
	}
	defer f.Close()
	return dossier.ReadCampaign(f, h.Catalogue)
}

// short cuts a text for a table, by characters.
func short(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
