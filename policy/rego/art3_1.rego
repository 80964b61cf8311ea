# METADATA
# title: Central administration (Art. 3 1°)
# description: |
#   The directorates, the statistical service, the supervising ministries and the
#   ethics committee. The controller's own staff enter by sub-roles, each by the
#   paper that brings it to a file: a ticket, a request, a case.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 1°
#   sheets: [R1a, R1a-sup, R1a-sec, R1a-leg, R1a-pil, R1b, R1c, R1d, R1e, R1f]
package sceau.art3_1

import data.sceau.law

recipients := {
	"R1a", "R1a-sup", "R1a-sec", "R1a-leg", "R1a-pil",
	"R1b", "R1c", "R1d", "R1e", "R1f",
}

# METADATA
# title: The controller administers its accounts, and watches over them
# custom:
#   article: "Art. 3 1° a; annex H3"
#   why: profiles are granted and intrusions noticed for the whole country at once, and neither takes a file
opens contains rego.metadata.rule().custom.article if {
	input.recipient in {"R1a", "R1a-sec"}
	input.purpose == "P1"
	input.relation == "national"
	input.phase in law.active_base
}

# METADATA
# title: Support answers on the file of its ticket
# custom:
#   article: "Art. 3 1° a; Art. 1 al. 2"
#   why: whoever called is the need to know, and it ends with the ticket
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R1a-sup"
	input.purpose == "P1"
	input.relation == "open_ticket"
	input.phase in law.active_base
}

# METADATA
# title: Support guides while there are wishes to follow
# custom:
#   article: "Art. 3 1° a; Art. 1 al. 2"
#   why: callers ask for answers and deadlines, which exist while there are wishes
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R1a-sup"
	input.purpose == "P2"
	input.relation == "open_ticket"
	input.phase in {"PH1", "PH2", "PH3", "PH4", "PH5"}
}

# METADATA
# title: Rights are exercised with the controller
# custom:
#   article: "Art. 5; GDPR 12 and 15"
#   why: article 5 names the directorate, so somebody there must produce the copy
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R1a-leg"
	input.purpose == "P1"
	input.relation == "open_request"
}

# METADATA
# title: Fraud is managed by the controller
# custom:
#   article: "annex H1; Art. 3 1° a"
#   why: a fraud is looked into by whoever runs the procedure, before anybody asks
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R1a-leg"
	input.purpose == "P1"
	input.relation == "national"
	input.phase in law.active_base
}

# METADATA
# title: National steering
# custom:
#   article: "Art. 1 al. 3"
#   why: steering is the third purpose of the decree, and looks at a country and not at somebody
opens contains rego.metadata.rule().custom.article if {
	input.recipient in {"R1a-pil", "R1b"}
	input.purpose == "P3"
	input.relation == "national"
}

# METADATA
# title: Statistics begin when the session closes
# custom:
#   article: "Art. 3 1° c and f; Art. 1 al. 3"
#   why: they study a session that is over, so that nobody is followed while being decided upon
opens contains rego.metadata.rule().custom.article if {
	input.recipient in {"R1c", "R1f"}
	input.purpose == "P3"
	input.relation == "national"
	input.phase in {"PH7", "PH8"}
}

# METADATA
# title: A ministry steers the schools it supervises
# custom:
#   article: "Art. 3 1° d; Art. 1 al. 3"
#   why: the decree names it for its authority over those schools; the pupils of others are not its affair
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R1d"
	input.purpose == "P3"
	input.relation == "supervised_school"
}

# METADATA
# title: A ministry steers the programmes it supervises
# custom:
#   article: "Art. 3 1° e; Art. 1 al. 3"
#   why: the decree names it for its authority over those institutions; who asks for others is not its affair
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R1e"
	input.purpose == "P3"
	input.relation == "supervised_programme"
}

# METADATA
# title: The armed forces examine those who ask for their lycées
# custom:
#   article: "annex H1 and H13"
#   why: the annex has an identity proof and a medical visit for their institutions, and for no other
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R1e"
	input.purpose == "P1"
	input.relation == "applied_programme"
	input.phase in {"PH3", "PH4", "PH5"}
}

# METADATA
# title: The union profile reads no file
# custom:
#   article: "Art. 3 al. 1; annex H3"
#   why: no single profile of the directorate may read everything
deny contains law.no(q, "NO_UNION_PROFILE", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a"
	some q in law.outside_classes({"agents"})
}

# METADATA
# title: Profiles are granted by whom it belongs to
# custom:
#   article: "annex H3; Art. 3 1° a"
#   why: a profile opens files, so whoever could grant any could read all
deny contains law.no(q, "GRANTING_PROFILES", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a"
	some q in law.asked
	law.missing(q, {"grants_profiles"})
}

# METADATA
# title: Support needs names, contacts and states, and no more
# custom:
#   article: "Art. 3 al. 1; GDPR 5(1)(c)"
#   why: an assistant answers a caller; the record, the household and the recourse are not needed for it
deny contains law.no(q, "SUPPORT_NEEDS_LITTLE", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-sup"
	some q in law.outside_classes({"identity", "contact", "family", "choices", "payment"})
}

