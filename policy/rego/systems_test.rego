package sceau_test.systems

import data.sceau.systems
import data.sceau_test.fixture

refusals := [
	["CONTEXT_CLOSED", "SYS-core", "P1", "PH6", "national", "A16.04", "pseudonymised", "coded", []],
	["CONTEXT_CLOSED", "SYS-retention", "P3", "PH8", "national", "A01.24", "pseudonymised", "coded", ["profile_amended"]],
	["SEALS_ONLY", "SYS-intake", "P1", "PH1", "national", "A01.06", "write", "as-is", []],
	["SEALS_ONLY", "SYS-keyring", "P1", "PH1", "national", "A01.06", "read", "as-is", []],
	["CORE_NEED", "SYS-core", "P1", "PH4", "national", "A08.12", "pseudonymised", "coded", []],
	["CORE_FORM", "SYS-core", "P1", "PH4", "national", "A16.04", "pseudonymised", "as-is", []],
	["IDENTITY_UNDER_FILE_NUMBER", "SYS-core", "P1", "PH4", "national", "A01.01", "pseudonymised", "as-is", []],
	["CORE_UNDER_PSEUDONYMS", "SYS-core", "P1", "PH4", "national", "A02.06", "read", "yes-no", []],
	["PROJECTION_READS", "SYS-project", "P1", "PH4", "national", "A16.04", "write", "coded", []],
	["BOARDING_WISH", "SYS-core", "P1", "PH4", "national", "A15.03", "pseudonymised", "band", []],
	["RESPONDER_ACTIVE", "SYS-core", "P1", "PH4", "national", "A15.13", "pseudonymised", "coded", []],
	["RECOURSE_WITH_ADMISSION", "SYS-core", "P1", "PH3", "national", "A04.10", "pseudonymised", "yes-no", []],
	["AUTHENTICATION_COMPARES", "SYS-auth", "P1", "PH3", "self", "A01.01", "pseudonymised", "coded", []],
	["NUMBER_AND_HASH", "SYS-auth", "P1", "PH3", "self", "A01.06", "pseudonymised", "match", []],
	["WHERE_TO_SEND", "SYS-notif", "P2", "PH3", "national", "A01.14", "read", "as-is", []],
	["ALERT_ADDRESS", "SYS-notif", "P2", "PH3", "minor_child", "A01.27", "read", "as-is", []],
	["SCRUBBER_HANDS_NOTHING_OUT", "SYS-gate", "P1", "PH3", "applied_programme", "A01.06", "read", "as-is", ["scrub_pending"]],
	["SCRUB_PENDING", "SYS-gate", "P1", "PH3", "applied_programme", "A01.06", "read", "match", []],
	["SCRUBBER_TASKS", "SYS-gate", "P1", "PH3", "applied_programme", "A08.03", "read", "match", ["scrub_pending"]],
	["PROFILE_AMENDED", "SYS-retention", "P3", "PH7", "national", "A01.24", "pseudonymised", "coded", []],
	["COARSENED_ITEMS", "SYS-retention", "P3", "PH7", "national", "A01.10", "pseudonymised", "coded", ["profile_amended"]],
]

test_each_neighbour_of_a_grant_is_refused_by_its_rule if {
	every c in refusals {
		refused := systems.refused with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		c[0] in fixture.codes(refused)
	}
}

test_nothing_refused_is_granted if {
	every c in refusals {
		grants := systems.grants with input as fixture.question(c)
			with data.sheets as fixture.sheet(c)
		count(grants) == 0
	}
}
