package promises_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/policy"
)

// Those who ask at once share their round trips to the databases. Each is answered,
// or refused, as if nobody else had asked.
func TestWhoAsksInACrowdIsAnsweredAsWhoAsksAlone(t *testing.T) {
	p := open(t)
	a, b, ofA, ofB := p.two(t, "2026")
	missions := []string{p.commission(t, "crowd-a", "2026", ofA), p.commission(t, "crowd-b", "2026", ofB)}
	var asks []dossier.Ask
	add := func(who string, purpose catalogue.Purpose, about *person, items ...catalogue.ItemID) {
		asks = append(asks, p.ask(t, who, purpose, about.ref, items...))
	}
	for i, one := range p.people {
		next := p.people[(i+1)%len(p.people)]
		add(one.accounts[0], "P1", one, "A01.06", "A01.03")
		add(one.accounts[0], "P1", one, "A15.X1", "A16.01", "A15.02")
		add(one.accounts[0], "P1", one, "A05.01")
		add(one.accounts[0], "P1", next, "A01.06") // another one's
		for _, who := range missions {
			add(who, "P1", one)
			asks[len(asks)-1].On = examining
		}
		for _, parent := range one.accounts[1:] {
			add(parent, "P1", one, "A01.22", "A01.25")
		}
	}
	// Two commissions read the same columns of one candidate, each of its own wish.
	shared, programmes := p.twice(t, "2026")
	for _, programme := range programmes {
		who := p.commission(t, "crowd-"+strings.ToLower(programme), "2026", programme)
		for range 20 {
			add(who, "P1", shared)
			asks[len(asks)-1].On = examining
		}
	}
	for _, about := range []*person{a, b} {
		for _, o := range p.orders {
			if o.Campaign == "2026" {
				add(o.Mission, "P1", about)
				asks[len(asks)-1].On = examining
			}
		}
	}

	// Who is granted nothing is refused here more often than anybody may be.
	limits := policy.Limits{}
	for _, r := range p.Catalogue.Recipients() {
		limits[r.ID] = policy.Limit{Request: 1 << 20, Hour: 1 << 20, Day: 1 << 20}
	}
	gate := p.node(t, limits)
	type outcome struct{ answer, refusal string }
	hear := func(ask dossier.Ask) outcome {
		answer, err := answerOf(t, gate, ask)
		var refused *dossier.Refusal
		switch {
		case err == nil:
			return outcome{answer: answer}
		case errors.As(err, &refused):
			refused.Request = ""
			return outcome{refusal: refused.Error()}
		}
		return outcome{refusal: err.Error()}
	}
	alone := make([]outcome, len(asks))
	answered := 0
	for i, ask := range asks {
		if alone[i] = hear(ask); alone[i].answer != "" {
			answered++
		}
	}
	if answered == 0 || answered == len(asks) {
		t.Fatalf("%d of %d are answered: the measure would be of nothing", answered, len(asks))
	}
	rounds := 1
	if soaking() {
		rounds = 20
	}
	for range rounds {
		order := make(chan int, len(asks))
		for _, i := range rand.Perm(len(asks)) {
			order <- i
		}
		close(order)
		var wait sync.WaitGroup
		for range 48 {
			wait.Go(func() {
				for i := range order {
					if got := hear(asks[i]); got != alone[i] {
						t.Errorf("%s asks about %s: in a crowd %d bytes and %q, alone %d bytes and %q", asks[i].Mission, asks[i].Candidate,
							len(got.answer), got.refusal, len(alone[i].answer), alone[i].refusal)
					}
				}
			})
		}
		wait.Wait()
	}
	t.Logf("%d asked, %d answered, %d refused, alone and in a crowd", len(asks), answered, len(asks)-answered)
}

// twice finds a candidate with two confirmed wishes.
func (p *place) twice(t *testing.T, campaign string) (*person, []string) {
	t.Helper()
	for _, one := range p.people {
		if _, confirmed := wishesOf(one); one.campaign == campaign && len(confirmed) > 1 {
			return one, confirmed[:2]
		}
	}
	t.Fatal("nobody has two confirmed wishes")
	return nil, nil
}
