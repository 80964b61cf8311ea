package sceau_test.art3_8

import data.sceau.art3_8
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "R8", "P1", "PH7", "extract_under_convention", "A08.03", "read", "as-is", ["network_programme"]],
	["NO_DIRECT_IDENTIFICATION", "R8", "P3", "PH7", "extract_under_convention", "A01.09", "pseudonymised", "coded", ["network_programme"]],
	["CODES_ONLY", "R8", "P3", "PH7", "extract_under_convention", "A08.03", "pseudonymised", "band", ["network_programme"]],
	["NETWORK_PROGRAMME", "R8", "P3", "PH7", "extract_under_convention", "A08.03", "pseudonymised", "coded", []],
	["RESIDENCE_IS_COUNTED", "R8", "P3", "PH7", "extract_under_convention", "A01.17", "pseudonymised", "coded", ["network_programme"]],
	["NETWORK_TASKS", "R8", "P3", "PH7", "extract_under_convention", "A02.06", "pseudonymised", "coded", ["network_programme"]],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := art3_8.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := art3_8.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
