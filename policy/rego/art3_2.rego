# METADATA
# title: Academies and regional services (Art. 3 2°)
# description: |
#   A rectorate meets a candidate through the academy where one lives or asks to
#   study, and for a case that is open there. The medical adviser and the access
#   commission come by a request of the candidate.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 2°
package sceau.art3_2

import data.sceau.law

recipients := {"R2a", "R2a-med", "R2b", "R2c", "R2d", "R2e", "R2f", "R2g"}

academy := {"academy_of_residence", "academy_of_programme"}

# METADATA
# title: The rectorate instructs the cases of its academy
# custom:
#   article: "Art. 3 2° a; annex H4 and H5"
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R2a"
	input.purpose == "P1"
	input.relation in academy
	input.phase in {"PH1", "PH2", "PH3", "PH4", "PH5", "PH6"}
}

# METADATA
# title: The rector re-examines on request
# custom:
#   article: "L. 612-3 IX; D. 612-1-27"
opens contains rego.metadata.rule().custom.article if {
	input.recipient in {"R2a", "R2a-med"}
	input.purpose == "P1"
	input.relation == "reexam_request"
	input.phase in {"PH4", "PH5", "PH6"}
}

# METADATA
# title: The access commission meets in the complementary phase
# custom:
#   article: "D. 612-1-21; D. 612-1-28"
opens contains rego.metadata.rule().custom.article if {
	input.recipient in {"R2a", "R2g"}
	input.purpose == "P1"
	input.relation == "caes_request"
	input.phase == "PH5"
}

# METADATA
# title: The rectorate accompanies whoever seized the commission
# custom:
#   article: "Art. 3 2° a; L. 612-3 VIII"
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R2a"
	input.purpose == "P2"
	input.relation == "caes_request"
	input.phase == "PH5"
}

# METADATA
# title: The rectorate keeps its own accounts
# custom:
#   article: "Art. 3 2°; annex H3"
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R2a"
	input.purpose == "P1"
	input.relation == "own_academy_agents"
	input.phase in law.active_base
}

# METADATA
# title: Guidance goes to the candidates who live in the academy
# custom:
#   article: "Art. 3 2° b; D. 612-1-23"
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R2b"
	input.purpose == "P2"
	input.relation == "academy_of_residence"
	input.phase in law.active_base
}

# METADATA
# title: Apprenticeship services help to find a contract
# custom:
#   article: "Art. 3 2° c; D. 612-1-13 I al. 3"
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R2c"
	input.purpose == "P2"
	input.relation == "academy_of_residence"
	input.phase in {"PH4", "PH5", "PH6"}
}

# METADATA
# title: Academic steering
# custom:
#   article: "Art. 1 al. 3; Art. 3 2° a and b"
opens contains rego.metadata.rule().custom.article if {
	home := {"R2a": "academy_of_programme", "R2b": "academy_of_residence"}
	input.purpose == "P3"
	input.relation == home[input.recipient]
}

# METADATA
# title: Academic statistics begin when the session closes
# custom:
#   article: "Art. 3 2° d; Art. 1 al. 3"
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R2d"
	input.purpose == "P3"
	input.relation in academy
	input.phase in {"PH7", "PH8"}
}

# METADATA
# title: A regional service steers what it supervises
# custom:
#   article: "Art. 3 2° e and f"
opens contains rego.metadata.rule().custom.article if {
	supervised := {"R2e": "supervised_school", "R2f": "supervised_programme"}
	input.purpose == "P3"
	input.relation == supervised[input.recipient]
}

# METADATA
# title: Names and wishes open with a case of the academy
# custom:
#   article: "Art. 3 2° a; GDPR 5(1)(c)"
deny contains law.no(q, "ACADEMY_CASE", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	input.purpose == "P1"
	input.relation in academy
	some q in law.in_classes({"identity", "contact", "choices"})
	law.missing(q, {"academy_case"})
}

# METADATA
# title: Nationality is read where the request rests on it
# custom:
#   article: "annex H4; L. 612-3 V"
deny contains law.no(q, "NATIONALITY_GROUND", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.in_classes({"civil_status"})
	not nationality_asked(q)
}

nationality_asked(q) if {
	q[1] == "A01.13"
	not law.missing(q, {"nationality_ground"})
}

# METADATA
# title: The family is read while an assimilation is instructed
# custom:
#   article: "annex H4"
deny contains law.no(q, "ASSIMILATION_OPEN", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.in_classes({"family"})
	law.missing(q, {"assimilation_open"})
}

# METADATA
# title: Bursaries are certified where the candidate lives
# custom:
#   article: "L. 612-3 V; annex H2"
deny contains law.no(q, "BURSARY_TO_CERTIFY", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.in_classes({"income"})
	not bursary_here(q)
}

bursary_here(q) if {
	input.relation == "academy_of_residence"
	input.phase in {"PH1", "PH2", "PH3"}
	q[1] in {"A02.05", "A02.06", "A02.07"}
	not law.missing(q, {"bursary_to_certify"})
}

