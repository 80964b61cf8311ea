# METADATA
# title: Services of the platform
# description: |
#   Machines are bound like people. The core computes on pseudonyms; what seals
#   cannot open; what sends does not show; what scrubs hands nothing out.
# custom:
#   decree: ESRS2035793A
#   article: GDPR 25 and 32
#   sheets: [SYS-core, SYS-auth, SYS-notif, SYS-intake, SYS-project, SYS-gate, SYS-retention, SYS-keyring]
package sceau.systems

import data.sceau.law

recipients := {
	"SYS-core", "SYS-auth", "SYS-notif", "SYS-intake",
	"SYS-project", "SYS-gate", "SYS-retention", "SYS-keyring",
}

core := {"SYS-core", "SYS-project"}

# METADATA
# title: Admission runs between examination and the complementary phase
# custom:
#   article: "L. 612-3; annex core_need"
#   why: while commissions rank and candidates answer there are calls to compute; before and after, none
opens contains rego.metadata.rule().custom.article if {
	input.recipient in core
	input.purpose == "P1"
	input.relation == "national"
	input.phase in {"PH3", "PH4", "PH5"}
}

# METADATA
# title: Authentication of one's own account
# custom:
#   article: "GDPR 32; CNIL 2022-100"
#   why: who logs in is looked up by one number, their own
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "SYS-auth"
	input.purpose == "P1"
	input.relation == "self"
	input.phase in law.active_base
}

# METADATA
# title: Messages to candidates, and to parents who asked for alerts
# custom:
#   article: "Art. 1 al. 2"
#   why: a deadline missed for want of a message is a place lost
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "SYS-notif"
	input.purpose == "P2"
	input.relation in {"national", "minor_child"}
	input.phase in law.active_base
}

# METADATA
# title: Clearing a text for the programme that reads it
# custom:
#   article: "D. 612-1-13 I al. 2"
#   why: a text cannot be cleared of a name without knowing it
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "SYS-gate"
	input.purpose == "P1"
	input.relation == "applied_programme"
	input.phase in {"PH3", "PH4", "PH5", "PH6"}
}

# METADATA
# title: Coarse forms are made once, as the session closes
# custom:
#   article: "Art. 4 (amended version); RET-05"
#   why: the value goes before the archive, so there is no later day to make them
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "SYS-retention"
	input.purpose == "P3"
	input.relation == "national"
	input.phase == "PH7"
}

# METADATA
# title: What seals cannot open
# custom:
#   article: "SEC-01; GDPR 32"
#   why: what receives every file of the country would be the best place to steal them from
deny contains law.no(q, "SEALS_ONLY", rego.metadata.rule().custom.article) if {
	input.recipient in {"SYS-intake", "SYS-keyring"}
	some q in law.asked
}

# METADATA
# title: The core reads what admission needs
# custom:
#   article: "annex core_need; GDPR 5(1)(c)"
#   why: the registration number alone is more, and stands for the random pseudonym
deny contains law.no(q, "CORE_NEED", rego.metadata.rule().custom.article) if {
	input.recipient in core
	some q in (law.asked - law.about({"A01.01"}))
	not data.items[q[1]].core_need
}

# METADATA
# title: The core reads derived attributes
# custom:
#   article: "annex core_form; GDPR 25"
#   why: what never held an amount or an address can neither leak one nor rank by it
deny contains law.no(q, "CORE_FORM", rego.metadata.rule().custom.article) if {
	input.recipient in core
	some q in law.asked
	not law.derive(q) in {"coded", "yes-no", "band"}
}

# METADATA
# title: The core works under pseudonyms
# custom:
#   article: "GDPR 4(5) and 25"
#   why: the order of call must not depend on who somebody is
deny contains law.no(q, "CORE_UNDER_PSEUDONYMS", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-core"
	some q in law.outside_classes({"choices"})
	law.access(q) != "pseudonymised"
}

# METADATA
# title: The projection writes nothing
# custom:
#   article: "GDPR 25"
#   why: a machine made to read for one task would change files with nobody answering for it
deny contains law.no(q, "PROJECTION_READS", rego.metadata.rule().custom.article) if {
	input.recipient in {"SYS-project", "SYS-notif", "SYS-gate", "SYS-retention"}
	some q in law.asked
	law.access(q) == "write"
}

