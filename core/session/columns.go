package session

import "sceau/catalogue"

// A Column is one column of the files that runs write. What it says of a candidate is the
// form that the annex gives some item in the core; what says nothing of a candidate has
// no item, and says why it is there.
type Column struct {
	Name  string
	Items []catalogue.ItemID
	Why   string
}

// Columns are those of the files of call orders, days and answers. The view that runs
// take declares its own.
func Columns() []Column {
	return []Column{
		{Name: "call_order_rank", Items: []catalogue.ItemID{"A16.03"}, Why: "the order of each group, as positions of the view"},
		{Name: "waiting_list_rank", Items: []catalogue.ItemID{"A16.04"}, Why: "shown to the candidate"},
		// Where a wish stands is what was answered to it, by its candidate or by a rule that
		// they chose: a letter for each answer there can be, proposals without one included.
		{Name: "answer", Items: []catalogue.ItemID{"A16.05"}, Why: "status of the evening, and kind and cause of each event"},
		// The specification has each transition recorded with its time (section 5): that an
		// answer came in time is computed from it again whenever the log is replayed.
		{Name: "answer_in_time", Items: []catalogue.ItemID{"A16.06"}, Why: "instant and day of each event"},
		{Name: "preference_rank", Items: []catalogue.ItemID{"A15.13"}, Why: "the order that a candidate gave, of those who switched the machine on or order for the gap phase"},
		{Name: "candidate_pseudonym", Items: []catalogue.ItemID{"A01.01"}, Why: "candidate and wish of each event, as positions of the view and the roll"},
		{Name: "rounds", Why: "in which round of the day a proposal was made or given up: a trace of the computation"},
		{Name: "estimate", Why: "of a group"},
		{Name: "bars", Why: "of a boarding school, and as each group sees them"},
		{Name: "last_called", Why: "of a group"},
		{Name: "waiting_count", Why: "of a group"},
		{Name: "figures", Why: "of the country"},
		{Name: "isolated", Why: "groups"},
		{Name: "act", Why: "the reference of a decision for which a person answers; no name"},
	}
}
