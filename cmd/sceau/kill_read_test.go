package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/policy"
	"sceau/web/api"
)

func count(t *testing.T, h *testHouse, cluster, query string) (n int) {
	t.Helper()
	ctx := t.Context()
	a, err := parts.Locate(h.home)
	if err != nil {
		t.Fatal(err)
	}
	dsn, err := a.Admin(cluster)
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if err := c.QueryRow(ctx, query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// eachReadsTheirOwn opens dossiers as their candidates, through the gate, and holds
// each item that stands once against the line that was sent in.
func eachReadsTheirOwn(t *testing.T, open *house.House, people []person) error {
	t.Helper()
	gate, err := open.Gate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	table, err := open.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := table.Answer(policy.Question{Recipient: "S1", Purpose: "P1", Phase: "PH4", Relations: []catalogue.Relation{"self"}})
	if err != nil {
		t.Fatal(err)
	}
	var items []catalogue.Item
	for _, v := range verdicts {
		if it, ok := open.Catalogue.Item(v.Item); ok && it.Repeats == "one" && v.Derive == "as-is" {
			items = append(items, it)
		}
	}
	if len(items) < 50 {
		t.Fatalf("a candidate reads %d items that stand once: this would prove little", len(items))
	}
	readers, ctx := errgroup.WithContext(t.Context())
	readers.SetLimit(8)
	for _, p := range people {
		readers.Go(func() error {
			credential, err := open.Credential(p.Accounts[0])
			if err != nil {
				return err
			}
			return p.readsTheirOwn(ctx, gate, credential, items)
		})
	}
	return readers.Wait()
}

// readsTheirOwn asks for items as the candidate, and compares them with the line.
func (p person) readsTheirOwn(ctx context.Context, gate *dossier.Gate, credential dossier.Credential, items []catalogue.Item) error {
	ref, _, ok := dossier.ParseAccount(p.Accounts[0])
	if !ok || ref.String() != p.Ref {
		return fmt.Errorf("line %d: %s is not the account of %s", p.Line, p.Accounts[0], p.Ref)
	}
	ask := dossier.Ask{Mission: p.Accounts[0], Credential: credential, Purpose: "P1", Candidate: ref,
		On: time.Date(2026, 6, 5, 0, 0, 0, 0, time.UTC)}
	sent := map[string]any{}
	for _, it := range items {
		ask.Items = append(ask.Items, it.ID)
		sent[it.Name] = nil // what the line does not say is null
		if raw, ok := p.Dossier[it.Name]; ok {
			var v any
			if err := json.Unmarshal(raw, &v); err != nil {
				return err
			}
			sent[it.Name] = v
		}
	}
	view, err := gate.Read(ctx, ask)
	if err != nil {
		return fmt.Errorf("line %d: %w", p.Line, err)
	}
	// As a caller receives it: there is no other way for a value to leave.
	var received bytes.Buffer
	if err := api.WriteView(&received, view); err != nil {
		return err
	}
	var answer struct {
		Items map[string]any `json:"items"`
	}
	if err := json.Unmarshal(received.Bytes(), &answer); err != nil {
		return err
	}
	if diff := cmp.Diff(sent, answer.Items); diff != "" {
		// People who were invented for a test: their values may be shown.
		return fmt.Errorf("line %d opens to something else than was sent in (-sent +read):\n%s", p.Line, diff)
	}
	return nil
}
