package sceau_test.art3_3

import data.sceau.art3_3
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "R3a", "P1", "PH6", "own_pupil", "A08.03", "read", "as-is", []],
	["CONTEXT_CLOSED", "R3b", "P2", "PH3", "own_class", "A01.06", "read", "as-is", []],
	["SCHOOL_TASKS", "R3a", "P1", "PH3", "own_pupil", "A01.13", "read", "as-is", []],
	["PREFERENCES_STAY_HIDDEN", "R3b-pp", "P2", "PH3", "own_class", "A15.12", "read", "as-is", []],
	["BURSARY_STEP_ONLY", "R3a", "P1", "PH3", "own_pupil", "A02.01", "read", "as-is", []],
	["NO_OCCUPATION", "R3a", "P1", "PH3", "own_pupil", "A01.24", "read", "as-is", []],
	["PROJECT_ONLY", "R3a", "P1", "PH3", "own_pupil", "A07.01", "read", "as-is", []],
	["RANKS_STAY_WITH_THE_PROGRAMME", "R3a", "P2", "PH4", "own_pupil", "A16.04", "read", "as-is", []],
	["CURRENT_YEAR", "R3a", "P1", "PH3", "own_pupil", "A08.08", "write", "as-is", []],
	["SCHOOL_WRITES_ITS_OWN", "R3a", "P1", "PH3", "own_pupil", "A01.19", "write", "as-is", []],
	["RECORD_CLOSES", "R3a", "P1", "PH4", "own_pupil", "A08.08", "write", "as-is", ["current_year"]],
	["TEACHER_OF_A_SUBJECT", "R3b", "P1", "PH3", "own_class", "A08.12", "read", "as-is", ["own_subject"]],
	["OWN_SUBJECT", "R3b", "P1", "PH3", "own_class", "A08.08", "write", "as-is", []],
	["HEAD_TEACHER_TASKS", "R3b-pp", "P2", "PH3", "own_class", "A02.06", "read", "as-is", []],
	["OFFICE_CORRECTS_IDENTITY", "R3a", "P1", "PH3", "own_pupil", "A01.06", "write", "as-is", []],
	["AGENTS_ARE_NOT_FILES", "R3a", "P1", "PH3", "own_institution_agents", "A01.06", "read", "as-is", []],
	["OWN_INSTITUTION_AGENTS", "R3a", "P1", "PH3", "own_pupil", "A03.01", "read", "as-is", []],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := art3_3.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := art3_3.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
