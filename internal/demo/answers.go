package demo

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"time"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/session"
	"sceau/core/view"
)

// Answers is what invented candidates say on the day that follows a publication: most
// keep the proposal that they like best, refuse the others, and drop the wishes that they
// like less; a few say nothing, and some leave.
func Answers(s *session.Session, state *campaign.State, seed uint64, at time.Time) (all []session.Said) {
	for c := range core.Candidate(len(s.View.Persons)) {
		p := &player{s: s, state: state, seed: seed, at: at, who: s.View.Persons[c].Pseudonym}
		all = append(all, p.say(s.Of(c))...)
	}
	return all
}

// A player is one candidate.
type player struct {
	s     *session.Session
	state *campaign.State
	seed  uint64
	at    time.Time
	who   view.Pseudonym
}

// draw is a number of the candidate and of something, the same for one seed.
func (p *player) draw(of ...uint64) uint64 {
	h := fnv.New64a()
	h.Write(p.who[:])
	for _, x := range append(of, p.seed) {
		h.Write(binary.LittleEndian.AppendUint64(nil, x))
	}
	return h.Sum64()
}

func (p *player) one(kind campaign.Kind, row int32) session.Said {
	w := &p.s.Config.Roll.Wishes
	return session.Said{At: p.at, Candidate: p.who, Kind: kind,
		Wish: &session.Wanted{Programme: p.s.Groups[w.Group[row]].Programme, Boarding: w.Kind[row]&core.WithBoarding != 0}}
}

// say gives the answers of one candidate, to wishes ordered by how they like them.
func (p *player) say(rows []int32) (all []session.Said) {
	day := uint64(p.at.Unix() / 86400)
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b int32) int { return cmp.Compare(p.draw(1, uint64(a)), p.draw(1, uint64(b))) })
	held := slices.IndexFunc(rows, func(i int32) bool { s := p.state.Status(i); return s == core.Pending || s == core.Accepted })
	if held < 0 || p.draw(2, day)%100 < 12 {
		return nil // nothing came, or nothing is said today: what is silence too long lapses
	}
	if p.draw(3, day)%200 == 0 {
		return []session.Said{{At: p.at, Candidate: p.who, Kind: campaign.Resigned}}
	}
	if p.state.Status(rows[held]) == core.Pending {
		all = append(all, p.one(campaign.Accepted, rows[held]))
	}
	for _, i := range rows[held+1:] {
		switch p.state.Status(i) {
		case core.Pending:
			all = append(all, p.one(campaign.Refused, i))
		case core.Waiting:
			if p.draw(4, uint64(i))%10 < 7 {
				all = append(all, p.one(campaign.Dropped, i))
			}
		}
	}
	return all
}
