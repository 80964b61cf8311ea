package sceau_test.art3_7

import data.sceau.art3_7
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "R7", "P3", "PH6", "extract_under_convention", "A12.03", "pseudonymised", "coded", ["convention_relevance", "k_threshold", "liaison_form_exists"]],
	["NO_DIRECT_IDENTIFICATION", "R7", "P3", "PH7", "extract_under_convention", "A01.06", "pseudonymised", "coded", ["convention_relevance", "k_threshold", "liaison_form_exists"]],
	["CODES_ONLY", "R7", "P3", "PH7", "extract_under_convention", "A12.03", "pseudonymised", "as-is", ["convention_relevance", "k_threshold", "liaison_form_exists"]],
	["K_THRESHOLD", "R7", "P3", "PH7", "extract_under_convention", "A12.03", "pseudonymised", "coded", ["convention_relevance", "liaison_form_exists"]],
	["LIAISON_FORM_EXISTS", "R7", "P3", "PH7", "extract_under_convention", "A12.03", "pseudonymised", "coded", ["convention_relevance", "k_threshold"]],
	["CONVENTION_RELEVANCE", "R7", "P3", "PH7", "extract_under_convention", "A12.03", "pseudonymised", "coded", ["k_threshold", "liaison_form_exists"]],
	["FORM_ALONE", "R7", "P3", "PH7", "extract_under_convention", "A13.01", "pseudonymised", "coded", ["convention_relevance", "k_threshold", "liaison_form_exists"]],
	["RESEARCH_TASKS", "R7", "P3", "PH7", "extract_under_convention", "A02.06", "pseudonymised", "coded", ["convention_relevance", "k_threshold", "liaison_form_exists"]],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := art3_7.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := art3_7.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
