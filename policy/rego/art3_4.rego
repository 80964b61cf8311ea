# METADATA
# title: The programmes asked for (Art. 3 4°)
# description: |
#   A commission examines a file without knowing whose it is. A name appears for
#   the exceptions of D. 612-1-13 and after admission, to other people than those
#   who rank. A programme sees its own couple, candidate and programme, and no other.
# custom:
#   decree: ESRS2035793A
#   article: Art. 3 4°
#   sheets: [R4a, R4b, R4b-exam, R4b-conv, R4b-enr, R4b-hand, R4b-info, R4b-pool]
package sceau.art3_4

import data.sceau.law

recipients := {
	"R4a", "R4b",
	"R4b-exam", "R4b-conv", "R4b-enr", "R4b-hand", "R4b-info", "R4b-pool",
}

examiners := {"R4a", "R4b-exam", "R4b-pool"}

# METADATA
# title: A commission examines the wishes made on its programmes
# custom:
#   article: "Art. 3 4°; D. 612-1-13 I"
#   why: who asked for a programme is examined by it; to any other, that person does not exist
opens contains rego.metadata.rule().custom.article if {
	input.recipient in examiners
	input.purpose == "P1"
	input.relation == "applied_programme"
	input.phase in {"PH3", "PH4", "PH5", "PH6"}
}

# METADATA
# title: The head of the institution grants profiles in it
# custom:
#   article: "Art. 3 4° b; annex H3"
#   why: the decree says "habilitées par le chef d'établissement", so the head grants and takes back
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R4a"
	input.purpose == "P1"
	input.relation == "own_institution_agents"
	input.phase in law.active_base
}

# METADATA
# title: Summons, boarding and contracts
# custom:
#   article: "D. 612-1-13 I al. 3"
#   why: that paragraph closes the list of reasons for which a name is given before admission
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R4b-conv"
	input.purpose == "P1"
	input.relation == "applied_programme"
	input.phase in {"PH3", "PH4", "PH5"}
}

# METADATA
# title: Who accepted is enrolled
# custom:
#   article: "Art. 3 4°; annex H16"
#   why: nobody who accepted is left to be ranked, and enrolment takes a civil identity
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R4b-enr"
	input.purpose == "P1"
	input.relation == "admitted_programme"
	input.phase in {"PH5", "PH6"}
}

# METADATA
# title: Fees of the wish, and the proof that military lycées ask for
# custom:
#   article: "annex H1 and H6"
#   why: some programmes ask a fee, and some lycées a proof, with the wish itself
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R4b-enr"
	input.purpose == "P1"
	input.relation == "applied_programme"
	input.phase in {"PH1", "PH2", "PH3", "PH4", "PH5", "PH6"}
}

# METADATA
# title: The disability referent welcomes whom agrees
# custom:
#   article: "GDPR 9; Art. 3 4°"
#   why: arrangements can be ready for the first day, for a person who chose to be known
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R4b-hand"
	input.purpose == "P2"
	input.relation == "admitted_programme"
	input.phase in {"PH5", "PH6"}
}

# METADATA
# title: The information office answers whom comes
# custom:
#   article: "Art. 3 4° b"
#   why: the decree has it there "d'informer et d'orienter les candidats", which begins when one of them asks
opens contains rego.metadata.rule().custom.article if {
	input.recipient == "R4b-info"
	input.purpose == "P2"
	input.relation == "applied_programme"
	input.phase in {"PH1", "PH2", "PH3", "PH4", "PH5"}
}

# METADATA
# title: An examined file has no name, no address and no age
# custom:
#   article: "D. 612-1-13 I al. 2"
#   why: name, first name, home address and age are removed before a commission reads
deny contains law.no(q, "EXAMINED_WITHOUT_A_NAME", rego.metadata.rule().custom.article) if {
	input.recipient in examiners
	some q in law.in_classes({"identity", "contact", "civil_status", "family"})
}

