# METADATA
# title: The telephone information service (Art. 3 5°)
# description: An agent answers one call, about one file, to a person who proved to be its owner.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 5°
#   sheets: [R5]
package sceau.art3_5

import data.sceau.law

recipients := {"R5"}

# METADATA
# title: The call in progress
# custom:
#   article: "Art. 3 5°; Art. 1 al. 2"
#   why: the decree names a "service d'information des usagers par téléphone"; hanging up ends the need to know
opens contains rego.metadata.rule().custom.article if {
	input.purpose == "P2"
	input.relation == "own_call"
	input.phase in law.active_base
}

# METADATA
# title: The caller proves to be the person
# custom:
#   article: "Art. 3 5°; GDPR 32"
#   why: over the telephone anybody can give the name of somebody else
deny contains law.no(q, "CALLER_VERIFIED", rego.metadata.rule().custom.article) if {
	some q in law.asked
	law.missing(q, {"caller_verified"})
}

# METADATA
# title: An agent confirms and tells states, and reads nothing out
# custom:
#   article: "Art. 3 5°; GDPR 5(1)(c)"
#   why: what was read out to the wrong person cannot be taken back
deny contains law.no(q, "CONFIRM_AND_TELL_STATES", rego.metadata.rule().custom.article) if {
	some q in law.asked
	not confirms(q)
}

confirms(q) if {
	law.access(q) == "read"
	law.derive(q) in {"match", "status-only"}
}

# METADATA
# title: A call needs an identity to confirm, and states of wishes
# custom:
#   article: "Art. 3 al. 1; Art. 3 5°"
#   why: callers ask where a wish stands, to which marks, means and family answer nothing
deny contains law.no(q, "CALL_TASKS", rego.metadata.rule().custom.article) if {
	some q in law.outside_classes({"identity", "choices"})
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