# METADATA
# title: A request is instructed by the academy it was sent to
# custom:
#   article: "annex H4 and H5; Art. 3 2° a"
deny contains law.no(q, "REQUEST_ADDRESSED", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	input.relation in academy
	some q in law.in_classes({"recourse"})
	law.missing(q, {"request_addressed"})
}

# METADATA
# title: Supporting documents are read until the decision
# custom:
#   article: "annex H4; RET-15; GDPR 5(1)(e)"
deny contains law.no(q, "UNDECIDED", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.about({"A04.04", "A04.05", "A04.06", "A04.07", "A04.08", "A04.09"})
	law.missing(q, {"undecided"})
}

# METADATA
# title: Medical pieces go to the medical adviser
# custom:
#   article: "D. 612-1-27 al. 2"
deny contains law.no(q, "MEDICAL_TO_THE_DOCTOR", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.about({"A05.02"})
	law.missing(q, {"not_medical"})
}

# METADATA
# title: Of health, the rectorate reads the form sent to it
# custom:
#   article: "D. 612-1-27"
deny contains law.no(q, "RECTOR_READS_THE_FORM", rego.metadata.rule().custom.article) if {
	input.recipient in {"R2a", "R2a-med", "R2g"}
	some q in (law.in_classes({"health"}) - law.about({"A07.03"}))
}

# METADATA
# title: The form reaches the rector by a request of re-examination
# custom:
#   article: "D. 612-1-27"
deny contains law.no(q, "FORM_WITH_THE_REQUEST", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	input.relation != "reexam_request"
	some q in law.about({"A07.03"})
}

# METADATA
# title: Accounts are granted by whom it belongs to
# custom:
#   article: "Art. 3 2°; annex H3"
deny contains law.no(q, "GRANTING_PROFILES", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.in_classes({"agents"})
	not own_accounts(q)
}

own_accounts(q) if {
	input.relation == "own_academy_agents"
	not law.missing(q, {"grants_profiles"})
}

# METADATA
# title: A colleague's account opens no file
# custom:
#   article: "Art. 3 al. 1; annex H3"
deny contains law.no(q, "AGENTS_ARE_NOT_FILES", rego.metadata.rule().custom.article) if {
	input.relation == "own_academy_agents"
	some q in law.outside_classes({"agents"})
}

# METADATA
# title: The rectorate has no use of projects, needs or payments
# custom:
#   article: "Art. 3 al. 1; GDPR 5(1)(c)"
deny contains law.no(q, "RECTORATE_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.in_classes({"file", "guidance_needs"})
}

# METADATA
# title: The record is read for the commission
# custom:
#   article: "D. 612-1-28; L. 612-3 VIII"
deny contains law.no(q, "RECORD_FOR_THE_COMMISSION", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	input.purpose != "P3"
	input.relation != "caes_request"
	some q in law.in_classes({"schooling"})
}

# METADATA
# title: The doctor reads what a medical opinion takes
# custom:
#   article: "D. 612-1-27 al. 2; GDPR 5(1)(c)"
deny contains law.no(q, "DOCTOR_READS_THE_CASE", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a-med"
	some q in law.beyond({"A01.06", "A01.07", "A01.08", "A07.03", "A05.01", "A05.02"})
}

# METADATA
# title: The doctor gives an opinion, and writes nothing in the file
# custom:
#   article: "D. 612-1-27 al. 2"
deny contains law.no(q, "DOCTOR_READS_ONLY", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a-med"
	some q in law.asked
	law.access(q) == "write"
}

# METADATA
# title: The doctor opens the pieces declared medical
# custom:
#   article: "D. 612-1-27 al. 2"
deny contains law.no(q, "MEDICAL_PIECE", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a-med"
	some q in law.about({"A05.02"})
	law.missing(q, {"medical_piece"})
}

# METADATA
# title: Guidance calls those who are without a proposal, or ask
# custom:
#   article: "D. 612-1-23; Art. 1 al. 2"
deny contains law.no(q, "ACCOMPANIMENT_DUE", rego.metadata.rule().custom.article) if {
	input.recipient == "R2b"
	input.purpose == "P2"
	some q in law.outside_classes({"guidance_needs"})
	not accompanied(q)
}

accompanied(q) if {
	input.phase in {"PH4", "PH5", "PH6"}
	not law.missing(q, {"accompaniment_due"})
}

# METADATA
# title: Needs are read where the candidate asked to be put in touch
# custom:
#   article: "annex H11; Art. 1 al. 2"
deny contains law.no(q, "ASKED_TO_BE_PUT_IN_TOUCH", rego.metadata.rule().custom.article) if {
	input.recipient == "R2b"
	some q in law.in_classes({"guidance_needs"})
	law.missing(q, {"h11_request"})
}

# METADATA
# title: Guidance needs a name, a contact, a level and the state of wishes
# custom:
#   article: "Art. 3 al. 1; D. 612-1-23"
deny contains law.no(q, "GUIDANCE_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2b"
	input.purpose == "P2"
	some q in law.outside_classes({"identity", "contact", "schooling", "choices", "guidance_needs"})
}

