// Package calendar is the dates of one year's campaign, as a decree fixes them: on which
// days proposals leave, until when each may be answered, in which days wishes are ordered.
//
// # A year
//
// Rule ("calendrier de la procédure"). Dates are data, one file a year: each cell with its
// source, or with the reason why it is missing. A date that is decided by whoever orders a
// campaign is written into it, with who decided it as the source.
//
// Invariant. A year with a missing cell opens no campaign, and is never guessed. A file with
// an unknown key, a cell that was forgotten, a date of another year or dates that contradict
// each other is refused whole.
//
// Cost. That of reading a file of a few kilobytes.
//
// Source: code of education, article D. 612-1-14, and its yearly calendar; each cell names
// its own.
//
// # The deadline
//
// Rule ("délai de réponse"). A proposal is answered until 23:59:59 in Paris of a day that
// follows from the day on which it was sent, the track ("voie") and the year's calendar: a
// fixed day, or a number of days of which those of examinations do not count ("suspension
// des délais"). With the answering machine on there is none.
//
// Invariant. A pure function of the three: the same log has the same deadlines anywhere.
// Days are those of Paris, whatever the machine's zone, and 23 or 25 hours long twice a year.
//
// Cost. As many steps as days.
//
// Source: code of education, article D. 612-1-14, and its yearly calendar.
package calendar
