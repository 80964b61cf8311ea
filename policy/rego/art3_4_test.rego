package sceau_test.art3_4

import data.sceau.art3_4
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "R4b-exam", "P1", "PH2", "applied_programme", "A08.03", "pseudonymised", "as-is", []],
	["CONTEXT_CLOSED", "R4b-enr", "P1", "PH4", "admitted_programme", "A01.06", "read", "as-is", []],
	["CONTEXT_CLOSED", "R4b", "P1", "PH3", "applied_programme", "A08.03", "pseudonymised", "as-is", []],
	["EXAMINED_WITHOUT_A_NAME", "R4b-exam", "P1", "PH3", "applied_programme", "A01.06", "read", "as-is", []],
	["EXAMINED_WITHOUT_MEANS", "R4b-exam", "P1", "PH3", "applied_programme", "A02.06", "read", "yes-no", []],
	["AGE_GIVEN_BACK", "R4b-exam", "P1", "PH3", "applied_programme", "A15.09", "read", "own-couple", []],
	["OWN_COUPLE", "R4b-exam", "P1", "PH3", "applied_programme", "A15.X1", "read", "as-is", []],
	["NO_RECOURSE", "R4b-conv", "P1", "PH3", "applied_programme", "A15.13", "read", "as-is", ["art13_exception"]],
	["PREFERENCES_STAY_HIDDEN", "R4b-pool", "P1", "PH3", "applied_programme", "A15.12", "read", "as-is", []],
	["FILE_UNDER_ITS_NUMBER", "R4b-exam", "P1", "PH3", "applied_programme", "A08.03", "read", "as-is", []],
	["TEXTS_ARE_CLEARED", "R4b-exam", "P1", "PH3", "applied_programme", "A07.02", "pseudonymised", "as-is", []],
	["WISH_TEXTS_ARE_CLEARED", "R4b-exam", "P1", "PH3", "applied_programme", "A15.10", "read", "own-couple", []],
	["EXAMINATION_ENDS", "R4b-exam", "P1", "PH6", "applied_programme", "A08.03", "pseudonymised", "as-is", []],
	["EQUAL_OPPORTUNITY_OPT_IN", "R4b-exam", "P1", "PH3", "applied_programme", "A08.07", "pseudonymised", "as-is", []],
	["COMMISSION_WRITES_ITS_ANSWER", "R4b-exam", "P1", "PH3", "applied_programme", "A15.X1", "write", "own-couple", []],
	["OWN_INSTITUTION_AGENTS", "R4a", "P1", "PH3", "applied_programme", "A03.01", "read", "as-is", []],
	["AGENTS_ARE_NOT_FILES", "R4a", "P1", "PH3", "own_institution_agents", "A08.03", "pseudonymised", "as-is", []],
	["ART13_EXCEPTION", "R4b-conv", "P1", "PH3", "applied_programme", "A01.06", "read", "as-is", []],
	["BOARDING_WISH", "R4b-conv", "P1", "PH3", "applied_programme", "A01.09", "read", "as-is", ["art13_exception"]],
	["APPRENTICESHIP_WISH", "R4b-conv", "P1", "PH3", "applied_programme", "A15.10", "read", "own-couple", []],
	["MEANS_AS_A_BAND", "R4b-conv", "P1", "PH3", "applied_programme", "A02.01", "read", "as-is", []],
	["DISTANCE_AS_A_BAND", "R4b-conv", "P1", "PH3", "applied_programme", "A15.03", "read", "own-couple", ["boarding_wish"]],
	["ADAPTED_TEST", "R4b-conv", "P1", "PH3", "applied_programme", "A13.02", "read", "yes-no", []],
	["SUMMONS_TASKS", "R4b-conv", "P1", "PH3", "applied_programme", "A08.03", "read", "as-is", []],
	["BEFORE_ACCEPTANCE", "R4b-enr", "P1", "PH4", "applied_programme", "A01.06", "read", "as-is", []],
	["MILITARY_LYCEE", "R4b-enr", "P1", "PH4", "applied_programme", "A01.20", "read", "as-is", []],
	["MINOR_OR_BOARDER", "R4b-enr", "P1", "PH6", "admitted_programme", "A01.22", "read", "as-is", []],
	["CERTIFICATE_REQUIRED", "R4b-enr", "P1", "PH6", "admitted_programme", "A13.01", "read", "yes-no", []],
	["ENROLMENT_TASKS", "R4b-enr", "P1", "PH6", "admitted_programme", "A02.06", "read", "as-is", []],
	["ENROLMENT_WRITES_ENROLMENT", "R4b-enr", "P1", "PH6", "admitted_programme", "A01.06", "write", "as-is", []],
	["AGREEMENT_GIVEN", "R4b-hand", "P2", "PH6", "admitted_programme", "A01.06", "read", "as-is", []],
	["REFERENT_TASKS", "R4b-hand", "P2", "PH6", "admitted_programme", "A13.01", "read", "as-is", ["agreement_given"]],
	["STATE_UNDER_ITS_NUMBER", "R4b-info", "P2", "PH3", "applied_programme", "A15.X1", "pseudonymised", "own-couple", ["contact_asked"]],
	["CONTACT_ASKED", "R4b-info", "P2", "PH3", "applied_programme", "A15.05", "pseudonymised", "own-couple", []],
	["OFFICES_READ_ONLY", "R4b-conv", "P1", "PH3", "applied_programme", "A01.06", "write", "as-is", ["art13_exception"]],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := art3_4.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := art3_4.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
