package dossiertest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sceau/dossier"
	"sceau/policy"
)

// TestAllowances holds an implementation to the promise of the limits. Open gives two
// doors to one count, as two nodes have them; no holder of this run was there before.
func TestAllowances(t *testing.T, open func(*testing.T) (one, other dossier.Allowances)) {
	one, other := open(t)
	s := &spending{t: t, nodes: []dossier.Allowances{one, other}}
	t.Run("a charge is taken whole or not at all", s.whole)
	t.Run("the hour slides, and is no clock hour", s.slides)
	t.Run("a day is a day of Paris, of 23 and of 25 hours too", s.days)
	t.Run("what none is left of says when there is more", s.next)
	t.Run("exports count for the day, apart", s.exports)
	t.Run("refusals run out", s.refusals)
	t.Run("none is none", s.none)
	t.Run("whoever is not asked for keeps theirs", s.others)
	t.Run("those who come at once never pass a limit together", s.crowd)
	t.Run("a clock that is behind gives nothing back", s.behind)
	t.Run("no sixty minutes and no day have more, and nobody is refused early", s.property)
}

type spending struct {
	t     *testing.T
	nodes []dossier.Allowances
	asked atomic.Int64
}

var holders atomic.Uint64

// holder is somebody who was never there.
func holder() (h [16]byte) {
	copy(h[:], fmt.Sprintf("%08d %07d", time.Now().UnixNano()%1e8, holders.Add(1)))
	return h
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// spend asks one node after the other.
func (s *spending) spend(t fataler, c dossier.Charge) dossier.Spent {
	t.Helper()
	if c.Kind == "" {
		c.Kind = dossier.ChargeFiles
	}
	got, err := s.nodes[s.asked.Add(1)%int64(len(s.nodes))].Spend(context.Background(), c)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return got
}

func at(text string) time.Time {
	moment, err := time.ParseInLocation("2006-01-02 15:04:05", text, paris)
	if err != nil {
		panic(err)
	}
	return moment
}

// many are more refusals than anybody here has.
const many = 1000

var limit = policy.Limit{Request: 20, Hour: 60, Day: 100, Export: 30}

func (s *spending) whole(t *testing.T) {
	c := dossier.Charge{Holder: holder(), At: at("2024-05-14 10:01:00"), Limit: limit, Refusals: many}
	for _, tt := range []struct {
		files int
		taken bool
		day   int
	}{{20, true, 20}, {39, true, 59}, {2, false, 59}, {1, true, 60}, {1, false, 60}} {
		c.Files = tt.files
		if got := s.spend(t, c); got.Taken != tt.taken || got.Day != tt.day {
			t.Errorf("%d files: taken %v, %d in the day; want %v and %d", tt.files, got.Taken, got.Day, tt.taken, tt.day)
		}
	}
}

// Sixty files at 10:59 and sixty at 11:01 would be two clock hours.
func (s *spending) slides(t *testing.T) {
	c := dossier.Charge{Holder: holder(), Files: 60, Limit: limit, Refusals: many}
	for _, tt := range []struct {
		at    string
		files int
		taken bool
	}{
		{"2024-05-14 10:59:00", 60, true}, {"2024-05-14 11:01:00", 1, false}, {"2024-05-14 11:58:59", 1, false},
		{"2024-05-14 11:59:59", 1, false}, {"2024-05-14 12:00:00", 1, true},
	} {
		c.At, c.Files = at(tt.at), tt.files
		if got := s.spend(t, c); got.Taken != tt.taken {
			t.Errorf("%d files at %s: taken %v, want %v", tt.files, tt.at, got.Taken, tt.taken)
		}
	}
}

func (s *spending) days(t *testing.T) {
	for _, tt := range []struct{ day, last, next string }{
		{"an ordinary day", "2024-05-14 23:59:59", "2024-05-15 00:00:00"},
		{"the night that summer begins", "2024-03-31 23:59:59", "2024-04-01 00:00:00"},
		{"the night that summer ends", "2024-10-27 23:59:59", "2024-10-28 00:00:00"},
		{"the eve of it", "2024-10-26 23:59:59", "2024-10-27 00:00:00"},
		{"the last of a year", "2024-12-31 23:59:59", "2025-01-01 00:00:00"},
	} {
		c := dossier.Charge{Holder: holder(), Files: 50, Limit: limit, Refusals: many}
		// A day begins at midnight in Paris and has 23, 24 or 25 hours.
		began := at(tt.last[:10] + " 00:00:00")
		for _, tt := range []struct {
			at    time.Time
			taken bool
		}{{began, true}, {began.Add(2 * time.Hour), true}, {began.Add(4 * time.Hour), false}} {
			if c.At = tt.at; s.spend(t, c).Taken != tt.taken {
				t.Errorf("50 files at %s: want taken %v", tt.at, tt.taken)
			}
		}
		c.At, c.Files = at(tt.last), 1
		got := s.spend(t, c)
		over := c.Exceeded(got)
		if got.Taken || over.Kind != dossier.LimitDay || over.Left != 0 || !over.Next.Equal(at(tt.next)) {
			t.Errorf("%s: a hundred and one files: taken %v, %s, %d left, more at %s; want %s", tt.day, got.Taken, over.Kind, over.Left, over.Next, tt.next)
		}
		if c.At = over.Next.Add(-time.Nanosecond).Truncate(time.Microsecond); s.spend(t, c).Taken {
			t.Errorf("%s: taken before midnight", tt.day)
		}
		if c.At = over.Next; !s.spend(t, c).Taken {
			t.Errorf("%s: refused at midnight", tt.day)
		}
	}
}

func (s *spending) next(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spent map[string]int
		asked int
		at    string
		kind  dossier.LimitKind
		left  int
		next  string
	}{
		{"the oldest is enough", map[string]int{"10:02:10": 20, "10:31:00": 40}, 12, "10:40:00", dossier.LimitHour, 0, "11:05:00"},
		{"the oldest is not enough", map[string]int{"10:02:10": 5, "10:31:00": 43}, 20, "10:40:00", dossier.LimitHour, 12, "11:35:00"},
		{"less is left than asked for", map[string]int{"10:02:10": 48}, 20, "10:40:00", dossier.LimitHour, 12, "11:05:00"},
		{"more than an hour ever has", map[string]int{"10:02:10": 48}, 61, "10:40:00", dossier.LimitHour, 12, "11:05:00"},
		{"the day has less than the hour", map[string]int{"08:00:00": 60, "09:10:00": 30}, 11, "10:40:00", dossier.LimitDay, 10, "00:00:00"},
	} {
		c := dossier.Charge{Holder: holder(), Limit: limit, Refusals: many}
		for _, clock := range []string{"08:00:00", "09:10:00", "10:02:10", "10:31:00"} {
			if n := tt.spent[clock]; n > 0 {
				if c.At, c.Files = at("2024-05-14 "+clock), n; !s.spend(t, c).Taken {
					t.Fatalf("%s: %d at %s are refused", tt.name, n, clock)
				}
			}
		}
		c.At, c.Files = at("2024-05-14 "+tt.at), tt.asked
		got := s.spend(t, c)
		over := c.Exceeded(got)
		next := at("2024-05-14 " + tt.next)
		if tt.kind == dossier.LimitDay {
			next = at("2024-05-15 " + tt.next)
		}
		if got.Taken || over.Kind != tt.kind || over.Left != tt.left || !over.Next.Equal(next) || over.Asked != tt.asked {
			t.Errorf("%s: taken %v, %+v; want %s, %d left, more at %s", tt.name, got.Taken, over, tt.kind, tt.left, next)
			continue
		}
		if tt.asked > limit.Hour {
			c.Files = over.Left + 1 // all of it never comes
		}
		if c.At = over.Next.Add(-time.Second); s.spend(t, c).Taken {
			t.Errorf("%s: taken a second before it was promised", tt.name)
		}
		if c.At = over.Next; !s.spend(t, c).Taken {
			t.Errorf("%s: refused when it was promised", tt.name)
		}
	}
}

