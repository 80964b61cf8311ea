// Package campaign is what happens between two days of proposals: candidates answer
// before a deadline, silence is refusal, and a log keeps every transition with its time
// and cause, so that the state can be replayed and nobody can change a refusal.
//
// The law. A proposal ("proposition d'admission") is answered within the delay that the
// yearly calendar sets (article D. 612-1-14 of the education code); admission never rests
// on a program alone, so a "non" carries the act of a person who answers for it
// (RGT-04: GDPR 22, law 78-17 article 47), and a candidate can be told when and why each
// of their wishes changed (RGT-05).
//
// The invariants, each with a test that tries to break it:
//
//	an answer counts at or before 23:59:59 of the deadline's day in Paris, never after;
//	a candidate holds at most one accepted proposal of the main phase;
//	silence on a new proposal never costs one that was accepted earlier;
//	a refusal stays one: only a wish that was dropped while it waited may wait again;
//	an event has its whole effect or none, and replaying the log gives the same state.
//
// A day goes in one order: Lapse what nobody answered, Freeze the answers, compute,
// Publish proposals and automatic answers together. Calendars are data, one file a year,
// each cell with its source; a year with a missing cell is refused and never guessed.
//
// Nothing here reads a file, a clock or a personal datum: a candidate is a position.
// The cost: 24 bytes a wish, 32 an event, 9 a candidate. An answer looks at the wishes of
// one candidate; Lapse, Freeze and Publish read each wish once or twice. Measured with
// 11.8 million wishes on two cores: a second to publish 2.7 million proposals, as much to
// lapse them, three to replay both.
package campaign
