# METADATA
# title: Guidance and employment bodies (Art. 3 al. 2)
# description: |
#   They help a candidate who asked for help, with that purpose and no other.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 al. 2
#   sheets: [O1, O2]
package sceau.art3_ii

import data.sceau.law

recipients := {"O1", "O2"}

# METADATA
# title: Guidance only
# custom:
#   article: "Art. 3 al. 2; D. 612-1-23 III"
#   why: the decree admits them "aux seules fins d'accompagnement et d'orientation", for who asked
opens contains rego.metadata.rule().custom.article if {
	input.purpose == "P2"
	input.relation == "accompaniment_request"
	input.phase in law.active_base
}

# METADATA
# title: Outside admission, whom asked to be put in touch
# custom:
#   article: "annex H11; Art. 3 al. 2"
#   why: outside admission nobody waits for a proposal, so only the wish to be put in touch lets them in
deny contains law.no(q, "ASKED_TO_BE_PUT_IN_TOUCH", rego.metadata.rule().custom.article) if {
	not input.phase in {"PH4", "PH5", "PH6"}
	some q in law.asked
	law.missing(q, {"h11_request"})
}

# METADATA
# title: Needs are passed on where the candidate asked
# custom:
#   article: "annex H11; Art. 3 al. 2"
#   why: being out of work is told in order to be helped, and to whom one chose
deny contains law.no(q, "NEEDS_ON_REQUEST", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"guidance_needs"})
	law.missing(q, {"h11_request"})
}

# METADATA
# title: The answer comes by the channel chosen
# custom:
#   article: "Art. 3 al. 2; GDPR 5(1)(c)"
#   why: who gave an e-mail address did not ask to be telephoned
deny contains law.no(q, "CHANNEL_CHOSEN", rego.metadata.rule().custom.article) if {
	some q in (law.in_classes({"contact"}) - law.about({"A01.17"}))
	law.missing(q, {"channel_chosen"})
}

# METADATA
# title: The postal address is not given
# custom:
#   article: "Art. 3 al. 2; GDPR 5(1)(c)"
#   why: calling back takes a telephone or an e-mail; where somebody lives is not needed
deny contains law.no(q, "NO_POSTAL_ADDRESS", rego.metadata.rule().custom.article) if {
	some q in law.about({"A01.14"})
}

# METADATA
# title: Contracts concern the services of apprenticeship
# custom:
#   article: "Art. 3 al. 2 2°"
#   why: what somebody applied for elsewhere does not help to find an employer
deny contains law.no(q, "CONTRACTS_FOR_APPRENTICESHIP", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"choices"})
	not contract_sought(q)
}

contract_sought(q) if {
	input.recipient == "O2"
	q[1] == "A15.10"
	not law.missing(q, {"apprenticeship_wish"})
	not law.missing(q, {"no_contract"})
	not law.missing(q, {"apprenticeship_service"})
}

# METADATA
# title: Name, contact, level and needs
# custom:
#   article: "Art. 3 al. 2; GDPR 5(1)(c)"
#   why: advice starts from a level; origin, household, health and appraisals are not its subject
deny contains law.no(q, "GUIDANCE_TASKS", rego.metadata.rule().custom.article) if {
	some q in law.outside_classes({"identity", "contact", "schooling", "choices", "guidance_needs"})
}

# METADATA
# title: A name, not a number
# custom:
#   article: "Art. 3 al. 2; GDPR 87"
#   why: by a national number, files of employment and of school could be joined
deny contains law.no(q, "NAME_NOT_NUMBER", rego.metadata.rule().custom.article) if {
	some q in (law.in_classes({"identity"}) - law.about({"A01.06", "A01.07"}))
}

# METADATA
# title: They read, and write nothing
# custom:
#   article: "Art. 3 al. 2"
#   why: they advise; a wish changed by an adviser would no longer be the candidate's
deny contains law.no(q, "READ_ONLY", rego.metadata.rule().custom.article) if {
	some q in law.asked
	law.access(q) == "write"
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
