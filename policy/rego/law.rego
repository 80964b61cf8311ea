# METADATA
# title: What holds for every recipient
# description: |
#   A sheet says what a deployment would like to grant. This package keeps, of the
#   rows that speak about the context asked, what no rule of the law refuses.
#   Only four words of the caller are read, all from closed lists: recipient,
#   purpose, phase, relation. Guards are names that a row must carry; what the
#   database says of them, and every overlay, is unknown here.
# custom:
#   decree: ESRS2035793A
package sceau.law

# The rows of the recipient's sheet that speak about this context.
rows[row.row] := row if {
	some row in data.sheets[input.recipient]
	row.purpose == input.purpose
	input.phase in row.phases
	input.relation in row.relations
}

# The questions of those rows, each a row and an item of it, by key class.
of_class[class] contains [id, item] if {
	some id, row in rows
	some item in row.items
	class := data.items[item].class
}

# The same, by item.
of_item[item] contains [id, item] if {
	some id, row in rows
	some item in row.items
}

asked contains [id, item] if {
	some id, row in rows
	some item in row.items
}

# asks holds where the sheet speaks about this context. Most contexts of the base are
# asked by nobody, and the refusals need not be looked into there.
asks if count(rows) > 0

# in_classes gives the questions about these classes.
in_classes(classes) := {q | some class in classes; some q in of_class[class]}

# outside_classes gives the questions about any other class.
outside_classes(classes) := {q |
	some class, questions in of_class
	not class in classes
	some q in questions
}

# about gives the questions about these items.
about(items) := {q | some item in items; some q in of_item[item]}

# beyond gives the questions about any other item.
beyond(items) := {q |
	some item, questions in of_item
	not item in items
	some q in questions
}

# no is one refusal: the question, the code that the tests name, the article.
no(question, code, article) := {
	"row": question[0],
	"item": question[1],
	"code": code,
	"article": article,
}

# missing holds when a row carries none of these guards.
missing(question, guards) if {
	every guard in guards {
		not guard in rows[question[0]].guards
	}
}

access(question) := rows[question[0]].access

derive(question) := rows[question[0]].derive

active_base := {"PH0", "PH1", "PH2", "PH3", "PH4", "PH5", "PH6", "PH7"}

# The forms that say less than the value: a code, a band, a yes or a no, an answer
# to a comparison.
coarse := {"coded", "band", "yes-no", "match"}

# METADATA
# title: After two years the file serves steering alone
# custom:
#   article: "Art. 4 al. 1; RET-04"
#   why: the four years more are kept "à des fins de pilotage"; a person's own request and a legal hold are the two doors left
deny contains no(q, "ARCHIVE_STEERING_ONLY", rego.metadata.rule().custom.article) if {
	input.phase == "PH8"
	input.purpose in {"P1", "P2"}
	some q in asked
	not archive_door(q)
}

archive_door(q) if {
	input.purpose == "P1"
	input.recipient in {"S1", "R1a-leg"}
	"art15_request" in rows[q[0]].guards
}

archive_door(q) if {
	input.purpose == "P1"
	input.recipient == "R1a-leg"
	"hold" in rows[q[0]].guards
}

# METADATA
# title: The archive is read, never written
# custom:
#   article: "Art. 4 al. 1; RET-04"
#   why: a correction at that stage goes through the controller, before the archive closes on it
deny contains no(q, "ARCHIVE_READ_ONLY", rego.metadata.rule().custom.article) if {
	input.phase == "PH8"
	some q in asked
	access(q) == "write"
}

# METADATA
# title: No identity under a file number
# custom:
#   article: "D. 612-1-13 I; GDPR 4(5)"
#   why: a name or an address beside a file number undoes the pseudonym
deny contains no(q, "IDENTITY_UNDER_FILE_NUMBER", rego.metadata.rule().custom.article) if {
	some q in in_classes({"identity", "contact"})
	access(q) == "pseudonymised"
	not derive(q) in coarse
}

# METADATA
# title: Steering looks at no one
# custom:
#   article: "Art. 1 al. 3; GDPR 89"
#   why: the statistical purpose is served by counts and by lines without a name
deny contains no(q, "STEERING_LOOKS_AT_NO_ONE", rego.metadata.rule().custom.article) if {
	input.purpose == "P3"
	some q in asked
	not access(q) in {"pseudonymised", "aggregate"}
}

# METADATA
# title: No text and no document in an extract
# custom:
#   article: "GDPR 5(1)(c); Art. 3 7°"
#   why: free text names people; the liaison form leaves as codes, for the researchers whom the decree allows it and the service that prepares it
deny contains no(q, "NO_TEXT_IN_EXTRACT", rego.metadata.rule().custom.article) if {
	input.purpose == "P3"
	some q in asked
	data.items[q[1]].kind in {"text", "document"}
	access(q) != "aggregate"
	not liaison_codes(q)
}

liaison_codes(q) if {
	q[1] == "A07.03"
	input.recipient in {"R7", "R1c"}
	derive(q) == "coded"
}

