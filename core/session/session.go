// Package session is one campaign of admission ("session d'admission") as runs see it:
// the pseudonymised view, what programmes offer, and the days that follow from both.
//
// Rule. A session begins with one view and one offer, from which call orders, boarding
// ranks and the roll follow and stay. Each day takes the offer of that day, lapses what
// nobody answered, freezes the answers, computes, verifies, and publishes. Groups in which
// the verification finds a fault are stopped, with all that share beds with them, and the
// day is computed again for the rest of the country.
//
// Invariant. Each run is a function of what its input names, so that whoever has the
// input computes the output again, byte by byte. Nothing of a day is published unless all
// of it verifies.
//
// Cost. That of a sort for the session, that of the computation for a day.
//
// Source: code of education, articles L. 612-3 and D. 612-1-13 and following.
package session

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"sceau/core"
	"sceau/core/callorder"
	"sceau/core/campaign"
	"sceau/core/entry"
	"sceau/core/verify"
	"sceau/core/view"
)

// A Session is a campaign of admission before its first day.
type Session struct {
	View   *view.View
	Groups []GroupName // in the order of positions
	Config campaign.Config

	Ranking []core.RankingGroup // what each board ranked
	Orders  [][]core.Candidate  // the call order of each group
	Left    Left

	first   *Offer   // of the first day: what stays for the session is compared with it
	schools []string // boarding schools by position
	at      map[GroupName]int
	mine    [][]int32 // rows of each candidate; made when first asked for
}

// A GroupName names a group: a programme, and the list in which its board ranked candidates.
type GroupName struct {
	Programme string `json:"programme"`
	Group     string `json:"group"` // label of the ranking group ("groupe de classement")
}

func (n GroupName) String() string { return fmt.Sprintf("%s (%s)", n.Programme, n.Group) }

// Left counts the wishes of a view that take no part, by the reason.
type Left struct {
	Unconfirmed    int `json:"unconfirmed"` // or incomplete
	Refused        int `json:"refused"`     // the institution said "non", and a person answers for it
	Unranked       int `json:"unranked"`    // by a board that ranks, and a person answers for it
	Apprenticeship int `json:"apprenticeship"`
	Others         int `json:"others"` // in a list that the programme says takes no part
}

// New makes a session of a view and the offer of its first day. Each confirmed wish is owed
// an answer, and a refused one an act of the board: a session that owes either does not
// begin, nor does one in which a group offers nothing to who asks for it.
func New(v *view.View, offer *Offer) (*Session, error) {
	s := &Session{View: v, first: offer, at: map[GroupName]int{}}
	if err := offer.Check(); err != nil {
		return nil, err
	}
	for _, g := range offer.Groups {
		if g.takesPart() {
			s.Groups = append(s.Groups, g.GroupName)
		}
	}
	slices.SortFunc(s.Groups, compareNames)
	for i, name := range s.Groups {
		s.at[name] = i
	}
	for _, b := range offer.Boarding {
		s.schools = append(s.schools, b.ID)
	}
	slices.Sort(s.schools)
	taken, err := s.take(offer)
	if err != nil {
		return nil, err
	}
	if err := s.order(offer, taken); err != nil {
		return nil, err
	}
	return s, s.roll(offer, taken)
}

func compareNames(a, b GroupName) int {
	return cmp.Or(cmp.Compare(a.Programme, b.Programme), cmp.Compare(a.Group, b.Group))
}

// A taken wish takes part: rows of the view, by group.
type taken [][]int32

// A reason is why a wish is in no group.
type reason uint8

const (
	unconfirmed reason = iota
	incomplete
	notOffered
	// From here on the wish is confirmed, and the offer has a line for it.
	saidNo     // the institution did, and a person answers for it
	otherList  // of a programme that says that its other lists take no part
	byContract // by apprenticeship: a contract decides, and no rank
	unanswered
	unranked // by a board that ranks
	takesPart
)

// line is what an offer says of a wish: the line of its list, or that of all other lists
// of its programme, or nil.
func (o *Offer) line(of GroupName) *Group {
	if group := o.group(of); group != nil {
		return group
	}
	if others := o.group(GroupName{Programme: of.Programme}); others != nil && others.Others {
		return others
	}
	return nil
}

// leftOut is why a wish takes no part, given the line of the offer. A "non" is one wherever
// it stands: no line of an offer makes it something else.
func leftOut(w *view.Wish, line *Group) reason {
	switch {
	case !w.Confirmed:
		return unconfirmed
	case !w.Complete && w.Institution != core.No:
		return incomplete
	case line == nil:
		return notOffered
	case w.Institution == core.No:
		return saidNo
	case line.Apprenticeship:
		return byContract
	case !w.Institution.Enters():
		return unanswered
	case w.PedagogicalRank == 0 && !line.Unranked && (w.Group == view.NoGroup || !line.Others):
		return unranked
	case line.Others:
		return otherList
	}
	return takesPart
}

