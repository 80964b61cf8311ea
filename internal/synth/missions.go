package synth

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"

	"sceau/catalogue"
	"sceau/dossier"
)

type (
	mission = dossier.MissionOrder
	scopes  = dossier.MissionScopes
)

// missionsUntil is far off: a demonstration does not expire.
const missionsUntil = "2029-12-31"

// WriteMissions writes missions for every recipient of the decree that can have
// one, on places of the offer where candidates are many; and a neighbour or two,
// whom the same request is refused to. A candidate has an account, not a mission.
func WriteMissions(w io.Writer, o *Offer, campaign string) error {
	for n, m := range missionsOf(o) {
		m.Campaign, m.Until = campaign, missionsUntil
		m.Agent = agent(n, m.Recipient)
		if _, err := w.Write(append(encode(m), '\n')); err != nil {
			return err
		}
	}
	return nil
}

func missionsOf(o *Offer) []mission {
	at := findSites(o)
	national := scopes{National: true}
	academy := scopes{Academies: []string{at.academy}}
	rectorate, other := "rectorat-"+slug(at.academy), "rectorat-"+slug(at.otherAcademy)
	school := o.Schools[at.school].UAI
	otherSchool := o.Schools[at.otherSchool].UAI
	a, b, summoned, pooled := o.Programmes[at.a], o.Programmes[at.b], o.Programmes[at.summoned], o.Programmes[at.pooled]
	onA := scopes{Programmes: []string{a.ID}}
	return []mission{
		{Mission: "dgesip", Recipient: "R1a", Organisation: "dgesip", Scopes: national},
		{Mission: "support", Recipient: "R1a-sup", Organisation: "dgesip", Scopes: national},
		{Mission: "support-b", Recipient: "R1a-sup", Organisation: "dgesip", Scopes: national},
		{Mission: "security", Recipient: "R1a-sec", Organisation: "dgesip", Scopes: national},
		{Mission: "rights", Recipient: "R1a-leg", Organisation: "dgesip", Scopes: national},
		{Mission: "steering", Recipient: "R1a-pil", Organisation: "dgesip", Scopes: national},
		{Mission: "dgesco", Recipient: "R1b", Organisation: "dgesco", Scopes: national},
		{Mission: "statistics", Recipient: "R1c", Organisation: "sies", Scopes: national},
		{Mission: "ministry-schools", Recipient: "R1d", Organisation: "agriculture", Scopes: scopes{Ministries: []string{"agriculture"}}},
		{Mission: "ministry-programmes", Recipient: "R1e", Organisation: armedForcesMinistry, Scopes: scopes{Ministries: []string{armedForcesMinistry}, ArmedForces: true}},
		{Mission: "committee", Recipient: "R1f", Organisation: "comite-ethique", Scopes: national},
		{Mission: "rectorate", Recipient: "R2a", Organisation: rectorate, Scopes: academy},
		{Mission: "rectorate-b", Recipient: "R2a", Organisation: other, Scopes: scopes{Academies: []string{at.otherAcademy}}},
		{Mission: "medical-adviser", Recipient: "R2a-med", Organisation: rectorate, Scopes: academy},
		{Mission: "guidance", Recipient: "R2b", Organisation: rectorate, Scopes: academy},
		{Mission: "apprenticeship", Recipient: "R2c", Organisation: rectorate, Scopes: scopes{Academies: []string{at.academy}, Apprentices: true}},
		{Mission: "academy-statistics", Recipient: "R2d", Organisation: rectorate, Scopes: academy},
		{Mission: "regional-schools", Recipient: "R2e", Organisation: "draaf-" + slug(at.academy), Scopes: scopes{Academies: []string{at.academy}, Ministries: []string{"agriculture"}}},
		{Mission: "regional-programmes", Recipient: "R2f", Organisation: "drac-" + slug(at.academy), Scopes: scopes{Academies: []string{at.academy}, Ministries: []string{"culture"}}},
		{Mission: "access-commission", Recipient: "R2g", Organisation: rectorate, Scopes: academy},
		{Mission: "head-of-school", Recipient: "R3a", Organisation: school, Scopes: scopes{Schools: []string{school}, Grants: true}},
		{Mission: "head-of-school-b", Recipient: "R3a", Organisation: otherSchool, Scopes: scopes{Schools: []string{otherSchool}, Grants: true}},
		{Mission: "teacher", Recipient: "R3b", Organisation: school, Scopes: scopes{Schools: []string{school}, Subjects: []string{"Philosophie"}}},
		{Mission: "head-teacher", Recipient: "R3b-pp", Organisation: school, Scopes: scopes{Schools: []string{school}}},
		{Mission: "school-office", Recipient: "R3c", Organisation: school, Scopes: scopes{Schools: []string{school}}},
		{Mission: "head-of-institution", Recipient: "R4a", Organisation: a.Institution, Scopes: scopes{Institutions: []string{a.Institution}, Grants: true}},
		{Mission: "host-staff", Recipient: "R4b", Organisation: a.Institution, Scopes: onA},
		{Mission: "exam-a", Recipient: "R4b-exam", Organisation: a.Institution, Scopes: onA},
		{Mission: "exam-b", Recipient: "R4b-exam", Organisation: b.Institution, Scopes: scopes{Programmes: []string{b.ID}}},
		{Mission: "summons", Recipient: "R4b-conv", Organisation: summoned.Institution, Scopes: scopes{Programmes: []string{summoned.ID}}},
		{Mission: "enrolment", Recipient: "R4b-enr", Organisation: a.Institution, Scopes: onA},
		{Mission: "disability-referent", Recipient: "R4b-hand", Organisation: a.Institution, Scopes: onA},
		{Mission: "host-information", Recipient: "R4b-info", Organisation: a.Institution, Scopes: onA},
		{Mission: "pool", Recipient: "R4b-pool", Organisation: pooled.Pool, Scopes: scopes{Pools: []string{pooled.Pool}}},
		{Mission: "onisep", Recipient: "R5", Organisation: "onisep"},
		{Mission: "payment", Recipient: "R6", Organisation: "paiement-exemple"},
		{Mission: "researcher", Recipient: "R7", Organisation: "laboratoire-exemple"},
		{Mission: "network", Recipient: "R8", Organisation: "reseau-exemple"},
		{Mission: "career-guidance", Recipient: "O1", Organisation: "conseil-exemple"},
		{Mission: "training-guidance", Recipient: "O2", Organisation: "mission-locale-exemple"},
		{Mission: "dpo", Recipient: "C1", Organisation: "ministere", Scopes: national},
		{Mission: "authority", Recipient: "C2", Organisation: "autorite-exemple"},
		{Mission: "core", Recipient: "SYS-core", Organisation: "sceau", Scopes: national},
		{Mission: "authentication", Recipient: "SYS-auth", Organisation: "sceau", Scopes: national},
		{Mission: "notification", Recipient: "SYS-notif", Organisation: "sceau", Scopes: national},
		{Mission: "projection", Recipient: "SYS-project", Organisation: "sceau", Scopes: national},
		{Mission: "gate", Recipient: "SYS-gate", Organisation: "sceau", Scopes: onA},
		{Mission: "retention", Recipient: "SYS-retention", Organisation: "sceau", Scopes: national},
	}
}