func (s *spending) exports(t *testing.T) {
	c := dossier.Charge{Holder: holder(), At: at("2024-05-14 10:01:00"), Kind: dossier.ChargeExport, Files: 20, Limit: limit, Refusals: many}
	if got := s.spend(t, c); !got.Taken || got.Day != 0 || got.Exported != 20 {
		t.Errorf("an export counts as %+v", got)
	}
	if got := s.spend(t, c); got.Taken || c.Exceeded(got).Left != 10 || c.Exceeded(got).Kind != dossier.LimitExport {
		t.Errorf("more than an export may have: %+v", got)
	}
	c.Kind, c.Files = dossier.ChargeFiles, 60
	if got := s.spend(t, c); !got.Taken {
		t.Errorf("what was exported counts in the hour: %+v", got)
	}
	c.Kind, c.Files, c.At = dossier.ChargeExport, 30, at("2024-05-15 00:00:00")
	if got := s.spend(t, c); !got.Taken {
		t.Errorf("an export of the day before counts: %+v", got)
	}
}

func (s *spending) refusals(t *testing.T) {
	c := dossier.Charge{Holder: holder(), At: at("2024-05-14 10:01:00"), Kind: dossier.ChargeRefusal, Files: 1, Limit: limit, Refusals: 3}
	for range 3 {
		if !s.spend(t, c).Taken {
			t.Fatal("one of three refusals is not taken")
		}
	}
	for _, kind := range []dossier.ChargeKind{dossier.ChargeRefusal, dossier.ChargeFiles, dossier.ChargeExport} {
		c.Kind = kind
		got := s.spend(t, c)
		if over := c.Exceeded(got); got.Taken || over.Kind != dossier.LimitRefusals || !over.Next.Equal(at("2024-05-14 11:05:00")) {
			t.Errorf("after three refusals, %s: taken %v, %+v", kind, got.Taken, over)
		}
	}
	if c.At, c.Kind = at("2024-05-14 11:05:00"), dossier.ChargeFiles; !s.spend(t, c).Taken {
		t.Error("refusals of an hour ago still count")
	}
	// Who has no file left learns nothing by a refusal; who never had one hears the article.
	c = dossier.Charge{Holder: holder(), At: at("2024-05-14 10:01:00"), Files: 60, Limit: limit, Refusals: many}
	s.spend(t, c)
	c.Kind, c.Files = dossier.ChargeRefusal, 1
	if got := s.spend(t, c); got.Taken || c.Exceeded(got).Kind != dossier.LimitHour {
		t.Errorf("a refusal beyond the hour: %+v", got)
	}
	c.Holder, c.Limit = holder(), policy.Limit{}
	if !s.spend(t, c).Taken {
		t.Error("who may have nothing is not refused by the table")
	}
}

