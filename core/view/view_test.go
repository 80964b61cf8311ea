package view_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sceau/catalogue"
	"sceau/core"
	"sceau/core/view"
)

func TestTheColumnsAreTheFormsOfTheAnnexBothWays(t *testing.T) {
	if err := view.Check(catalogue.MustLoad(), view.Columns()); err != nil {
		t.Error(err)
	}
}

// A test that accepts everything would accept the columns above too.
func TestAColumnThatTheCoreDoesNotNeedIsRefused(t *testing.T) {
	c := catalogue.MustLoad()
	change := func(name string, do func(*view.Column)) []view.Column {
		columns := view.Columns()
		at := slices.IndexFunc(columns, func(c view.Column) bool { return c.Name == name })
		do(&columns[at])
		return columns
	}
	for _, tt := range []struct {
		name, want string
		columns    []view.Column
	}{
		{"the income behind a boarding rank", "the core does not need A02.01",
			append(view.Columns(), view.Column{Name: "income_band", Items: []catalogue.ItemID{"A02.01"}, Form: view.Enum, Words: []string{"0"}})},
		{"a name", "the core does not need A01.03",
			append(view.Columns(), view.Column{Name: "last_name", Items: []catalogue.ItemID{"A01.03"}})},
		{"an item in a column of another form", "it has another name",
			change("selective", func(c *view.Column) { c.Items[0] = "A15.02" })},
		{"a step in place of yes or no", "its values have another form",
			change("est_boursier", func(c *view.Column) { c.Form = view.Int })},
		{"a track that the annex does not know", "its words are",
			change("bac_track", func(c *view.Column) { c.Words = []string{"STMG"} })},
		{"a band that is any number", "its list is not closed",
			change("distance_band", func(c *view.Column) { c.Words = nil })},
		{"a column that is missing", "the core needs A16.09", view.Columns()[:len(view.Columns())-1]},
		{"a column of no item", "is drawn from no item", append(view.Columns(), view.Column{Name: "score", Form: view.Int})},
		{"an item of nowhere", "no item A99.01", append(view.Columns(), view.Column{Name: "score", Items: []catalogue.ItemID{"A99.01"}})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := view.Check(c, tt.columns); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// cohort adds invented persons, the same whatever the order in which they come.
func cohort(n int, order *rand.Rand) *view.Builder {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	order.Shuffle(n, func(i, k int) { rows[i], rows[k] = rows[k], rows[i] })
	b := view.NewBuilder("2026")
	for _, i := range rows {
		dice := rand.New(rand.NewPCG(uint64(i), 1))
		p := view.Person{Bursary: dice.IntN(4) == 0, Track: core.Track(dice.IntN(4)), Pool: core.Pool(dice.IntN(4))}
		for k := range p.Pseudonym {
			p.Pseudonym[k] = byte(dice.Uint32())
		}
		var wishes []view.Wish
		for _, programme := range dice.Perm(40)[:dice.IntN(12)] {
			w := view.Wish{
				Programme: b.Programme("F" + string(rune('A'+programme))), Group: b.Group([]string{"", "tech", "gen"}[dice.IntN(3)]),
				PedagogicalRank: int32(dice.IntN(900)), CallOrderRank: int32(dice.IntN(900)), WaitingListRank: int32(dice.IntN(3)), PreferenceRank: int32(dice.IntN(9)),
				Selective: programme%2 == 0, Resident: dice.IntN(2) == 0, Confirmed: dice.IntN(2) == 0, Complete: dice.IntN(2) == 0, InTime: dice.IntN(2) == 0,
				Answer: view.Answer(dice.IntN(5)), Institution: core.InstitutionAnswer(dice.IntN(5)), Type: view.AdmissionType(dice.IntN(6)),
			}
			wishes = append(wishes, w)
			if programme%5 == 0 {
				w.Boarding, w.Band = true, view.Band(1+dice.IntN(5))
				wishes = append(wishes, w)
			}
		}
		order.Shuffle(len(wishes), func(i, k int) { wishes[i], wishes[k] = wishes[k], wishes[i] })
		b.Add(p, wishes...)
	}
	return b
}

func built(t testing.TB, n int, seed uint64) *view.View {
	t.Helper()
	v, err := cohort(n, rand.New(rand.NewPCG(seed, 2))).View()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func encoded(t testing.TB, v *view.View) ([]byte, core.Digest) {
	t.Helper()
	var b bytes.Buffer
	d, err := v.Encode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), d
}

func TestAViewComesBackFromItsFile(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 300} {
		v := built(t, n, 1)
		file, digest := encoded(t, v)
		back, again, err := view.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if again != digest {
			t.Errorf("%d persons: read with digest %s, written with %s", n, again, digest)
		}
		if len(v.Persons) > 0 && !reflect.DeepEqual(v, back) {
			t.Errorf("%d persons: another view came back", n)
		}
		if parsed, err := core.ParseDigest(digest.String()); err != nil || parsed != digest {
			t.Errorf("%s: %v", digest, err)
		}
	}
}

func TestTheDigestDoesNotDependOnTheOrderOfRows(t *testing.T) {
	first, digest := encoded(t, built(t, 200, 1))
	for seed := uint64(2); seed < 6; seed++ {
		file, other := encoded(t, built(t, 200, seed))
		if other != digest || !bytes.Equal(file, first) {
			t.Errorf("order %d: another digest", seed)
		}
	}
	if _, other := encoded(t, built(t, 199, 1)); other == digest {
		t.Error("a person less, and the digest stays: it says nothing")
	}
}

func TestAFileThatWasAlteredOrCutIsRefused(t *testing.T) {
	file, _ := encoded(t, built(t, 12, 1))
	for i := range file {
		altered := bytes.Clone(file)
		altered[i] ^= 1 << (i % 8)
		if _, _, err := view.Decode(bytes.NewReader(altered)); !errors.Is(err, view.ErrFile) {
			t.Fatalf("byte %d altered: %v", i, err)
		}
		if _, _, err := view.Decode(bytes.NewReader(file[:i])); !errors.Is(err, view.ErrFile) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	if _, _, err := view.Decode(bytes.NewReader(append(bytes.Clone(file), 0))); !errors.Is(err, view.ErrFile) {
		t.Errorf("a byte more: %v", err)
	}
}

// A value of a file is the constant that computations compare with.
func TestWordsOfTheAnnexAreTheConstantsOfTheCore(t *testing.T) {
	words := view.Words()
	for _, tt := range []struct {
		column, word string
		want         uint8
	}{
		{"bac_track", "general", uint8(core.General)}, {"bac_track", "technological", uint8(core.Technological)}, {"bac_track", "professional", uint8(core.Professional)},
		{"boarding_pool", "girls", uint8(core.Girls)}, {"boarding_pool", "boys", uint8(core.Boys)}, {"boarding_pool", "mixed", uint8(core.Mixed)},
		{"institution_answer", "oui", uint8(core.Yes)}, {"institution_answer", "oui_si", uint8(core.YesIf)},
		{"institution_answer", "en_attente", uint8(core.OnHold)}, {"institution_answer", "non", uint8(core.No)},
	} {
		if got := words[tt.column][tt.word]; got != tt.want || got == 0 {
			t.Errorf("%q of %s is %d, and the core says %d", tt.word, tt.column, got, tt.want)
		}
	}
}

func TestWhatStandsTwiceIsRefusedWhole(t *testing.T) {
	b := view.NewBuilder("2026")
	b.Add(view.Person{}, view.Wish{Programme: b.Programme("F1"), Group: view.NoGroup}, view.Wish{Programme: b.Programme("F1"), Group: view.NoGroup})
	if _, err := b.View(); !errors.Is(err, view.ErrTwice) {
		t.Errorf("a wish twice: %v", err)
	}
	b = view.NewBuilder("2026")
	b.Add(view.Person{}, view.Wish{Programme: b.Programme("F1"), Group: view.NoGroup}, view.Wish{Programme: b.Programme("F1"), Group: view.NoGroup, Boarding: true})
	if _, err := b.View(); err != nil {
		t.Errorf("with boarding and without are two wishes: %v", err)
	}
	b = view.NewBuilder("2026")
	b.Add(view.Person{})
	b.Add(view.Person{})
	if _, err := b.View(); !errors.Is(err, view.ErrTwice) {
		t.Errorf("a pseudonym twice: %v", err)
	}
	b = view.NewBuilder("2026")
	b.Add(view.Person{Track: 4})
	if _, err := b.View(); err == nil {
		t.Error("a track that is in no list was taken")
	}
}

func TestADifferenceNamesPseudonymsAndColumns(t *testing.T) {
	before, after := built(t, 30, 1), built(t, 30, 9)
	if d := view.Compare(before, after); len(d) != 0 {
		t.Fatalf("the same rows in another order: %v", d)
	}
	after.Persons[3].Bursary = !after.Persons[3].Bursary
	own := after.Of(5)
	own[0].Resident = !own[0].Resident
	own[0].Answer = (own[0].Answer + 1) % 5
	// A « non » that was an error is put right by a person, and by no run.
	wrong := after.Of(7)
	wrong[0].Institution = map[bool]core.InstitutionAnswer{true: core.OnHold, false: core.No}[wrong[0].Institution == core.No]
	gone := after.Persons[29].Pseudonym
	after.Wishes = slices.DeleteFunc(after.Wishes, func(w view.Wish) bool { return int(w.Candidate) == 29 })
	after.Persons = after.Persons[:29]
	want := []view.Difference{
		{Pseudonym: after.Persons[3].Pseudonym, Columns: []string{"est_boursier"}},
		{Pseudonym: after.Persons[5].Pseudonym, Columns: []string{"est_du_secteur", "answer"}},
		{Pseudonym: after.Persons[7].Pseudonym, Columns: []string{"institution_answer"}},
		{Pseudonym: gone, Columns: []string{"candidate_pseudonym"}},
	}
	got := view.Compare(before, after)
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i, want := range [][]string{{"est_boursier"}, {"est_du_secteur"}, {"institution_answer"}, nil} {
		if r := got[i].Rectified(); !slices.Equal(r, want) {
			t.Errorf("rectified: %v, want %v", r, want)
		}
	}
}

func TestAFileThatAnnouncesMoreThanItHasCostsLittle(t *testing.T) {
	file, _ := encoded(t, built(t, 1, 1))
	at := bytes.Index(file, []byte("admission_type")) + len("admission_type")
	huge := append(bytes.Clone(file[:at]), 0, 0, 0xff, 0xff, 0xff, 0xff, 7, 0xff, 0xff, 0xff, 0xff, 7)
	if n := testing.AllocsPerRun(1, func() {
		if _, _, err := view.Decode(bytes.NewReader(huge)); !errors.Is(err, view.ErrFile) {
			t.Errorf("%v", err)
		}
	}); n > 1000 {
		t.Errorf("%v allocations", n)
	}
}

// The digest is made anew over whatever comes: else nothing behind it would be tried.
func FuzzDecode(f *testing.F) {
	for _, n := range []int{0, 1, 5} {
		file, _ := encoded(f, built(f, n, 1))
		f.Add(file[:len(file)-sha256.Size])
		f.Add(file[:len(file)/2])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		for _, file := range [][]byte{body, append(bytes.Clone(body), sum[:]...)} {
			v, digest, err := view.Decode(bytes.NewReader(file))
			if err != nil {
				if !errors.Is(err, view.ErrFile) {
					t.Errorf("%v is no ErrFile", err)
				}
				continue
			}
			var again bytes.Buffer
			d, err := v.Encode(&again)
			if err != nil || d != digest || !bytes.Equal(again.Bytes(), file) {
				t.Errorf("it was read, and is not what Encode writes: %v", err)
			}
		}
	})
}

// BenchmarkNation writes and reads back a tenth of a national campaign.
func BenchmarkNation(b *testing.B) {
	const people, wishesEach = 91_700, 13
	build := view.NewBuilder("2026")
	programmes := make([]int32, 14_000)
	for i := range programmes {
		programmes[i] = build.Programme("F" + string(rune('A'+i%26)) + string(rune('A'+i/26%26)) + string(rune('A'+i/676)))
	}
	dice := rand.New(rand.NewPCG(1, 1))
	for range people {
		p := view.Person{Track: core.General}
		for k := 0; k < 16; k += 4 {
			n := dice.Uint32()
			p.Pseudonym[k], p.Pseudonym[k+1], p.Pseudonym[k+2], p.Pseudonym[k+3] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
		}
		wishes := make([]view.Wish, 0, wishesEach)
		from := dice.IntN(len(programmes))
		for k := range wishesEach {
			wishes = append(wishes, view.Wish{Programme: programmes[(from+k*97)%len(programmes)], Group: view.NoGroup, PedagogicalRank: int32(1 + dice.IntN(5000)), Confirmed: true})
		}
		build.Add(p, wishes...)
	}
	v, err := build.View()
	if err != nil {
		b.Fatal(err)
	}
	var size int
	for b.Loop() {
		var file bytes.Buffer
		if _, err := v.Encode(&file); err != nil {
			b.Fatal(err)
		}
		size = file.Len()
		if _, _, err := view.Decode(&file); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(size)/people/wishesEach, "bytes/wish")
}
