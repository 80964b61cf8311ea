package session

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/view"
)

// A Said is what a candidate answered or asked for, under their pseudonym ("réponse du
// candidat").
type Said struct {
	At        time.Time
	Candidate view.Pseudonym
	Kind      campaign.Kind // accepted, refused, dropped, kept, given up, resigned, reinstated ...
	Wish      *Wanted       // nil of what concerns the candidate as a whole
	Order     []Wanted      // of an order of preference, the preferred one first
	By        core.Act      // of a correction: who answers for it
	Rank      int32         // of an insertion: the call rank that the wish is given
}

// A Wanted names a wish of a candidate.
type Wanted struct {
	Programme string `json:"programme"`
	Boarding  bool   `json:"boarding,omitzero"`
}

type saidLine struct {
	At        time.Time     `json:"at"`
	Candidate string        `json:"candidate"`
	Said      campaign.Kind `json:"said"`
	Wish      *Wanted       `json:"wish,omitzero"`
	Order     []Wanted      `json:"order,omitzero"`
	By        core.Act      `json:"by,omitzero"`
	Rank      int32         `json:"rank,omitzero"`
}

// ReadSaid reads lines of JSON, in the order in which they were said.
func ReadSaid(r io.Reader) (all []Said, err error) {
	d := jsontext.NewDecoder(r)
	for n := 1; ; n++ {
		var line saidLine
		err := json.UnmarshalDecode(d, &line, json.RejectUnknownMembers(true))
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("line %d of the answers is no answer", n) // its text may name somebody
		}
		s := Said{At: line.At, Kind: line.Said, Wish: line.Wish, Order: line.Order, By: line.By, Rank: line.Rank}
		if s.Candidate, err = view.ParsePseudonym(line.Candidate); err != nil {
			return nil, fmt.Errorf("line %d of the answers: %w", n, err)
		}
		all = append(all, s)
	}
}

// MarshalJSON writes the line that ReadSaid reads.
func (s Said) MarshalJSON() ([]byte, error) {
	return json.Marshal(saidLine{s.At, s.Candidate.String(), s.Kind, s.Wish, s.Order, s.By, s.Rank})
}

// ErrNoSuchWish means a wish that is not in the session.
var ErrNoSuchWish = errors.New("that candidate has no such wish")

// Say applies what a candidate said to a state, or refuses it whole. It counts when it was
// said, or later that day.
func (s *Session) Say(state *campaign.State, said Said, counts time.Time) error {
	c, ok := s.View.Find(said.Candidate)
	if !ok {
		return ErrNoSuchWish
	}
	e := campaign.Event{Kind: said.Kind, Cause: campaign.ByCandidate, At: said.At, Candidate: c, Wish: campaign.NoWish, By: said.By, Rank: said.Rank}
	if said.By != "" {
		e.Cause = campaign.ByCorrection
	}
	if counts.After(said.At) {
		e.At, e.Said = counts, said.At
	}
	row := func(w Wanted) (int32, error) {
		i, ok := s.Row(said.Candidate, w.Programme, w.Boarding)
		if !ok {
			return 0, ErrNoSuchWish
		}
		return i, nil
	}
	var err error
	if said.Wish != nil {
		if e.Wish, err = row(*said.Wish); err != nil {
			return err
		}
	}
	for _, w := range said.Order {
		i, err := row(w)
		if err != nil {
			return err
		}
		e.Order = append(e.Order, i)
	}
	return state.Apply(e)
}
