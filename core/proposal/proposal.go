// Package proposal computes who gets a proposal of admission today ("propositions
// d'admission"), and what the answering machines and the gap phase answer.
//
// Rule. A day is a sequence of rounds. In each, a group with free places goes down its
// call order; a bed in a boarding school is for those whose boarding rank is not above
// the school's bar; the bars are the highest that no school overflows under (bars.go).
// Then automatic answers give wishes up (answers.go). When they gave up a proposal its
// place is free, and a further round follows.
//
// Invariants. Nobody is passed by somebody behind in the order without one of the
// reasons that package verify lists (D1 to D5); the result is a function of the wishes
// as a set, whatever their order and the number of threads (D8).
//
// Cost. Sorting and indexing once a campaign (Prepare), O(n log n). A round is linear in
// the waiting wishes of what the round before touched, times the lowerings of bars, a
// handful in practice. Groups that share boarding schools are one component; components
// are computed in parallel. Rounds are national: a component in which something was
// given up is computed again when a further round happens anywhere (D8, D11).
//
// Source: code of education, articles L. 612-3 and D. 612-1-13 to D. 612-1-16; the
// public document of the algorithms of Parcoursup (2023), sections 5 and 6.
package proposal
