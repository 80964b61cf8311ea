# METADATA
# title: Candidates and their responsibles (Art. 5)
# description: |
#   They are no recipients: they hold the rights. A candidate sees what is held; a
#   responsible sees the file of a minor, and always one's own data.
# custom:
#   decree: ESRS2035793A
#   article: Art. 5
#   sheets: [S1, S2]
package sceau.data_subjects

import data.sceau.law

recipients := {"S1", "S2"}

# METADATA
# title: One's own file
# custom:
#   article: "Art. 5; GDPR 15"
#   why: whatever is held about a person is theirs to read, for as long as it is held
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "S1"
	input.purpose == "P1"
	input.relation == "self"
}

# METADATA
# title: One's own data in the file of a child
# custom:
#   article: "Art. 5; GDPR 15 and 16"
#   why: a parent named in the file of a child is a person there too, with rights over that part
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "S2"
	input.purpose == "P1"
	input.relation == "self"
	input.phase in law.active_base
}

# METADATA
# title: The file of a minor, until majority
# custom:
#   article: "code civil 371-1"
#   why: parental authority is there to protect a child, and ends with majority
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "S2"
	input.purpose == "P1"
	input.relation == "minor_child"
	input.phase in {"PH1", "PH2", "PH3", "PH4", "PH5", "PH6"}
}

# METADATA
# title: A person's rights open the value itself
# custom:
#   article: "GDPR 15"
#   why: a person is never answered about oneself by a count or under a file number
deny contains law.no(q, "VALUE_ITSELF", rego.metadata.rule().custom.article) if {
	some q in law.asked
	not law.access(q) in {"read", "write"}
}

# METADATA
# title: Appraisals are read once the commissions have decided
# custom:
#   article: "GDPR 15(4); annex H8"
#   why: before, a candidate could press a teacher to change them
deny contains law.no(q, "APPRAISALS_AFTER_EXAMINATION", rego.metadata.rule().custom.article) if {
	input.recipient == "S1"
	input.phase in {"PH0", "PH1", "PH2", "PH3"}
	some q in law.about({"A08.11", "A08.15", "A08.16", "A08.17"})
}

# METADATA
# title: A fraud record is read on request, or once the case is open
# custom:
#   article: "GDPR 15; annex H1"
#   why: who is accused must be able to answer, which an entry met by chance on a screen does not allow
deny contains law.no(q, "FRAUD_ON_REQUEST", rego.metadata.rule().custom.article) if {
	input.recipient == "S1"
	some q in law.in_classes({"fraud"})
	law.missing(q, {"art15_request", "case_open"})
}

# METADATA
# title: Protected coordinates are not shown, even to the child
# custom:
#   article: "RGT-09; GDPR 15(4)"
#   why: one parent may be hiding from the other, who can look over the child's shoulder
deny contains law.no(q, "PROTECTED_COORDINATES", rego.metadata.rule().custom.article) if {
	input.recipient == "S1"
	some q in law.about({"A01.25", "A01.26", "A01.27"})
	law.missing(q, {"not_protected"})
}

# METADATA
# title: After confirmation, a correction is an accepted request
# custom:
#   article: "GDPR 16; L. 612-3"
#   why: a file that is examined does not change under the commission's eyes
deny contains law.no(q, "CORRECTION_ON_REQUEST", rego.metadata.rule().custom.article) if {
	input.recipient == "S1"
	not input.phase in {"PH0", "PH1", "PH2"}
	some q in (law.asked - law.about(own_acts))
	law.access(q) == "write"
	law.missing(q, {"art16_request"})
}

# What a candidate does in the procedure itself: answers, preferences, requests of
# re-examination, and the password.
own_acts := {
	"A15.02", "A15.10", "A15.11", "A15.X1", "A16.05", "A16.10",
	"A15.12", "A15.13", "A05.01", "A05.02", "A01.02", "A03.08",
}

# METADATA
# title: The record is written by the school
# custom:
#   article: "annex H8; GDPR 16"
#   why: whoever wrote their own marks could be ranked on invented ones
deny contains law.no(q, "RECORD_BY_THE_SCHOOL", rego.metadata.rule().custom.article) if {
	input.recipient == "S1"
	some q in law.in_classes({"schooling"})
	law.access(q) == "write"
	law.missing(q, {"reorientation_or_resuming", "art16_request"})
}

# METADATA
# title: Nobody corrects traces, payments, offences or the staff directory alone
# custom:
#   article: "GDPR 16; SEC-06"
#   why: they are evidence, and the word of others; a person contests them and does not erase them
deny contains law.no(q, "NOT_BY_SELF_SERVICE", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"connection", "payment", "fraud", "agents"})
	law.access(q) == "write"
}

# METADATA
# title: A parent reads the file of a minor, and does not write it
# custom:
#   article: "code civil 371-1"
#   why: the wishes are the minor's, and a parent who wrote them would choose instead
deny contains law.no(q, "PARENT_READS", rego.metadata.rule().custom.article) if {
	input.recipient == "S2"
	input.relation == "minor_child"
	some q in law.asked
	law.access(q) != "read"
}

# METADATA
# title: What a parent reads of a minor
# custom:
#   article: "code civil 371-1; GDPR 5(1)(c)"
#   why: health, recourse, needs and payments stay the minor's own
deny contains law.no(q, "MINORS_OWN_MATTERS", rego.metadata.rule().custom.article) if {
	input.recipient == "S2"
	input.relation == "minor_child"
	some q in law.outside_classes({"identity", "contact", "schooling", "file", "choices"})
}

# METADATA
# title: A protected address is not shown to a parent
# custom:
#   article: "RGT-09; code civil 378-2"
#   why: a parent barred for violence must not find in the file where the child lives
deny contains law.no(q, "PROTECTED_ADDRESS", rego.metadata.rule().custom.article) if {
	input.recipient == "S2"
	input.relation == "minor_child"
	some q in law.in_classes({"contact"})
	law.missing(q, {"not_protected"})
}

# METADATA
# title: A responsible's own data are the family record and the means declared
# custom:
#   article: "Art. 5; GDPR 15"
#   why: rights are over one's own data; the rest of the file is the child's
deny contains law.no(q, "RESPONSIBLES_OWN_DATA", rego.metadata.rule().custom.article) if {
	input.recipient == "S2"
	input.relation == "self"
	some q in law.outside_classes({"family", "income"})
}

# METADATA
# title: Means declared are corrected through the candidate's file
# custom:
#   article: "GDPR 16"
#   why: a bursary rests on them, so they change where they are certified and not at a parent's word
deny contains law.no(q, "MEANS_READ_ONLY", rego.metadata.rule().custom.article) if {
	input.recipient == "S2"
	some q in law.in_classes({"income"})
	law.access(q) == "write"
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
