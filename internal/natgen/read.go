package natgen

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"sceau/core"
	"sceau/core/parallel"
)

// An Instance is what a file holds: groups in the order of their boards, and what they
// have to offer.
type Instance struct {
	Candidates int
	Wishes     int
	Ranking    []core.RankingGroup
	Groups     []core.Group
	Beds       []int64 // of each boarding school

	school   []int32   // of each group, or core.NoSchool
	asks     [][]uint8 // of each group and entry: without boarding, with
	boarding [][]int32 // boarding rank of each entry
}

const (
	resident        = 1
	withoutBoarding = 2
	withBoarding    = 4
)

// ErrNotNational means a file that no instance was written to.
var ErrNotNational = errors.New("natgen: not a file of an instance")

// Read reads a whole instance, and refuses one that is cut, longer than it says, or
// says what cannot be.
func Read(r io.Reader) (*Instance, error) {
	f := &file{in: bufio.NewReaderSize(r, 1<<20)}
	magic := make([]byte, 8)
	if _, err := io.ReadFull(f.in, magic); err != nil || string(magic) != "NATG0001" {
		return nil, ErrNotNational
	}
	head := f.numbers(6)
	if f.err != nil {
		return nil, f.err
	}
	groups, candidates, schools, entries, wishes := head[0], head[1], head[2], head[3], head[4]
	in := &Instance{Candidates: int(candidates), Wishes: int(wishes)}
	var sizes []uint32
	total := uint64(0)
	for range groups {
		g := f.numbers(6)
		if f.err != nil {
			return nil, f.err
		}
		if g[4] > schools {
			return nil, fmt.Errorf("%w: a boarding school that is not there", ErrNotNational)
		}
		in.Groups = append(in.Groups, core.Group{Places: int64(g[0]), RankLimit: int64(g[1])})
		in.Ranking = append(in.Ranking, core.RankingGroup{Rates: core.Rates{Bursary: int(g[2]), Resident: int(g[3])}})
		in.school = append(in.school, int32(g[4])-1)
		sizes = append(sizes, g[5])
		total += uint64(g[5])
	}
	if total != uint64(entries) {
		return nil, fmt.Errorf("%w: the groups do not have as many entries as the file", ErrNotNational)
	}
	for range schools {
		beds := f.numbers(1)
		if f.err != nil {
			return nil, f.err
		}
		in.Beds = append(in.Beds, int64(beds[0]))
	}
	bursary, err := f.bytes(int(candidates))
	if err != nil {
		return nil, err
	}
	for g := range in.Ranking {
		if err := in.readGroup(f, g, int(sizes[g]), bursary); err != nil {
			return nil, err
		}
	}
	if _, err := f.in.ReadByte(); err != io.EOF {
		return nil, fmt.Errorf("%w: it goes on after its end", ErrNotNational)
	}
	return in, nil
}

// readGroup reads the entries of one group. What they say together, such as a rank twice,
// is for the computation to refuse.
func (in *Instance) readGroup(f *file, g, size int, bursary []byte) error {
	ranked := make([]core.Ranked, 0, min(size, 1<<16)) // a size is believed as it is read
	var asks []uint8
	var boarding []int32
	for range size {
		e := f.numbers(4)
		if f.err != nil {
			return f.err
		}
		switch {
		case int(e[0]) >= in.Candidates:
			return fmt.Errorf("%w: group %d ranks a candidate that is not there", ErrNotNational, g)
		case e[2]&^7 != 0, e[2]&(withoutBoarding|withBoarding) == 0, e[2]&withBoarding != 0 && in.school[g] == core.NoSchool:
			return fmt.Errorf("%w: group %d has a wish that cannot be", ErrNotNational, g)
		case e[1] > core.MaxRank, e[3] > core.MaxRank:
			return fmt.Errorf("%w: group %d has a rank that cannot be", ErrNotNational, g)
		}
		ranked = append(ranked, core.Ranked{Candidate: core.Candidate(e[0]), Rank: int32(e[1]),
			Bursary: bursary[e[0]] != 0, Resident: e[2]&resident != 0})
		asks, boarding = append(asks, uint8(e[2])), append(boarding, int32(e[3]))
	}
	in.Ranking[g].Ranked = ranked
	in.asks, in.boarding = append(in.asks, asks), append(in.boarding, boarding)
	return nil
}

// A file is little-endian numbers, read until the first error.
type file struct {
	in  *bufio.Reader
	buf [24]byte
	out [6]uint32
	err error
}

// numbers gives the next n, at most six; zeros after an error.
func (f *file) numbers(n int) []uint32 {
	if f.err == nil {
		if _, err := io.ReadFull(f.in, f.buf[:4*n]); err != nil {
			f.err = fmt.Errorf("%w: it is cut", ErrNotNational)
		}
	}
	for i := range n {
		f.out[i] = binary.LittleEndian.Uint32(f.buf[4*i:])
	}
	return f.out[:n]
}

func (f *file) bytes(n int) ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	b, err := io.ReadAll(io.LimitReader(f.in, int64(n)))
	if err != nil || len(b) != n {
		return nil, fmt.Errorf("%w: it is cut", ErrNotNational)
	}
	return b, nil
}

// Roll gives the wishes of an instance whose groups call in these orders: by group, call
// order, and without boarding before with. What only the ranking needed is let go.
func (in *Instance) Roll(orders [][]core.Candidate) *core.Roll {
	groups := len(orders)
	first := make([]int, groups+1)
	for g := range groups {
		first[g+1] = first[g]
		for _, a := range in.asks[g] {
			first[g+1] += int(a>>1&1) + int(a>>2&1)
		}
	}
	n := first[groups]
	r := &core.Roll{Candidates: in.Candidates, Schools: len(in.Beds), Programme: make([]int32, groups)}
	w := &r.Wishes
	w.Candidate, w.Group, w.School = make([]core.Candidate, n), make([]int32, n), make([]int32, n)
	w.CallRank, w.BoardingRank, w.Kind = make([]int32, n), make([]int32, n), make([]core.Kind, n)
	w.ShownRank = w.CallRank // nobody was inserted late
	parallel.Each(groups, 0, func() func(int) {
		entry := make([]int32, in.Candidates) // of each candidate of the group at hand
		return func(g int) {
			r.Programme[g] = int32(g)
			for i, x := range in.Ranking[g].Ranked {
				entry[x.Candidate] = int32(i)
			}
			row := first[g]
			for k, c := range orders[g] {
				i := entry[c]
				for _, boarding := range []uint8{withoutBoarding, withBoarding} {
					if in.asks[g][i]&boarding == 0 {
						continue
					}
					w.Candidate[row], w.Group[row], w.CallRank[row], w.School[row] = c, int32(g), int32(k+1), core.NoSchool
					if boarding == withBoarding {
						w.School[row], w.BoardingRank[row], w.Kind[row] = in.school[g], in.boarding[g][i], core.WithBoarding
					}
					row++
				}
			}
		}
	})
	in.Ranking, in.asks, in.boarding = nil, nil, nil
	return r
}
