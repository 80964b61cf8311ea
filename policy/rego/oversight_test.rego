package sceau_test.oversight

import data.sceau.oversight
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "C2", "P1", "PH8", "case_file", "A01.06", "read", "as-is", ["case_open", "second_approval"]],
	["ARCHIVE_STEERING_ONLY", "C2", "P1", "PH8", "case_file", "A01.06", "read", "as-is", ["case_open", "second_approval"]],
	["OFFICER_READS_NO_DOSSIER", "C1", "P1", "PH3", "national", "A08.03", "pseudonymised", "as-is", []],
	["CASE_OPEN", "C2", "P1", "PH3", "case_file", "A01.06", "read", "as-is", ["second_approval"]],
	["SECOND_APPROVAL", "C2", "P1", "PH3", "case_file", "A01.06", "read", "as-is", ["case_open"]],
	["HEALTH_GROUND", "C2", "P1", "PH3", "case_file", "A07.03", "read", "as-is", ["case_open", "second_approval"]],
	["AUTHORITY_READS", "C2", "P1", "PH3", "case_file", "A01.06", "write", "as-is", ["case_open", "second_approval"]],
	["NO_PASSWORD_IN_A_CASE", "C2", "P1", "PH3", "case_file", "A01.02", "read", "match", ["case_open", "second_approval"]],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := oversight.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := oversight.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