func (s *spending) none(t *testing.T) {
	c := dossier.Charge{Holder: holder(), At: at("2024-05-14 10:01:00"), Files: 1, Refusals: many}
	for _, kind := range []dossier.ChargeKind{dossier.ChargeFiles, dossier.ChargeExport} {
		c.Kind = kind
		got := s.spend(t, c)
		if over := c.Exceeded(got); got.Taken || over.Left != 0 || !over.Next.IsZero() || over.After() != 0 {
			t.Errorf("%s, of none: taken %v, %+v", kind, got.Taken, over)
		}
	}
}

func (s *spending) others(t *testing.T) {
	c := dossier.Charge{Holder: holder(), At: at("2024-05-14 10:01:00"), Files: 60, Limit: limit, Refusals: many}
	s.spend(t, c)
	neighbour := c
	neighbour.Holder[15]++
	if got := s.spend(t, neighbour); !got.Taken || got.Day != 60 {
		t.Errorf("a neighbour has %+v", got)
	}
}

func (s *spending) crowd(t *testing.T) {
	const clients, each = 48, 12
	them := [][16]byte{holder(), holder(), holder()}
	var taken [3]atomic.Int64
	var wait sync.WaitGroup
	for k := range clients {
		wait.Go(func() {
			for i := range each {
				c := dossier.Charge{Holder: them[(k+i)%3], At: at("2024-05-14 10:00:00").Add(time.Duration(i) * time.Minute), Kind: dossier.ChargeFiles,
					Files: 1 + (k+i)/3%2, Limit: policy.Limit{Hour: 101, Day: 1000}, Refusals: 10}
				got, err := s.nodes[k%2].Spend(context.Background(), c)
				if err != nil {
					t.Error(err)
				}
				if got.Taken {
					taken[(k+i)%3].Add(int64(c.Files))
				}
			}
		})
	}
	wait.Wait()
	for i := range taken {
		if n := taken[i].Load(); n != 101 {
			t.Errorf("%d files were answered together, of 101", n)
		}
	}
}

