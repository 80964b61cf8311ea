// Package verify shows that a call order and a day's proposals are right, with code that
// shares nothing with what computed them.
//
// It imports the vocabulary of core, never callorder or proposal, and never looks at
// how a result came to be: it takes the input and the result, and states what must be
// true between them. Names of rules are those of the specification:
//
//	P1   every prefix of a call order has the legal share of bursary holders, or none is left
//	P2   a bursary resident is overtaken by nobody
//	P3   a resident is overtaken by bursary holders only, and by a bounded number
//	P4   a bursary holder is overtaken by residents only, and by a bounded number
//	P5   who has neither flag overtakes nobody, and is overtaken by a bounded number
//	P6   the share of residents, in the form that was machine-checked
//	P7   within a class the order of the board is kept
//	P9   an order is a permutation of those who were ranked
//	P10  without rates it is the order of the board
//	D1   the call order of a group is respected over the day
//	D2   of two wishes for one bed, who is first in both orders is not passed, in a round
//	D3   who has the group and waits for a bed is not passed for it by a worse rank, in a round
//	D4   no place too many but through the rank limit, and none wasted
//	D5   no bed too many; bars are not above their highest
//	D7   a wish is proposed once, and none of a stopped group; nothing else changes
//	D10  without boarding, limit and automatic answers: the first of the waiting, one a place
//	A1   automatic answers happen to those who asked for them
//	A2   with the machine on, at most one proposal is held, and it is accepted
//	A3   whoever gave up a wish got one that they rank better, and holds it
//	A4   what still waits, or was not accepted, is ranked better than what came today
//	A5   nobody loses a place and ends with none
//
// What compares several runs, or a run and a solver (P8, D6, D8, D9, D11, A6, A7), is
// held by the tests of the packages that compute.
//
// # Call orders
//
// Rule. Order and Orders hold P1 to P7, P9 and P10 against the board's list and the rates
// ("ordre d'appel"). Violations judges P1 to P5 as the public reference does.
//
// Invariant. What is found is a defect: each rule follows from that of package callorder,
// and each has a test with an order that breaks it.
//
// Cost. O(n log n) to sort a group; then one pass forward and one back, where comparing
// candidates pair by pair would be quadratic. Bounds are compared in integers.
//
// Source: article L. 612-3 V of the code of education for P1; P2 to P6 are the properties
// that the public document claims, P6 in the form that holds.
//
// # Days
//
// Rule. Day holds D1 to D5, D7, D10 and A1 to A5 between the morning and the result.
// Findings about places and beds isolate their groups and all that share boarding schools
// with them, and the rest of the country gets its proposals; any other finding stops the
// whole day.
//
// Invariant. No valid day alarms. D1 looks at who held the group when the day began, D2
// and D3 at one round at a time, and D3 leaves stopped groups out: judged otherwise they
// alarm on valid days. That a bar is not lower than it might be (D6) is not looked at here.
//
// Cost. D2 to D5 are swept in sorted order, so that the cost is that of a sort, whatever
// the number of rounds; an index is made once a campaign (Prepare), and is not that of
// what is verified.
//
// Source: the checks of the public algorithms, without those of them that misfire.
//
// # Waiting ranks
//
// Rule. WaitingRanks looks at each group from the first called on: a waiting rank ("rang
// sur liste d'attente") is not smaller than one before it.
//
// Invariant. Whoever waits without a ranked bed is not shown behind somebody called later.
//
// Cost. Linear in the wishes.
//
// Source: the decree of 31 December 2020, annex, item A16.04; the public algorithms.
package verify

import (
	"cmp"
	"fmt"
	"slices"

	"sceau/core"
)

// A Finding is a rule that a result breaks, and where. It is a defect of the program or
// of the data between input and result, never of a candidate.
type Finding struct {
	Rule      string
	Group     int // -1: not about a group
	School    int // -1: not about a boarding school
	Candidate core.Candidate
	Round     int
}

func (f Finding) Error() string {
	where := fmt.Sprintf("candidate %d", f.Candidate)
	if f.Group >= 0 {
		where = fmt.Sprintf("group %d, %s", f.Group, where)
	}
	if f.School >= 0 {
		where = fmt.Sprintf("boarding school %d, %s", f.School, where)
	}
	if f.Round > 0 {
		where = fmt.Sprintf("%s, round %d", where, f.Round)
	}
	return f.Rule + " does not hold: " + where
}

// sorted gives findings in one order, whoever found them first, and each once.
func sorted(all []Finding) []Finding {
	slices.SortFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Group, b.Group), cmp.Compare(a.School, b.School),
			cmp.Compare(a.Candidate, b.Candidate), cmp.Compare(a.Round, b.Round))
	})
	return slices.Compact(all)
}
