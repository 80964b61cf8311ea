package dossier

import (
	"cmp"
	"encoding/json"
	"fmt"

	"sceau/audit"
	"sceau/crypto"
)

// A told is what the traces say of one dossier, the newest of each cell.
type told struct {
	Written
	trace   audit.Receipt
	lowered []RevisionFinding // some of them
}

// learn adds one trace to what is known.
func learn(known map[Ref]*told, campaign string, e *audit.Entry, wanted func(Ref) bool) error {
	if e.Campaign != campaign || e.Action != ActionWrite || e.Decision != audit.Granted || len(e.Detail) == 0 {
		return nil
	}
	c, err := crypto.ParseUnitID(e.Candidate)
	if err != nil {
		return fmt.Errorf("trace %s/%d of a write names no dossier: %w", e.Day, e.Seq, err)
	}
	if !wanted(c) {
		return nil
	}
	var w Written
	if err := json.Unmarshal(e.Detail, &w); err != nil {
		return fmt.Errorf("trace %s/%d: %w", e.Day, e.Seq, err)
	}
	t := known[c]
	if t == nil {
		t = &told{}
		known[c] = t
	}
	t.trace = audit.Receipt{Day: e.Day, Seq: e.Seq, At: e.At}
	t.follow(w)
	return nil
}

// follow makes w the newest write. No write takes a cell back: whoever may add traces
// could hide behind one a cell that they had put back.
func (t *told) follow(w Written) {
	t.Cells = cmp.Or(w.Cells, t.Cells)
	if t.Changed == nil {
		t.Changed = map[CellAt]uint32{}
	}
	if w.Revision > 0 {
		for at, was := range t.Changed {
			if _, named := w.Changed[at]; named {
				continue
			}
			if w.Revision < was {
				t.lower(at, w.Revision, was)
				continue
			}
			delete(t.Changed, at)
		}
		if w.Revision < t.Revision {
			t.lower(CellAt{}, w.Revision, t.Revision)
		}
		t.Revision = max(t.Revision, w.Revision)
	}
	for at, revision := range w.Changed {
		was, named := t.Changed[at]
		if !named && w.Revision == 0 {
			was = t.Revision
		}
		if revision < was {
			t.lower(at, revision, was)
			continue
		}
		t.Changed[at] = revision
	}
}

func (t *told) lower(at CellAt, says, said uint32) {
	if len(t.lowered) < mostLowered {
		t.lowered = append(t.lowered, RevisionFinding{What: Lowered, Item: at.Item, Record: recordWord(at.Record), Lies: int64(says), Traced: int64(said),
			Trace: t.trace.String()})
	}
}

// mostLowered is how many a dossier is told with: one is enough to look.
const mostLowered = 20
