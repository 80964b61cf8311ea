package sceau_test.art3_2

import data.sceau.art3_2
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "R2g", "P2", "PH5", "caes_request", "A15.05", "read", "as-is", []],
	["CONTEXT_CLOSED", "R2c", "P2", "PH2", "academy_of_residence", "A01.06", "read", "as-is", ["apprenticeship_wish", "no_contract"]],
	["CONTEXT_CLOSED", "R2g", "P1", "PH4", "caes_request", "A08.03", "read", "as-is", []],
	["CONTEXT_CLOSED", "R2d", "P3", "PH6", "academy_of_residence", "A08.03", "pseudonymised", "coded", []],
	["ACADEMY_CASE", "R2a", "P1", "PH3", "academy_of_residence", "A01.06", "read", "as-is", []],
	["NATIONALITY_GROUND", "R2a", "P1", "PH3", "academy_of_residence", "A01.13", "read", "as-is", []],
	["ASSIMILATION_OPEN", "R2a", "P1", "PH3", "academy_of_residence", "A01.22", "read", "as-is", []],
	["BURSARY_TO_CERTIFY", "R2a", "P1", "PH3", "academy_of_residence", "A02.06", "read", "as-is", []],
	["REQUEST_ADDRESSED", "R2a", "P1", "PH3", "academy_of_residence", "A04.10", "write", "as-is", []],
	["UNDECIDED", "R2a", "P1", "PH3", "academy_of_residence", "A04.04", "write", "as-is", ["request_addressed"]],
	["MEDICAL_TO_THE_DOCTOR", "R2a", "P1", "PH5", "caes_request", "A05.02", "read", "as-is", []],
	["RECTOR_READS_THE_FORM", "R2a", "P1", "PH4", "reexam_request", "A13.01", "read", "as-is", ["form_produced"]],
	["FORM_WITH_THE_REQUEST", "R2a", "P1", "PH4", "academy_of_residence", "A07.03", "read", "as-is", ["form_produced"]],
	["FORM_NOT_PRODUCED", "R2a", "P1", "PH4", "reexam_request", "A07.03", "read", "as-is", []],
	["GRANTING_PROFILES", "R2a", "P1", "PH3", "own_academy_agents", "A03.01", "write", "as-is", []],
	["AGENTS_ARE_NOT_FILES", "R2a", "P1", "PH3", "own_academy_agents", "A01.06", "read", "as-is", ["grants_profiles"]],
	["RECTORATE_TASKS", "R2a", "P1", "PH3", "academy_of_residence", "A07.02", "read", "as-is", ["academy_case"]],
	["RECORD_FOR_THE_COMMISSION", "R2a", "P1", "PH3", "academy_of_residence", "A08.03", "read", "as-is", ["academy_case"]],
	["DOCTOR_READS_THE_CASE", "R2a-med", "P1", "PH4", "reexam_request", "A01.19", "read", "as-is", []],
	["DOCTOR_READS_ONLY", "R2a-med", "P1", "PH4", "reexam_request", "A05.01", "write", "as-is", []],
	["MEDICAL_PIECE", "R2a-med", "P1", "PH4", "reexam_request", "A05.02", "read", "as-is", []],
	["ACCOMPANIMENT_DUE", "R2b", "P2", "PH4", "academy_of_residence", "A01.06", "read", "as-is", []],
	["ACCOMPANIMENT_DUE", "R2b", "P2", "PH2", "academy_of_residence", "A01.06", "read", "as-is", ["accompaniment_due"]],
	["ASKED_TO_BE_PUT_IN_TOUCH", "R2b", "P2", "PH4", "academy_of_residence", "A11.01", "read", "as-is", []],
	["GUIDANCE_TASKS", "R2b", "P2", "PH4", "academy_of_residence", "A02.06", "read", "as-is", ["accompaniment_due"]],
	["GUIDANCE_READS_ONLY", "R2b", "P2", "PH4", "academy_of_residence", "A01.19", "write", "as-is", ["accompaniment_due"]],
	["APPRENTICESHIP_WISH", "R2c", "P2", "PH4", "academy_of_residence", "A15.X1", "read", "as-is", []],
	["NO_CONTRACT", "R2c", "P2", "PH4", "academy_of_residence", "A01.06", "read", "as-is", ["apprenticeship_wish"]],
	["APPRENTICESHIP_TASKS", "R2c", "P2", "PH4", "academy_of_residence", "A08.03", "read", "as-is", ["apprenticeship_wish"]],
	["STEERING_READS_COUNTS", "R2e", "P3", "PH7", "supervised_school", "A08.03", "pseudonymised", "coded", []],
	["NOTHING_ELSE_TO_COUNT", "R2f", "P3", "PH7", "supervised_programme", "A08.03", "aggregate", "count", []],
	["SCHOOL_SERVICE_TASKS", "R2e", "P3", "PH7", "supervised_school", "A01.17", "aggregate", "count", []],
	["CODES_AND_BANDS", "R2d", "P3", "PH7", "academy_of_residence", "A08.03", "pseudonymised", "as-is", []],
	["ASSIGNED_CASE", "R2g", "P1", "PH5", "caes_request", "A01.06", "read", "as-is", []],
	["ZONE_GROUND", "R2g", "P1", "PH5", "caes_request", "A01.14", "read", "as-is", []],
	["HEALTH_GROUND", "R2g", "P1", "PH5", "caes_request", "A07.03", "read", "as-is", ["form_produced"]],
	["COMMISSION_TASKS", "R2g", "P1", "PH5", "caes_request", "A02.06", "read", "as-is", []],
	["COMMISSION_WRITES_RECOURSE", "R2g", "P1", "PH5", "caes_request", "A08.03", "write", "as-is", []],
	["RECTORATE_WRITES_REQUESTS", "R2a", "P1", "PH3", "academy_of_residence", "A01.06", "write", "as-is", ["academy_case"]],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := art3_2.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := art3_2.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
