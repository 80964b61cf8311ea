# METADATA
# title: Researchers under convention (Art. 3 7°)
# description: |
#   Data that are relevant and relate to the liaison forms, in extracts where
#   nobody can be identified directly.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 7°
#   sheets: [R7]
package sceau.art3_7

import data.sceau.law

recipients := {"R7"}

# METADATA
# title: An extract under a convention in force, once the session is closed
# custom:
#   article: "Art. 3 7°; Art. 1 al. 3"
#   why: the decree asks for a convention, and a study looks at a session that is over
opens contains rego.metadata.rule().custom.article if {
	input.purpose == "P3"
	input.relation == "extract_under_convention"
	input.phase in {"PH7", "PH8"}
}

# METADATA
# title: Direct identification is impossible
# custom:
#   article: "Art. 3 7° ('identification directe impossible')"
#   why: the decree lets people with a disability be studied, and not recognised
deny contains law.no(q, "NO_DIRECT_IDENTIFICATION", rego.metadata.rule().custom.article) if {
	some q in law.asked
	data.items[q[1]].research == "direct_identifier"
}

# METADATA
# title: Lines hold codes
# custom:
#   article: "Art. 3 7°; GDPR 89"
#   why: what somebody wrote of a disability names its author better than a name
deny contains law.no(q, "CODES_ONLY", rego.metadata.rule().custom.article) if {
	some q in law.asked
	not coded_line(q)
}

coded_line(q) if {
	law.access(q) == "pseudonymised"
	law.derive(q) == "coded"
}

# METADATA
# title: No small counts
# custom:
#   article: "Art. 3 7°; loi 51-711"
#   why: the only pupil of an academy with some disability is recognised without a name
deny contains law.no(q, "K_THRESHOLD", rego.metadata.rule().custom.article) if {
	some q in law.asked
	law.missing(q, {"k_threshold"})
}

# METADATA
# title: Data that relate to the liaison forms
# custom:
#   article: "Art. 3 7° ('relatives aux fiches de liaison')"
#   why: who has no such form is outside what the decree lets these studies look at
deny contains law.no(q, "LIAISON_FORM_EXISTS", rego.metadata.rule().custom.article) if {
	some q in (law.asked - law.about({"A07.03"}))
	law.missing(q, {"liaison_form_exists"})
}

# METADATA
# title: Data that the convention shows to be relevant
# custom:
#   article: "Art. 3 7° ('seules données pertinentes')"
#   why: somebody answers in writing for each item, instead of taking all that might serve
deny contains law.no(q, "CONVENTION_RELEVANCE", rego.metadata.rule().custom.article) if {
	some q in (law.asked - law.about({"A07.03"}))
	law.missing(q, {"convention_relevance"})
}

# METADATA
# title: Of health, the form alone
# custom:
#   article: "Art. 3 7°; GDPR 9"
#   why: certificates and arranged tests are no liaison form, and 7° names nothing else
deny contains law.no(q, "FORM_ALONE", rego.metadata.rule().custom.article) if {
	some q in (law.in_classes({"health"}) - law.about({"A07.03"}))
}

# METADATA
# title: Neither means, origin, family, recourse nor needs
# custom:
#   article: "Art. 3 7°; GDPR 5(1)(c)"
#   why: each trait added makes a person of a line; other research goes through ORISUP
deny contains law.no(q, "RESEARCH_TASKS", rego.metadata.rule().custom.article) if {
	some q in law.outside_classes({"identity", "contact", "health", "schooling", "choices"})
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
