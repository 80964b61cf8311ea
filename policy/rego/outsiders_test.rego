package sceau_test.outsiders

import data.sceau.outsiders
import data.sceau_test.fixture

refusals := [
	["NOT_A_RECIPIENT", "X1", "P1", "PH3", "national", "A01.06", "read", "as-is", []],
	["CONTEXT_CLOSED", "X4", "P1", "PH3", "self", "A01.06", "read", "as-is", []],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := outsiders.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := outsiders.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
