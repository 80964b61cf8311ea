// Package dossiertest holds the memory twins of what the gate stands on, and the suites
// that hold twin and real part to the same.
package dossiertest

import (
	"context"
	"sync"
	"time"
	_ "time/tzdata"

	"sceau/dossier"
)

// Allowances count in memory. They keep every charge that was taken and add up anew each
// time: slow, and no cleverness to be wrong about.
type Allowances struct {
	mu    sync.Mutex
	taken map[[16]byte][]dossier.Charge
}

// Spend implements dossier.Allowances.
func (a *Allowances) Spend(ctx context.Context, c dossier.Charge) (dossier.Spent, error) {
	if err := context.Cause(ctx); err != nil {
		return dossier.Spent{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.taken[c.Holder]
	if n := len(before); n > 0 && c.At.Before(before[n-1].At) {
		c.At = before[n-1].At
	}
	s := had(before, c.At)
	hour, refusals := 0, 0
	for _, slot := range s.Slots {
		hour, refusals = hour+slot.Files, refusals+slot.Refusals
	}
	room := hour+c.Files <= c.Limit.Hour && s.Day+c.Files <= c.Limit.Day
	switch {
	case refusals >= c.Refusals:
	case c.Kind == dossier.ChargeExport:
		s.Taken = s.Exported+c.Files <= c.Limit.Export
	case c.Kind == dossier.ChargeRefusal:
		s.Taken = room || c.Limit.Hour == 0
	default:
		s.Taken = room
	}
	if !s.Taken {
		return s, nil
	}
	if a.taken == nil {
		a.taken = map[[16]byte][]dossier.Charge{}
	}
	a.taken[c.Holder] = append(before, c)
	s = had(a.taken[c.Holder], c.At)
	s.Taken = true
	return s, nil
}

// had adds up what counts at a moment.
func had(charges []dossier.Charge, at time.Time) (s dossier.Spent) {
	for _, c := range charges {
		if day(c.At) == day(at) {
			switch c.Kind {
			case dossier.ChargeFiles:
				s.Day += c.Files
			case dossier.ChargeExport:
				s.Exported += c.Files
			}
		}
		slot := dossier.Slot{Began: c.At.Truncate(5 * time.Minute)}
		if !slot.Ends().After(at) {
			continue
		}
		if n := len(s.Slots); n == 0 || !s.Slots[n-1].Began.Equal(slot.Began) {
			s.Slots = append(s.Slots, slot)
		}
		last := &s.Slots[len(s.Slots)-1]
		switch c.Kind {
		case dossier.ChargeFiles:
			last.Files += c.Files
		case dossier.ChargeRefusal:
			last.Refusals++
		}
	}
	return s
}

var paris = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err) // tzdata is linked in
	}
	return zone
}()

func day(t time.Time) string { return t.In(paris).Format(time.DateOnly) }
