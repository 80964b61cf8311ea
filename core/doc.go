// Package core is the vocabulary of admission: wishes, groups, places, days.
//
// It works on pseudonyms, and on nothing else: no name, no mark, no school of origin,
// and no clock. Whoever asks how somebody came to be called finds it in one folder:
//
//	view         what a run is told about candidates, column by column
//	callorder    in which order a programme calls: the board's order, moved by the legal rates
//	proposal     who gets a proposal today: places, beds, bars, automatic answers
//	verify       that both are right, shown by code that shares nothing with them
//	display      what candidates and programmes see of a day
//	calendar     the dates of a year's campaign, and the deadlines that follow
//	entry        before the first day: lists of wishes, refusals, shares, rates, beds
//	campaign     answers, and the log from which a state is replayed
//	explain      why somebody was not called yet, or called after somebody else
//	session      one campaign: view and offers, the days that follow, what is said of each wish
//	whatif       the same under another rule: a comparison of counts, never a legal run
//	run          what is kept of each computation, and holds nothing of a candidate
//	cases        these computations on lines of JSON, the form of the golden vectors
//	parallel     work spread over threads; coretest, small campaigns and calendars for tests
//
// The package comment of each states, for each algorithm, its rule, what may be relied
// on, its cost, and where it comes from. Names of properties (P1 to P10, D1 to D11, A1 to
// A7) are those of docs/admission.md, which says them in full.
//
// Rule. Candidates, groups and boarding schools are positions. What computes takes slices
// and returns slices, and refuses a faulty input whole, before any output: a Fault says
// which rule it breaks, and where, by position.
//
// Invariant. The same set of wishes gives the same result, in whatever order it comes and
// on however many threads (D8); nothing is drawn by lot, and integers are never rounded
// by a float.
//
// Cost. 25 bytes a wish for the campaign, and 11 for a day.
//
// Source: code of education, article L. 612-3; decree of 31 December 2020 (NOR
// ESRS2035793A), whose annex lists the data of the procedure; the public algorithms of
// Parcoursup (document of May 2023, code of June 2024), which the golden vectors were
// computed with.
package core