// take sorts wishes by group, and refuses what is owed an answer or an act. An error names
// a candidate or a programme: the two together would say who asked for what.
func (s *Session) take(offer *Offer) (taken, error) {
	rows := make(taken, len(s.Groups))
	for i := range s.View.Wishes {
		w := &s.View.Wishes[i]
		what := s.groupOf(w)
		line := offer.line(what)
		why := leftOut(w, line)
		if why >= saidNo && !line.Others && line.Selective != w.Selective {
			return nil, fmt.Errorf("%s: the offer and the applications do not agree on whether it selects", what.Programme)
		}
		var err error
		switch why {
		case unconfirmed, incomplete:
			s.Left.Unconfirmed++
		case notOffered:
			err = &NothingOfferedError{what.Programme}
		case saidNo:
			s.Left.Refused++
			if err = entry.CheckRefusal(w.Selective, line.Act); err != nil {
				err = fmt.Errorf("%s says non: %w", what.Programme, err)
			}
		case otherList:
			s.Left.Others++
			if err = entry.CheckRefusal(true, line.Act); err != nil {
				err = fmt.Errorf("%s has a list that takes no part: %w", what.Programme, err)
			}
		case byContract:
			s.Left.Apprenticeship++
		case unanswered:
			err = fmt.Errorf("a wish of %s: no institution answered it", s.View.Persons[w.Candidate].Pseudonym)
		case unranked:
			s.Left.Unranked++
			if err = entry.CheckRefusal(w.Selective, line.Act); err != nil {
				err = fmt.Errorf("%s left somebody without a rank: %w", what.Programme, err)
			}
		case takesPart:
			rows[s.at[what]] = append(rows[s.at[what]], int32(i))
		}
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (s *Session) groupOf(w *view.Wish) GroupName {
	n := GroupName{Programme: s.View.Programmes[w.Programme]}
	if w.Group != view.NoGroup {
		n.Group = s.View.Groups[w.Group]
	}
	return n
}

// A NothingOfferedError names a programme in one of whose lists somebody is whom the offer
// does not have. It says neither the list, whose name lies under seal, nor who.
type NothingOfferedError struct{ Programme string }

func (e *NothingOfferedError) Error() string {
	return "nothing is offered by " + e.Programme + " to a list in which its board has candidates"
}

// order computes and verifies the call orders.
func (s *Session) order(offer *Offer, rows taken) error {
	s.Ranking = make([]core.RankingGroup, len(s.Groups))
	for g := range s.Groups {
		of := offer.group(s.Groups[g])
		qB, qR, err := of.rates().Minimums(of.Selective)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Groups[g], err)
		}
		s.Ranking[g].Rates = core.Rates{Bursary: qB, Resident: qR}
		for k, i := range rows[g] {
			w := &s.View.Wishes[i]
			if k > 0 && s.View.Wishes[rows[g][k-1]].Candidate == w.Candidate {
				if twin := s.View.Wishes[rows[g][k-1]]; twin.PedagogicalRank != w.PedagogicalRank || twin.Resident != w.Resident {
					return fmt.Errorf("%s is ranked twice in one group, with and without boarding", s.View.Persons[w.Candidate].Pseudonym)
				}
				continue // twins have one rank
			}
			rank := w.PedagogicalRank
			if of.Unranked {
				rank = int32(len(s.Ranking[g].Ranked) + 1) // everybody is called on the first day: no order matters
			}
			s.Ranking[g].Ranked = append(s.Ranking[g].Ranked, core.Ranked{Candidate: w.Candidate, Rank: rank,
				Bursary: s.View.Persons[w.Candidate].Bursary, Resident: w.Resident})
		}
	}
	var err error
	if s.Orders, err = callorder.All(s.Ranking, 0); err == nil {
		err = verify.Orders(s.Ranking, s.Orders, 0)
	}
	return s.named(err)
}

// named says a fault in the names of the view: of a candidate the pseudonym, or of a group
// its name. The two together would say who asked for what, a position in the offer too.
func (s *Session) named(err error) error {
	var f *core.Fault
	if !errors.As(err, &f) {
		return err
	}
	switch {
	case f.Names&core.NamesCandidate != 0 && int(f.Candidate) < len(s.View.Persons):
		alone := *f
		alone.Names = core.NamesCandidate
		return fmt.Errorf("%s: %w", s.View.Persons[f.Candidate].Pseudonym, &alone)
	case f.Names == core.NamesGroup && f.Group < len(s.Groups):
		return fmt.Errorf("%s: %w", s.Groups[f.Group], err)
	}
	return err
}

