# METADATA
# title: The school of origin (Art. 3 3°)
# description: |
#   A head of school knows the pupils of the school, a teacher those of the class.
#   They write what comes from school, and never learn what a pupil keeps from it.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 3°
#   sheets: [R3a, R3b, R3b-pp, R3c]
package sceau.art3_3

import data.sceau.law

recipients := {"R3a", "R3b", "R3b-pp", "R3c"}

# METADATA
# title: The school prepares the files of its pupils
# custom:
#   article: "Art. 3 3°; annex H8"
#   why: the school is the source of the record, and knows its own pupils; others are strangers to it
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
#   why: the head gives an opinion on each wish, and pupils turn to their school until admission ends
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
#   why: the decree says "habilitées par le chef d'établissement", so the head grants and takes back
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
#   why: commissions rank on them, so they are written by then and by who taught
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
#   why: the decree names those who "accompagnent dans leur orientation", and advice is for a choice still open
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
#   why: a pupil may keep from school where the family comes from, what was asked elsewhere and what help is sought
deny contains law.no(q, "SCHOOL_TASKS", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"civil_status", "recourse", "guidance_needs"})
}

# METADATA
# title: Of the household, the school knows the bursary step it certifies
# custom:
#   article: "annex H2; GDPR 5(1)(c)"
#   why: what a household earns would follow a pupil into the classroom
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
#   why: what a parent does for a living could colour an appraisal, and no task needs it
deny contains law.no(q, "NO_OCCUPATION", rego.metadata.rule().custom.article) if {
	some q in law.about({"A01.24"})
}

# METADATA
# title: Of the candidate's own file, the school reads the project it comments on
# custom:
#   article: "annex H7 and H8"
#   why: the fiche Avenir rates the coherence of the project; the rest was written for programmes
deny contains law.no(q, "PROJECT_ONLY", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"file"})
	q[1] != "A07.02"
}

# METADATA
# title: Ranks stay with the programme
# custom:
#   article: "Art. 3 al. 1; L. 612-3"
#   why: a rank is between a programme and a candidate; at school it would be compared
deny contains law.no(q, "RANKS_STAY_WITH_THE_PROGRAMME", rego.metadata.rule().custom.article) if {
	some q in law.about({"A15.04", "A16.03", "A16.04"})
}

# METADATA
# title: The school writes the record of the current year
# custom:
#   article: "Art. 3 3°; annex H8"
#   why: a former year was settled by those who taught it, and rewriting it would change a ranking unseen
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
#   why: appraising one's subject takes whose work it is; wishes and other marks would colour it
deny contains law.no(q, "TEACHER_OF_A_SUBJECT", rego.metadata.rule().custom.article) if {
	input.recipient == "R3b"
	some q in law.beyond({"A01.06", "A01.07", "A08.08", "A08.11", "A08.15"})
}

# METADATA
# title: A teacher writes in the subject taught
# custom:
#   article: "Art. 3 3° b; annex H8"
#   why: a mark is the word of who taught; a colleague neither reads nor changes it
deny contains law.no(q, "OWN_SUBJECT", rego.metadata.rule().custom.article) if {
	input.recipient == "R3b"
	some q in law.in_classes({"schooling"})
	law.missing(q, {"own_subject"})
}

# METADATA
# title: A head teacher needs the name, the record, the project and the wishes
# custom:
#   article: "Art. 3 3° b; GDPR 5(1)(c)"
#   why: advice rests on these; contacts, family and means stay with the office that holds them
deny contains law.no(q, "HEAD_TEACHER_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R3b-pp"
	some q in law.outside_classes({"identity", "schooling", "file", "choices"})
}

# METADATA
# title: A teacher corrects no identity
# custom:
#   article: "Art. 3 3°; annex H1"
#   why: civil identity is corrected from the records of the office, and a slip would follow a pupil into enrolment
deny contains law.no(q, "OFFICE_CORRECTS_IDENTITY", rego.metadata.rule().custom.article) if {
	input.recipient != "R3c"
	some q in law.in_classes({"identity"})
	law.access(q) == "write"
}

# METADATA
# title: A colleague's account opens no file, and a pupil's file no account
# custom:
#   article: "Art. 3 al. 1; annex H3"
#   why: granting a colleague's profile is no reason to read a pupil
deny contains law.no(q, "AGENTS_ARE_NOT_FILES", rego.metadata.rule().custom.article) if {
	input.relation == "own_institution_agents"
	some q in law.outside_classes({"agents"})
}

# METADATA
# title: Accounts are kept where one grants them
# custom:
#   article: "Art. 3 3° c; annex H3"
#   why: working with a pupil takes no colleague's telephone number or profile
deny contains law.no(q, "OWN_INSTITUTION_AGENTS", rego.metadata.rule().custom.article) if {
	input.relation != "own_institution_agents"
	some q in law.in_classes({"agents"})
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
