// Package explain answers a candidate: why was I not called yet, why was somebody called
// before me, why did I lose a wish; and a programme: where did my places go.
//
// An answer speaks of positions, rates, places and bars, and never of another person:
// whether a given other candidate holds a bursary is that person's datum. Counts below the
// small-count threshold are merged (FewByRate, FewCalled). Each answer is computed from the
// trace or the result of a run, and nothing more of anybody is kept for it.
//
// # A position in the call order
//
// Rule ("rang dans l'ordre d'appel"). From the board's rank to the call rank: how many
// positions before went to somebody whom the board ranked behind, by the rate that bound
// there and that the candidate does not count for, and how many the candidate overtook.
//
// Invariant. Call = Board + OvertakenBy - Overtook, and the causes add up to OvertakenBy;
// each such position had its share short (100·b < qB·k, or 100·r < qR·k); the call rank is
// within the bound of P2 to P5. Recheck finds all of it again from the order alone, with
// code that does not use the trace.
//
// Cost. One order of the group.
//
// Source: code of education, article L. 612-3 I, last paragraph (criteria and reasons to
// the candidate who asks); code of relations between the public and the administration,
// article L. 311-3-1 (decision by an algorithm); RGT-05.
//
// # A wish that waits
//
// Rule ("en attente de place"). Exactly one reason, the first of these: the group is
// stopped; the boarding rank is above the bar, which is where beds are kept or was lowered
// by demand; the call rank is behind the last one called. And how many wait ahead.
//
// Invariant. Every wish that waits has one reason and one only; Recheck holds it against
// the day.
//
// Cost. One pass over the wishes of the roll.
//
// Source: as above; decree of 31 December 2020, annex, items A16.03 and A16.04.
//
// # A wish that was given up
//
// Rule. The proposal that was kept, its preference rank and that of the wish, and whether
// the answering machine ("répondeur automatique") or the gap phase did it.
//
// Invariant. What was kept is preferred to what was given up (A3), but for an earlier
// proposal, which the machine gives up whatever its rank.
//
// Cost. One pass over the wishes of the roll.
//
// Source: as above; the candidate's own order of preference (annex, item A15.13).
//
// # The public sheet
//
// Rule ("fiche publique"). How a group calls, what it offers, and how far it has come.
//
// Invariant. No line is about a candidate. The last rank called is left out where fewer
// than FewCalled were called; the other counts are given as they are, and are for whoever
// publishes to look at.
//
// Cost. One pass over the wishes of the roll.
//
// Source: code of education, article L. 612-3 (the algorithm is published, and each
// institution reports after the session).
package explain

// FewCalled is the smallest number of candidates of which a public figure is given: a
// last rank called tells of individuals where fewer were called.
const FewCalled = 5

// FewByRate is the smallest number of positions that are put down to one rate. Bursaries
// come from income, and what comes from income is counted from eleven on.
// Of a group that is smaller, nothing is said of what the rates did.
const FewByRate = 11
