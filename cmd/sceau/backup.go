package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"sceau/internal/backup"
	"sceau/internal/house"
	"sceau/internal/parts"
)

type backupVerb struct {
	To   string   `required:"" placeholder:"DIR" type:"path" help:"A folder that is absent, empty, or holds a backup that was cut."`
	Only []string `placeholder:"PART" help:"The parts to copy (data, keyring, audit, policy, vault), joined by commas. None: all."`
	JSON bool     `help:"Print JSON." name:"json"`
}

func (v backupVerb) Run(ctx context.Context, t *terminal) error {
	needed := parts.Names
	if v.Only != nil {
		needed = []string{parts.Keyring} // whose lock keeps keys from being destroyed
	}
	addresses, err := parts.Need(ctx, parts.DefaultHome(), needed...)
	if err != nil {
		return err
	}
	show := newSteps(t)
	defer show.end()
	summary, err := house.Backup(ctx, addresses, v.To, backup.Options{Only: v.Only, Progress: show.copying})
	if err != nil {
		return err
	}
	show.end()
	if v.JSON {
		return printJSON(t, summary)
	}
	if err := printCopied(t, summary.Parts); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "backup %s of %s is whole in %s\nkeep its folders apart, the data for years and the keyring for days: docs/runbook.md says who keeps what\n",
		summary.ID, summary.Began.Format(time.RFC3339), v.To)
	return err
}

type restoreVerb struct {
	From    string   `required:"" placeholder:"DIR" type:"existingdir" help:"The backup."`
	Aside   bool     `help:"Bring it back beside the live home, in SCEAU_HOME/aside."`
	Vault   string   `enum:"current,backup" default:"current" help:"The Vault it speaks to: that of the live home, or one of its own made from the snapshot."`
	Data    string   `placeholder:"DIR" type:"existingdir" help:"An older backup, whose data is taken in place of this one's."`
	Only    []string `placeholder:"PART" help:"The parts to bring back, joined by commas. None: all."`
	Replace bool     `help:"Erase the home that an earlier restore left aside."`
	Forget  bool     `default:"true" negatable:"" help:"Forget again whom the live keyring has forgotten since. Where that cannot be done, --no-forget brings them back."`
	JSON    bool     `help:"Print JSON." name:"json"`
}

func (v restoreVerb) Run(ctx context.Context, t *terminal) error {
	if !v.Aside {
		return misuse{hinted{errors.New("a backup is brought back beside the live platform, with --aside"),
			"putting it in the place of the live one loses what came in since, and is a person's decision: see docs/runbook.md"}}
	}
	show := newSteps(t)
	defer show.end()
	o := backup.RestoreOptions{Vault: v.Vault, Only: v.Only, Replace: v.Replace, Data: v.Data, Progress: show.copying, Out: t.err}
	restored, since, err := house.Restore(ctx, parts.DefaultHome(), v.From, o, v.Forget)
	if errors.Is(err, parts.ErrAsideExists) {
		err = hinted{err, "--replace erases it and brings this backup back in its place"}
	}
	if err != nil {
		return err
	}
	show.end()
	warnOfRestored(t, restored, since)
	if v.JSON {
		return printJSON(t, struct {
			backup.Restored
			Since house.Since `json:"since"`
		}{restored, since})
	}
	if err := printCopied(t, restored.Parts); err != nil {
		return err
	}
	if f := since.Forgotten; f != nil {
		fmt.Fprintf(t.out, forgottenAgain, f.Entries)
	}
	if e := since.Ended; e != nil {
		fmt.Fprintf(t.out, "ended since, and ended there too: %d missions, %d facts; frozen there too: %d\n", e.Missions, e.Facts, e.Freezes)
	}
	_, err = fmt.Fprintf(t.out, "backup %s is back in %s, with %s\nSCEAU_HOME=%s names it to every command; it has servers of its own, which `sceau down` stops\n",
		restored.Backup, restored.Home, map[string]string{backup.Current: "the Vault of the live home", backup.FromBackup: "a Vault of its own"}[restored.Vault], restored.Home)
	return err
}

// warnOfRestored says what a home brought back lacks, and what nobody could tell it.
func warnOfRestored(t *terminal, restored backup.Restored, since house.Since) {
	brought := func(part string) bool {
		return slices.ContainsFunc(restored.Parts, func(c backup.Copied) bool { return c.Part == part })
	}
	for _, path := range restored.Absent {
		fmt.Fprintf(t.err, "sceau: %s is neither in the backup nor in this home: bring it from where it is kept\n", path)
	}
	if since.Forgotten != nil {
		warnOfRoutes(t, since.Forgotten)
	} else if brought(parts.Data) || brought(parts.Keyring) {
		fmt.Fprintln(t.err, "sceau: nobody was forgotten again: whoever was forgotten after this backup is back with it. See docs/runbook.md before it serves")
	}
	switch e := since.Ended; {
	case e == nil && brought(parts.Data):
		fmt.Fprintf(t.err, "sceau: the live register of missions was not asked (%s): what was ended or frozen after this backup is in force there. Look at its missions before it serves\n", since.Unasked)
	case e != nil && e.Unknown > 0:
		fmt.Fprintf(t.err, "sceau: the live register does not know %d missions of this backup: it is another, and what was ended or frozen since is in force there. Look at its missions before it serves\n", e.Unknown)
	}
}

func printCopied(t *terminal, all []backup.Copied) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PART\tFILES\tMB")
	for _, c := range all {
		fmt.Fprintf(w, "%s\t%d\t%.1f\n", c.Part, c.Files, float64(c.Bytes)/1e6)
	}
	return w.Flush()
}

func (s *steps) copying(at backup.Step) { s.step(at.Doing, at.Done, at.Of) }
