# METADATA
# title: Online payment companies (Art. 3 6°)
# description: A payment company receives a payment, and learns of no dossier.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 6°
#   sheets: [R6]
package sceau.art3_6

import data.sceau.law

recipients := {"R6"}

# METADATA
# title: The payment asked for
# custom:
#   article: "Art. 3 6° ('pour le paiement')"
#   why: the decree names these companies for the fees alone, and only some wishes have any
opens contains rego.metadata.rule().custom.article if {
	input.purpose == "P1"
	input.relation == "payment_only"
	input.phase in {"PH1", "PH2", "PH3", "PH4", "PH5", "PH6"}
}

# METADATA
# title: Fees, and nothing else
# custom:
#   article: "Art. 3 6° ('pour le paiement')"
#   why: a private company would learn who asks for which studies
deny contains law.no(q, "FEES_ONLY", rego.metadata.rule().custom.article) if {
	some q in law.outside_classes({"payment"})
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
