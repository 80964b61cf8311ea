package sceau_test.art3_6

import data.sceau.art3_6
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "R6", "P1", "PH7", "payment_only", "A06.01", "write", "as-is", []],
	["FEES_ONLY", "R6", "P1", "PH3", "payment_only", "A01.06", "read", "as-is", []],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := art3_6.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := art3_6.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
