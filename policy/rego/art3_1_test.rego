package sceau_test.art3_1

import data.sceau.art3_1
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "R1a-sup", "P2", "PH6", "open_ticket", "A15.05", "read", "as-is", []],
	["CONTEXT_CLOSED", "R1b", "P1", "PH3", "national", "A08.01", "read", "as-is", []],
	["CONTEXT_CLOSED", "R1d", "P3", "PH3", "national", "A08.01", "aggregate", "count", []],
	["CONTEXT_CLOSED", "R1c", "P3", "PH4", "national", "A08.03", "pseudonymised", "coded", []],
	["ARCHIVE_STEERING_ONLY", "R1a-leg", "P1", "PH8", "open_request", "A01.06", "read", "as-is", ["second_approval"]],
	["ARCHIVE_READ_ONLY", "R1a-leg", "P1", "PH8", "open_request", "A01.06", "write", "as-is", ["hold", "second_approval"]],
	["IDENTITY_UNDER_FILE_NUMBER", "R1c", "P3", "PH7", "national", "A01.08", "pseudonymised", "as-is", []],
	["STEERING_LOOKS_AT_NO_ONE", "R1a-pil", "P3", "PH7", "national", "A08.03", "read", "as-is", []],
	["NO_TEXT_IN_EXTRACT", "R1c", "P3", "PH7", "national", "A08.11", "pseudonymised", "coded", []],
	["NO_SCRUBBED_TEXT_IN_EXTRACT", "R1c", "P3", "PH7", "national", "A08.11", "pseudonymised", "scrub", []],
	["COUNTS_ARE_COUNTED", "R1a-pil", "P3", "PH7", "national", "A08.03", "aggregate", "coded", []],
	["PASSWORD_COMPARED_ONLY", "R1a", "P1", "PH3", "national", "A03.08", "read", "as-is", ["grants_profiles"]],
	["HEALTH_TO_NAMED_ADDRESSEES", "R1b", "P3", "PH7", "national", "A13.01", "aggregate", "count", ["totals_only"]],
	["FORM_NOT_PRODUCED", "R1e", "P1", "PH3", "applied_programme", "A07.03", "read", "as-is", ["armed_forces"]],
	["FRAUD_WITH_THE_CONTROLLER", "R1a-pil", "P3", "PH7", "national", "A01.28", "aggregate", "count", []],
	["PREFERENCES_STAY_HIDDEN", "R1e", "P1", "PH3", "applied_programme", "A15.13", "read", "as-is", ["armed_forces"]],
	["TRACES_FOR_SECURITY", "R1a-pil", "P3", "PH7", "national", "A14.01", "aggregate", "count", []],
	["PAYMENT_ONLY", "R1b", "P3", "PH7", "national", "A06.01", "aggregate", "count", []],
	["STAFF_DIRECTORY", "R1a-pil", "P3", "PH7", "national", "A03.01", "aggregate", "count", []],
	["NO_UNION_PROFILE", "R1a", "P1", "PH3", "national", "A01.06", "read", "as-is", ["grants_profiles"]],
	["GRANTING_PROFILES", "R1a", "P1", "PH3", "national", "A03.01", "write", "as-is", []],
	["SUPPORT_NEEDS_LITTLE", "R1a-sup", "P1", "PH3", "open_ticket", "A08.01", "read", "as-is", []],
	["CALLER_MATCHED_ONLY", "R1a-sup", "P1", "PH3", "open_ticket", "A01.22", "read", "as-is", []],
	["CALLER_VERIFIED", "R1a-sup", "P1", "PH3", "open_ticket", "A01.19", "write", "as-is", []],
	["PAYMENT_INCIDENT", "R1a-sup", "P1", "PH3", "open_ticket", "A06.01", "read", "as-is", []],
	["RANKS_STAY_WITH_THE_PROGRAMME", "R1a-sup", "P2", "PH4", "open_ticket", "A16.04", "read", "as-is", []],
	["SECURITY_SEES_TRACES", "R1a-sec", "P1", "PH3", "national", "A08.01", "pseudonymised", "as-is", ["alert_or_review"]],
	["SECURITY_UNDER_PSEUDONYMS", "R1a-sec", "P1", "PH3", "national", "A14.01", "read", "as-is", ["alert_or_review"]],
	["ALERT_OR_REVIEW", "R1a-sec", "P1", "PH3", "national", "A14.01", "pseudonymised", "as-is", []],
	["SECOND_APPROVAL", "R1a-leg", "P1", "PH3", "open_request", "A01.06", "read", "as-is", []],
	["SECOND_APPROVAL_ARCHIVE", "R1a-leg", "P1", "PH8", "open_request", "A01.06", "read", "as-is", ["hold"]],
	["REQUESTS_ARE_READ", "R1a-leg", "P1", "PH3", "open_request", "A01.06", "write", "as-is", ["second_approval"]],
	["HEALTH_GROUND", "R1a-leg", "P1", "PH3", "open_request", "A07.03", "read", "as-is", ["second_approval"]],
	["NO_FILE_WITHOUT_A_REQUEST", "R1a-leg", "P1", "PH3", "national", "A01.06", "read", "as-is", ["case_open"]],
	["CASE_OPEN", "R1a-leg", "P1", "PH3", "national", "A01.28", "write", "as-is", []],
	["STEERING_READS_COUNTS", "R1a-pil", "P3", "PH7", "national", "A08.03", "pseudonymised", "coded", []],
	["NOTHING_TO_COUNT", "R1a-pil", "P3", "PH7", "national", "A01.06", "aggregate", "count", []],
	["DIRECTORATE_TASKS", "R1b", "P3", "PH7", "national", "A01.17", "aggregate", "count", []],
	["HEALTH_TOTALS_ONLY", "R1a-pil", "P3", "PH7", "national", "A13.01", "aggregate", "count", []],
	["CODES_AND_BANDS", "R1c", "P3", "PH7", "national", "A08.03", "pseudonymised", "as-is", []],
	["BIRTH_PLACE_WITHHELD", "R1c", "P3", "PH7", "national", "A01.12", "pseudonymised", "coded", []],
	["CONVENTION_NEEDS_THE_FORM", "R1c", "P3", "PH7", "national", "A07.03", "pseudonymised", "coded", []],
	["EXTRACT_APPROVED", "R1f", "P3", "PH7", "national", "A08.03", "pseudonymised", "coded", []],
	["ARMED_FORCES_LINES", "R1e", "P1", "PH3", "applied_programme", "A08.03", "read", "as-is", ["armed_forces"]],
	["ARMED_FORCES", "R1e", "P1", "PH3", "applied_programme", "A13.04", "read", "as-is", []],
	["MILITARY_LYCEE", "R1e", "P1", "PH3", "applied_programme", "A01.20", "read", "as-is", ["armed_forces"]],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := art3_1.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := art3_1.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
