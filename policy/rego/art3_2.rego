# METADATA
# title: Academies and regional services (Art. 3 2°)
# description: |
#   A rectorate meets a candidate through the academy where one lives or asks to
#   study, and for a case that is open there. The medical adviser and the access
#   commission come by a request of the candidate.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 2°
#   sheets: [R2a, R2a-med, R2b, R2c, R2d, R2e, R2f, R2g]
package sceau.art3_2

import data.sceau.law

recipients := {"R2a", "R2a-med", "R2b", "R2c", "R2d", "R2e", "R2f", "R2g"}

academy := {"academy_of_residence", "academy_of_programme"}

# METADATA
# title: The rectorate instructs the cases of its academy
# custom:
#   article: "Art. 3 2° a; annex H4 and H5"
#   why: a case is settled where the candidate lives or asks to study; another academy has nothing to settle
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
#   why: a candidate in a particular situation asks the rector to look again; nobody else is looked at
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
#   why: a candidate left without a proposal seizes it then; before, it has nothing to propose
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
#   why: a proposal that suits takes account of what the person studied
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
#   why: the decree says "personnes habilitées", so somebody of the service grants that and takes it back
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
#   why: an interview is offered near home; another academy would have none to offer
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
#   why: a wish by apprenticeship comes to nothing without a contract, and is sought where the candidate lives
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
#   why: the decree has steering national and academic, so each service counts its own academy
opens contains rego.metadata.rule().custom.article if {
	home := {"R2a": "academy_of_programme", "R2b": "academy_of_residence"}
	input.purpose == "P3"
	input.relation == home[input.recipient]
}

# METADATA
# title: Academic statistics begin when the session closes
# custom:
#   article: "Art. 3 2° d; Art. 1 al. 3"
#   why: figures are drawn from a session that is over, so that nobody is followed through it
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
#   why: the decree names it for those institutions; the rest of the region is not its affair
opens contains rego.metadata.rule().custom.article if {
	supervised := {"R2e": "supervised_school", "R2f": "supervised_programme"}
	input.purpose == "P3"
	input.relation == supervised[input.recipient]
}

# METADATA
# title: Names and wishes open with a case of the academy
# custom:
#   article: "Art. 3 2° a; GDPR 5(1)(c)"
#   why: most candidates of an academy ask it for nothing, and their names are nobody's business there
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
#   why: nationals of France or of the Union who live abroad count as residents; elsewhere it only tells origin
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
#   why: the supporting documents are in the name of a parent, who is otherwise a third person here
deny contains law.no(q, "ASSIMILATION_OPEN", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.in_classes({"family"})
	law.missing(q, {"assimilation_open"})
}

# METADATA
# title: Bursaries are certified where the candidate lives
# custom:
#   article: "L. 612-3 V; annex H2"
#   why: the rate of bursary holders takes a certified step, never what a household earns
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
#   why: the reasons of a family were written to one academy, and are decided there
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
#   why: a family record or a transfer notice has served once decided upon; kept open, it only exposes a family
deny contains law.no(q, "UNDECIDED", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.about({"A04.04", "A04.05", "A04.06", "A04.07", "A04.08", "A04.09"})
	law.missing(q, {"undecided"})
}

# METADATA
# title: Medical pieces go to the medical adviser
# custom:
#   article: "D. 612-1-27 al. 2"
#   why: they are addressed to that doctor under confidential cover, which holds against the office too
deny contains law.no(q, "MEDICAL_TO_THE_DOCTOR", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.about({"A05.02"})
	law.missing(q, {"not_medical"})
}

# METADATA
# title: Of health, the rectorate reads the form sent to it
# custom:
#   article: "D. 612-1-27"
#   why: that text addresses the form here; certificates and arranged tests are the affair of a programme
deny contains law.no(q, "RECTOR_READS_THE_FORM", rego.metadata.rule().custom.article) if {
	input.recipient in {"R2a", "R2a-med", "R2g"}
	some q in (law.in_classes({"health"}) - law.about({"A07.03"}))
}

