package session

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sceau/core"
	"sceau/core/calendar"
	"sceau/core/entry"
)

// An Offer is what programmes and boarding schools decide for a day ("offre de
// formation"): lists, rates and acts for the whole session, places and beds from day to day.
// Nothing in it is about a candidate.
type Offer struct {
	Calendar       string           `json:"calendar"` // the year's calendar, as its YAML file says it
	ReservationEnd calendar.Date    `json:"reservation_end"`
	Groups         []Group          `json:"groups"`
	Boarding       []BoardingSchool `json:"boarding"`
}

// A Group is what one group of a programme offers.
type Group struct {
	GroupName      `json:",inline"`
	Selective      bool `json:"selective,omitzero"`
	Unranked       bool `json:"unranked,omitzero"`       // everybody is called on the first day ("formation qui ne classe pas")
	Apprenticeship bool `json:"apprenticeship,omitzero"` // a contract decides, and no rank ("apprentissage")
	Others         bool `json:"others,omitzero"`         // wishes in no other list of the programme take no part; without a group
	// Act is the decision by which the board said "non" to candidates, or left some without
	// a rank: one for all of them, and required where there are any.
	Act            core.Act `json:"act,omitzero"`
	BursaryMin     int      `json:"bursary_min,omitzero"`
	NonResidentMax *int     `json:"nonresident_max,omitzero"` // none: no rate
	MinShare       int      `json:"min_share,omitzero"`       // percent of the programme's places that the group begins with at least
	Places         int64    `json:"places"`
	RankLimit      int64    `json:"rank_limit,omitzero"`
	Stop           bool     `json:"stop,omitzero"`
	EndReservation bool     `json:"end_reservation,omitzero"`
	Beds           Beds     `json:"beds,omitzero"`
}

// Beds names the boarding schools of a group: a mixed one, or one for girls and one for
// boys.
type Beds struct {
	Mixed string `json:"mixed,omitzero"`
	Girls string `json:"girls,omitzero"`
	Boys  string `json:"boys,omitzero"`
}

// A BoardingSchool is what one boarding school offers.
type BoardingSchool struct {
	ID   string `json:"boarding"`
	Beds int64  `json:"beds"`
	// GroupOrder: candidates whom nothing else separates stand in the order of the groups
	// that the school serves.
	GroupOrder bool `json:"group_order,omitzero"`
}

// ReadOffer reads lines of JSON, one for each group and boarding school, in any order. A
// line that is neither, a key that is not known or stands twice, refuses the file.
func ReadOffer(r io.Reader) (*Offer, error) {
	o := &Offer{}
	d := jsontext.NewDecoder(r)
	for n := 1; ; n++ {
		raw, err := d.ReadValue()
		if errors.Is(err, io.EOF) {
			return o, o.Check()
		}
		if err != nil {
			return nil, fmt.Errorf("line %d of the offer: %w", n, err)
		}
		var is struct {
			Boarding *string `json:"boarding"`
		}
		if err := json.Unmarshal(raw, &is); err != nil {
			return nil, fmt.Errorf("line %d of the offer: %w", n, err)
		}
		if is.Boarding != nil {
			var b BoardingSchool
			err = json.Unmarshal(raw, &b, json.RejectUnknownMembers(true))
			o.Boarding = append(o.Boarding, b)
		} else {
			var g Group
			err = json.Unmarshal(raw, &g, json.RejectUnknownMembers(true))
			o.Groups = append(o.Groups, g)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d of the offer: %w", n, err)
		}
	}
}

// Check refuses names twice, numbers that cannot be, and beds of no school. It sorts, so
// that an offer has one form.
func (o *Offer) Check() error {
	slices.SortFunc(o.Groups, func(a, b Group) int { return compareNames(a.GroupName, b.GroupName) })
	slices.SortFunc(o.Boarding, func(a, b BoardingSchool) int { return strings.Compare(a.ID, b.ID) })
	for i, g := range o.Groups {
		switch {
		case g.Programme == "":
			return errors.New("a group of the offer names no programme")
		case i > 0 && o.Groups[i-1].GroupName == g.GroupName:
			return fmt.Errorf("%s stands twice in the offer", g.GroupName)
		case g.Others && (g.Group != "" || g.Apprenticeship || g.Unranked || g.Beds != Beds{} || g.rates() != entry.NoRates):
			return fmt.Errorf("%s: the line for all other lists of a programme names no group, and offers nothing", g.GroupName)
		case g.Unranked && g.rates() != entry.NoRates:
			return fmt.Errorf("%s: where nobody is ranked no rate applies", g.GroupName)
		case g.MinShare < 0 || g.MinShare > 100 || g.MinShare > 0 && !g.takesPart():
			return fmt.Errorf("%s: a minimum share of %d %% cannot be", g.GroupName, g.MinShare)
		case g.Act != "" && !g.Act.Valid():
			return fmt.Errorf("%s: %w", g.GroupName, entry.ErrNotAnAct)
		case min(g.Places, g.RankLimit) < 0 || max(g.Places, g.RankLimit) > core.MaxRank:
			return fmt.Errorf("%s offers a number of places, or has a rank limit, that cannot be", g.GroupName)
		}
		if _, _, err := g.rates().Minimums(g.Selective); err != nil {
			return fmt.Errorf("%s: %w", g.GroupName, err)
		}
		for _, id := range []string{g.Beds.Mixed, g.Beds.Girls, g.Beds.Boys} {
			if id != "" && o.school(id) == nil {
				return fmt.Errorf("%s has beds in %s, which is not in the offer", g.GroupName, id)
			}
		}
	}
	for i, b := range o.Boarding {
		switch {
		case b.ID == "" || i > 0 && o.Boarding[i-1].ID == b.ID:
			return fmt.Errorf("boarding school %q stands twice in the offer, or has no name", b.ID)
		case b.Beds < 0 || b.Beds > core.MaxRank:
			return fmt.Errorf("boarding school %s offers a number of beds that cannot be", b.ID)
		}
	}
	return nil
}

