// Package entry is what stands before the first day: how many wishes a list may have, what
// institutions answer to them, how places and rates are set, and who is before whom for a
// bed. A roll is made of it, and a campaign begins.
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
// Rule. A programme's places are divided among groups, so that vocational candidates in STS
// and technological ones in IUT have a minimum share on the first day, rounded up.
//
// Invariant. A division that keeps no minimum is refused; the core never compares tracks.
//
// Cost. Linear in the groups.
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
// board of a selective programme left without a rank, which comes to the same.
//
// Invariant. No wish is refused by a program: a session in which one has no answer, or a
// refusal has no act, does not begin.
//
// Cost. Linear in the wishes.
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