// sites are where the missions of a demonstration work: indexes of the offer.
type sites struct {
	a, b, summoned, pooled int // programmes
	academy, otherAcademy  string
	school, otherSchool    int
}

// findSites takes the programmes that are most asked for, and the academies with
// most schools, so that small campaigns have somebody there.
func findSites(o *Offer) (s sites) {
	most := func(ok func(Programme) bool) int {
		best := -1
		for i, p := range o.Programmes {
			if p.counts() && ok(p) && (best < 0 || p.Weight > o.Programmes[best].Weight) {
				best = i
			}
		}
		// A tiny offer may have none of a kind: its first programme serves.
		return max(best, 0)
	}
	s.a = most(func(p Programme) bool { return p.Pool == "" })
	a := o.Programmes[s.a]
	s.b = most(func(p Programme) bool {
		return p.Pool == "" && p.Institution != a.Institution && p.Academy != a.Academy
	})
	s.summoned = most(func(p Programme) bool { return p.has(flagSummons) || p.has(flagBoarding) })
	s.pooled = most(func(p Programme) bool { return p.Pool != "" })

	byAcademy := map[string][]int{}
	var names []string
	for i, school := range o.Schools[:len(o.Schools)-1] {
		if byAcademy[school.Academy] == nil {
			names = append(names, school.Academy)
		}
		byAcademy[school.Academy] = append(byAcademy[school.Academy], i)
	}
	slices.SortStableFunc(names, func(x, y string) int { return cmp.Compare(len(byAcademy[y]), len(byAcademy[x])) })
	s.academy, s.otherAcademy = names[0], names[len(names)-1]
	s.school = byAcademy[s.academy][0]
	s.otherSchool = byAcademy[s.otherAcademy][0]
	return s
}

// agent invents the person who holds a mission (annex, heading 3). A service of
// the platform has a login and is nobody.
func agent(n int, r catalogue.RecipientID) map[string]json.RawMessage {
	d := newDice(offerSeed, 6, uint64(n))
	w := writer{d: d}
	w.password()
	a := map[string]json.RawMessage{"agent_login": value("agent-" + digits(n+1, 3)), "agent_password": w.buf}
	if len(r) > 3 && r[:4] == "SYS-" {
		return a
	}
	sex, title := male, "M."
	if d.percent(55) {
		sex, title = female, "Mme"
	}
	first, last := firstNames(d, sex, nil)[:1], familyName(d)
	a["agent_title"] = value(title)
	a["agent_last_name"] = value(last)
	a["agent_first_name"] = value(first[0])
	a["agent_mobile_phone"] = value(mobile(d))
	a["agent_landline_phone"] = value(landline(d, "Paris"))
	a["agent_email"] = value(mailOf(d, first, last))
	a["agent_authorisation_profile"] = value(string(r))
	return a
}
