# METADATA
# title: The school of origin (Art. 3 3°)
# description: |
#   A head of school knows the pupils of the school, a teacher those of the class.
#   They write what comes from school, and never learn what a pupil keeps from it.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 3°
package sceau.art3_3

import data.sceau.law

recipients := {"R3a", "R3b", "R3b-pp", "R3c"}

# METADATA
# title: The school prepares the files of its pupils
# custom:
#   article: "Art. 3 3°; annex H8"
opens contains rego.metadata.rule().custom.article if {
	input.recipient in {"R3a", "R3c"}
	input.purpose == "P1"
	input.relation == "own_pupil"
	input.phase in {"PH1", "PH2", "PH3", "PH4", "PH5"}
}

# METADATA
# title: The head of school follows the wishes of its pupils
# custom:
#   article: "Art. 3 3° a; Art. 1 al. 2"
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R3a"
	input.purpose == "P2"
	input.relation == "own_pupil"
	input.phase in {"PH2", "PH3", "PH4", "PH5"}
}

# METADATA
# title: The head of school grants profiles in the school
# custom:
#   article: "Art. 3 3° c; annex H3"
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R3a"
	input.purpose == "P1"
	input.relation == "own_institution_agents"
	input.phase in law.active_base
}

# METADATA
# title: A teacher writes marks and appraisals before the examination
# custom:
#   article: "Art. 3 3° b; annex H8"
opens contains rego.metadata.rule().custom.article if {
	input.recipient in {"R3b", "R3b-pp"}
	input.purpose == "P1"
	input.relation == "own_class"
	input.phase in {"PH2", "PH3"}
}

# METADATA
# title: The head teacher accompanies a choice
# custom:
#   article: "Art. 3 3° b; Art. 1 al. 2"
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R3b-pp"
	input.purpose == "P2"
	input.relation == "own_class"
	input.phase in {"PH1", "PH2", "PH3", "PH4", "PH5"}
}

# METADATA
# title: Origin, health, recourse and needs are not the school's
# custom:
#   article: "Art. 3 al. 1; GDPR 5(1)(c)"
deny contains law.no(q, "SCHOOL_TASKS", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"civil_status", "recourse", "guidance_needs"})
}

# METADATA
# title: Of the household, the school knows the bursary step it certifies
# custom:
#   article: "annex H2; GDPR 5(1)(c)"
deny contains law.no(q, "BURSARY_STEP_ONLY", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"income"})
	not certified_step(q)
}

certified_step(q) if {
	q[1] == "A02.06"
	input.recipient in {"R3a", "R3c"}
	input.phase in {"PH1", "PH2", "PH3"}
}

# METADATA
# title: The school does not learn the occupation of parents
# custom:
#   article: "Art. 3 3°; GDPR 5(1)(c)"
deny contains law.no(q, "NO_OCCUPATION", rego.metadata.rule().custom.article) if {
	some q in law.about({"A01.24"})
}

# METADATA
# title: Of the candidate's own file, the school reads the project it comments on
# custom:
#   article: "annex H7 and H8"
deny contains law.no(q, "PROJECT_ONLY", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"file"})
	q[1] != "A07.02"
}

# METADATA
# title: Ranks stay with the programme
# custom:
#   article: "Art. 3 al. 1; L. 612-3"
deny contains law.no(q, "RANKS_STAY_WITH_THE_PROGRAMME", rego.metadata.rule().custom.article) if {
	some q in law.about({"A15.04", "A16.03", "A16.04"})
}

# METADATA
# title: The school writes the record of the current year
# custom:
#   article: "Art. 3 3°; annex H8"
deny contains law.no(q, "CURRENT_YEAR", rego.metadata.rule().custom.article) if {
	input.recipient in {"R3a", "R3c"}
	some q in law.in_classes({"schooling"})
	law.access(q) == "write"
	law.missing(q, {"current_year"})
}

# METADATA
# title: What the school may write
# custom:
#   article: "Art. 3 3°; annex H1, H2 and H8"
#   why: wishes, projects, contacts and families are written by the candidate
deny contains law.no(q, "SCHOOL_WRITES_ITS_OWN", rego.metadata.rule().custom.article) if {
	some q in law.outside_classes({"schooling", "income", "identity", "agents"})
	law.access(q) == "write"
}

# METADATA
# title: The record closes with the examination
# custom:
#   article: "annex H8; L. 612-3"
#   why: a mark changed after commissions began would change their ranking
deny contains law.no(q, "RECORD_CLOSES", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"schooling"})
	law.access(q) == "write"
	not input.phase in {"PH1", "PH2", "PH3"}
}

# METADATA
# title: A teacher of one subject needs the name and that subject
# custom:
#   article: "Art. 3 3° b; GDPR 5(1)(c)"
deny contains law.no(q, "TEACHER_OF_A_SUBJECT", rego.metadata.rule().custom.article) if {
	input.recipient == "R3b"
	some q in law.beyond({"A01.06", "A01.07", "A08.08", "A08.11", "A08.15"})
}

# METADATA
# title: A teacher writes in the subject taught
# custom:
#   article: "Art. 3 3° b; annex H8"
deny contains law.no(q, "OWN_SUBJECT", rego.metadata.rule().custom.article) if {
	input.recipient == "R3b"
	some q in law.in_classes({"schooling"})
	law.missing(q, {"own_subject"})
}

# METADATA
# title: A head teacher needs the name, the record, the project and the wishes
# custom:
#   article: "Art. 3 3° b; GDPR 5(1)(c)"
deny contains law.no(q, "HEAD_TEACHER_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R3b-pp"
	some q in law.outside_classes({"identity", "schooling", "file", "choices"})
}

# METADATA
# title: A teacher corrects no identity
# custom:
#   article: "Art. 3 3°; annex H1"
deny contains law.no(q, "OFFICE_CORRECTS_IDENTITY", rego.metadata.rule().custom.article) if {
	input.recipient != "R3c"
	some q in law.in_classes({"identity"})
	law.access(q) == "write"
}

# METADATA
# title: A colleague's account opens no file, and a pupil's file no account
# custom:
#   article: "Art. 3 al. 1; annex H3"
deny contains law.no(q, "AGENTS_ARE_NOT_FILES", rego.metadata.rule().custom.article) if {
	input.relation == "own_institution_agents"
	some q in law.outside_classes({"agents"})
}

# METADATA
# title: Accounts are kept where one grants them
# custom:
#   article: "Art. 3 3° c; annex H3"
deny contains law.no(q, "OWN_INSTITUTION_AGENTS", rego.metadata.rule().custom.article) if {
	input.relation != "own_institution_agents"
	some q in law.in_classes({"agents"})
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
