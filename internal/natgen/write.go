// Package natgen writes a synthetic admission instance of national scale, reads it, and
// plays days on it.
//
// The instance is a pure function of its size and seed: the same give the same bytes on
// the same architecture. Two implementations compare the checksums of what they compute
// on it. README.md describes the model, the file and the runs.
package natgen

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
	"math"
	"slices"
)

// rng is splitmix64: small, seedable, identical in every language.
type rng struct{ s uint64 }

func stream(seed, purpose uint64) *rng {
	return &rng{mix(seed ^ mix(purpose+0x632be59bd9b4e019))}
}

func mix(z uint64) uint64 {
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

func (r *rng) next() uint64 {
	r.s += 0x9e3779b97f4a7c15
	return mix(r.s)
}

func (r *rng) float() float64 { return float64(r.next()>>11) / (1 << 53) }
func (r *rng) below(n int) int {
	return int(r.next() % uint64(n)) // the tiny modulo bias is part of the definition
}

// normal is the sum of twelve uniforms minus six: no transcendental function.
func (r *rng) normal() float64 {
	s := -6.0
	for i := 0; i < 12; i++ {
		s += r.float()
	}
	return s
}

// alias is a constant-time sampler over weights.
type alias struct {
	prob []float64
	alt  []int32
	ids  []int32
}

func newAlias(ids []int32, w []float64) *alias {
	n := len(ids)
	a := &alias{make([]float64, n), make([]int32, n), ids}
	sum := 0.0
	for _, x := range w {
		sum += x
	}
	p := make([]float64, n)
	var small, large []int32
	for i, x := range w {
		p[i] = x * float64(n) / sum
		if p[i] < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		a.prob[s], a.alt[s] = p[s], l
		p[l] -= 1 - p[s]
		if p[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, i := range append(small, large...) {
		a.prob[i], a.alt[i] = 1, i
	}
	return a
}

func (a *alias) pick(r *rng) int32 {
	i := r.below(len(a.ids))
	if r.float() < a.prob[i] {
		return a.ids[i]
	}
	return a.ids[a.alt[i]]
}

// bursaryHist[p] is how many of 17,904 real groups had the minimum bursary rate
// p per cent in the publicly mirrored rate list.
var bursaryHist = map[int]int{0: 700, 1: 4, 2: 13, 3: 16, 4: 23, 5: 155, 6: 59, 7: 216, 8: 367, 9: 570,
	10: 646, 11: 716, 12: 972, 13: 819, 14: 864, 15: 877, 16: 934, 17: 894, 18: 921, 19: 917, 20: 985,
	21: 724, 22: 658, 23: 722, 24: 525, 25: 590, 26: 489, 27: 399, 28: 289, 29: 212, 30: 253, 31: 190,
	32: 140, 33: 107, 34: 89, 35: 96, 36: 56, 37: 36, 38: 58, 39: 27, 40: 292, 41: 9, 42: 25, 43: 21,
	44: 15, 45: 38, 46: 21, 47: 20, 48: 21, 49: 8, 50: 53, 51: 12, 52: 5, 53: 8, 54: 4, 55: 14, 60: 5, 100: 5}

const regions = 30

type entry struct {
	cand     uint32
	flags    uint32 // 1 resident, 2 wish without boarding, 4 wish with boarding
	score    float64
	boardKey uint64
}

// A Size is what an instance is a function of.
type Size struct {
	Seed                                 uint64
	Groups, Candidates, Wishes, Boarding int // wishes with and without boarding count separately
}

// National is an instance of the size of a country, and Tenth one of its tenth.
var (
	National = Size{20230601, 21000, 917000, 11800000, 1500}
	Tenth    = Size{20230601, 2100, 91700, 1180000, 150}
)

// A Summary is what was written.
type Summary struct {
	Entries, Places, Largest int
	Checksum                 uint64 // FNV-1a of the file
}

// Write writes an instance.
func Write(w io.Writer, size Size) (Summary, error) {
	if size.Groups < 200 || size.Wishes < size.Candidates || size.Wishes > 50*size.Candidates {
		return Summary{}, errors.New("natgen: at least 200 groups, and 1 to 50 wishes a candidate")
	}
	seed, nG, nC, nW, nB := size.Seed, size.Groups, size.Candidates, size.Wishes, size.Boarding

	// Groups.
	r := stream(seed, 1)
	var regCum [regions]float64
	t := 0.0
	for k := range regCum {
		t += 1 / float64(k+3)
		regCum[k] = t
	}
	region := func(r *rng) int32 {
		x := r.float() * t
		for k := range regCum {
			if x < regCum[k] {
				return int32(k)
			}
		}
		return regions - 1
	}
	gReg := make([]int32, nG)
	gPop := make([]float64, nG)
	gBrs := make([]uint32, nG)
	gRes := make([]uint32, nG)
	gSel := make([]bool, nG)
	gBoard := make([]int32, nG)
	for g := range gReg {
		gReg[g] = region(r)
		gPop[g] = math.Exp(1.35 * r.normal())
		gSel[g] = r.float() < 0.75
		x := r.below(17904)
		for p := 0; p <= 100; p++ {
			if x -= bursaryHist[p]; x < 0 {
				gBrs[g] = uint32(p)
				break
			}
		}
		y := r.float()
		rate := uint32(70 + r.below(30))
		if !gSel[g] && y < 0.7 {
			gRes[g] = rate
		}
		gBoard[g] = -1
	}
	// Boarding schools: each serves one to six consecutive groups of a shuffled list of selective groups.
	r = stream(seed, 2)
	var sel []int32
	for g := range gSel {
		if gSel[g] {
			sel = append(sel, int32(g))
		}
	}
	for i := len(sel) - 1; i > 0; i-- {
		j := r.below(i + 1)
		sel[i], sel[j] = sel[j], sel[i]
	}
	pos, used := 0, 0
	for b := 0; b < nB; b++ {
		for k := 1 + r.below(6); k > 0 && pos < len(sel); k-- {
			gBoard[sel[pos]] = int32(b)
			pos++
			used = b + 1
		}
	}
	if used < nB {
		return Summary{}, errors.New("too few groups for so many boarding schools")
	}
	// Samplers: one per region and one for the country.
	all := make([]int32, nG)
	byReg := make([][]int32, regions)
	wReg := make([][]float64, regions)
	for g := range all {
		all[g] = int32(g)
		byReg[gReg[g]] = append(byReg[gReg[g]], int32(g))
		wReg[gReg[g]] = append(wReg[gReg[g]], gPop[g])
	}
	national := newAlias(all, gPop)
	regional := make([]*alias, regions)
	for k := range regional {
		if len(byReg[k]) >= 100 {
			regional[k] = newAlias(byReg[k], wReg[k])
		}
	}
	// Candidates.
	r = stream(seed, 3)
	cReg := make([]int32, nC)
	cBrs := make([]byte, nC)
	cQual := make([]float64, nC)
	want := make([]int, nC)
	sum := 0
	for c := range want {
		cReg[c] = region(r)
		if r.float() < 0.23 {
			cBrs[c] = 1
		}
		cQual[c] = r.normal()
		k := 1
		for k < 60 && r.float() < 0.9245 { // geometric, mean close to 12.9 before correction
			k++
		}
		want[c] = k
		sum += k
	}
	for c := 0; sum != nW; c = (c + 1) % nC {
		if sum < nW {
			want[c]++
			sum++
		} else if want[c] > 1 {
			want[c]--
			sum--
		}
	}
	// Wishes.
	r = stream(seed, 4)
	ent := make([][]entry, nG)
	var mine []int32
	total := 0
	for c := range want {
		mine = mine[:0]
		for lines := 0; lines < want[c]; {
			var g int32
			for try := 0; ; try++ {
				if s := regional[cReg[c]]; s != nil && try < 20 && r.float() < 0.6 {
					g = s.pick(r)
				} else {
					g = national.pick(r)
				}
				if !slices.Contains(mine, g) {
					break
				}
			}
			mine = append(mine, g)
			e := entry{cand: uint32(c), flags: 2}
			if cReg[c] == gReg[g] {
				e.flags |= 1
			}
			x := r.float()
			if gBoard[g] >= 0 {
				switch {
				case x < 0.05:
					e.flags = e.flags&^2 | 4
				case x < 0.40 && lines+2 <= want[c]:
					e.flags |= 4
					lines++
				}
			}
			lines++
			e.score = 0.8*cQual[c] + 0.6*r.normal()
			e.boardKey = mix(seed ^ mix(uint64(c)<<20|uint64(uint32(gBoard[g]+1))))
			ent[g] = append(ent[g], e)
		}
		total += want[c]
	}
	// Ranks, capacities.
	r = stream(seed, 5)
	capa := make([]uint32, nG)
	limit := make([]uint32, nG)
	bcap := make([]uint32, nB)
	entries := 0
	for g := range ent {
		slices.SortFunc(ent[g], func(a, b entry) int {
			switch {
			case a.score > b.score:
				return -1
			case a.score < b.score:
				return 1
			}
			return int(a.cand) - int(b.cand)
		})
		n := len(ent[g])
		entries += n
		k := int(float64(n) / (16 * math.Exp(0.6*r.normal())))
		capa[g] = uint32(max(k, 6))
		if y := r.float(); !gSel[g] && y < 0.2 {
			limit[g] = capa[g] * 6 / 5
		}
		if b := gBoard[g]; b >= 0 {
			bcap[b] += capa[g] * 3 / 10
		}
	}
	for b := range bcap {
		bcap[b] = max(bcap[b], 4)
	}
	// Boarding ranks: one order per boarding school, by an independent key.
	type br struct {
		key  uint64
		cand uint32
	}
	lists := make([][]br, nB)
	for g := range ent {
		if b := gBoard[g]; b >= 0 {
			for _, e := range ent[g] {
				if e.flags&4 != 0 {
					lists[b] = append(lists[b], br{e.boardKey, e.cand})
				}
			}
		}
	}
	rank := make([]map[uint32]uint32, nB)
	for b := range lists {
		slices.SortFunc(lists[b], func(x, y br) int {
			switch {
			case x.key < y.key:
				return -1
			case x.key > y.key:
				return 1
			}
			return int(x.cand) - int(y.cand)
		})
		rank[b] = make(map[uint32]uint32, len(lists[b]))
		for _, x := range lists[b] {
			if _, ok := rank[b][x.cand]; !ok {
				rank[b][x.cand] = uint32(len(rank[b]) + 1)
			}
		}
	}
	// Output, little endian.
	h := fnv.New64a()
	bw := bufio.NewWriterSize(io.MultiWriter(w, h), 1<<20)
	u32 := func(xs ...uint32) {
		var b [4]byte
		for _, x := range xs {
			binary.LittleEndian.PutUint32(b[:], x)
			bw.Write(b[:])
		}
	}
	bw.WriteString("NATG0001")
	u32(uint32(nG), uint32(nC), uint32(nB), uint32(entries), uint32(total), uint32(seed))
	for g := range ent {
		u32(capa[g], limit[g], gBrs[g], gRes[g], uint32(gBoard[g]+1), uint32(len(ent[g])))
	}
	u32(bcap...)
	bw.Write(cBrs)
	maxN := 0
	places := 0
	for g := range ent {
		maxN = max(maxN, len(ent[g]))
		places += int(capa[g])
		for i, e := range ent[g] {
			k := uint32(0)
			if e.flags&4 != 0 {
				k = rank[gBoard[g]][e.cand]
			}
			u32(e.cand, uint32(i+1), e.flags, k)
		}
	}
	if err := bw.Flush(); err != nil {
		return Summary{}, err
	}
	return Summary{Entries: entries, Places: places, Largest: maxN, Checksum: h.Sum64()}, nil
}
