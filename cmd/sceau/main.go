// Command sceau keeps the personal data of an admission campaign under seal.
//
// One binary: verbs that a person types, and the wiring of the parts behind them.
// What it does is in the packages above; here are words, flags and exit codes.
package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // phases begin at midnight in Paris, whatever the machine has

	"github.com/alecthomas/kong"

	"sceau/internal/nocore"
)

func main() {
	if err := nocore.Refuse(); err != nil {
		os.Exit(report(os.Stderr, err))
	}
	// Sealing makes many small buffers that live for one dossier: collecting four times
	// more rarely takes a fifth off an import's time, for some tens of megabytes.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// A terminal is where a verb reads and writes. Results go to out, everything else
// to err.
type terminal struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// verbs is the grammar, as the manual and the issues spell it.
type verbs struct {
	Version kong.VersionFlag `help:"Print the version."`

	Up     upVerb     `cmd:"" help:"Start the real parts: three PostgreSQL clusters and Vault."`
	Down   downVerb   `cmd:"" help:"Stop the parts that up started."`
	Status statusVerb `cmd:"" help:"Say which parts answer."`
	Serve  serveVerb  `cmd:"" help:"Answer on loopback as one identity."`

	Campaign campaignVerbs `cmd:"" help:"Create campaigns and move their calendars."`
	Mission  missionVerbs  `cmd:"" help:"Give missions and end them."`
	Fact     factVerbs     `cmd:"" help:"Record the facts behind relations and guards, and end them."`

	Catalogue catalogueVerbs `cmd:"" help:"Check the register against the annex, print the article 30 register."`
	Generate  generateVerb   `cmd:"" help:"Write synthetic dossiers."`
	Import    importVerb     `cmd:"" help:"Take dossiers in and seal them."`
	Keys      keysVerbs      `cmd:"" help:"Forget, turn, freeze: what is done to keys."`
	Dossier   dossierVerbs   `cmd:"" help:"Find and read dossiers, as a mission; verify their revisions."`
	Policy    policyVerbs    `cmd:"" help:"Draft, publish, sign and question the table of access."`
	Admission admissionVerbs `cmd:"" help:"Compute call orders and days of proposals, on pseudonyms."`
	Audit     auditVerbs     `cmd:"" help:"Verify the traces."`
	Backup    backupVerb     `cmd:"" help:"Copy the whole platform to a folder."`
	Restore   restoreVerb    `cmd:"" help:"Bring a backup back beside the live platform."`
	Drill     drillVerb      `cmd:"" help:"Exercise a restore: back everything up, bring it back beside the live platform, and see that it works."`
	Scan      scanVerb       `cmd:"" help:"Look for canaries in everything that lies on disk."`
	Demo      demoVerb       `cmd:"" help:"A campaign under seal, from one command."`
	Bench     benchVerb      `cmd:"" help:"Measure against the limits, in one run."`
}

// version is what Go wrote into the binary: the module's version or its commit, and
// the compiler.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "sceau, of an unknown version"
	}
	words := []string{"sceau", info.Main.Version, info.GoVersion}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			words = append(words, s.Value)
		case s.Key == "vcs.modified" && s.Value == "true":
			words = append(words, "and changes on top")
		}
	}
	return strings.Join(words, " ")
}

// Main runs one command and gives its exit code: 0 done, 1 failed, 2 misused,
// 3 refused by policy.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var v verbs
	t := &terminal{in: stdin, out: stdout, err: stderr}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	exit := -1
	parser, err := kong.New(&v,
		kong.Name("sceau"),
		kong.Description("A campaign of admission under seal: every personal field sealed, opened through one door, never without a trace."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"version": version()},
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(t),
	)
	if err != nil {
		return report(stderr, err)
	}
	command, err := parser.Parse(args)
	if exit >= 0 {
		return exit // help was asked for
	}
	if err != nil {
		return report(stderr, misuse{mistyped(err)})
	}
	if err = command.Run(); err != nil && ctx.Err() != nil && !errors.As(err, new(quietly)) {
		err = hinted{err, "it was interrupted: run the same again, it goes on from where it was or begins anew"}
	}
	return report(stderr, err)
}

// mistyped says how to ask for help, and drops an argument too many from the error
// about it: it may be the value of a person, typed where standard input was meant, and
// errors go to logs.
func mistyped(err error) error {
	var parse *kong.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	verb, leaf := "sceau", false
	if at := parse.Context.Selected(); at != nil {
		verb, leaf = at.FullPath(), len(at.Children) == 0
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return err
	case strings.HasPrefix(err.Error(), "unexpected argument ") && !leaf:
		err = errors.New("no such verb")
	case strings.HasPrefix(err.Error(), "unexpected argument "):
		err = errors.New("an argument too many, or one that goes with a flag; a value to look for comes on standard input")
	}
	return hinted{err, "`" + verb + " --help` says what it takes"}
}