# METADATA
# title: Sex and distance enter for boarding wishes
# custom:
#   article: "annex core_form; D. 612-1-13 I al. 3"
#   why: boarding places are ranked on them; anywhere else they would sort people by sex and address
deny contains law.no(q, "BOARDING_WISH", rego.metadata.rule().custom.article) if {
	input.recipient in core
	some q in law.about({"A01.09", "A15.03"})
	law.missing(q, {"boarding_wish"})
}

# METADATA
# title: Preferences enter where the responder is switched on
# custom:
#   article: "annex H15; annex core_form"
#   why: who answers alone tells nobody an order of preference
deny contains law.no(q, "RESPONDER_ACTIVE", rego.metadata.rule().custom.article) if {
	input.recipient in core
	some q in law.about({"A15.13"})
	law.missing(q, {"responder_active"})
}

# METADATA
# title: Recourse enters with the main admission
# custom:
#   article: "annex H4; L. 612-3 V"
#   why: an assimilation counts in the rates of residents, which apply from then on
deny contains law.no(q, "RECOURSE_WITH_ADMISSION", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-core"
	input.phase == "PH3"
	some q in law.in_classes({"recourse"})
}

# METADATA
# title: Authentication compares
# custom:
#   article: "GDPR 32; CNIL 2022-100"
#   why: what answers equal or not hands nothing to whoever breaks in
deny contains law.no(q, "AUTHENTICATION_COMPARES", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-auth"
	some q in law.asked
	law.derive(q) != "match"
}

# METADATA
# title: Authentication knows a number and a hash
# custom:
#   article: "GDPR 32"
#   why: logging in takes no name, and a door that everybody reaches should have nothing else behind it
deny contains law.no(q, "NUMBER_AND_HASH", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-auth"
	some q in (law.outside_classes({"credential"}) - law.about({"A01.01"}))
}

# METADATA
# title: A message needs where to send it
# custom:
#   article: "Art. 1 al. 2; GDPR 5(1)(c)"
#   why: messages leave the platform, and what sends them should have nothing else to lose
deny contains law.no(q, "WHERE_TO_SEND", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-notif"
	some q in law.beyond({"A01.15", "A01.19", "A01.26", "A01.27"})
}

# METADATA
# title: Parents are alerted at the address entered for it
# custom:
#   article: "Art. 1 al. 2"
#   why: a parent hears of the procedure because the candidate entered an address for that
deny contains law.no(q, "ALERT_ADDRESS", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-notif"
	some q in law.in_classes({"family"})
	not alerted(q)
}

alerted(q) if {
	input.relation == "minor_child"
	not law.missing(q, {"alert_address"})
}

# METADATA
# title: Names are opened to be removed
# custom:
#   article: "D. 612-1-13 I al. 2"
#   why: a scrubber that showed what it looks for would be the leak it prevents
deny contains law.no(q, "SCRUBBER_HANDS_NOTHING_OUT", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-gate"
	some q in law.asked
	law.derive(q) != "match"
}

# METADATA
# title: Only while a scrubbed row is being answered
# custom:
#   article: "D. 612-1-13 I al. 2"
#   why: with no text to clear, there is no reason to know anybody
deny contains law.no(q, "SCRUB_PENDING", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-gate"
	some q in law.asked
	law.missing(q, {"scrub_pending"})
}

# METADATA
# title: A scrubber needs names, numbers and addresses
# custom:
#   article: "D. 612-1-13 I al. 2; GDPR 5(1)(c)"
#   why: the text is opened for its reader; clearing it takes what identifies, and nothing else
deny contains law.no(q, "SCRUBBER_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-gate"
	some q in law.outside_classes({"identity", "contact", "family"})
}

# METADATA
# title: Retention destroys, and under one profile makes coarse forms first
# custom:
#   article: "Art. 4 (amended version); RET-05; RET-16"
#   why: the profile of 2020 moves files sealed, which takes no reading
deny contains law.no(q, "PROFILE_AMENDED", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-retention"
	some q in law.asked
	law.missing(q, {"profile_amended"})
}

# METADATA
# title: What retention coarsens
# custom:
#   article: "Art. 4 (amended version); RET-06"
#   why: only items whose fate is a coarse form are opened to make it
deny contains law.no(q, "COARSENED_ITEMS", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-retention"
	some q in law.asked
	not startswith(data.items[q[1]].fate_amended, "coarsen:")
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
