package synth

import "slices"

// A request is one before the rectorate: to be assimilated to residents, or, with
// the commission of access, to be examined again.
type request struct {
	assimilation bool
	academy      string
	commune      int
	status       string
	health       bool // rests on health
	reason       string
}

// A document is a paper of the list of documents: which item it is.
type document struct{ item string }

// A payment is asked for by a programme with an application fee.
type payment struct {
	kind  string
	cents int
	done  bool
	on    day
}

var statuses = choose(share[string]{10, "déposée"}, share[string]{15, "en instruction"}, share[string]{45, "acceptée"}, share[string]{25, "refusée"}, share[string]{5, "sans suite"})

// drawPapers gives requests, documents, payments and activities.
func (p *person) drawPapers() {
	d, w := p.d, p.w
	if p.assimilation {
		p.requests = append(p.requests, request{assimilation: true, academy: w.academies.draw(d), commune: d.below(communes), status: p.status()})
	}
	if p.caes {
		p.requests = append(p.requests, request{status: p.status(), health: p.liaisonForm || d.percent(10)})
	}
	p.activities = d.geometric(800, 4)
	if p.canary {
		p.activities = 2
	}
	p.drawPayments()
	p.drawDocuments()
}

func (p *person) status() string {
	if p.canary {
		return "refusée" // the one with a reason
	}
	return statuses.draw(p.d)
}

func (p *person) drawPayments() {
	d, w := p.d, p.w
	for i := range p.wishes {
		x := &p.wishes[i]
		if w.flags[x.programme]&fee == 0 || x.confirmed == 0 {
			continue
		}
		y := payment{kind: "CB", cents: d.between(4, 40) * 500, done: d.percent(96), on: x.confirmed}
		switch {
		case p.household.step > 0 || p.household.shares > 0:
			y = payment{kind: "exonéré", done: true, on: x.confirmed}
		case d.percent(6):
			y.kind = "chèque"
		}
		p.payments = append(p.payments, y)
	}
	if p.canary && len(p.payments) == 0 {
		p.payments = append(p.payments, payment{kind: "chèque", cents: 8_000, done: true, on: w.session.confirmation})
	}
}

// The documents that come in one list; what they prove is in their key.
var anyDocument = []string{"training_certificates", "title_certificates", "qualification_certificates"}

func (p *person) drawDocuments() {
	d := p.d
	add := func(item string, yes bool) {
		if yes || p.canary {
			p.documents = append(p.documents, document{item})
		}
	}
	wantsBoarding := slices.ContainsFunc(p.wishes, func(x wish) bool { return x.boarding })
	add("previous_year_tax_notice", wantsBoarding && d.percent(60) || p.household.step > 0 && d.percent(20))
	add("reexamination_documents", p.caes)
	for _, item := range anyDocument {
		add(item, p.group == resuming && d.percent(25) || p.group == reorientation && d.percent(8))
	}
	add("he_follow_up_form", p.group == reorientation && d.percent(30))
	add("resuming_follow_up_form", p.group == resuming && d.percent(25))
}

// drawConnections gives 5 to 60 of them, with peaks on the opening, on the last
// days to ask and to confirm, and at the hour of results.
func (p *person) drawConnections() {
	d, s := p.d, p.w.session
	n := min(60, 5+d.geometric(23_000, 55))
	if p.canary {
		n = 5
	}
	for range n {
		var when day
		hour := d.between(7, 23)
		switch u := d.below(100); {
		case u < 12:
			when = s.wishes + day(d.below(3))
		case u < 28:
			when = s.confirmation - day(d.below(3)) - 1
		case u < 40:
			when = s.examination - day(d.below(2)) - 1
		case u < 65:
			when, hour = s.admission+day(d.geometric(2_000, 30)), 19
		default:
			when = s.opening + day(d.below(int(s.closed-s.opening)))
		}
		p.events = append(p.events, when.at(hour*3600+d.below(3600)))
		p.places = append(p.places, "")
	}
	slices.Sort(p.events)
	home := ipAddress(d, p.canary || d.percent(40))
	for i := range p.places {
		p.places[i] = home
		if p.canary || d.percent(30) {
			p.places[i] = ipAddress(d, p.canary || d.percent(30))
		}
	}
}
