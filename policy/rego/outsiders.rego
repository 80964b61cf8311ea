# METADATA
# title: Whom the decree does not name
# description: |
#   Article 3 is a closed list. Hosts, vendors, media and everybody else hold
#   ciphertext or nothing, whatever a sheet says.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 (not listed)
#   sheets: [X1, X2, X3, X4]
package sceau.outsiders

import data.sceau.law

recipients := {"X1", "X2", "X3", "X4"}

# No purpose, relation or phase opens anything.
opens := set()

# METADATA
# title: Not a recipient
# custom:
#   article: "Art. 3 (not listed); GDPR 28"
#   why: article 3 closes the list; to host, to send in or to broadcast takes no reading of files
deny contains law.no(q, "NOT_A_RECIPIENT", rego.metadata.rule().custom.article) if {
	some q in law.asked
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
