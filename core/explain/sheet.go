package explain

import "sceau/core"

// A Sheet is what anybody may know of a group of a programme after a day ("fiche
// publique"): how it calls, what it has to offer, and how far it has come.
type Sheet struct {
	Group     int        `json:"-"`
	Rule      string     `json:"rule"` // version of the rule
	Rates     core.Rates `json:"rates"`
	Ranked    int        `json:"ranked"`
	Places    int64      `json:"places"`
	RankLimit int64      `json:"rank_limit,omitzero"`
	Stopped   bool       `json:"stopped,omitzero"`
	Withheld  bool       `json:"withheld,omitzero"` // stopped because its result did not verify, and not by the programme
	// Of how far it has come nothing is public where fewer than FewCalled candidates were
	// called: such figures tell of individuals.
	Come *Come `json:"come,omitzero"`
}

// Come is how far a group has come by an evening.
type Come struct {
	Proposed   int   `json:"proposed"` // today
	Held       int   `json:"held"`     // places this evening
	Vacant     int64 `json:"vacant"`
	Beyond     int64 `json:"beyond"`      // holders above the target, through the rank limit or because it was lowered
	LastCalled int32 `json:"last_called"` // the largest shown call rank so far ("rang du dernier appelé")
}

// Public gives the sheet of a group after a day. called is how many of its candidates
// were ever called, shown how far it has come over the days.
func Public(roll *core.Roll, day *core.Day, out *core.Outcome, group int, rates core.Rates, ranked, called int, shown int32) Sheet {
	q := day.Groups[group]
	s := Sheet{Group: group, Rule: core.RuleVersion, Rates: rates, Ranked: ranked, Places: q.Places, RankLimit: q.RankLimit, Stopped: q.Stop}
	if called < FewCalled {
		return s
	}
	held, come := map[core.Candidate]bool{}, &Come{LastCalled: shown}
	for i, g := range roll.Wishes.Group {
		if int(g) != group {
			continue
		}
		if out.Status[i].Holds() {
			held[roll.Wishes.Candidate[i]] = true
		}
		if _, today := out.Today(i); today {
			come.Proposed++
		}
	}
	come.Held = len(held)
	come.Vacant, come.Beyond = max(0, q.Places-int64(come.Held)), max(0, int64(come.Held)-q.Places)
	s.Come = come
	return s
}