# METADATA
# title: A caller is checked, not described
# custom:
#   article: "Art. 3 al. 1; GDPR 5(1)(c)"
#   why: who says to be the mother is matched against the record; the record is not read out
deny contains law.no(q, "CALLER_MATCHED_ONLY", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-sup"
	some q in law.in_classes({"family"})
	law.derive(q) != "match"
}

# METADATA
# title: An account is changed for a person who proved to be its owner
# custom:
#   article: "GDPR 32"
#   why: who holds the telephone and the mailbox of an account holds the wishes; a stranger's call must not move them
deny contains law.no(q, "CALLER_VERIFIED", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-sup"
	some q in law.asked
	law.access(q) == "write"
	law.missing(q, {"caller_verified"})
}

# METADATA
# title: A payment is seen to unblock it
# custom:
#   article: "Art. 3 1° a; GDPR 5(1)(c)"
#   why: who paid how much, and how, tells of means, and no other question of a caller needs it
deny contains law.no(q, "PAYMENT_INCIDENT", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-sup"
	some q in law.in_classes({"payment"})
	law.missing(q, {"payment_incident"})
}

# METADATA
# title: Ranks stay with the programme
# custom:
#   article: "Art. 3 al. 1; L. 612-3"
#   why: a rank is the judgement of a commission, explained by the programme that made it and not over the telephone
deny contains law.no(q, "RANKS_STAY_WITH_THE_PROGRAMME", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-sup"
	some q in law.about({"A15.04", "A16.03", "A16.04"})
}

# METADATA
# title: The security cell sees traces without names, and no dossier
# custom:
#   article: "CNIL 2021-122; Art. 3 al. 1"
#   why: an intrusion shows in who opened what, and not in what was in it
deny contains law.no(q, "SECURITY_SEES_TRACES", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-sec"
	some q in law.outside_classes({"connection"})
}

# METADATA
# title: The security cell works under pseudonyms
# custom:
#   article: "CNIL 2021-122"
#   why: giving a name back takes two people
deny contains law.no(q, "SECURITY_UNDER_PSEUDONYMS", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-sec"
	some q in law.asked
	law.access(q) != "pseudonymised"
}

# METADATA
# title: Traces are opened on an alert or a review
# custom:
#   article: "CNIL 2021-122; Art. 4 al. 2"
#   why: without an occasion, reading traces is watching the people who work and those who log in
deny contains law.no(q, "ALERT_OR_REVIEW", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-sec"
	some q in law.asked
	law.missing(q, {"alert_or_review"})
}

# METADATA
# title: The legal officer opens a file with a second person
# custom:
#   article: "Art. 5; GDPR 32"
#   why: this officer can open a whole file; alone, curiosity would look like a request
deny contains law.no(q, "SECOND_APPROVAL", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-leg"
	input.relation == "open_request"
	not input.phase == "PH8"
	some q in law.asked
	law.missing(q, {"second_approval"})
}

# METADATA
# title: The archive too is opened with a second person
# custom:
#   article: "RET-04; RET-08"
#   why: years later the person no longer watches the file, so a colleague does
deny contains law.no(q, "SECOND_APPROVAL_ARCHIVE", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-leg"
	input.phase == "PH8"
	some q in law.asked
	law.missing(q, {"second_approval"})
}

# METADATA
# title: Rights open a copy, not a correction by hand
# custom:
#   article: "Art. 5; GDPR 15 and 16"
#   why: values are corrected where they come from; an officer who wrote them would rewrite what a complaint is about
deny contains law.no(q, "REQUESTS_ARE_READ", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-leg"
	input.relation == "open_request"
	some q in law.asked
	law.access(q) != "read"
}

# METADATA
# title: Health is opened for the person's own request, or on that ground
# custom:
#   article: "GDPR 9 and 15"
#   why: a complaint about a rank or an address is answered without learning of an illness
deny contains law.no(q, "HEALTH_GROUND", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-leg"
	not input.phase == "PH8"
	some q in law.in_classes({"health"})
	law.missing(q, {"art15_request", "health_ground"})
}

# METADATA
# title: Without a request, the officer sees fraud cases alone
# custom:
#   article: "annex H1; Art. 3 al. 1"
#   why: unless a person asked, there is nothing to answer, and a file to read is only a temptation
deny contains law.no(q, "NO_FILE_WITHOUT_A_REQUEST", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-leg"
	input.relation == "national"
	some q in law.outside_classes({"fraud"})
}

# METADATA
# title: A fraud record belongs to an open case
# custom:
#   article: "annex H1; GDPR 10 by analogy"
#   why: an accusation is kept within a procedure where the person is heard, never as a note on the side
deny contains law.no(q, "CASE_OPEN", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-leg"
	input.relation == "national"
	some q in law.asked
	law.missing(q, {"case_open"})
}