// roll lays the wishes out, by group, call order, and without boarding before with: the
// view has twins in that order.
func (s *Session) roll(offer *Offer, rows taken) error {
	r := &core.Roll{Candidates: len(s.View.Persons), Schools: len(s.schools)}
	cfg := campaign.Config{Roll: r, Track: make([]core.Track, len(s.View.Persons))}
	for i, p := range s.View.Persons {
		cfg.Track[i] = p.Track
	}
	programme := map[string]int32{}
	w := &r.Wishes
	for g, name := range s.Groups {
		if _, ok := programme[name.Programme]; !ok {
			programme[name.Programme] = int32(len(programme))
		}
		r.Programme = append(r.Programme, programme[name.Programme])
		of := offer.group(name)
		mine := map[core.Candidate][]int32{}
		for _, i := range rows[g] {
			c := s.View.Wishes[i].Candidate
			mine[c] = append(mine[c], i)
		}
		for k, c := range s.Orders[g] {
			for _, i := range mine[c] {
				school, kind := int32(core.NoSchool), core.Kind(0)
				if s.View.Wishes[i].Boarding {
					kind = core.WithBoarding
					var err error
					if school, err = s.school(of, s.View.Persons[c].Pool); err != nil {
						return fmt.Errorf("a wish of %s: %w", s.View.Persons[c].Pseudonym, err)
					}
				}
				w.Candidate, w.Group, w.School = append(w.Candidate, c), append(w.Group, int32(g)), append(w.School, school)
				w.CallRank, w.BoardingRank, w.Kind = append(w.CallRank, int32(k+1)), append(w.BoardingRank, 0), append(w.Kind, kind)
				cfg.Answer = append(cfg.Answer, s.View.Wishes[i].Institution)
			}
		}
	}
	w.ShownRank = slices.Clone(w.CallRank)
	var err error
	if cfg.Calendar, cfg.ReservationEnd, err = offer.calendar(); err != nil {
		return err
	}
	s.Config = cfg
	return s.rankBoarders(offer, rows)
}

// school is where a candidate of a pool asks for a bed; none where boarding is not ranked.
func (s *Session) school(of *Group, pool core.Pool) (int32, error) {
	if of.Beds == (Beds{}) {
		return core.NoSchool, nil
	}
	beds := entry.Beds{Mixed: s.schoolAt(of.Beds.Mixed), Girls: s.schoolAt(of.Beds.Girls), Boys: s.schoolAt(of.Beds.Boys)}
	return beds.School(pool)
}

func (s *Session) schoolAt(id string) int32 {
	if i, ok := slices.BinarySearch(s.schools, id); ok {
		return int32(i)
	}
	return core.NoSchool
}

// rankBoarders ranks those who ask for the beds of each school, by resources, distance,
// and what the boards said.
func (s *Session) rankBoarders(offer *Offer, rows taken) error {
	boarders := make([][]entry.Boarder, len(s.schools))
	where := make([][]int32, len(s.schools)) // row of the roll
	facts := map[[2]int32]*view.Wish{}       // of a candidate and a group
	for g := range rows {
		for _, i := range rows[g] {
			if w := &s.View.Wishes[i]; w.Boarding {
				facts[[2]int32{int32(w.Candidate), int32(g)}] = w
			}
		}
	}
	w := &s.Config.Roll.Wishes
	for i, school := range w.School {
		if school == core.NoSchool {
			continue
		}
		c := w.Candidate[i]
		of := facts[[2]int32{int32(c), w.Group[i]}]
		boarders[school] = append(boarders[school], entry.Boarder{Candidate: c, Group: w.Group[i],
			BoardRank: max(1, of.PedagogicalRank), Bursary: s.View.Persons[c].Bursary, Band: int(of.Band)})
		where[school] = append(where[school], int32(i))
	}
	for school, list := range boarders {
		key := entry.BoardingKey
		if offer.school(s.schools[school]).GroupOrder {
			key = append(slices.Clone(key), entry.GroupOrder)
		}
		ranks, err := entry.BoardingRanks(list, key)
		if err != nil {
			return fmt.Errorf("boarding school %s: %w", s.schools[school], err)
		}
		for k, rank := range ranks {
			w.BoardingRank[where[school][k]] = rank
		}
	}
	return nil
}

// Of are the rows of the roll of one candidate, in its order.
func (s *Session) Of(c core.Candidate) []int32 {
	if s.mine == nil {
		w := &s.Config.Roll.Wishes
		s.mine = make([][]int32, s.Config.Roll.Candidates)
		for i, c := range w.Candidate {
			s.mine[c] = append(s.mine[c], int32(i))
		}
	}
	return s.mine[c]
}

// Rows are those of one programme.
func (s *Session) Rows(who view.Pseudonym, programme string) (rows []int32) {
	c, ok := s.View.Find(who)
	if !ok {
		return nil
	}
	for _, i := range s.Of(c) {
		if s.Groups[s.Config.Roll.Wishes.Group[i]].Programme == programme {
			rows = append(rows, i)
		}
	}
	return rows
}

// Row is the one with this choice of boarding.
func (s *Session) Row(who view.Pseudonym, programme string, boarding bool) (int32, bool) {
	for _, i := range s.Rows(who, programme) {
		if (s.Config.Roll.Wishes.Kind[i]&core.WithBoarding != 0) == boarding {
			return i, true
		}
	}
	return 0, false
}
