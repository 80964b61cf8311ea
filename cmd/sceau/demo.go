package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"sceau/internal/demo"
	"sceau/internal/parts"
)

type demoVerb struct {
	Candidates int    `default:"2000" help:"How many candidates."`
	Seed       uint64 `default:"1" help:"The same seed gives the same people."`
	Examples   string `default:"docs/examples/demo" type:"existingdir" help:"Campaign, programmes, schools and missions."`

	sheets string // a folder of sheets; empty for those of this program
}

// demoMark says that a home was made by the demonstration, which may then clear it.
const demoMark = "demo.json"

// Run plays a campaign. Each step is the command that a person would type.
func (v demoVerb) Run(ctx context.Context, t *terminal) (err error) {
	home := parts.DefaultHome()
	if err := clearDemo(ctx, home); err != nil {
		return err
	}
	began := time.Now()
	aside, err := os.MkdirTemp("", "sceau-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	// Whatever happens, the parts are stopped: a demonstration leaves no server.
	defer func() { err = errors.Join(err, v.step(t, "down")) }()

	dossiers := filepath.Join(home, "demo.ndjson")
	canaries, offer := filepath.Join(aside, "canaries.ndjson"), filepath.Join(aside, "offer.ndjson")
	if err := markDemo(home, v); err != nil {
		return err
	}
	if err := v.furnish(t, home); err != nil {
		return err
	}
	n, seed := strconv.Itoa(v.Candidates), strconv.FormatUint(v.Seed, 10)
	if err := v.step(t, "generate", "--candidates", n, "--seed", seed, "--out", dossiers, "--canaries", canaries, "--offer", offer); err != nil {
		return err
	}
	campaign, err := v.importAll(ctx, t, dossiers)
	if err != nil {
		return err
	}
	accesses, err := v.day(ctx, t, dossiers, campaign)
	if err != nil {
		return err
	}
	asks, err := firstAsker(campaign)
	if err != nil {
		return err
	}
	if err := v.admission(ctx, t, aside, offer, campaign, asks); err != nil {
		return err
	}
	if err := v.step(t, "audit", "verify"); err != nil {
		return err
	}
	if err := v.step(t, "scan", "--canaries", canaries, "--exclude", dossiers); err != nil {
		return err
	}
	v.summary(t, campaign, accesses, asks, time.Since(began))
	return nil
}

// furnish makes a house with a campaign, missions and a signed table in it.
func (v demoVerb) furnish(t *terminal, home string) error {
	keys := filepath.Join(home, "policy", "keys")
	publish := []string{"policy", "publish"}
	if v.sheets != "" {
		publish = append(publish, "--sheets", v.sheets, "--author", "policy-office")
	}
	for _, args := range [][]string{
		{"up"},
		{"policy", "keygen", "dpo", "--out", filepath.Join(keys, "dpo.key"), "--trust"},
		{"policy", "keygen", "controller", "--out", filepath.Join(keys, "controller.key"), "--trust"},
		{"campaign", "create", filepath.Join(v.Examples, "campaign.yaml"), "--demo"},
		{"mission", "import", filepath.Join(v.Examples, "missions.ndjson")},
		publish,
		{"policy", "sign", "--key", filepath.Join(keys, "dpo.key")},
		{"policy", "sign", "--key", filepath.Join(keys, "controller.key")},
	} {
		if err := v.step(t, args...); err != nil {
			return err
		}
	}
	return nil
}

// step runs one verb and shows it as it would be typed.
func (v demoVerb) step(t *terminal, args ...string) error {
	fmt.Fprintf(t.out, "\n$ sceau %s\n", strings.Join(args, " "))
	if code := Main(args, t.in, t.out, t.err); code != done {
		return fmt.Errorf("`sceau %s` ended with %d", strings.Join(args, " "), code)
	}
	return nil
}

// ofHome are the names that a home holds. What else lies there is somebody's.
var ofHome = []string{".aside", ".drill", ".trial", ".turn", "admission.svg", "aside", "trial", "blobs", "runs", demoMark, "demo.ndjson", "drill", "epochs", "identities", "logs",
	"missions", "parts.json", "policy", "postgres", "roles", "vault"}

// clearDemo makes room for a demonstration: in a folder that is new, or that holds what
// one before it has made and nothing else.
func clearDemo(ctx context.Context, home string) error {
	held, err := os.ReadDir(home)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	has := func(name string) bool {
		return slices.ContainsFunc(held, func(e os.DirEntry) bool { return e.Name() == name })
	}
	elsewhere := "set SCEAU_HOME to another folder"
	for _, e := range held {
		if !slices.Contains(ofHome, e.Name()) {
			return hinted{fmt.Errorf("%s holds %s, which no demonstration made", home, e.Name()), elsewhere}
		}
	}
	switch {
	case !has(demoMark) && has("parts.json"):
		return hinted{fmt.Errorf("%s holds a platform that the demonstration did not make", home), elsewhere}
	case !has(demoMark):
		return nil
	}
	if err := parts.Erase(ctx, home); err != nil {
		return err
	}
	// What parts does not own: missions, identities, keys of signers, dossiers, blobs.
	return os.RemoveAll(home)
}

func markDemo(home string, v demoVerb) error {
	text, err := json.Marshal(map[string]any{"candidates": v.Candidates, "seed": v.Seed})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(home, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(home, demoMark), text, 0o600)
}

func (v demoVerb) summary(t *terminal, c campaignFigures, a demo.Day, asks asker, took time.Duration) {
	fmt.Fprintf(t.out, `
A campaign under seal
  candidates entered        %[2]d (%[3]d lines refused)
  fields sealed             %[4]d, each under a key of its own record
  sealing                   %.0[5]f fields/s
  missions that asked       %[6]d, of %[7]d recipients of the decree
  accesses granted          %[8]d
  accesses refused          %[9]d, each with its article
  all of it took            %[10]s

What to try next
  %[1]s up
  %[1]s campaign list
  %[1]s dossier read --as %[11]s --purpose %[12]s --on %[13]s %[14]s
  %[1]s admission runs
  %[1]s admission explain --as %[15]s --on 2026-06-13 %[16]s %[17]s
  %[1]s policy table --format csv | head
  %[1]s catalogue register --format md | less
  %[1]s audit verify
  %[1]s down
`, os.Args[0], c.entered, c.refused, c.fields, c.perSecond, a.Missions, a.Recipients, a.Granted, a.Refused, took.Round(time.Second),
		a.Example.Mission, a.Example.Purpose, a.Example.On, a.Example.Candidate, asks.account, asks.candidate, asks.programme)
}