# METADATA
# title: Steering reads counts
# custom:
#   article: "Art. 1 al. 3; GDPR 5(1)(c)"
#   why: capacities and rates are set on numbers, and no task of steering needs one candidate's line
deny contains law.no(q, "STEERING_READS_COUNTS", rego.metadata.rule().custom.article) if {
	input.recipient in {"R1a-pil", "R1b", "R1d", "R1e"}
	input.purpose == "P3"
	some q in law.asked
	law.access(q) != "aggregate"
}

# METADATA
# title: Steering counts no names, files, traces, offences or staff
# custom:
#   article: "Art. 1 al. 3; GDPR 5(1)(c)"
#   why: a name cannot be counted, and a free document cannot be cleared of whom it is about
deny contains law.no(q, "NOTHING_TO_COUNT", rego.metadata.rule().custom.article) if {
	input.recipient == "R1a-pil"
	some q in law.in_classes({"identity", "file"})
}

# METADATA
# title: Other directorates steer schooling and admission
# custom:
#   article: "Art. 3 1°; Art. 1 al. 3"
#   why: the decree lets them in within their need, and no public source shows one beyond these
deny contains law.no(q, "DIRECTORATE_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient in {"R1b", "R1d", "R1e"}
	input.purpose == "P3"
	some q in law.outside_classes({"schooling", "choices"})
}

# METADATA
# title: Health is counted in totals only
# custom:
#   article: "GDPR 9; Art. 1 al. 3"
#   why: in a class or a town, a small count of disabled candidates points at somebody
deny contains law.no(q, "HEALTH_TOTALS_ONLY", rego.metadata.rule().custom.article) if {
	input.recipient in {"R1a-pil", "R1f"}
	some q in law.in_classes({"health"})
	not totals(q)
}

totals(q) if {
	law.access(q) == "aggregate"
	not law.missing(q, {"totals_only"})
}

# METADATA
# title: A line without a name holds codes and bands
# custom:
#   article: "Art. 3 1° c and f; loi 51-711"
#   why: an exact income or a text names its person again, which statistical secrecy forbids
deny contains law.no(q, "CODES_AND_BANDS", rego.metadata.rule().custom.article) if {
	input.recipient in {"R1c", "R1f"}
	some q in law.asked
	law.access(q) == "pseudonymised"
	not law.derive(q) in {"coded", "band"}
}

# METADATA
# title: The place of birth is kept from statisticians
# custom:
#   article: "ORISUP decree of 23 Nov 2018"
#   why: the decree on ORISUP already keeps it from the same service; it tells origin
deny contains law.no(q, "BIRTH_PLACE_WITHHELD", rego.metadata.rule().custom.article) if {
	input.recipient in {"R1c", "R1f"}
	some q in law.about({"A01.11", "A01.12"})
}

# METADATA
# title: Of health, a convention may need the liaison form alone
# custom:
#   article: "Art. 3 7°; GDPR 9"
#   why: the service prepares the extract of researchers, for whom 7° speaks of liaison forms alone
deny contains law.no(q, "CONVENTION_NEEDS_THE_FORM", rego.metadata.rule().custom.article) if {
	input.recipient == "R1c"
	some q in law.in_classes({"health"})
	not form_under_convention(q)
}

form_under_convention(q) if {
	q[1] == "A07.03"
	not law.missing(q, {"convention_signed"})
}

# METADATA
# title: The committee works on extracts that its chair approved
# custom:
#   article: "L. 612-3; Art. 3 1° f"
#   why: the committee watches how the platform works and not persons, and its chair answers for each extract
deny contains law.no(q, "EXTRACT_APPROVED", rego.metadata.rule().custom.article) if {
	input.recipient == "R1f"
	some q in law.outside_classes({"health"})
	law.missing(q, {"extract_approved"})
}

# METADATA
# title: The armed forces see what their entry requires
# custom:
#   article: "annex H1 and H13"
#   why: three items of the annex exist for their admission; the rest of a file is for the commission that examines it
deny contains law.no(q, "ARMED_FORCES_LINES", rego.metadata.rule().custom.article) if {
	input.recipient == "R1e"
	input.purpose == "P1"
	some q in law.beyond({"A01.20", "A13.03", "A13.04"})
}

# METADATA
# title: Only where programme and caller are of the armed forces
# custom:
#   article: "annex H1 and H13"
#   why: several ministries supervise programmes; the medical visit and the proof concern one of them
deny contains law.no(q, "ARMED_FORCES", rego.metadata.rule().custom.article) if {
	input.recipient == "R1e"
	input.purpose == "P1"
	some q in law.asked
	law.missing(q, {"armed_forces"})
}

# METADATA
# title: An identity proof is for military lycées
# custom:
#   article: "annex H1"
#   why: the annex collects it for those lycées alone, and a copy is enough to pass for somebody
deny contains law.no(q, "MILITARY_LYCEE", rego.metadata.rule().custom.article) if {
	input.recipient == "R1e"
	some q in law.about({"A01.20"})
	law.missing(q, {"military_lycee"})
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
