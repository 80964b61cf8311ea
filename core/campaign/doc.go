// Package campaign is what happens between two days of proposals: candidates answer
// before a deadline, silence is refusal, and a log keeps every transition with its time
// and cause, so that the state can be replayed and nobody can change a refusal.
//
// A day goes in one order: Lapse what nobody answered, Freeze the answers, compute,
// Publish proposals and automatic answers together. Nothing here reads a file, a clock or a
// personal datum: a candidate is a position. Each invariant below has a test that tries to
// break it.
//
// Memory is 24 bytes a wish, 32 an event, 9 a candidate. Measured with 11.8 million wishes
// on two cores: a second to publish 2.7 million proposals, as much to lapse them, three to
// replay both.
//
// # Answers
//
// Rule. A candidate accepts or refuses a proposal, keeps or drops a wish that waits, orders
// wishes, switches the answering machine, or leaves ("démission"); to accept one proposal
// of the main phase gives up the former. A dropped wish may wait again, with its call rank
// ("réintégration"); a correction needs the act of a person who answers for it.
//
// Invariant. An answer counts at or before its deadline, never after. At most one accepted
// proposal of the main phase is held. A refusal stays one: only a wish that was dropped
// while it waited may wait again, and those called meanwhile keep their proposal. An event
// has its whole effect or none.
//
// Cost. The wishes of one candidate; a late insertion reads the roll.
//
// Source: code of education, article D. 612-1-14 and the yearly calendar; the decree of
// 31 December 2020, annex, items A16.05 and A16.06.
//
// # The lapse
//
// Rule ("silence vaut refus"). In the morning every proposal whose deadline passed is given
// up, one event each. Where the calendar says so, wishes that were to be confirmed and
// were not are dropped, and late in the gap phase those that wait beside a lapse.
//
// Invariant. Silence on a new proposal never costs one that was accepted earlier, and
// nothing lapses on its deadline's day.
//
// Cost. Each wish is read once.
//
// Source: code of education, article D. 612-1-14, and the yearly calendar.
// The two further rules were reported of some campaigns, and are
// off until a calendar states them.
//
// # The freeze
//
// Rule. The input of a day is what every wish is once late proposals have lapsed, with the
// ranks called so far and as they were five days before. No answer is taken until the day
// is published, or thawed because its computation failed.
//
// Invariant. What is published answers what was computed: a day with a late proposal, or
// one that is published already, is not frozen; the input is the caller's own copy.
//
// Cost. Each wish is read twice.
//
// Source: code of education, article D. 612-1-14, and the yearly calendar; the public
// algorithms for the ranks called.
//
// # The publication
//
// Rule. Proposals, automatic answers and the digest of the waiting ranks are appended at
// one instant. The whole outcome is first held against what was frozen.
//
// Invariant. All of it or nothing; at no line of the log does somebody hold two accepted
// proposals; nobody loses something automatically and gets nothing; a proposal that was
// given up within the day was sent to nobody.
//
// Cost. Each wish is read a few times.
//
// Source: code of education, article D. 612-1-14, and the yearly calendar;
// what follows from rules is told apart from what people said, by
// its cause (RGT-05).
//
// # The log
//
// Rule. A state follows from its first day and its log. Replay judges each event again,
// finds each consequence again, and compares.
//
// Invariant. One log is one state, digest for digest; an event that was altered, added or
// taken out is found. A candidate can be told when and why each wish changed.
//
// Cost. That of the events; of one candidate's, one pass over the log.
//
// Source: RGT-05 (code of education, article L. 612-3 I, last paragraph).
package campaign