# METADATA
# title: An examined file tells nothing of means, health or needs
# custom:
#   article: "D. 612-1-13 I; GDPR 5(1)(c) and 9"
#   why: the bursary rate applies after the ranking and the liaison form bypasses programmes; known to who ranks, either would bias it
deny contains law.no(q, "EXAMINED_WITHOUT_MEANS", rego.metadata.rule().custom.article) if {
	input.recipient in examiners
	some q in law.in_classes({"income", "health", "guidance_needs"})
}

# METADATA
# title: Nothing that gives the age back
# custom:
#   article: "D. 612-1-13 I al. 2"
#   why: the year of entry in seconde tells the age that was removed
deny contains law.no(q, "AGE_GIVEN_BACK", rego.metadata.rule().custom.article) if {
	some q in law.about({"A15.07", "A15.08", "A15.09", "A15.11"})
}

# METADATA
# title: A programme sees its own couple
# custom:
#   article: "Art. 3 4° (formation sollicitée); GDPR 5(1)(c)"
#   why: the full list of a person's wishes is nearly unique, and would bias a ranking
deny contains law.no(q, "OWN_COUPLE", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"choices"})
	not law.derive(q) in {"own-couple", "scrub", "band"}
}

# METADATA
# title: Recourse never reaches a programme
# custom:
#   article: "charter of candidates; Art. 3 4°"
#   why: a programme that knew of a recourse or of a preference could answer it in its ranking
deny contains law.no(q, "NO_RECOURSE", rego.metadata.rule().custom.article) if {
	some q in law.in_classes({"recourse"})
}

# METADATA
# title: The file under examination stands under its number
# custom:
#   article: "D. 612-1-13 I al. 2"
#   why: a number joins the pieces of a file without saying whose they are
deny contains law.no(q, "FILE_UNDER_ITS_NUMBER", rego.metadata.rule().custom.article) if {
	input.recipient in examiners
	some q in law.in_classes({"schooling", "file"})
	law.access(q) != "pseudonymised"
}

# METADATA
# title: Texts are cleared before a commission reads them
# custom:
#   article: "D. 612-1-13 I al. 2"
#   why: an appraisal or a project often says the name that the file hides
deny contains law.no(q, "TEXTS_ARE_CLEARED", rego.metadata.rule().custom.article) if {
	input.recipient in examiners
	some q in law.in_classes({"schooling", "file"})
	data.items[q[1]].kind in {"text", "document"}
	law.derive(q) != "scrub"
}

# METADATA
# title: A text of a wish is cleared too
# custom:
#   article: "D. 612-1-13 I al. 2"
#   why: what is written of an apprenticeship may name the candidate whom the ranking must not know
deny contains law.no(q, "WISH_TEXTS_ARE_CLEARED", rego.metadata.rule().custom.article) if {
	input.recipient in examiners
	some q in law.about({"A15.10"})
	law.derive(q) != "scrub"
}

# METADATA
# title: The examination ends
# custom:
#   article: "L. 612-3; GDPR 5(1)(e)"
#   why: after the answers there is nothing left to rank, and a file kept open is kept to be looked at
deny contains law.no(q, "EXAMINATION_ENDS", rego.metadata.rule().custom.article) if {
	input.recipient in examiners
	input.phase == "PH6"
	some q in law.in_classes({"schooling", "file"})
}

# METADATA
# title: Equal opportunity is shown at the candidate's wish
# custom:
#   article: "D. 612-1-13 I al. 4"
#   why: to have been in such a scheme may help or label; the candidate weighs it, and says nothing by default
deny contains law.no(q, "EQUAL_OPPORTUNITY_OPT_IN", rego.metadata.rule().custom.article) if {
	some q in law.about({"A08.07"})
	law.missing(q, {"equal_opportunity_opt_in"})
}

# METADATA
# title: A commission writes its ranking and its answer
# custom:
#   article: "Art. 3 4°; annex H15 and H16"
#   why: marks are the school's and wishes the candidate's; who ranks on them must not change them
deny contains law.no(q, "COMMISSION_WRITES_ITS_ANSWER", rego.metadata.rule().custom.article) if {
	input.recipient in examiners
	some q in law.beyond({"A15.01", "A15.04", "A15.05", "A15.06", "A16.03", "A16.07", "A16.08"})
	law.access(q) == "write"
	not data.items[q[1]].class == "agents"
}

