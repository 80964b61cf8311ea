package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"

	"sceau/internal/natgen"
)

type nationalVerb struct {
	File      string `arg:"" type:"existingfile" help:"An instance, as natgen writes it."`
	Days      int    `default:"0" help:"Days of proposals, with instant answers in between."`
	Answering bool   `name:"answering-machine" help:"One day with everybody's answering machine on."`
	Threads   int    `default:"0" help:"Threads; 0 is as many as there are. The results are the same."`
	JSON      bool   `name:"json" help:"Print lines of JSON."`
}

// columns of one run, as JSON says them.
type nationalRun struct {
	Run      string  `json:"run"`
	Checksum string  `json:"checksum,omitempty"`
	Count    int     `json:"count"`
	Rounds   int     `json:"rounds,omitempty"`
	Seconds  float64 `json:"seconds"` // with its checks
	Checks   float64 `json:"of_which_checks"`
	PeakMiB  int64   `json:"peak_mib"` // of the process so far
}

func (v nationalVerb) Run(t *terminal) error {
	if v.Days < 0 {
		return misusef("--days is not below 0")
	}
	// Columns of millions of rows are few and large: collecting late would only double
	// what they take.
	defer debug.SetGCPercent(debug.SetGCPercent(60))
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer f.Close()
	table := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', tabwriter.AlignRight)
	if !v.JSON {
		fmt.Fprintln(table, "run\tchecksum\tcount\trounds\tseconds\tof which checks\tpeak MiB\t")
	}
	var failed error
	err = natgen.Play{Days: v.Days, Answering: v.Answering, Threads: v.Threads, Done: func(r natgen.Run) {
		row := nationalRun{Run: r.Name, Count: r.Count, Rounds: r.Rounds,
			Seconds: (r.Compute + r.Verify).Round(time.Millisecond).Seconds(), Checks: r.Verify.Round(time.Millisecond).Seconds(), PeakMiB: peak()}
		if r.Checksum != 0 {
			row.Checksum = fmt.Sprintf("%x", r.Checksum)
		}
		if v.JSON {
			if failed == nil {
				failed = json.NewEncoder(t.out).Encode(row) // a line each
			}
			return
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%.3f\t%.3f\t%d\t\n", row.Run, row.Checksum, row.Count, row.Rounds, row.Seconds, row.Checks, row.PeakMiB)
	}}.Run(f)
	if err == nil {
		err = failed
	}
	if flushed := table.Flush(); err == nil {
		err = flushed
	}
	return err
}

// peak is the most memory that the process had at once, in MiB.
func peak() int64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Maxrss / 1024 // Linux counts in KiB
}
