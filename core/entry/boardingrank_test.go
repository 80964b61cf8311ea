package entry_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sceau/core"
	"sceau/core/entry"
)

func TestBedsGoByResourcesThenDistanceThenTheBoardsRank(t *testing.T) {
	withGroups := append(slices.Clone(entry.BoardingKey), entry.GroupOrder)
	for _, tt := range []struct {
		name     string
		boarders []entry.Boarder
		key      []entry.Criterion
		want     []int32 // nil: refused
	}{
		{"nobody asks", nil, entry.BoardingKey, []int32{}},
		{"a bursary before a longer way and a better board rank",
			[]entry.Boarder{{Candidate: 1, BoardRank: 1, Band: 4}, {Candidate: 2, BoardRank: 9, Bursary: true}}, entry.BoardingKey, []int32{2, 1}},
		{"a longer way before a better board rank",
			[]entry.Boarder{{Candidate: 1, BoardRank: 1, Band: 1}, {Candidate: 2, BoardRank: 9, Band: 2}}, entry.BoardingKey, []int32{2, 1}},
		{"then the board's rank",
			[]entry.Boarder{{Candidate: 1, BoardRank: 9, Band: 1}, {Candidate: 2, BoardRank: 1, Band: 1}}, entry.BoardingKey, []int32{2, 1}},
		{"another key puts distance first",
			[]entry.Boarder{{Candidate: 1, BoardRank: 1, Band: 4}, {Candidate: 2, BoardRank: 9, Bursary: true}}, []entry.Criterion{entry.Distance, entry.Bursary, entry.BoardRank}, []int32{1, 2}},
		{"whoever asks by two groups has the rank of the better entry, once",
			[]entry.Boarder{{Candidate: 1, Group: 0, BoardRank: 9}, {Candidate: 2, Group: 0, BoardRank: 5}, {Candidate: 1, Group: 1, BoardRank: 2}}, entry.BoardingKey, []int32{1, 2, 1}},
		{"the same rank in two groups is separated by the school's order of groups",
			[]entry.Boarder{{Candidate: 1, Group: 1, BoardRank: 3}, {Candidate: 2, Group: 0, BoardRank: 3}}, withGroups, []int32{2, 1}},
		{"and by nothing without it",
			[]entry.Boarder{{Candidate: 1, Group: 1, BoardRank: 3}, {Candidate: 2, Group: 0, BoardRank: 3}}, entry.BoardingKey, nil},
		{"no board rank", []entry.Boarder{{Candidate: 1}}, entry.BoardingKey, nil},
		{"twice in a group", []entry.Boarder{{Candidate: 1, BoardRank: 1}, {Candidate: 1, BoardRank: 2}}, entry.BoardingKey, nil},
		{"a bursary in one entry only", []entry.Boarder{{Candidate: 1, BoardRank: 1, Bursary: true}, {Candidate: 1, Group: 1, BoardRank: 2}}, entry.BoardingKey, nil},
		{"a criterion twice", nil, []entry.Criterion{entry.Bursary, entry.Bursary}, nil},
		{"a criterion nobody knows", nil, []entry.Criterion{entry.GroupOrder + 1}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := entry.BoardingRanks(tt.boarders, tt.key)
			if (err != nil) != (tt.want == nil) || !slices.Equal(got, tt.want) {
				t.Errorf("%d (%v), want %d", got, err, tt.want)
			}
		})
	}
}

func TestTiesAreNamedAllAtOnce(t *testing.T) {
	_, err := entry.BoardingRanks([]entry.Boarder{
		{Candidate: 9, Group: 0, BoardRank: 1}, {Candidate: 8, Group: 0, BoardRank: 2}, {Candidate: 7, Group: 1, BoardRank: 1},
		{Candidate: 6, Group: 1, BoardRank: 2}, {Candidate: 5, Group: 1, BoardRank: 3},
	}, entry.BoardingKey)
	var ties *entry.TieError
	if !errors.As(err, &ties) {
		t.Fatalf("not refused: %v", err)
	}
	if len(ties.Tied) != 2 || !slices.Equal(ties.Tied[0], []int{0, 2}) || !slices.Equal(ties.Tied[1], []int{1, 3}) {
		t.Errorf("ties %d", ties.Tied)
	}
}

// Property D8 for beds: neither the order of entries nor the number of a candidate is a
// reason.
func TestBoardingRanksDependOnNoNumberAndNoOrder(t *testing.T) {
	key := append(slices.Clone(entry.BoardingKey), entry.GroupOrder)
	rapid.Check(t, func(t *rapid.T) {
		var boarders []entry.Boarder
		for g := range int32(3) {
			for rank := range rapid.Int32Range(0, 6).Draw(t, "boarders") {
				boarders = append(boarders, entry.Boarder{Candidate: core.Candidate(10*g + rank), Group: g, BoardRank: rank + 1,
					Bursary: rapid.Bool().Draw(t, "bursary"), Band: rapid.IntRange(0, 2).Draw(t, "band")})
			}
		}
		want, err := entry.BoardingRanks(boarders, key)
		if err != nil {
			t.Fatal(err)
		}
		for i := range boarders {
			for j := range boarders {
				a, b := boarders[i], boarders[j]
				if a.Bursary && !b.Bursary && want[i] > want[j] || a.Bursary == b.Bursary && a.Band > b.Band && want[i] > want[j] {
					t.Fatalf("%+v is behind %+v", a, b)
				}
			}
		}
		seed := rapid.Uint64().Draw(t, "seed")
		order := rand.New(rand.NewPCG(seed, 1)).Perm(len(boarders))
		moved := make([]entry.Boarder, len(boarders))
		for i, to := range order {
			moved[to] = boarders[i]
			moved[to].Candidate = core.Candidate(1000 - uint32(boarders[i].Candidate))
		}
		got, err := entry.BoardingRanks(moved, key)
		if err != nil {
			t.Fatal(err)
		}
		for i, to := range order {
			if got[to] != want[i] {
				t.Fatalf("%+v has rank %d, and %d under another number", boarders[i], want[i], got[to])
			}
		}
	})
}

func TestABedIsInTheSchoolOfThePool(t *testing.T) {
	const none = core.NoSchool
	for _, tt := range []struct {
		beds entry.Beds
		pool core.Pool
		want int32
	}{
		{entry.Beds{Mixed: 3, Girls: none, Boys: none}, core.Girls, 3},
		{entry.Beds{Mixed: 3, Girls: none, Boys: none}, core.Mixed, 3},
		{entry.Beds{Mixed: none, Girls: 1, Boys: 2}, core.Girls, 1},
		{entry.Beds{Mixed: none, Girls: 1, Boys: 2}, core.Boys, 2},
		{entry.Beds{Mixed: none, Girls: 1, Boys: 2}, core.Mixed, none},
		{entry.Beds{Mixed: none, Girls: 1, Boys: none}, core.Boys, none},
		{entry.Beds{Mixed: 3, Girls: 1, Boys: none}, core.Girls, none},
		{entry.Beds{Mixed: none, Girls: none, Boys: none}, core.Girls, none},
	} {
		got, err := tt.beds.School(tt.pool)
		if got != tt.want || (err != nil) != (tt.want == none) {
			t.Errorf("%+v, pool %d: %d (%v), want %d", tt.beds, tt.pool, got, err, tt.want)
		}
	}
}
