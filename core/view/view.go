// Package view is the pseudonymised view: what a run of admission is told about
// candidates, and all that it is told.
//
// # The columns
//
// Rule. Each column is the form that the decree's annex gives one of its items in the core
// (core_form), and no column comes from an item that the core does not need.
//
// Invariant. There is no name, no number, no mark and no amount, and no way back from a
// pseudonym to a person. Check holds columns and register together, both ways.
//
// Cost. 40 bytes a wish in memory, some 14 in a file.
//
// Source: decree of 31 December 2020 (NOR ESRS2035793A), annex and article 3, within the
// limits of the need to know; the table of needs, recipient SYS-core.
//
// # The file
//
// Rule. One encoding: persons sorted by pseudonym, wishes by person, programme and
// boarding, column after column.
//
// Invariant. Two views of the same content have the same bytes and the same digest, in
// whatever order rows were added; a file that was cut or altered is refused whole.
//
// Cost. O(n log n) to sort, linear to write and to read; a file that announces more than
// it has costs little.
//
// Source: decision 22 of docs/decisions.
//
// # Two views compared
//
// Rule. For each person, the columns in which two views tell something else; Rectified
// leaves out those that the course of a campaign changes by itself.
//
// Invariant. A difference names columns and a pseudonym, and no value.
//
// Cost. Linear in both: they are sorted.
//
// Source: GDPR 16 and RGT-10: a rectification after a run raises a case, and the run stays.
package view

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"sceau/core"
)

// A Pseudonym is what the core knows a candidate by in one campaign: drawn at random,
// and computed from nothing.
type Pseudonym [16]byte

func (p Pseudonym) String() string { return hex.EncodeToString(p[:]) }

// ParsePseudonym reads what String wrote.
func ParsePseudonym(s string) (p Pseudonym, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(p) {
		return p, errors.New("a pseudonym has 32 hexadecimal digits")
	}
	copy(p[:], b)
	return p, nil
}

// A View is one projection of a campaign. Rows are sorted: persons by pseudonym, wishes
// by person, programme and whether they ask for boarding.
type View struct {
	Campaign   string
	Programmes []string // sorted; those asked for, and no other
	Groups     []string // sorted labels of ranking groups
	Persons    []Person
	Wishes     []Wish
}

// A Person is what the core knows of a candidate.
type Person struct {
	Pseudonym Pseudonym
	Bursary   bool       // est_boursier
	Track     core.Track // bac_track
	Pool      core.Pool  // boarding_pool
}

// A Wish is one application ("vœu"). Ranks begin at 1; 0 is none.
type Wish struct {
	Candidate core.Candidate // position in Persons
	Programme int32          // position in Programmes
	Group     int32          // position in Groups, or NoGroup

	PedagogicalRank int32 // of the board, in its group
	CallOrderRank   int32
	WaitingListRank int32
	PreferenceRank  int32 // only while the automatic responder is on

	Boarding  bool // boarding_requested
	Selective bool // of the programme
	Resident  bool // est_du_secteur
	Confirmed bool
	Complete  bool
	InTime    bool // answer_in_time

	Band        Band // of distance, of wishes with boarding
	Answer      Answer
	Institution core.InstitutionAnswer
	Type        AdmissionType
}

// NoGroup stands in a wish that no board has put in a group yet.
const NoGroup = -1

// A Band is one of the published bands of distance.
type Band uint8

// An Answer is a candidate's to a proposal.
type Answer uint8

// An AdmissionType is the procedure by which somebody was admitted.
type AdmissionType uint8

// ErrTwice means that something that is one stands twice. The view is refused whole.
var ErrTwice = errors.New("twice in one view")

// A Builder collects rows in any order.
type Builder struct {
	view       View
	programmes map[string]int32
	groups     map[string]int32
}

// NewBuilder begins a view.
func NewBuilder(campaign string) *Builder {
	return &Builder{view: View{Campaign: campaign}, programmes: map[string]int32{}, groups: map[string]int32{}}
}

// Programme gives the place of a programme in this builder, for Wish.Programme.
func (b *Builder) Programme(id string) int32 {
	return intern(b.programmes, &b.view.Programmes, id)
}

// Group is that of a ranking group; the empty label is NoGroup.
func (b *Builder) Group(label string) int32 {
	if label == "" {
		return NoGroup
	}
	return intern(b.groups, &b.view.Groups, label)
}

func intern(known map[string]int32, list *[]string, word string) int32 {
	at, ok := known[word]
	if !ok {
		at = int32(len(*list))
		known[word] = at
		*list = append(*list, word)
	}
	return at
}

// Add adds a person with all wishes. Wish.Candidate is set here.
func (b *Builder) Add(p Person, wishes ...Wish) {
	for _, w := range wishes {
		w.Candidate = core.Candidate(len(b.view.Persons))
		b.view.Wishes = append(b.view.Wishes, w)
	}
	b.view.Persons = append(b.view.Persons, p)
}

