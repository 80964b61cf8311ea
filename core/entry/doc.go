// Package entry is the rules of what stands before the first day: how many wishes a list
// may have, who may refuse one, how places and rates are set, and who is before whom for a
// bed. A session holds all of them but the first, which is for whoever takes wishes in.
//
// # Boarding ranks
//
// Rule ("classement internat"). Those who ask for a bed are compared by resources, then by
// distance, then by the rank that the board gave them ("rang du classement pédagogique").
// A school that serves several groups declares their order, or hears of the ties.
//
// Invariant. Ranks from 1, one for each candidate, whatever the order of entries and the
// numbers of candidates; a tie is named and broken by nobody: there are no lots.
//
// Cost. O(n log n) for each boarding school.
//
// Source: the decree of 31 December 2020, annex, items A02.06, A15.03 and A15.04, of which
// the core has a yes or no, a band and a rank. That resources and distance count, and the
// board's rank, was published; no article that we know says how they are weighed.
//
// # Places by track
//
// Rule. A programme's places are divided among groups. One of vocational candidates in STS,
// or of technological ones in IUT, has a minimum share, rounded up: an offer in which it has
// less is refused, until the first day is published.
//
// Invariant. No more than the share asks for, and no less; the core never compares tracks.
//
// Cost. None.
//
// Source: code of education, article L. 612-3; law 2018-166, article 1.
//
// # Rates
//
// Rule. The maximum rate of non-residents ("taux maximum de non-résidents") becomes the
// minimum rate of residents that the call order takes: 100 less it.
//
// Invariant. A rate outside 0 to 100 is refused, and so is a maximum of non-residents for a
// selective programme ("formation sélective").
//
// Cost. None.
//
// Source: code of education, article L. 612-3 V.
//
// # The answer of an institution
//
// Rule ("réponse de l'établissement"). "oui", "oui, si" and "en attente" enter the roll,
// and are not told apart there. A "non" comes from a selective programme alone, and has the
// act of the board ("commission d'examen des vœux") that decided it; so has a wish that the
// board left without a rank, which comes to the same.
//
// Invariant. A refusal that a person answers for passes, and no other.
//
// Cost. None.
//
// Source: RGT-04 (GDPR 22; law 78-17, article 47; code of relations between the public and
// the administration, article L. 311-3-1): admission never rests on a program alone.
//
// # The list of wishes
//
// Rule. With and without boarding, or by apprenticeship and as a student, a programme is
// one wish ("vœu"); the parts of a multiple wish ("sous-vœux") are counted apart.
//
// Invariant. The order of lines is nothing; a limit that no source states limits nothing.
//
// Cost. Linear in the list.
//
// Source: the decree of 31 December 2020, annex, heading 15; limits are the calendar's.
package entry