func (s *spending) behind(t *testing.T) {
	c := dossier.Charge{Holder: holder(), At: at("2024-05-15 00:00:30"), Files: 60, Limit: limit, Refusals: many}
	s.spend(t, c)
	c.At = at("2024-05-14 23:59:30")
	if s.spend(t, c).Taken {
		t.Error("a clock that shows yesterday has an hour of its own")
	}
	c.At, c.Files = at("2024-05-14 10:00:00"), 1
	if s.spend(t, c).Taken {
		t.Error("a clock that shows the morning has an hour of its own")
	}
}

// property draws a few days of charges of two holders, and adds up by itself.
func (s *spending) property(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := policy.Limit{Hour: rapid.IntRange(1, 40).Draw(r, "hour")}
		l.Day = l.Hour + rapid.IntRange(0, 60).Draw(r, "more in a day")
		them := [][16]byte{holder(), holder()}
		type one struct {
			at    time.Time
			files int
		}
		taken := map[[16]byte][]one{}
		now := rapid.SampledFrom([]time.Time{at("2024-03-30 21:30:00"), at("2024-10-26 22:00:00"), at("2024-05-14 12:00:00")}).Draw(r, "from")
		for range rapid.IntRange(1, 60).Draw(r, "charges") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 59, 60, 299, 300, 1800, 3599, 3600, 7200, 20000}).Draw(r, "later")) * time.Second)
			c := dossier.Charge{Holder: rapid.SampledFrom(them).Draw(r, "who"), At: now, Files: rapid.IntRange(1, l.Hour+1).Draw(r, "files"), Limit: l, Refusals: many}
			got := s.spend(r, c)
			hour, atMost, inDay := c.Files, c.Files, c.Files
			for _, x := range taken[c.Holder] {
				if x.at.After(now.Add(-time.Hour)) {
					hour += x.files
				}
				if x.at.After(now.Add(-time.Hour - 5*time.Minute)) {
					atMost += x.files
				}
				if day(x.at) == day(now) {
					inDay += x.files
				}
			}
			switch {
			case got.Taken && (hour > l.Hour || inDay > l.Day):
				r.Fatalf("%d files in an hour of %d, %d in a day of %d", hour, l.Hour, inDay, l.Day)
			case !got.Taken && atMost <= l.Hour && inDay <= l.Day:
				r.Fatalf("refused with %d of %d in an hour, %d of %d in a day", atMost, l.Hour, inDay, l.Day)
			}
			if got.Taken {
				taken[c.Holder] = append(taken[c.Holder], one{now, c.Files})
				continue
			}
			over := c.Exceeded(got)
			if c.Files <= l.Hour && !over.Next.After(now) {
				r.Fatalf("refused at %s, more at %s", now, over.Next)
			}
			if c.Files > l.Hour || !rapid.Bool().Draw(r, "comes back") {
				continue
			}
			if c.At = over.Next.Add(-time.Second); s.spend(r, c).Taken {
				r.Fatalf("taken a second before %s", over.Next)
			}
			if now, c.At = over.Next, over.Next; !s.spend(r, c).Taken {
				r.Fatalf("refused at %s, when more was promised", over.Next)
			}
			taken[c.Holder] = append(taken[c.Holder], one{now, c.Files})
		}
	})
}