# METADATA
# title: The form reaches the rector by a request of re-examination
# custom:
#   article: "D. 612-1-27"
#   why: the candidate produced the form for that request, not for every dealing with the rectorate
deny contains law.no(q, "FORM_WITH_THE_REQUEST", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	input.relation != "reexam_request"
	some q in law.about({"A07.03"})
}

# METADATA
# title: Accounts are granted by whom it belongs to
# custom:
#   article: "Art. 3 2°; annex H3"
#   why: a profile opens files, so only who is charged with it grants one, and in that service alone
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
#   why: working beside somebody is no reason to read a candidate
deny contains law.no(q, "AGENTS_ARE_NOT_FILES", rego.metadata.rule().custom.article) if {
	input.relation == "own_academy_agents"
	some q in law.outside_classes({"agents"})
}

# METADATA
# title: The rectorate has no use of projects, needs or payments
# custom:
#   article: "Art. 3 al. 1; GDPR 5(1)(c)"
#   why: a project was written for programmes, and needs for those who guide
deny contains law.no(q, "RECTORATE_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.in_classes({"file", "guidance_needs"})
}

# METADATA
# title: The record is read for the commission
# custom:
#   article: "D. 612-1-28; L. 612-3 VIII"
#   why: an assimilation rests on residence and a bursary on a step; marks settle neither
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
#   why: an opinion takes the person, the reason and the medical pieces; marks and wishes would not change it
deny contains law.no(q, "DOCTOR_READS_THE_CASE", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a-med"
	some q in law.beyond({"A01.06", "A01.07", "A01.08", "A07.03", "A05.01", "A05.02"})
}

# METADATA
# title: The doctor gives an opinion, and writes nothing in the file
# custom:
#   article: "D. 612-1-27 al. 2"
#   why: what a doctor knows stays under medical secrecy, and a note in the file would end it
deny contains law.no(q, "DOCTOR_READS_ONLY", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a-med"
	some q in law.asked
	law.access(q) == "write"
}

# METADATA
# title: The doctor opens the pieces declared medical
# custom:
#   article: "D. 612-1-27 al. 2"
#   why: the other pieces of a request are for those who instruct it
deny contains law.no(q, "MEDICAL_PIECE", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a-med"
	some q in law.about({"A05.02"})
	law.missing(q, {"medical_piece"})
}

# METADATA
# title: Guidance calls those who are without a proposal, or ask
# custom:
#   article: "D. 612-1-23; Art. 1 al. 2"
#   why: help is offered to them; everybody else in the academy is left alone
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
#   why: the annex collects them of those "intéressés par la mise en relation", so silence is a no
deny contains law.no(q, "ASKED_TO_BE_PUT_IN_TOUCH", rego.metadata.rule().custom.article) if {
	input.recipient == "R2b"
	some q in law.in_classes({"guidance_needs"})
	law.missing(q, {"h11_request"})
}

# METADATA
# title: Guidance needs a name, a contact, a level and the state of wishes
# custom:
#   article: "Art. 3 al. 1; D. 612-1-23"
#   why: an interview is about studies; origin, means, family and health are not its subject
deny contains law.no(q, "GUIDANCE_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2b"
	input.purpose == "P2"
	some q in law.outside_classes({"identity", "contact", "schooling", "choices", "guidance_needs"})
}

# METADATA
# title: Guidance and apprenticeship read, and write nothing
# custom:
#   article: "Art. 3 2° b and c"
#   why: a wish changed by an adviser would no longer be the candidate's
deny contains law.no(q, "GUIDANCE_READS_ONLY", rego.metadata.rule().custom.article) if {
	input.recipient in {"R2b", "R2c"}
	some q in law.asked
	law.access(q) == "write"
}

# METADATA
# title: Apprenticeship services see apprenticeship wishes
# custom:
#   article: "Art. 3 2° c; D. 612-1-13 I al. 3"
#   why: only such a wish needs an employer; the others are not their affair
deny contains law.no(q, "APPRENTICESHIP_WISH", rego.metadata.rule().custom.article) if {
	input.recipient == "R2c"
	some q in law.asked
	law.missing(q, {"apprenticeship_wish"})
}

