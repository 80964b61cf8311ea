package synth

import (
	"math/bits"
	"math/rand/v2"
	"sort"
)

// dice are what a candidate is drawn with. They use whole numbers only: a sum of
// products of floats may differ from one processor to another in the last bit,
// and the promise is the same bytes.
type dice struct{ src rand.PCG }

// mix is the finalizer of SplitMix64: neighbouring seeds give streams that have
// nothing in common.
func mix(words ...uint64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, w := range words {
		h += w + 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

func newDice(words ...uint64) *dice {
	d := &dice{}
	d.seed(words...)
	return d
}

func (d *dice) seed(words ...uint64) {
	h := mix(words...)
	d.src.Seed(h, mix(h))
}

// below draws from 0 to n-1. The bias of one multiplication is under n/2^64.
func (d *dice) below(n int) int {
	hi, _ := bits.Mul64(d.src.Uint64(), uint64(n))
	return int(hi)
}

// between draws from lo to hi, both included.
func (d *dice) between(lo, hi int) int { return lo + d.below(hi-lo+1) }

// chance is true in so many cases out of a million.
func (d *dice) chance(perMillion int) bool { return d.below(1_000_000) < perMillion }

// percent is chance in hundredths.
func (d *dice) percent(n int) bool { return d.below(100) < n }

// bell draws thousandths of a standard deviation: twelve uniform draws make a
// normal one, without a logarithm.
func (d *dice) bell() int {
	sum := 0
	for range 3 {
		x := d.src.Uint64()
		sum += int(x&0xffff) + int(x>>16&0xffff) + int(x>>32&0xffff) + int(x>>48)
	}
	return (sum - 6*65535) * 1000 / 65536
}

// geometric counts successes before the first failure; their mean is
// mean/1000.
func (d *dice) geometric(mean, most int) int {
	n := 0
	for n < most && d.below(1000+mean) < mean {
		n++
	}
	return n
}

// weighted draws an index from cumulated weights.
func (d *dice) weighted(cumulated []int) int {
	x := d.below(cumulated[len(cumulated)-1])
	return sort.SearchInts(cumulated, x+1)
}

func pick[T any](d *dice, list []T) T { return list[d.below(len(list))] }

// cumulate turns weights into what weighted takes.
func cumulate(weights ...int) []int {
	out := make([]int, len(weights))
	sum := 0
	for i, w := range weights {
		sum += w
		out[i] = sum
	}
	return out
}

// A choice is a closed list with the weight of each value.
type choice[T any] struct {
	values    []T
	cumulated []int
}

type share[T any] struct {
	weight int
	value  T
}

func choose[T any](shares ...share[T]) choice[T] {
	c := choice[T]{}
	var weights []int
	for _, s := range shares {
		c.values = append(c.values, s.value)
		weights = append(weights, s.weight)
	}
	c.cumulated = cumulate(weights...)
	return c
}

func (c choice[T]) draw(d *dice) T { return c.values[d.weighted(c.cumulated)] }

// A permutation gives each candidate a number that nobody else has, and that
// tells nothing of the line, without a table.
type permutation struct {
	size uint64
	half uint // bits of each half
	key  uint64
}

func permute(size int, key ...uint64) permutation {
	half := uint(bits.Len64(uint64(size-1))+1) / 2
	return permutation{uint64(size), half, mix(key...)}
}

// at is a Feistel network of four rounds, walked until it falls within the size.
func (p permutation) at(i int) int {
	mask := uint64(1)<<p.half - 1
	x := uint64(i)
	for {
		l, r := x>>p.half, x&mask
		for round := range uint64(4) {
			l, r = r, l^mix(p.key, round, r)&mask
		}
		if x = l<<p.half | r; x < p.size {
			return int(x)
		}
	}
}
