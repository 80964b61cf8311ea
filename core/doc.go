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
//	explain      why somebody was not called yet, or called after somebody else
//	whatif       the same under another rule: a comparison of counts, never a legal run
//	campaign     answers, deadlines, and the log from which a state is replayed
//	cases        these computations on lines of JSON, the form of the golden vectors
//
// Everything that computes takes slices and returns slices, gives the same result for
// the same set of wishes in whatever order and on however many threads, and refuses a
// faulty input whole.
package core
