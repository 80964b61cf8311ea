package dossiers

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/dossier/gather"
	"sceau/internal/postgres/pool"
)

// A Desk reads missions, calendars, routes and facts, as the role of the gate.
// Readers who come at once share their round trips: each answer was read after its
// own question, and holds what belongs to that question alone.
type Desk struct {
	db       *pgxpool.Pool
	standing gather.Way[standing, stands]
	follow   gather.Way[following, followed]
}

// NewDesk reads through the connections of db.
func NewDesk(db *pgxpool.Pool) *Desk {
	d := &Desk{db: db}
	d.standing.Go, d.follow.Go = d.standings, d.followings
	d.standing.Longest, d.follow.Longest = pool.Longest, pool.Longest
	return d
}

type standing struct{ id, campaign string }

// stands is how things stand for one mission or account.
type stands struct {
	mission  dossier.Mission
	campaign dossier.Campaign
	err      error // of its scopes or its calendar
}

// Standing implements dossier.Desk.
func (d *Desk) Standing(ctx context.Context, id, campaign string) (dossier.Mission, dossier.Campaign, error) {
	s, err := d.standing.Ask(ctx, standing{id, campaign})
	if err == nil {
		err = s.err
	}
	return s.mission, s.campaign, err
}

const standingOfMissions = `
	SELECT m.mission, m.campaign, m.recipient, m.organisation, m.scopes, m.until, m.ended_at, m.credential, m.agent_unit, c.label, c.demo, c.calendar, ` + frozenOf + `
	FROM mission m JOIN campaign c USING (campaign)
	WHERE m.mission = ANY($1)`

const standingOfAccounts = `
	SELECT a.unit, a.responsible, a.campaign, a.recipient, a.credential, c.label, c.demo, c.calendar, ` + frozenOf + `
	FROM unnest($1::bytea[], $2::smallint[]) AS asked (unit, responsible)
	JOIN account a USING (unit, responsible) JOIN campaign c USING (campaign)`

// standings reads each mission and account asked for once, whoever asks.
func (d *Desk) standings(ctx context.Context, asked []standing) ([]stands, error) {
	var missions []string
	var units [][]byte
	var responsibles []int16
	for _, q := range asked {
		if candidate, responsible, ok := dossier.ParseAccount(q.id); ok {
			units, responsibles = append(units, candidate[:]), append(responsibles, int16(responsible))
		} else if !slices.Contains(missions, q.id) {
			missions = append(missions, q.id)
		}
	}
	found := make(map[string]stands, len(asked))
	each := func(scan func(pgx.CollectableRow) (stands, error)) func(pgx.Rows) error {
		return func(rows pgx.Rows) error {
			for rows.Next() {
				s, err := scan(rows)
				if err != nil {
					return err
				}
				found[s.mission.ID] = s
			}
			return rows.Err()
		}
	}
	var batch pgx.Batch
	if len(missions) > 0 {
		batch.Queue(standingOfMissions, missions).Query(each(scanMission))
	}
	if len(units) > 0 {
		batch.Queue(standingOfAccounts, units, responsibles).Query(each(scanAccount))
	}
	if err := d.db.SendBatch(ctx, &batch).Close(); err != nil {
		pool.Part(d.db, err) // every request asks this first
		return nil, quiet("reading missions", err)
	}
	if err := d.programmes(ctx, found); err != nil {
		return nil, quiet("reading the programmes of missions", err)
	}
	answers := make([]stands, len(asked))
	for i, q := range asked {
		s, ok := found[q.id]
		if !ok || q.campaign != "" && q.campaign != s.campaign.ID {
			s = stands{err: dossier.ErrNoSuchMission}
		}
		answers[i] = s
	}
	return answers, nil
}

func scanMission(row pgx.CollectableRow) (s stands, err error) {
	var scopes, calendar, credential, agent []byte
	var frozen []string
	var ended *time.Time
	m, c := &s.mission, &s.campaign
	if err := row.Scan(&m.ID, &m.Campaign, &m.Recipient, &m.Organisation, &scopes,
		&m.Until, &ended, &credential, &agent, &c.Label, &c.Demo, &calendar, &frozen); err != nil {
		return s, err
	}
	if ended != nil {
		m.EndedAt = *ended
	}
	copy(m.Credential[:], credential)
	copy(m.Agent[:], agent)
	c.ID, c.Frozen = m.Campaign, readFrozen(frozen)
	if s.err = quiet("reading the scopes of a mission", json.Unmarshal(scopes, &m.Scopes)); s.err != nil {
		return s, nil
	}
	m.Programmes = m.Scopes.Programmes
	c.Calendar, s.err = readCalendar(calendar)
	return s, nil
}

func scanAccount(row pgx.CollectableRow) (s stands, err error) {
	var unit, calendar, credential []byte
	var frozen []string
	var responsible int16
	m, c := &s.mission, &s.campaign
	if err := row.Scan(&unit, &responsible, &m.Campaign, &m.Recipient, &credential, &c.Label, &c.Demo, &calendar, &frozen); err != nil {
		return s, err
	}
	copy(m.Candidate[:], unit)
	m.Responsible = int(responsible)
	m.ID = dossier.AccountID(m.Candidate, m.Responsible)
	copy(m.Credential[:], credential)
	c.ID, c.Frozen = m.Campaign, readFrozen(frozen)
	c.Calendar, s.err = readCalendar(calendar)
	return s, nil
}

// programmesOf are those that institutions and pools stand for today.
const programmesOf = `
	SELECT programme FROM programme
	WHERE campaign = $1 AND (institution = ANY($2) OR pool <> '' AND pool = ANY($3)) ORDER BY programme`

// programmes adds to each mission those of its institutions and pools.
func (d *Desk) programmes(ctx context.Context, found map[string]stands) error {
	var batch pgx.Batch
	for id, s := range found {
		m := s.mission
		if len(m.Scopes.Institutions)+len(m.Scopes.Pools) == 0 {
			continue
		}
		batch.Queue(programmesOf, m.Campaign, m.Scopes.Institutions, m.Scopes.Pools).Query(func(rows pgx.Rows) error {
			more, err := pgx.CollectRows(rows, pgx.RowTo[string])
			s.mission.Programmes = append(more, m.Programmes...)
			found[id] = s
			return err
		})
	}
	if batch.Len() == 0 {
		return nil
	}
	return d.db.SendBatch(ctx, &batch).Close()
}

var errCalendar = errors.New("the stored calendar does not give a date for each phase")

func readCalendar(raw []byte) (dossier.Calendar, error) {
	var days map[catalogue.Phase]string
	if len(raw) == 0 {
		return dossier.Calendar{}, nil
	}
	if err := json.Unmarshal(raw, &days); err != nil {
		return nil, errCalendar // the cause would quote it
	}
	calendar := dossier.Calendar{}
	for phase, day := range days {
		begins, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return nil, errCalendar
		}
		calendar[phase] = begins
	}
	return calendar, nil
}
