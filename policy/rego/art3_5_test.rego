package sceau_test.art3_5

import data.sceau.art3_5
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "R5", "P1", "PH3", "own_call", "A01.06", "read", "match", ["caller_verified"]],
	["CALLER_VERIFIED", "R5", "P2", "PH3", "own_call", "A01.06", "read", "match", []],
	["CONFIRM_AND_TELL_STATES", "R5", "P2", "PH3", "own_call", "A01.06", "read", "as-is", ["caller_verified"]],
	["CALL_TASKS", "R5", "P2", "PH3", "own_call", "A08.03", "read", "match", ["caller_verified"]],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := art3_5.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := art3_5.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
