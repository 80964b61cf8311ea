// Package cases runs the computations of admission on lines of JSON: the form in which
// golden vectors are exchanged between implementations.
//
// A case names candidates by numbers of its own; here they become positions, and come
// back as numbers in what is answered.
//
// Rule. A line in is a line out, in the same order. An input that is refused is answered by
// its code, {"error": CODE}; a line that is no case stops the run and says which line it is.
//
// Invariant. An answer depends on its line alone, and each value of the vectors that the
// public reference computed is the value answered; only its own alarms, some of which
// misfire on valid days, are not.
//
// Cost. That of what is computed, and of reading JSON; one line is in memory at a time.
//
// Source: the golden vectors, computed with the public algorithms (code of June 2024).
package cases

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sceau/core"
)

// A Kind of case is a computation: the word of its verb, and what does one line.
type Kind struct {
	Name string
	does func(line []byte) (any, error)
}

// Kinds are all there are.
func Kinds() []Kind {
	return []Kind{
		{"call-order", each(callOrder)},
		{"check-order", each(checkOrder)},
		{"late-insertion", each(lateInsertion)},
		{"estimate", each(estimate)},
		{"days", each(days)},
	}
}

// Run answers each line of in with a line of out, in the same order. A result that does
// not verify is answered all the same, and is an error when everything is answered.
func (k Kind) Run(in io.Reader, out io.Writer) error {
	lines := bufio.NewReaderSize(in, 1<<20)
	w := bufio.NewWriter(out)
	var doubts []error
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			answer, bad := k.does(line)
			if bad != nil {
				return errors.Join(fmt.Errorf("line %d: %w", n, bad), w.Flush())
			}
			if bad := json.MarshalWrite(w, answer, json.Deterministic(true)); bad != nil {
				return bad
			}
			w.WriteByte('\n')
			if d, ok := answer.(interface{ doubt() error }); ok && d.doubt() != nil {
				doubts = append(doubts, fmt.Errorf("line %d: %w", n, d.doubt()))
			}
		}
		switch {
		case err == io.EOF:
			return errors.Join(append(doubts, w.Flush())...)
		case err != nil:
			return errors.Join(err, w.Flush())
		}
	}
}

// each reads a line as the kind of case that do answers.
func each[C any](do func(*C) (any, error)) func([]byte) (any, error) {
	return func(line []byte) (any, error) {
		c := new(C)
		if err := json.Unmarshal(line, c); err != nil {
			return nil, fmt.Errorf("not a case: %w", err)
		}
		return do(c)
	}
}

// An identified line has the case's own id, whatever JSON it is.
type identified struct {
	ID jsontext.Value `json:"id"`
}

// An answered case: its result, or its steps.
type answered struct {
	ID     jsontext.Value `json:"id"`
	Result any            `json:"result"`
	doubts error
}

func (a answered) doubt() error { return a.doubts }

// refused is what a fault is answered by; other errors are ours, and stop the run.
func refused(err error) (any, error) {
	var f *core.Fault
	if errors.As(err, &f) {
		return map[string]core.Code{"error": f.Code}, nil
	}
	return nil, err
}

// names gives positions to the numbers of a case, and numbers back.
type names struct {
	at     map[int64]core.Candidate
	number []int64
}

func newNames() *names { return &names{at: make(map[int64]core.Candidate)} }

func (n *names) of(number int64) core.Candidate {
	c, ok := n.at[number]
	if !ok {
		c = core.Candidate(len(n.number))
		n.at[number] = c
		n.number = append(n.number, number)
	}
	return c
}

// narrow fits a number of a case into a rank.
func narrow(x int64) (int32, error) {
	if x > core.MaxRank {
		return 0, core.RankTooLarge.Of()
	}
	return int32(max(x, -2)), nil // below 0 is refused as such, however far below; -1 is no school
}
