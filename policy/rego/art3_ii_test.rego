package sceau_test.art3_ii

import data.sceau.art3_ii
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "O1", "P1", "PH4", "accompaniment_request", "A01.06", "read", "as-is", []],
	["ASKED_TO_BE_PUT_IN_TOUCH", "O1", "P2", "PH2", "accompaniment_request", "A01.06", "read", "as-is", []],
	["NEEDS_ON_REQUEST", "O1", "P2", "PH4", "accompaniment_request", "A11.01", "read", "as-is", []],
	["CHANNEL_CHOSEN", "O1", "P2", "PH4", "accompaniment_request", "A01.19", "read", "as-is", []],
	["NO_POSTAL_ADDRESS", "O1", "P2", "PH4", "accompaniment_request", "A01.14", "read", "as-is", ["channel_chosen"]],
	["CONTRACTS_FOR_APPRENTICESHIP", "O1", "P2", "PH4", "accompaniment_request", "A15.10", "read", "as-is", ["apprenticeship_service", "apprenticeship_wish", "no_contract"]],
	["GUIDANCE_TASKS", "O1", "P2", "PH4", "accompaniment_request", "A02.06", "read", "as-is", []],
	["NAME_NOT_NUMBER", "O1", "P2", "PH4", "accompaniment_request", "A01.03", "read", "as-is", []],
	["READ_ONLY", "O1", "P2", "PH4", "accompaniment_request", "A01.06", "write", "as-is", []],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := art3_ii.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := art3_ii.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
