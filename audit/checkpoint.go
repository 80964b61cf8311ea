package audit

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// TreeOfDays is the name of the permanent tree, with a leaf for each closed day.
// Every other tree is named by its day.
const TreeOfDays = "days"

// A Checkpoint is a signed statement that a tree had this root at this size
// (C2SP checkpoint in a signed note). A copy kept by somebody else is what stops
// whoever owns the database from telling another story later.
type Checkpoint struct {
	Tree string // TreeOfDays, or a date
	Size int64
	Note []byte
}

// sign states the root of a tree. The origin line carries the name of the tree, so
// that the statement of one day cannot serve for another.
func sign(signer note.Signer, tree string, size int64, root tlog.Hash) (Checkpoint, error) {
	text := fmt.Sprintf("%s/%s\n%d\n%s\n", signer.Name(), tree, size, root)
	msg, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("signing the checkpoint of %s: %w", tree, err)
	}
	return Checkpoint{Tree: tree, Size: size, Note: msg}, nil
}

// statement is what a checkpoint says once its signature is known to be good.
type statement struct {
	tree string
	size int64
	root tlog.Hash
}

// openCheckpoint reads a note that one of the known keys signed. A note with no
// known signature says nothing at all.
func openCheckpoint(msg []byte, known note.Verifiers) (statement, error) {
	n, err := note.Open(msg, known)
	if err != nil {
		return statement{}, fmt.Errorf("checkpoint: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 {
		return statement{}, fmt.Errorf("checkpoint of %d lines", len(lines))
	}
	tree, ok := "", false
	for _, s := range n.Sigs {
		// The name before the tree is the signer's: otherwise a key known for
		// something else could speak for this log.
		if tree, ok = strings.CutPrefix(lines[0], s.Name+"/"); ok {
			break
		}
	}
	if !ok {
		return statement{}, fmt.Errorf("checkpoint whose origin is not the name of its signer")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return statement{}, fmt.Errorf("checkpoint of %s: size is no number", tree)
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return statement{}, fmt.Errorf("checkpoint of %s: %w", tree, err)
	}
	return statement{tree: tree, size: size, root: root}, nil
}

// record is the leaf of a closed day in the tree of days. The first word leaves
// room for what else may happen to a day.
func (d DayRoot) record() []byte {
	return fmt.Appendf(nil, "closed %s %d %s\n", d.Day, d.Size, d.Root)
}

// treeOfDays recomputes the permanent tree; some hundred leaves a year need no
// stored hashes.
func treeOfDays(log []DayRoot) (edge, hashList) {
	var e edge
	var stored hashList
	for _, d := range log {
		stored = e.append(stored, tlog.RecordHash(d.record()))
	}
	return e, stored
}
