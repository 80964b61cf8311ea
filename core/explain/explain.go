// Package explain answers a candidate: why was I not called yet, why was somebody called
// before me, why did I lose a wish; and a programme: where did my places go.
//
// Rule. An answer speaks of positions, rates, places and bars, and never of another
// person: whether a given other candidate holds a bursary is that person's datum. Counts
// below the small-count threshold are merged.
//
// Invariant. Each answer is computed from the trace of a run and can be re-computed from
// its input and result alone: Recheck does so, with code that does not use the trace. A
// waiting wish has exactly one reason.
//
// Cost. Linear in the group, for one question.
//
// Source: code of education, article L. 612-3 I, last paragraph (criteria and reasons to
// the candidate who asks); code of relations between the public and the administration,
// article L. 311-3-1 (decision by an algorithm).
package explain

// FewCalled is the smallest number of candidates of which a public figure is given: a
// last rank called tells of individuals where fewer were called.
const FewCalled = 5

// FewByRate is the smallest number of positions that are put down to one rate. Bursaries
// come from income, and what comes from income is counted from eleven on.
const FewByRate = 11