# METADATA
# title: Scrubbing is no anonymisation
# custom:
#   article: "GDPR 5(1)(c); D. 612-1-13 I"
#   why: a cleared text may still name someone, so it serves an examination and never an extract
deny contains no(q, "NO_SCRUBBED_TEXT_IN_EXTRACT", rego.metadata.rule().custom.article) if {
	input.purpose == "P3"
	some q in asked
	derive(q) == "scrub"
}

# METADATA
# title: A count is a count
# custom:
#   article: "Art. 1 al. 3; GDPR 89"
#   why: the form aggregate and the derive count name one thing, so neither can hide a value behind the other
deny contains no(q, "COUNTS_ARE_COUNTED", rego.metadata.rule().custom.article) if {
	some q in asked
	is_aggregate(q) != is_count(q)
}

is_aggregate(q) := access(q) == "aggregate"

is_count(q) := derive(q) == "count"

# METADATA
# title: A password is compared, never shown
# custom:
#   article: "GDPR 32; CNIL 2022-100"
#   why: only a slow hash exists
deny contains no(q, "PASSWORD_COMPARED_ONLY", rego.metadata.rule().custom.article) if {
	some q in in_classes({"credential"})
	derive(q) != "match"
}

# METADATA
# title: Health goes to whom a text names
# custom:
#   article: "GDPR 9; D. 612-1-27"
#   why: article 9 data are closed unless an addressee is named
deny contains no(q, "HEALTH_TO_NAMED_ADDRESSEES", rego.metadata.rule().custom.article) if {
	not input.recipient in {
		"R1a-leg", "R1a-pil", "R1c", "R1e", "R1f", "R2a", "R2a-med", "R2g",
		"R4b-conv", "R4b-enr", "R4b-hand", "R7", "S1", "C2",
	}
	some q in in_classes({"health"})
}

# METADATA
# title: The liaison form is read by whom the candidate sent it to
# custom:
#   article: "D. 612-1-27"
#   why: the form is optional, and the candidate chooses each addressee
deny contains no(q, "FORM_NOT_PRODUCED", rego.metadata.rule().custom.article) if {
	not input.recipient in {"S1", "R1a-leg", "C2"}
	some q in about({"A07.03"})
	access(q) in {"read", "write"}
	missing(q, {"form_produced"})
}

# METADATA
# title: Fraud stays with the controller and the person
# custom:
#   article: "GDPR 10 by analogy; annex H1"
#   why: offence-like data are managed by the legal officers alone; the archive keeps a count
deny contains no(q, "FRAUD_WITH_THE_CONTROLLER", rego.metadata.rule().custom.article) if {
	not input.recipient in {"R1a-leg", "S1", "C2", "SYS-retention"}
	some q in in_classes({"fraud"})
}

# METADATA
# title: Hidden preferences stay hidden
# custom:
#   article: "charter of candidates; GDPR 5(1)(c)"
#   why: neither a programme nor a school may learn in which order a candidate would choose
deny contains no(q, "PREFERENCES_STAY_HIDDEN", rego.metadata.rule().custom.article) if {
	not input.recipient in {"R1a-leg", "R1a-pil", "R2a", "R2g", "S1", "C2", "SYS-core", "SYS-project"}
	some q in about({"A15.12", "A15.13"})
}

# METADATA
# title: Traces serve security, the person and the law
# custom:
#   article: "Art. 4 al. 2; CNIL 2021-122"
#   why: reading traces for anything else is a misuse of their purpose
deny contains no(q, "TRACES_FOR_SECURITY", rego.metadata.rule().custom.article) if {
	not input.recipient in {"R1a-sec", "R1a-leg", "S1", "C1", "C2"}
	some q in in_classes({"connection"})
}

# METADATA
# title: Payments go with the payment
# custom:
#   article: "Art. 3 6°; annex H6"
#   why: who paid what tells of means, and concerns the payee and the person
deny contains no(q, "PAYMENT_ONLY", rego.metadata.rule().custom.article) if {
	not input.recipient in {"R1a-sup", "R1a-leg", "R1a-pil", "R4b-enr", "R6", "S1", "C2"}
	some q in in_classes({"payment"})
}

# METADATA
# title: The staff directory is kept by those who grant profiles
# custom:
#   article: "Art. 3; annex H3"
#   why: agents are persons too, and no task on a candidate needs their list
deny contains no(q, "STAFF_DIRECTORY", rego.metadata.rule().custom.article) if {
	not input.recipient in {"R1a", "R2a", "R3a", "R4a", "C1"}
	some q in in_classes({"agents"})
}

# What a category package grants: it opens the context, and neither it nor this
# package refuses the question.
granted(opens, denials) := asked - refused_questions(opens, denials)

refused_questions(opens, denials) := {[d.row, d.item] | some d in refusals(opens, denials)}

# refusals names every question of the sheet that stays closed, and why.
refusals(opens, denials) := closed(opens) | (deny | denials)

closed(opens) := set() if count(opens) > 0

closed(opens) := {no(q, "CONTEXT_CLOSED", "Art. 3 al. 1") | some q in asked} if count(opens) == 0