# METADATA
# title: Staff of an institution is kept by its head
# custom:
#   article: "Art. 3 4° b; annex H3"
#   why: colleagues' telephone numbers and profiles serve no examination
deny contains law.no(q, "OWN_INSTITUTION_AGENTS", rego.metadata.rule().custom.article) if {
	input.relation != "own_institution_agents"
	some q in law.in_classes({"agents"})
}

# METADATA
# title: A colleague's account opens no file
# custom:
#   article: "Art. 3 al. 1; annex H3"
#   why: granting a colleague's profile is no reason to read a candidate
deny contains law.no(q, "AGENTS_ARE_NOT_FILES", rego.metadata.rule().custom.article) if {
	input.relation == "own_institution_agents"
	some q in law.outside_classes({"agents"})
}

# METADATA
# title: A name appears for a summons, a boarding place or a contract
# custom:
#   article: "D. 612-1-13 I al. 3"
#   why: these three lift anonymity before admission; everybody else stays a number
deny contains law.no(q, "ART13_EXCEPTION", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-conv"
	some q in (law.in_classes({"identity", "contact"}) | law.about({"A15.02"}))
	q[1] != "A01.09"
	law.missing(q, {"art13_exception"})
}

# METADATA
# title: Sex and distance serve boarding places
# custom:
#   article: "D. 612-1-13 I al. 3"
#   why: places are for girls or for boys and ranked on distance; another wish is decided without either
deny contains law.no(q, "BOARDING_WISH", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-conv"
	some q in law.about({"A01.09", "A15.03"})
	law.missing(q, {"boarding_wish"})
}

# METADATA
# title: Contracts are told for apprenticeship wishes
# custom:
#   article: "D. 612-1-13 I al. 3"
#   why: an employer is known for the wish that needs one, and for no other
deny contains law.no(q, "APPRENTICESHIP_WISH", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-conv"
	some q in law.about({"A15.10"})
	law.missing(q, {"apprenticeship_wish"})
}

# METADATA
# title: Means are known as a band, under the file number
# custom:
#   article: "GDPR 5(1)(c); Art. 3 4° b"
#   why: boarding is ranked on the parents' resources, where an order of magnitude is enough
deny contains law.no(q, "MEANS_AS_A_BAND", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-conv"
	some q in law.in_classes({"income"})
	not banded_means(q)
}

banded_means(q) if {
	q[1] == "A02.01"
	law.access(q) == "pseudonymised"
	law.derive(q) == "band"
}

# METADATA
# title: Distance is known as a band
# custom:
#   article: "GDPR 5(1)(c); Art. 3 4° b"
#   why: an exact distance to a known school draws the circle on which somebody lives
deny contains law.no(q, "DISTANCE_AS_A_BAND", rego.metadata.rule().custom.article) if {
	some q in law.about({"A15.03"})
	law.derive(q) != "band"
}

# METADATA
# title: Arrangements are told where a test is adapted
# custom:
#   article: "annex H13"
#   why: the annex has the opinion so that a test can be arranged, which takes a yes or a no
deny contains law.no(q, "ADAPTED_TEST", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-conv"
	some q in law.in_classes({"health"})
	not arranged(q)
}

arranged(q) if {
	q[1] == "A13.02"
	law.derive(q) == "yes-no"
	not law.missing(q, {"adapted_test"})
}

# METADATA
# title: A summons needs neither record, project nor family
# custom:
#   article: "D. 612-1-13 I al. 3; GDPR 5(1)(c)"
#   why: inviting to an interview or a room takes a name and an address, and who invites does not rank
deny contains law.no(q, "SUMMONS_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-conv"
	some q in law.outside_classes({"identity", "contact", "income", "health", "choices"})
}

