package scrubtest

import "math/rand/v2"

type dice struct{ src *rand.Rand }

func newDice(seed, stream uint64) *dice { return &dice{rand.New(rand.NewPCG(seed, stream))} }

func (d *dice) below(n int) int        { return d.src.IntN(n) }
func (d *dice) between(lo, hi int) int { return lo + d.below(hi-lo+1) }
func (d *dice) percent(n int) bool     { return d.below(100) < n }

func pick[T any](d *dice, list []T) T { return list[d.below(len(list))] }