// takesPart is whether the candidates of a group are called by rank.
func (g *Group) takesPart() bool { return !g.Apprenticeship && !g.Others }

// CheckShares holds the minimum share of each group among the places of its programme.
// From the first day on, places that stay empty may move.
func (o *Offer) CheckShares() error {
	places := map[string]int64{}
	for i := range o.Groups {
		if g := &o.Groups[i]; g.takesPart() {
			places[g.Programme] += g.Places
		}
	}
	for i := range o.Groups {
		g := &o.Groups[i]
		if least := entry.MinimumShare(places[g.Programme], g.MinShare); g.takesPart() && g.Places < least {
			return fmt.Errorf("%s: %d of the programme's %d places, and its minimum share of %d %% asks for %d", g.GroupName, g.Places, places[g.Programme], g.MinShare, least)
		}
	}
	return nil
}

func (g *Group) rates() entry.Rates {
	r := entry.Rates{BursaryMin: g.BursaryMin, NonResidentMax: entry.NoRates.NonResidentMax}
	if g.NonResidentMax != nil {
		r.NonResidentMax = *g.NonResidentMax
	}
	return r
}

func (o *Offer) group(n GroupName) *Group {
	i, ok := slices.BinarySearchFunc(o.Groups, n, func(g Group, n GroupName) int { return compareNames(g.GroupName, n) })
	if !ok {
		return nil
	}
	return &o.Groups[i]
}

func (o *Offer) school(id string) *BoardingSchool {
	i, ok := slices.BinarySearchFunc(o.Boarding, id, func(b BoardingSchool, id string) int { return strings.Compare(b.ID, id) })
	if !ok {
		return nil
	}
	return &o.Boarding[i]
}

// Fits refuses an offer of a day that changes what is fixed for the session.
func (s *Session) Fits(today *Offer) error {
	_, _, err := s.today(today)
	return err
}

// CheckTerms refuses an offer whose calendar is missing, not whole, or does not fit the end
// of the reservation: a session that began with it could not go on.
func (o *Offer) CheckTerms() error {
	if o.Calendar == "" {
		return errors.New("the first offer of a session brings its calendar and the end of the reservation of beds")
	}
	c, end, err := o.calendar()
	if err != nil {
		return err
	}
	_, err = c.Terms(end)
	return err
}

// Opens is the day on which the session of an offer begins, as CheckTerms has accepted it.
func (o *Offer) Opens() (calendar.Date, error) {
	c, _, err := o.calendar()
	if err != nil {
		return 0, err
	}
	return c.Opening, nil
}

// calendar reads the year's calendar, and refuses one with a cell missing.
func (o *Offer) calendar() (*calendar.Calendar, calendar.Date, error) {
	c, err := calendar.Parse([]byte(o.Calendar))
	if err != nil {
		return nil, 0, err
	}
	return c, o.ReservationEnd, c.Complete()
}

// ErrOtherOffer means an offer that changes what is fixed for the whole session.
var ErrOtherOffer = errors.New("an offer changes places, limits, stops and beds; the calendar, lists, rates, shares, acts and schools stay for the session")

// A fixed group is what of a group no later offer changes: a rate that is not stated is
// the one that none is.
type fixed struct {
	group Group
	rates entry.Rates
}

func (g Group) fixed() fixed {
	rates := g.rates()
	g.NonResidentMax, g.Places, g.RankLimit, g.Stop, g.EndReservation = nil, 0, 0, false, false
	return fixed{g, rates}
}

// today gives places and beds of a day, in the positions of the session.
func (s *Session) today(today *Offer) ([]core.Group, []int64, error) {
	first := s.first
	stated, end, err := today.calendar()
	if err != nil {
		return nil, nil, err
	}
	if len(first.Groups) != len(today.Groups) || len(first.Boarding) != len(today.Boarding) ||
		end != s.Config.ReservationEnd || !reflect.DeepEqual(stated, s.Config.Calendar) {
		return nil, nil, ErrOtherOffer
	}
	for i := range first.Groups {
		if was := first.Groups[i]; was.fixed() != today.Groups[i].fixed() {
			return nil, nil, fmt.Errorf("%s: %w", was.GroupName, ErrOtherOffer)
		}
	}
	groups := make([]core.Group, len(s.Groups))
	for i, name := range s.Groups {
		is := today.group(name)
		groups[i] = core.Group{Places: is.Places, RankLimit: is.RankLimit, Stop: is.Stop, EndReservation: is.EndReservation}
		if is.Unranked {
			groups[i].Places = max(groups[i].Places, int64(len(s.Ranking[i].Ranked)))
		}
	}
	beds := make([]int64, len(s.schools))
	for i, id := range s.schools {
		b := today.school(id)
		if b == nil || b.GroupOrder != first.school(id).GroupOrder {
			return nil, nil, fmt.Errorf("boarding school %s: %w", id, ErrOtherOffer)
		}
		beds[i] = b.Beds
	}
	return groups, beds, nil
}