# METADATA
# title: Before acceptance the enrolment office sees fees and the military proof
# custom:
#   article: "annex H1 and H6; Art. 3 4°"
#   why: most of those who ask for a programme never come to it
deny contains law.no(q, "BEFORE_ACCEPTANCE", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-enr"
	input.relation == "applied_programme"
	some q in (law.outside_classes({"payment"}) - law.about({"A01.20"}))
}

# METADATA
# title: An identity proof is for military lycées
# custom:
#   article: "annex H1"
#   why: the annex collects it for those lycées alone, and a copy is enough to pass for somebody
deny contains law.no(q, "MILITARY_LYCEE", rego.metadata.rule().custom.article) if {
	some q in law.about({"A01.20"})
	law.missing(q, {"military_lycee"})
}

# METADATA
# title: Parents are known for minors and boarders
# custom:
#   article: "GDPR 5(1)(c); annex H1"
#   why: an adult enrols alone, and a parent's address is a third person's
deny contains law.no(q, "MINOR_OR_BOARDER", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-enr"
	some q in law.in_classes({"family"})
	law.missing(q, {"minor_or_boarder"})
}

# METADATA
# title: A certificate is held or not
# custom:
#   article: "annex H13"
#   why: that it is held is all the annex records; what it says is between doctor and patient
deny contains law.no(q, "CERTIFICATE_REQUIRED", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-enr"
	some q in law.in_classes({"health"})
	not certificate(q)
}

certificate(q) if {
	q[1] == "A13.01"
	law.derive(q) == "yes-no"
	not law.missing(q, {"certificate_required"})
}

# METADATA
# title: Enrolment needs neither means nor projects
# custom:
#   article: "Art. 3 al. 1; annex H16"
#   why: the ranking is over and they have served it; a registry decides nothing by them
deny contains law.no(q, "ENROLMENT_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-enr"
	some q in law.in_classes({"income", "file", "guidance_needs"})
}

# METADATA
# title: Enrolment writes enrolment
# custom:
#   article: "annex H16"
#   why: a registry that corrected identities and diplomas would contradict their source
deny contains law.no(q, "ENROLMENT_WRITES_ENROLMENT", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-enr"
	some q in law.beyond({"A16.11", "A16.12"})
	law.access(q) == "write"
}

# METADATA
# title: The referent is told by the candidate
# custom:
#   article: "GDPR 9(2)(a); Art. 3 4°"
#   why: only the explicit agreement of the person lets this reader know of a disability
deny contains law.no(q, "AGREEMENT_GIVEN", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-hand"
	some q in law.asked
	law.missing(q, {"agreement_given"})
}

# METADATA
# title: The referent reads a name, an address to write to, and the form
# custom:
#   article: "GDPR 5(1)(c) and 9"
#   why: arrangements are made with the person, who tells the rest or does not
deny contains law.no(q, "REFERENT_TASKS", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-hand"
	some q in law.beyond({"A01.06", "A01.07", "A01.19", "A07.03"})
}

# METADATA
# title: The information office knows the state of a wish, under its number
# custom:
#   article: "Art. 3 4° b; GDPR 5(1)(c)"
#   why: with names, a desk could look anybody up; with the number given, it answers about that wish
deny contains law.no(q, "STATE_UNDER_ITS_NUMBER", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-info"
	some q in law.asked
	not state_only(q)
}

state_only(q) if {
	q[1] in {"A15.05", "A16.07"}
	law.access(q) == "pseudonymised"
}

# METADATA
# title: The information office answers, and does not browse
# custom:
#   article: "Art. 3 4° b"
#   why: until a candidate comes there is no question to answer
deny contains law.no(q, "CONTACT_ASKED", rego.metadata.rule().custom.article) if {
	input.recipient == "R4b-info"
	some q in law.asked
	law.missing(q, {"contact_asked"})
}

# METADATA
# title: Summons, referent and information write nothing
# custom:
#   article: "Art. 3 4° b"
#   why: a rank or an answer changed at a desk would bypass the commission
deny contains law.no(q, "OFFICES_READ_ONLY", rego.metadata.rule().custom.article) if {
	input.recipient in {"R4b-conv", "R4b-hand", "R4b-info"}
	some q in law.asked
	law.access(q) == "write"
}

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
