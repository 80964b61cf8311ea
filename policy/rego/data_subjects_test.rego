package sceau_test.data_subjects

import data.sceau.data_subjects
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "S2", "P1", "PH7", "minor_child", "A01.06", "read", "as-is", []],
	["CONTEXT_CLOSED", "S1", "P3", "PH7", "self", "A08.03", "pseudonymised", "coded", []],
	["ARCHIVE_STEERING_ONLY", "S1", "P1", "PH8", "self", "A01.06", "read", "as-is", []],
	["VALUE_ITSELF", "S1", "P1", "PH3", "self", "A08.03", "pseudonymised", "as-is", []],
	["APPRAISALS_AFTER_EXAMINATION", "S1", "P1", "PH3", "self", "A08.11", "read", "as-is", []],
	["FRAUD_ON_REQUEST", "S1", "P1", "PH3", "self", "A01.28", "read", "as-is", []],
	["PROTECTED_COORDINATES", "S1", "P1", "PH3", "self", "A01.25", "read", "as-is", []],
	["CORRECTION_ON_REQUEST", "S1", "P1", "PH3", "self", "A01.06", "write", "as-is", []],
	["RECORD_BY_THE_SCHOOL", "S1", "P1", "PH1", "self", "A08.03", "write", "as-is", []],
	["NOT_BY_SELF_SERVICE", "S1", "P1", "PH1", "self", "A06.02", "write", "as-is", []],
	["PARENT_READS", "S2", "P1", "PH3", "minor_child", "A01.06", "write", "as-is", []],
	["MINORS_OWN_MATTERS", "S2", "P1", "PH3", "minor_child", "A07.03", "read", "as-is", []],
	["PROTECTED_ADDRESS", "S2", "P1", "PH3", "minor_child", "A01.14", "read", "as-is", []],
	["RESPONSIBLES_OWN_DATA", "S2", "P1", "PH3", "self", "A01.06", "read", "as-is", []],
	["MEANS_READ_ONLY", "S2", "P1", "PH3", "self", "A02.01", "write", "as-is", []],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := data_subjects.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := data_subjects.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
