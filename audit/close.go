package audit

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// CloseDays puts every finished day into the permanent log, in order and without
// a hole: a day without traces has its line too, so that a day that vanished
// cannot pass for a quiet one. Each line is signed as it is written.
func (l *Log) CloseDays(ctx context.Context) error {
	if l.Signer == nil {
		return errors.New("closing days of traces: this process holds no key to sign them")
	}
	return closeDays(ctx, l.Config)
}

// closeEarlier closes what is finished when a later day has started. A failure
// takes nothing from the traces: it is tried again a minute later.
func (l *Log) closeEarlier(ctx context.Context) {
	now := l.Now()
	if l.Signer == nil || l.closedOn == DayOf(now) || now.Sub(l.closeTry) < time.Minute {
		return
	}
	if now.Before(DayOf(now).Start().Add(grace)) {
		return
	}
	l.closeTry = now
	if closeDays(ctx, l.Config) == nil {
		l.closedOn = DayOf(now)
	}
}

func closeDays(ctx context.Context, c Config) error {
	// A day is finished when the grace after its midnight is over.
	end := DayOf(c.Now().Add(-grace))
	log, err := c.Store.DayLog(ctx)
	if err != nil {
		return fmt.Errorf("reading the log of days: %w", err)
	}
	var next Day
	if len(log) > 0 {
		next = log[len(log)-1].Day + 1
	} else {
		first, any, err := c.Store.FirstDay(ctx)
		if err != nil {
			return fmt.Errorf("looking for the first day of traces: %w", err)
		}
		if !any {
			return nil
		}
		next = first
	}
	for ; next < end; next++ {
		if err := closeDay(ctx, c, next); err != nil {
			return fmt.Errorf("closing %s: %w", next, err)
		}
	}
	return nil
}

func closeDay(ctx context.Context, c Config, day Day) error {
	return c.Store.CloseDay(ctx, day, func(head Head, log []DayRoot) (*Closing, error) {
		if n := len(log); n > 0 && log[n-1].Day+1 != day {
			return nil, nil // another process closed it
		}
		e, err := readEdge(head.Size, head.Hashes)
		if err != nil {
			return nil, err
		}
		line := DayRoot{Position: int64(len(log)), Day: day, Size: head.Size, Root: e.root()}
		ofDay, err := sign(c.Signer, day.String(), line.Size, line.Root)
		if err != nil {
			return nil, err
		}
		days, _ := treeOfDays(append(log[:len(log):len(log)], line))
		ofDays, err := sign(c.Signer, TreeOfDays, days.size, days.root())
		if err != nil {
			return nil, err
		}
		return &Closing{DayRoot: line, Checkpoints: []Checkpoint{ofDay, ofDays}}, nil
	})
}

// Checkpoint signs where today stands and keeps the statement. Give a copy to
// somebody who does not own the database.
func (l *Log) Checkpoint(ctx context.Context) (Checkpoint, error) {
	if l.Signer == nil {
		return Checkpoint{}, errors.New("signing a checkpoint: this process holds no key to sign it")
	}
	day := DayOf(l.Now())
	var cp Checkpoint
	err := l.Store.Head(ctx, day, func(head Head) error {
		e, err := readEdge(head.Size, head.Hashes)
		if err != nil {
			return err
		}
		cp, err = sign(l.Signer, day.String(), e.size, e.root())
		return err
	})
	if err != nil {
		return Checkpoint{}, fmt.Errorf("reading where %s stands: %w", day, err)
	}
	if err := l.Store.AddCheckpoints(ctx, cp); err != nil {
		return Checkpoint{}, fmt.Errorf("keeping the checkpoint of %s: %w", day, err)
	}
	return cp, nil
}
