# METADATA
# title: One row, asked in one context
# description: |
#   A case is [code, recipient, purpose, phase, relation, item, access, derive, guards].
#   Its row would be granted to that recipient but for the rule that the case is about.
#   What the catalogue says of items comes from outside: no list of them stands here.
package sceau_test.fixture

question(c) := {"recipient": c[1], "purpose": c[2], "phase": c[3], "relation": c[4]}

sheet(c) := {c[1]: [{
	"row": "S-1",
	"purpose": c[2],
	"phases": [c[3]],
	"relations": [c[4]],
	"items": [c[5]],
	"access": c[6],
	"derive": c[7],
	"guards": c[8],
}]}

codes(refused) := {r.code | some r in refused}
