package audit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Proof shows, to whoever holds the log's public key and nothing else, that a
// trace stood in the log as it is. It keeps its force after the day is destroyed:
// the salt of one leaf says nothing of the others.
type Proof struct {
	Row        *Row             `json:"row"`
	Salt       string           `json:"salt"` // hexadecimal
	Size       int64            `json:"size"` // of the day's tree, as signed
	Path       tlog.RecordProof `json:"path"`
	Checkpoint string           `json:"checkpoint"`
}

// ErrUnsigned means that no checkpoint covers the trace yet. One comes within a
// minute of use, or when somebody asks for it.
var ErrUnsigned = errors.New("no signed checkpoint covers the trace yet")

// Prove makes the proof of one trace, under the first checkpoint that covers it.
func (r *Reader) Prove(ctx context.Context, day Day, seq int64, known note.Verifiers) (*Proof, error) {
	row, err := r.Store.Row(ctx, day, seq)
	if err != nil {
		return nil, fmt.Errorf("proving trace %s/%d: %w", day, seq, err)
	}
	keys, err := r.open(ctx, day, day)
	if err != nil {
		return nil, err
	}
	defer zeroAll(keys)
	if keys[day] == nil {
		return nil, errNoKey(day)
	}
	held, err := r.Store.Checkpoints(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading checkpoints: %w", err)
	}
	slices.SortStableFunc(held, func(a, b Checkpoint) int { return int(a.Size - b.Size) })
	for _, cp := range held {
		if cp.Tree != day.String() || cp.Size <= seq {
			continue
		}
		if _, err := openCheckpoint(cp.Note, known); err != nil {
			continue
		}
		path, err := tlog.ProveRecord(cp.Size, seq, r.Store.Hashes(ctx, day))
		if err != nil {
			return nil, fmt.Errorf("proving trace %s/%d: %w", day, seq, err)
		}
		return &Proof{
			Row: row, Salt: hex.EncodeToString(keys[day].leafSalt(seq)),
			Size: cp.Size, Path: path, Checkpoint: string(cp.Note),
		}, nil
	}
	return nil, fmt.Errorf("proving trace %s/%d: %w", day, seq, ErrUnsigned)
}

// Check verifies a proof, offline.
func (p *Proof) Check(known note.Verifiers) error {
	if p.Row == nil {
		return errors.New("proof without a trace")
	}
	salt, err := hex.DecodeString(p.Salt)
	if err != nil || len(salt) != 32 {
		return errors.New("proof whose salt is not 32 bytes")
	}
	s, err := openCheckpoint([]byte(p.Checkpoint), known)
	if err != nil {
		return err
	}
	if s.tree != p.Row.Day.String() || s.size != p.Size {
		return fmt.Errorf("proof whose checkpoint is of %s at %d traces", s.tree, s.size)
	}
	if p.Row.Seq < 0 || p.Row.Seq >= p.Size {
		return fmt.Errorf("proof of trace %d in a tree of %d", p.Row.Seq, p.Size)
	}
	if err := tlog.CheckRecord(p.Path, s.size, s.root, p.Row.Seq, leaf(salt, p.Row)); err != nil {
		return errors.New("the trace is not the one that was signed")
	}
	return nil
}