# METADATA
# title: A contact is given while a contract is missing
# custom:
#   article: "Art. 3 2° c; GDPR 5(1)(c)"
#   why: once it is signed there is nobody left to call
deny contains law.no(q, "NO_CONTRACT", rego.metadata.rule().custom.article) if {
	input.recipient == "R2c"
	some q in law.in_classes({"identity", "contact"})
	law.missing(q, {"no_contract"})
}

# METADATA
# title: Apprenticeship services see a name, a contact and those wishes
# custom:
#   article: "Art. 3 al. 1; Art. 3 2° c"
#   why: finding an employer takes neither marks, means nor health
deny contains law.no(q, "APPRENTICESHIP_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2c"
	some q in law.outside_classes({"identity", "contact", "choices"})
}

# METADATA
# title: Academic steering reads counts
# custom:
#   article: "Art. 1 al. 3; GDPR 5(1)(c)"
#   why: capacities and rates are set on numbers, and no task of steering needs one candidate's line
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
#   why: capacities and rates take these; each further trait that is counted brings a small place nearer to a person
deny contains law.no(q, "NOTHING_ELSE_TO_COUNT", rego.metadata.rule().custom.article) if {
	input.recipient in {"R2a", "R2b", "R2f"}
	input.purpose == "P3"
	some q in law.outside_classes({"choices"})
}

# METADATA
# title: Services supervising schools count schooling and wishes
# custom:
#   article: "Art. 3 2° e; Art. 1 al. 3"
#   why: a service that supervises schools asks how their pupils fare, not who they are
deny contains law.no(q, "SCHOOL_SERVICE_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2e"
	some q in law.outside_classes({"schooling", "choices"})
}

# METADATA
# title: A line of academic statistics holds codes
# custom:
#   article: "Art. 3 2° d; loi 51-711"
#   why: in one academy an exact value or a text soon names its person, which statistical secrecy forbids
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
#   why: who proposes a place must know to whom; the others deliberate without
deny contains law.no(q, "ASSIGNED_CASE", rego.metadata.rule().custom.article) if {
	input.recipient == "R2g"
	some q in law.in_classes({"identity"})
	law.missing(q, {"assigned_case"})
}

# METADATA
# title: The address is read where the request rests on a zone
# custom:
#   article: "L. 612-3 IX"
#   why: a tie to a place is weighed with an address; on any other ground academy and basin are enough
deny contains law.no(q, "ZONE_GROUND", rego.metadata.rule().custom.article) if {
	input.recipient == "R2g"
	some q in law.about({"A01.14"})
	law.missing(q, {"zone_ground"})
}

# METADATA
# title: The commission reads the form where health is the ground
# custom:
#   article: "D. 612-1-27 al. 1"
#   why: producing the form is the candidate's own choice, made for that ground
deny contains law.no(q, "HEALTH_GROUND", rego.metadata.rule().custom.article) if {
	input.recipient == "R2g"
	some q in law.in_classes({"health"})
	law.missing(q, {"health_ground"})
}

# METADATA
# title: The commission needs neither origin, family nor means
# custom:
#   article: "D. 612-1-28; GDPR 5(1)(c)"
#   why: it proposes by attainments, skills and project, and the rest would bias it
deny contains law.no(q, "COMMISSION_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2g"
	some q in law.in_classes({"civil_status", "family", "income", "guidance_needs"})
}

# METADATA
# title: The commission writes its own decisions
# custom:
#   article: "annex H5; Art. 3 2° g"
#   why: marks are the school's and wishes the candidate's; who decides on them must not change them
deny contains law.no(q, "COMMISSION_WRITES_RECOURSE", rego.metadata.rule().custom.article) if {
	input.recipient == "R2g"
	some q in law.outside_classes({"recourse"})
	law.access(q) == "write"
}

# METADATA
# title: The rectorate writes on requests and on accounts
# custom:
#   article: "annex H3, H4 and H5; Art. 3 2° a"
#   why: those it decides; wishes, marks and means are the word of others
deny contains law.no(q, "RECTORATE_WRITES_REQUESTS", rego.metadata.rule().custom.article) if {
	input.recipient == "R2a"
	some q in law.outside_classes({"recourse", "agents"})
	law.access(q) == "write"
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
