// Package proposal computes who gets a proposal of admission today ("propositions
// d'admission"), and what the answering machines and the gap phase answer.
//
// Nobody is passed by somebody behind in the order without one of the reasons that package
// verify lists. All of it serves article L. 612-3 of the code of education, which has the
// rates and the boards decide who is called; no article that we know fixes the details.
// They are those of the public algorithms of Parcoursup (document of May 2023, code of June
// 2024). Where the two differ the code is the rule, and docs/admission.md says where.
//
// # Rounds
//
// Rule. A day is a sequence of rounds on the same data: who holds what; the proposals of
// each component, which are groups tied by boarding schools; from the first day of the
// gap phase on, its rule; the answering machines. When these gave up a proposal its place
// is free, and a further round follows. Proposals of earlier rounds count as held.
//
// Invariant. The result is a function of the wishes as a set, and names mean nothing
// (D8); a wish is proposed once at most, and none of a stopped group (D7); the day again,
// right after it, proposes nothing new but for beds that the last round released (D11).
// Rounds are national: a component in which something was given up is computed again
// when a further round happens anywhere, and no other is.
//
// Cost. Sorting and indexing once a campaign (Prepare), O(n log n). A round is linear in
// the waiting wishes of the components that the round before touched, times the lowerings
// of bars, a handful in practice. Each further round gives up a proposal for good, so that
// there are no more rounds than wishes. Components are computed in parallel.
//
// Source: the public algorithms.
//
// # The scan of a group
//
// Rule. A group with free places goes down its call order ("ordre d'appel"). It passes
// over a wish whose boarding rank is above the bar of its school, unless the candidate has
// a bed there; it proposes any other while a place is free, or up to the rank limit
// ("taux d'appel supplémentaire"), or to who holds the group. Twins take one place.
//
// Invariant. The call order is respected (D1), no place is given twice and none is wasted
// (D4). Without boarding, limit and automatic answers these are the first who wait, one a
// place (D10), and whoever withdraws hurts nobody of the group (D9).
//
// Cost. Linear in the group, up to where it is full and nobody behind holds it.
//
// Source: code of education, article L. 612-3; the places are the programme's.
//
// # The estimate
//
// Rule. The call rank that a group is expected to have reached when beds are no longer
// reserved ("fin de réservation des places d'internat"), from the pace of the last days.
//
// Invariant. It never lies below what was called nor below the rank limit; on the first
// day, and of a group that called nobody yet, it is Unbounded.
//
// Cost. A few integer operations for each group, once a day.
//
// Source: the public algorithms, whose code also applies the rank limit after the end of
// the reservation, where their document does not.
//
// # The highest bar allowed
//
// Rule ("barre internat maximale"). Until the end of the reservation a school keeps its
// free beds for the best boarding ranks among those who wait and are expected to be
// called: the bar is the rank of the last who would have one. It is Unbounded from that
// day on, and when a group that waits for the school has ended its reservation.
//
// Invariant. A bed given is not above it (D5, D6).
//
// Cost. Linear in the wishes for the school, in each round that touched it.
//
// Source: the public algorithms.
//
// # The bars
//
// Rule ("barres internat"). Each school begins at its highest bar. Groups are scanned;
// where the candidates proposed are more than the free beds, the bar falls just under the
// one who makes it overflow, and the groups with a wish for the school are scanned again;
// until none falls.
//
// Invariant. They are the greatest bars, school by school, that respect beds and highest
// bars, whoever is looked at first (D5, D6): to lower one only has scans go deeper, so that
// what overflows here overflows under every admissible choice. Of two wishes for one bed,
// who is first in both orders is not passed (D2), nor who has the group and waits for the
// bed (D3).
//
// Cost. At most one lowering for each boarding rank of a school; each scans again the
// groups of that school only.
//
// Source: the public algorithms. Their document lowers by one rank and one school at a
// time: the result is the same, and a slow day in the tests does so.
//
// # The answering machine
//
// Rule ("répondeur automatique"). Of who switched it on, the best proposal of today is
// accepted; every earlier one is given up, whatever its rank, and so is every wish ranked
// behind; better ones go on waiting. Places outside the main phase are left alone.
//
// Invariant. A1 to A5: it happens to those who asked for it; one proposal at most is held,
// accepted, and better than all that was lost; what still waits is better; nobody ends
// with no place who had one. The order of candidates is nothing (A6). With everybody on
// it and no boarding, the day ends in the stable matching best for programmes (A7).
//
// Cost. Linear in the wishes of those who were proposed something in the round.
//
// Source: the decree of 31 December 2020 names the preference expressed for it (annex,
// item A15.13); the public algorithms.
//
// # The gap phase
//
// Rule ("gestion des désistements"). From its first day, of who ordered wishes and has no
// machine on: what is ranked behind the best proposal of today is given up, waiting,
// proposed today, or earlier and unanswered. It comes before the machines in a round.
//
// Invariant. A1 and A3 to A5; an accepted proposal is kept, and a wish that was not
// ordered is left alone.
//
// Cost. As the answering machine.
//
// Source: the yearly calendar under article D. 612-1-14 of the code of education sets its
// days; the public algorithms.
//
// # What is refused
//
// Rule. A day is refused with one Fault before anything is computed: parameters, then
// columns, then ranks, then what the machines begin with. Machines are not held to a
// complete order on the days in which candidates put their wishes in order.
//
// Invariant. The Fault is the first that a fixed order of looking finds, on any number of
// threads; neither roll nor day is changed.
//
// Cost. Ranks are looked at once for the roll when it has no fault; a day then pays for
// its parameters and its machines.
//
// Source: the golden vectors, whose codes are these; stricter than the public algorithms
// on a day below 1, a candidate who is not there, and numbers beyond 31 bits.
package proposal
