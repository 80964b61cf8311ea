package dossier

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
)

// tracesAtOnce bounds a commit: others of that day wait for it.
const tracesAtOnce = 512

// EnterAgents seals the data of the agents who come with missions (annex, heading
// 3) and gives the unit of each, by mission. They are people like any other: their
// own secret, their own erasure, a trace of the write.
func (in *Intake) EnterAgents(ctx context.Context, campaign string, orders []MissionOrder) (map[string]crypto.UnitID, error) {
	at := -1
	for t := range in.Layout.Tables {
		if in.Layout.Tables[t].Repeats == perAgent {
			at = t
		}
	}
	if at < 0 {
		return nil, fmt.Errorf("the catalogue has no table of agents")
	}
	units := make([]crypto.NewUnit, len(orders))
	of := make(map[string]crypto.UnitID, len(orders))
	for i, o := range orders {
		id := crypto.NewUnitID()
		units[i] = crypto.NewUnit{ID: id, Owner: id, Kind: KindAgent}
		of[o.Mission] = id
	}
	made, err := in.Ring.NewUnits(ctx, campaign, units)
	if err != nil {
		return nil, fmt.Errorf("making secrets of agents: %w", err)
	}
	sealed := make([]*Sealed, len(orders))
	for i, o := range orders {
		defer made[i].Close()
		if sealed[i], err = in.sealAgent(ctx, campaign, at, o, made[i]); err != nil {
			return nil, err
		}
	}
	events := make([]audit.Event, len(sealed))
	for i, s := range sealed {
		events[i] = audit.Event{
			Campaign: campaign, Recipient: intakeRecipient, Organisation: "sceau", Purpose: "P1", Action: ActionWrite,
			Items: in.Layout.Tables[at].Items, Decision: audit.Granted, Rule: "mission", Agent: intakeRecipient,
			Candidate: s.Ref.String(), Request: rand.Text(),
		}
	}
	for some := range slices.Chunk(events, tracesAtOnce) {
		if _, err := in.Traces.Record(ctx, some...); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotTraced, err)
		}
	}
	_, err = in.Vestry.Store(ctx, Batch{Campaign: campaign, Sealed: sealed}, nothingToKeep)
	return of, err
}

func (in *Intake) sealAgent(ctx context.Context, campaign string, at int, o MissionOrder, secrets *crypto.UnitSecrets) (*Sealed, error) {
	plan := &in.Layout.Tables[at]
	half, err := in.Ring.NewHalf(ctx, campaign, secrets, string(plan.Class), string(plan.Fate))
	if err != nil {
		return nil, err
	}
	defer half.Zero()
	fm := in.Forms.forms[perAgent]
	rec := make(Record, len(fm.items))
	for name, value := range o.Agent {
		rec[fm.at[name]] = value
	}
	row, err := in.sealRow(ctx, plan, half, unitRecord{unit: secrets.ID, id: crypto.NewRecordID(), values: rec})
	if err != nil {
		return nil, fmt.Errorf("mission %s: %w", o.Mission, err)
	}
	row.Table = at
	s := &Sealed{Ref: secrets.ID, Rows: []SealedRow{row}, Cells: len(row.Cells)}
	s.Password = agentPassword(fm, rec)
	return s, nil
}

// agentPassword is the slow hash that came with the agent, if any (A03.08).
func agentPassword(fm *form, rec Record) string {
	var hash string
	if k, ok := fm.byID[catalogue.ItemID("A03.08")]; ok && rec[k] != nil {
		_ = json.Unmarshal(rec[k], &hash) // its format was checked: a string
	}
	return hash
}
