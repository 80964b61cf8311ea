package promises_test

import (
	"bytes"
	"context"
	"testing"

	"sceau/dossier"
)

// One who was killed may have left a commit on its way. The run after it has read, by
// then, that the batch is still to be done: it must find that it is not, and stop,
// rather than count as refused those whom the other has just taken in.
func TestAnImportThatWasOvertakenStopsAndCountsNobodyTwice(t *testing.T) {
	p := open(t)
	const campaign = "overtaken"
	in := p.campaignIntake(t, campaign)
	lines, err := invent(t.Context(), 6, 911, false)
	if err != nil {
		t.Fatal(err)
	}
	run := func(ctx context.Context, told func(bytes int64)) (dossier.ImportReport, error) {
		return in.Import(ctx, campaign, bytes.NewReader(bytes.Join(lines, nil)), dossier.ImportOptions{Source: "overtaken", Batch: 2, Progress: told})
	}
	overtaken := false
	_, err = run(t.Context(), func(int64) {
		if overtaken {
			return
		}
		overtaken = true
		ctx, cut := context.WithCancel(t.Context())
		defer cut()
		_, err := run(ctx, func(bytes int64) {
			if bytes > 0 {
				cut()
			}
		})
		if err == nil {
			t.Error("the other one was to be cut after its first batch")
		}
	})
	if err == nil {
		t.Error("an import went on from where it no longer was")
	}
	report, err := run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Entered != 6 || report.Lines != 6 || len(report.Refused) != 0 || !report.Resumed {
		t.Errorf("in the end %d of %d lines entered, %d refused, resumed %t", report.Entered, report.Lines, len(report.Refused), report.Resumed)
	}
}
