# METADATA
# title: Networks of schools under convention (Art. 3 8°)
# description: Relevant data on the wishes made in the network, without direct identification.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 8°
#   sheets: [R8]
package sceau.art3_8

import data.sceau.law

recipients := {"R8"}

# METADATA
# title: An extract under a convention in force, once the session is closed
# custom:
#   article: "Art. 3 8°; Art. 1 al. 3"
#   why: the decree asks for a convention, and a network studies a recruitment that is over
opens contains rego.metadata.rule().custom.article if {
	input.purpose == "P3"
	input.relation == "extract_under_convention"
	input.phase in {"PH7", "PH8"}
}

# METADATA
# title: Direct identification is impossible
# custom:
#   article: "Art. 3 8° ('identification directe impossible')"
#   why: with names, the extract would be a list of people to canvass
deny contains law.no(q, "NO_DIRECT_IDENTIFICATION", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"identity"})
}

# METADATA
# title: Lines hold codes
# custom:
#   article: "Art. 3 8°; GDPR 89"
#   why: schools know who applied to them, and would recognise somebody by an exact value
deny contains law.no(q, "CODES_ONLY", rego.metadata.rule().custom.article) if {
	some q in law.asked
	law.access(q) == "pseudonymised"
	law.derive(q) != "coded"
}

# METADATA
# title: The wishes of the network
# custom:
#   article: "Art. 3 8°"
#   why: where else somebody applied is what competitors would like to know, and none of their business
deny contains law.no(q, "NETWORK_PROGRAMME", rego.metadata.rule().custom.article) if {
	some q in law.asked
	law.missing(q, {"network_programme"})
}

# METADATA
# title: Where candidates live is counted, not listed
# custom:
#   article: "Art. 3 8°; GDPR 5(1)(c)"
#   why: a place beside a track and a wish is often one person
deny contains law.no(q, "RESIDENCE_IS_COUNTED", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"contact"})
	law.access(q) != "aggregate"
}

# METADATA
# title: Schooling and wishes, and nothing else of a person
# custom:
#   article: "Art. 3 8°; GDPR 5(1)(c)"
#   why: a network studies who asks and who succeeds; family, means and health are not in that question
deny contains law.no(q, "NETWORK_TASKS", rego.metadata.rule().custom.article) if {
	some q in law.outside_classes({"identity", "contact", "schooling", "choices"})
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
