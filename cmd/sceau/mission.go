package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
)

type missionVerbs struct {
	Import missionImportVerb `cmd:"" help:"Give the missions of a file; writes each credential, 0600, under SCEAU_HOME/missions."`
	End    missionEndVerb    `cmd:"" help:"End a mission at once."`
}

type missionImportVerb struct {
	File string `arg:"" type:"existingfile" help:"Missions, one JSON object a line, see docs/formats.md."`
}

func (v missionImportVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	orders, err := readOrders(v.File, h.Catalogue)
	if err != nil {
		return err
	}
	if err := h.GiveMissions(ctx, orders); err != nil {
		return err
	}
	fmt.Fprintf(t.err, "%d missions given; their credentials are in %s\n", len(orders), h.Path("missions"))
	return nil
}

func readOrders(path string, c *catalogue.Catalogue) ([]dossier.MissionOrder, error) {
	return readFile(path, func(r io.Reader) ([]dossier.MissionOrder, error) { return dossier.ReadMissionOrders(r, c) })
}

type missionEndVerb struct {
	Mission string `arg:"" help:"The mission."`
}

func (v missionEndVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	err = register.EndMission(ctx, v.Mission)
	if errors.Is(err, dossier.ErrNoSuchMission) {
		return fmt.Errorf("mission %s is not in force: it has ended, or was never given", v.Mission)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "mission %s ended\n", v.Mission)
	return nil
}

type factVerbs struct {
	Record factRecordVerb `cmd:"" help:"Record the facts of a file, each as the mission it names, which must be another than the one that reads."`
	End    factEndVerb    `cmd:"" help:"End a fact, as the mission that recorded it."`
}

type factRecordVerb struct {
	File string `arg:"" type:"existingfile" help:"Facts, one JSON object a line, see docs/formats.md."`
	On   string `help:"The day it is, in demonstration campaigns only." placeholder:"2026-04-15"`
}

func (v factRecordVerb) Run(ctx context.Context, t *terminal) error {
	on, err := day(v.On)
	if err != nil {
		return err
	}
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	facts, err := readFile(v.File, func(r io.Reader) ([]dossier.Fact, error) { return dossier.ReadFacts(r, h.Catalogue) })
	if err != nil {
		return err
	}
	if err := h.RecordFacts(ctx, facts, on); err != nil {
		return err
	}
	fmt.Fprintf(t.err, "%d facts recorded\n", len(facts))
	return nil
}

type factEndVerb struct {
	Fact string `arg:"" help:"The fact."`
}

func (v factEndVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.EndFact(ctx, v.Fact); err != nil {
		return err
	}
	fmt.Fprintf(t.err, "fact %s ended\n", v.Fact)
	return nil
}

// readFile reads a file with a reader of its format, and names the file in errors.
func readFile[T any](path string, read func(io.Reader) (T, error)) (T, error) {
	var none T
	f, err := os.Open(path)
	if err != nil {
		return none, err
	}
	defer f.Close()
	v, err := read(f)
	if err != nil {
		return none, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}