# METADATA
# title: Guidance and apprenticeship read, and write nothing
# custom:
#   article: "Art. 3 2° b and c"
deny contains law.no(q, "GUIDANCE_READS_ONLY", rego.metadata.rule().custom.article) if {
	input.recipient in {"R2b", "R2c"}
	some q in law.asked
	law.access(q) == "write"
}

# METADATA
# title: Apprenticeship services see apprenticeship wishes
# custom:
#   article: "Art. 3 2° c; D. 612-1-13 I al. 3"
deny contains law.no(q, "APPRENTICESHIP_WISH", rego.metadata.rule().custom.article) if {
	input.recipient == "R2c"
	some q in law.asked
	law.missing(q, {"apprenticeship_wish"})
}

# METADATA
# title: A contact is given while a contract is missing
# custom:
#   article: "Art. 3 2° c; GDPR 5(1)(c)"
deny contains law.no(q, "NO_CONTRACT", rego.metadata.rule().custom.article) if {
	input.recipient == "R2c"
	some q in law.in_classes({"identity", "contact"})
	law.missing(q, {"no_contract"})
}

# METADATA
# title: Apprenticeship services see a name, a contact and those wishes
# custom:
#   article: "Art. 3 al. 1; Art. 3 2° c"
deny contains law.no(q, "APPRENTICESHIP_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2c"
	some q in law.outside_classes({"identity", "contact", "choices"})
}

# METADATA
# title: Academic steering reads counts
# custom:
#   article: "Art. 1 al. 3; GDPR 5(1)(c)"
deny contains law.no(q, "STEERING_READS_COUNTS", rego.metadata.rule().custom.article) if {
	input.recipient in {"R2a", "R2b", "R2e", "R2f"}
	input.purpose == "P3"
	some q in law.asked
	law.access(q) != "aggregate"
}

# METADATA
# title: Academic steering counts wishes and answers; schools, also schooling
# custom:
#   article: "Art. 1 al. 3; Art. 3 2°"
deny contains law.no(q, "NOTHING_ELSE_TO_COUNT", rego.metadata.rule().custom.article) if {
	input.recipient in {"R2a", "R2b", "R2f"}
	input.purpose == "P3"
	some q in law.outside_classes({"choices"})
}

# METADATA
# title: Services supervising schools count schooling and wishes
# custom:
#   article: "Art. 3 2° e; Art. 1 al. 3"
deny contains law.no(q, "SCHOOL_SERVICE_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2e"
	some q in law.outside_classes({"schooling", "choices"})
}

# METADATA
# title: A line of academic statistics holds codes
# custom:
#   article: "Art. 3 2° d; loi 51-711"
deny contains law.no(q, "CODES_AND_BANDS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2d"
	some q in law.asked
	law.access(q) != "aggregate"
	not law.derive(q) in {"coded", "band"}
}

# METADATA
# title: The commission knows the name of the cases given to a member
# custom:
#   article: "D. 612-1-21; GDPR 5(1)(c)"
deny contains law.no(q, "ASSIGNED_CASE", rego.metadata.rule().custom.article) if {
	input.recipient == "R2g"
	some q in law.in_classes({"identity"})
	law.missing(q, {"assigned_case"})
}

# METADATA
# title: The address is read where the request rests on a zone
# custom:
#   article: "L. 612-3 IX"
deny contains law.no(q, "ZONE_GROUND", rego.metadata.rule().custom.article) if {
	input.recipient == "R2g"
	some q in law.about({"A01.14"})
	law.missing(q, {"zone_ground"})
}

# METADATA
# title: The commission reads the form where health is the ground
# custom:
#   article: "D. 612-1-27 al. 1"
deny contains law.no(q, "HEALTH_GROUND", rego.metadata.rule().custom.article) if {
	input.recipient == "R2g"
	some q in law.in_classes({"health"})
	law.missing(q, {"health_ground"})
}

# METADATA
# title: The commission needs neither origin, family nor means
# custom:
#   article: "D. 612-1-28; GDPR 5(1)(c)"
deny contains law.no(q, "COMMISSION_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2g"
	some q in law.in_classes({"civil_status", "family", "income", "guidance_needs"})
}

# METADATA
# title: The commission writes its own decisions
# custom:
#   article: "annex H5; Art. 3 2° g"
deny contains law.no(q, "COMMISSION_WRITES_RECOURSE", rego.metadata.rule().custom.article) if {
	input.recipient == "R2g"
	some q in law.outside_classes({"recourse"})
	law.access(q) == "write"
}

# METADATA
# title: The rectorate writes on requests and on accounts
# custom:
#   article: "annex H3, H4 and H5; Art. 3 2° a"
deny contains law.no(q, "RECTORATE_WRITES_REQUESTS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.outside_classes({"recourse", "agents"})
	law.access(q) == "write"
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