// View sorts what was added. The builder is at its end. A pseudonym that stands twice,
// or two wishes of one candidate for one programme with the same boarding, is ErrTwice.
func (b *Builder) View() (*View, error) {
	v := b.view
	b.view, b.programmes, b.groups = View{}, nil, nil
	programmes := sorted(&v.Programmes)
	groups := sorted(&v.Groups)
	order := make([]int32, len(v.Persons))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int { return bytes.Compare(v.Persons[x].Pseudonym[:], v.Persons[y].Pseudonym[:]) })
	persons, at := make([]Person, len(order)), make([]core.Candidate, len(order))
	for i, was := range order {
		persons[i], at[was] = v.Persons[was], core.Candidate(i)
	}
	v.Persons = persons
	for i := range v.Wishes {
		w := &v.Wishes[i]
		if int(w.Programme) >= len(programmes) || w.Programme < 0 || int(w.Group) >= len(groups) || w.Group < NoGroup {
			return nil, errors.New("a wish names a programme or a group of another builder")
		}
		w.Candidate, w.Programme = at[w.Candidate], programmes[w.Programme]
		if w.Group != NoGroup {
			w.Group = groups[w.Group]
		}
	}
	slices.SortFunc(v.Wishes, compareWishes)
	return &v, v.check()
}

// sorted sorts a list, and says where each word has gone.
func sorted(list *[]string) []int32 {
	order := make([]int32, len(*list))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int { return cmp.Compare((*list)[x], (*list)[y]) })
	words, moved := make([]string, len(order)), make([]int32, len(order))
	for i, was := range order {
		words[i], moved[was] = (*list)[was], int32(i)
	}
	*list = words
	return moved
}

func compareWishes(a, b Wish) int {
	return cmp.Or(cmp.Compare(a.Candidate, b.Candidate), cmp.Compare(a.Programme, b.Programme), cmp.Compare(bit(a.Boarding), bit(b.Boarding)))
}

// check refuses rows that are out of order or stand twice, words that nobody uses, and
// values outside their column.
func (v *View) check() error {
	for _, words := range [][]string{v.Programmes, v.Groups} {
		for i, w := range words {
			if w == "" || i > 0 && words[i-1] >= w {
				return errors.New("a list of words is empty somewhere, or out of order")
			}
		}
	}
	for i := range v.Persons {
		if i > 0 {
			if c := bytes.Compare(v.Persons[i-1].Pseudonym[:], v.Persons[i].Pseudonym[:]); c == 0 {
				return fmt.Errorf("pseudonym %s: %w", v.Persons[i].Pseudonym, ErrTwice)
			} else if c > 0 {
				return errors.New("persons are out of order")
			}
		}
		for k := range personColumns {
			c := &personColumns[k]
			if c.get(&v.Persons[i]) > c.most() {
				return fmt.Errorf("person %d: no such value of %s", i, c.Name)
			}
		}
	}
	return v.checkWishes()
}

func (v *View) checkWishes() error {
	programmes, groups := make([]bool, len(v.Programmes)), make([]bool, len(v.Groups))
	for i := range v.Wishes {
		w := &v.Wishes[i]
		if int(w.Candidate) >= len(v.Persons) || w.Programme < 0 || int(w.Programme) >= len(v.Programmes) || w.Group < NoGroup || int(w.Group) >= len(v.Groups) {
			return fmt.Errorf("wish %d leads out of the view", i)
		}
		programmes[w.Programme] = true
		if w.Group != NoGroup {
			groups[w.Group] = true
		}
		if i > 0 {
			if c := compareWishes(v.Wishes[i-1], *w); c == 0 {
				return fmt.Errorf("wish of %s: %w", v.Persons[w.Candidate].Pseudonym, ErrTwice) // not for what: wishes tell who it is
			} else if c > 0 {
				return errors.New("wishes are out of order")
			}
		}
		for k := range wishColumns {
			c := &wishColumns[k]
			if c.get(w) > c.most() {
				return fmt.Errorf("wish %d: no such value of %s", i, c.Name)
			}
		}
	}
	if slices.Contains(programmes, false) || slices.Contains(groups, false) {
		return errors.New("a word is in the lists, and no wish uses it")
	}
	return nil
}

// Of gives the wishes of a candidate, whose number is the position of the person.
func (v *View) Of(who core.Candidate) []Wish {
	from, _ := slices.BinarySearchFunc(v.Wishes, who, func(w Wish, c core.Candidate) int { return cmp.Compare(w.Candidate, c) })
	to := from
	for to < len(v.Wishes) && v.Wishes[to].Candidate == who {
		to++
	}
	return v.Wishes[from:to]
}

// Find gives the candidate of a pseudonym.
func (v *View) Find(p Pseudonym) (core.Candidate, bool) {
	at, ok := slices.BinarySearchFunc(v.Persons, p, func(x Person, p Pseudonym) int { return bytes.Compare(x.Pseudonym[:], p[:]) })
	return core.Candidate(at), ok
}
