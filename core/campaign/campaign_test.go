package campaign_test

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/coretest"
)

// People of these tests, by position.
const (
	ines core.Candidate = iota
	malo
	aicha
	thibault
)

// Programmes, one group each.
const (
	law int32 = iota
	biology
	history
)

// A wish of these tests, for the columns of a roll.
type wish struct {
	who    core.Candidate
	group  int32
	rank   int32
	kind   core.Kind
	status core.Status // zero: waits
}

// house is a campaign of a few people, with the calendar of 2023 and a delay of two days
// for the proposals of the gap phase.
func house(t testing.TB, wishes []wish, blocks ...string) (campaign.Config, *campaign.State) {
	t.Helper()
	text := strings.Join(blocks, "\n")
	if !strings.Contains(text, "gap-sending:") {
		text = strings.TrimSpace("gap-sending:\n  - {from: 2023-07-08, until: 2023-09-12, days-after: 1, source: test}\n" + text)
	}
	roll := &core.Roll{Candidates: 4, Programme: []int32{0, 1, 2}, Schools: 1}
	cfg := campaign.Config{
		Calendar: coretest.Calendar(t, text, 2023), Roll: roll,
		Track: []core.Track{core.General, core.Professional, core.NoTrack, core.Technological},
	}
	cfg.ReservationEnd = cfg.Calendar.DateOf(20)
	w := &roll.Wishes
	for _, x := range wishes {
		w.Candidate = append(w.Candidate, x.who)
		w.Group = append(w.Group, x.group)
		w.School = append(w.School, core.NoSchool)
		w.CallRank = append(w.CallRank, x.rank)
		w.ShownRank = append(w.ShownRank, x.rank)
		w.BoardingRank = append(w.BoardingRank, 0)
		w.Kind = append(w.Kind, x.kind)
		cfg.Answer = append(cfg.Answer, core.OnHold)
		cfg.Status = append(cfg.Status, cmp.Or(x.status, core.Waiting))
	}
	s, err := campaign.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return cfg, s
}

// in is an instant by the clock of Paris, which is two hours ahead all through a campaign.
func in(t testing.TB, clock string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05.999999999 -0700", clock+" +0200")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func says(t testing.TB, clock string, who core.Candidate, kind campaign.Kind, wish int32, order ...int32) campaign.Event {
	t.Helper()
	return campaign.Event{Kind: kind, Cause: campaign.ByCandidate, At: in(t, clock), Candidate: who, Wish: wish, Order: order}
}

// must apply.
func must(t testing.TB, s *campaign.State, events ...campaign.Event) {
	t.Helper()
	for _, e := range events {
		if err := s.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
}

// mustNot apply, for a rule, and then nothing has changed.
func mustNot(t testing.TB, s *campaign.State, e campaign.Event, rule campaign.Rule) {
	t.Helper()
	before := s.Digest()
	err := s.Apply(e)
	var refused *campaign.RefusedError
	if !errors.As(err, &refused) || refused.Rule != rule || !errors.Is(err, rule) || refused.Candidate != e.Candidate || refused.Wish != e.Wish {
		t.Errorf("%s: %v, want %q", e, err, rule)
	}
	if s.Digest() != before {
		t.Errorf("%s is refused, and something changed", e)
	}
}

// compute is a stand-in for the daily computation: the first waiting wishes of each
// group, as far as there are places, and the answering machine as in section 4.1.
func compute(roll *core.Roll, d *core.Day) campaign.Outcome {
	o := campaign.Outcome{Status: slices.Clone(d.Status), WaitingRank: make([]int32, len(d.Status))}
	order := make([]int, len(d.Status))
	for i := range order {
		order[i] = i
	}
	w := &roll.Wishes
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(w.CallRank[i], w.CallRank[j]) })
	for again := true; again; {
		again = false
		for g := range d.Groups {
			free := d.Groups[g].Places
			for i, st := range o.Status {
				if w.Group[i] == int32(g) && st.Holds() {
					free--
				}
			}
			for _, i := range order {
				if w.Group[i] == int32(g) && o.Status[i] == core.Waiting && free > 0 {
					o.Status[i] = core.Proposed
					free--
				}
			}
		}
		for _, c := range d.Answering {
			best := -1
			for i, st := range o.Status {
				if w.Candidate[i] == c && w.Kind[i]&core.OutsideMain == 0 && (st == core.Proposed || st == core.AutoAccepted) && (best < 0 || d.Preference[i] < d.Preference[best]) {
					best = i
				}
			}
			for i, st := range o.Status {
				switch {
				case best < 0 || w.Candidate[i] != c || w.Kind[i]&core.OutsideMain != 0:
				case i == best:
					o.Status[i] = core.AutoAccepted
				case st == core.Pending || st == core.Accepted || st == core.Proposed || st == core.AutoAccepted:
					o.Status[i], again = core.AutoGivenUp, true
				case st == core.Waiting && d.Preference[i] > d.Preference[best]:
					o.Status[i] = core.AutoDropped
				}
			}
		}
	}
	count := make([]int32, roll.Groups())
	for _, i := range order {
		if o.Status[i] == core.Waiting {
			count[w.Group[i]]++
			o.WaitingRank[i] = count[w.Group[i]]
		}
	}
	return o
}

// places decides one target a group.
func places(n ...int64) []core.Group {
	groups := make([]core.Group, len(n))
	for g := range n {
		groups[g].Places = n[g]
	}
	return groups
}

// morning plays a day up to its publication.
func morning(t testing.TB, s *campaign.State, clock string, groups []core.Group) (*core.Day, campaign.Outcome) {
	t.Helper()
	at := in(t, clock)
	if _, err := s.Lapse(at); err != nil {
		t.Fatal(err)
	}
	d, err := s.Freeze(at, groups, []int64{0})
	if err != nil {
		t.Fatal(err)
	}
	o := compute(s.Roll(), d)
	if err := s.Publish(at.Add(time.Hour), o); err != nil {
		t.Fatal(err)
	}
	return d, o
}

func letters(s *campaign.State) string {
	var out []byte
	for i := range s.Roll().Wishes.Len() {
		out = append(out, byte(s.Status(int32(i))))
	}
	return string(out)
}

// replayed is the state that the log of another gives.
func replayed(t testing.TB, cfg campaign.Config, s *campaign.State, shown []int32) {
	t.Helper()
	again, err := campaign.Replay(cfg, s.Log().Since(0), shown)
	if err != nil {
		t.Fatalf("replaying: %v", err)
	}
	if again.Digest() != s.Digest() {
		t.Error("replaying the log gives another state")
	}
}
