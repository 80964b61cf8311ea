package entry_test

import (
	"errors"
	"testing"

	"sceau/core/calendar"
	"sceau/core/coretest"
	"sceau/core/entry"
)

const alone = entry.NoMultiple

func unique(programmes ...int32) []entry.ListedWish {
	var list []entry.ListedWish
	for _, p := range programmes {
		list = append(list, entry.ListedWish{Programme: p, Multiple: alone})
	}
	return list
}

func TestAListOfWishesCountsAsTheRulesSay(t *testing.T) {
	ten := calendar.Limits{Wishes: 10, SubWishes: 20, Apprenticeship: 2}
	nine := unique(1, 2, 3, 4, 5, 6, 7, 8, 9)
	sub := func(from, n, multiple int32) []entry.ListedWish {
		var list []entry.ListedWish
		for p := from; p < from+n; p++ {
			list = append(list, entry.ListedWish{Programme: p, Multiple: multiple})
		}
		return list
	}
	for _, tt := range []struct {
		name    string
		list    []entry.ListedWish
		limits  calendar.Limits
		want    entry.Count
		refused bool
	}{
		{"no wish is a list", nil, ten, entry.Count{}, false},
		{"ten wishes", append(unique(10), nine...), ten, entry.Count{Wishes: 10}, false},
		{"eleven", append(unique(10, 11), nine...), ten, entry.Count{Wishes: 11}, true},
		{"with and without boarding is one wish", append([]entry.ListedWish{{Programme: 10, Multiple: alone}, {Programme: 10, Multiple: alone, Boarding: true}}, nine...), ten, entry.Count{Wishes: 10}, false},
		{"as a student and by apprenticeship is one wish", append([]entry.ListedWish{{Programme: 10, Multiple: alone}, {Programme: 10, Multiple: alone, Apprentice: true}}, nine...), ten, entry.Count{Wishes: 10}, false},
		{"by apprenticeship only counts apart", append([]entry.ListedWish{{Programme: 10, Multiple: alone}, {Programme: 11, Multiple: alone, Apprentice: true}}, nine...), ten, entry.Count{Wishes: 10, Apprenticeship: 1}, false},
		{"and has its own limit", []entry.ListedWish{{Programme: 1, Multiple: alone, Apprentice: true}, {Programme: 2, Multiple: alone, Apprentice: true}, {Programme: 3, Multiple: alone, Apprentice: true}}, ten, entry.Count{Apprenticeship: 3}, true},
		{"a multiple wish counts once, its sub-wishes apart", append(sub(100, 20, 0), nine...), ten, entry.Count{Wishes: 10, SubWishes: 20}, false},
		{"twenty-one sub-wishes", append(sub(100, 15, 0), sub(200, 6, 1)...), ten, entry.Count{Wishes: 2, SubWishes: 21}, true},
		{"a limit that nobody states limits nothing", append(sub(100, 100, 0), nine...), calendar.Limits{Wishes: 10}, entry.Count{Wishes: 10, SubWishes: 100}, false},
		{"a sub-wish with boarding and its twin are one", []entry.ListedWish{{Programme: 1, Multiple: 0}, {Programme: 1, Multiple: 0, Boarding: true}}, ten, entry.Count{Wishes: 1, SubWishes: 1}, false},
		{"a multiple wish by apprenticeship only counts apart", []entry.ListedWish{{Programme: 1, Multiple: 0, Apprentice: true}}, ten, entry.Count{SubWishes: 1, Apprenticeship: 1}, false},
		{"the same line twice", append(unique(1), nine...), ten, entry.Count{}, true},
		{"a programme in two wishes", []entry.ListedWish{{Programme: 1, Multiple: 0}, {Programme: 1, Multiple: 1, Boarding: true}}, ten, entry.Count{}, true},
		{"no programme", unique(-1), ten, entry.Count{}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := entry.CheckList(tt.list, tt.limits)
			var refused *entry.ListError
			if got != tt.want || errors.As(err, &refused) != tt.refused {
				t.Errorf("%+v (%v), want %+v, refused %v", got, err, tt.want, tt.refused)
			}
		})
	}
}

func TestTheLimitOfTenWishesIsOfTheCalendar(t *testing.T) {
	c := coretest.Stated(t, 2023)
	if want := (calendar.Limits{Wishes: 10}); c.Limits != want {
		t.Errorf("%+v, want %+v and nothing that no source states", c.Limits, want)
	}
}
