# METADATA
# title: Oversight (GDPR 37-39 and 58)
# description: |
#   The data protection officer checks who opened what, not what was in it. An
#   authority or a court reads the one file of its case.
# custom:
#   decree: ESRS2035793A
#   article: GDPR 37-39; GDPR 58
#   sheets: [C1, C2]
package sceau.oversight

import data.sceau.law

recipients := {"C1", "C2"}

# METADATA
# title: Supervision
# custom:
#   article: "GDPR 39; SEC-11"
#   why: the officer sees that the rules are kept, everywhere and through the whole session
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "C1"
	input.purpose == "P1"
	input.relation == "national"
	input.phase in law.active_base
}

# METADATA
# title: The file that a measure names
# custom:
#   article: "GDPR 58(1); loi 78-17 art. 19; code de justice administrative"
#   why: an investigation or a trial is about somebody, and its measure says whom
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "C2"
	input.purpose == "P1"
	input.relation == "case_file"
	input.phase in law.active_base
}

# METADATA
# title: The officer reads traces under pseudonyms, and counts profiles
# custom:
#   article: "GDPR 39; SEC-06; SEC-11"
#   why: abuse shows in who opened what; checking by reading files would make one reader more
deny contains law.no(q, "OFFICER_READS_NO_DOSSIER", rego.metadata.rule().custom.article) if {
	input.recipient == "C1"
	some q in law.asked
	not supervision(q)
}

supervision(q) if {
	q[1] == "A14.03"
	law.access(q) == "pseudonymised"
}

supervision(q) if {
	q[1] == "A03.09"
	law.access(q) == "aggregate"
}

# METADATA
# title: A measure opens a file while its case is open
# custom:
#   article: "GDPR 58(1); loi 78-17 art. 19"
#   why: a case has an end, after which the authority is a stranger to the file again
deny contains law.no(q, "CASE_OPEN", rego.metadata.rule().custom.article) if {
	input.recipient == "C2"
	some q in law.asked
	law.missing(q, {"case_open"})
}

# METADATA
# title: A file is handed over by two people
# custom:
#   article: "GDPR 58(1); GDPR 32"
#   why: whoever poses as an authority has to deceive two people
deny contains law.no(q, "SECOND_APPROVAL", rego.metadata.rule().custom.article) if {
	input.recipient == "C2"
	some q in law.asked
	law.missing(q, {"second_approval"})
}

# METADATA
# title: Health is handed over where the case rests on it
# custom:
#   article: "GDPR 9(2)(f); GDPR 58(1)"
#   why: a dispute over a deadline is judged without learning of an illness
deny contains law.no(q, "HEALTH_GROUND", rego.metadata.rule().custom.article) if {
	input.recipient == "C2"
	some q in law.in_classes({"health"})
	law.missing(q, {"health_ground"})
}

# METADATA
# title: An authority reads, and passwords concern no case
# custom:
#   article: "GDPR 58(1); GDPR 32"
#   why: evidence that the judge could alter would prove nothing
deny contains law.no(q, "AUTHORITY_READS", rego.metadata.rule().custom.article) if {
	input.recipient == "C2"
	some q in law.asked
	not law.access(q) == "read"
}

# METADATA
# title: No password in a case
# custom:
#   article: "GDPR 32; CNIL 2022-100"
#   why: a password proves nothing, and opens an account
deny contains law.no(q, "NO_PASSWORD_IN_A_CASE", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"credential"})
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
