# METADATA
# title: Services of the platform
# description: |
#   Machines are bound like people. The core computes on pseudonyms; what seals
#   cannot open; what sends does not show; what scrubs hands nothing out.
# custom:
#   decree: ESRS2035793A
#   article: GDPR 25 and 32
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
deny contains law.no(q, "CORE_FORM", rego.metadata.rule().custom.article) if {
	input.recipient in core
	some q in law.asked
	not law.derive(q) in {"coded", "yes-no", "band"}
}

# METADATA
# title: The core works under pseudonyms
# custom:
#   article: "GDPR 4(5) and 25"
deny contains law.no(q, "CORE_UNDER_PSEUDONYMS", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-core"
	some q in law.outside_classes({"choices"})
	law.access(q) != "pseudonymised"
}

# METADATA
# title: The projection writes nothing
# custom:
#   article: "GDPR 25"
deny contains law.no(q, "PROJECTION_READS", rego.metadata.rule().custom.article) if {
	input.recipient in {"SYS-project", "SYS-notif", "SYS-gate", "SYS-retention"}
	some q in law.asked
	law.access(q) == "write"
}

# METADATA
# title: Sex and distance enter for boarding wishes
# custom:
#   article: "annex core_form; D. 612-1-13 I al. 3"
deny contains law.no(q, "BOARDING_WISH", rego.metadata.rule().custom.article) if {
	input.recipient in core
	some q in law.about({"A01.09", "A15.03"})
	law.missing(q, {"boarding_wish"})
}

# METADATA
# title: Preferences enter where the responder is switched on
# custom:
#   article: "annex H15; annex core_form"
deny contains law.no(q, "RESPONDER_ACTIVE", rego.metadata.rule().custom.article) if {
	input.recipient in core
	some q in law.about({"A15.13"})
	law.missing(q, {"responder_active"})
}

# METADATA
# title: Recourse enters with the main admission
# custom:
#   article: "annex H4; L. 612-3 V"
deny contains law.no(q, "RECOURSE_WITH_ADMISSION", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-core"
	input.phase == "PH3"
	some q in law.in_classes({"recourse"})
}

# METADATA
# title: Authentication compares
# custom:
#   article: "GDPR 32; CNIL 2022-100"
deny contains law.no(q, "AUTHENTICATION_COMPARES", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-auth"
	some q in law.asked
	law.derive(q) != "match"
}

# METADATA
# title: Authentication knows a number and a hash
# custom:
#   article: "GDPR 32"
deny contains law.no(q, "NUMBER_AND_HASH", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-auth"
	some q in (law.outside_classes({"credential"}) - law.about({"A01.01"}))
}

# METADATA
# title: A message needs where to send it
# custom:
#   article: "Art. 1 al. 2; GDPR 5(1)(c)"
deny contains law.no(q, "WHERE_TO_SEND", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-notif"
	some q in law.beyond({"A01.15", "A01.19", "A01.26", "A01.27"})
}

# METADATA
# title: Parents are alerted at the address entered for it
# custom:
#   article: "Art. 1 al. 2"
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
deny contains law.no(q, "SCRUBBER_HANDS_NOTHING_OUT", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-gate"
	some q in law.asked
	law.derive(q) != "match"
}

# METADATA
# title: Only while a scrubbed row is being answered
# custom:
#   article: "D. 612-1-13 I al. 2"
deny contains law.no(q, "SCRUB_PENDING", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-gate"
	some q in law.asked
	law.missing(q, {"scrub_pending"})
}

# METADATA
# title: A scrubber needs names, numbers and addresses
# custom:
#   article: "D. 612-1-13 I al. 2; GDPR 5(1)(c)"
deny contains law.no(q, "SCRUBBER_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "SYS-gate"
	some q in law.outside_classes({"identity", "contact", "family"})
}

# METADATA
# title: Retention destroys, and under one profile makes coarse forms first
# custom:
#   article: "Art. 4 (amended version); RET-05; RET-16"
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
