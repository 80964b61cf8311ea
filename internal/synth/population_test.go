package synth

import (
	"bytes"
	"encoding/json"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sceau/catalogue"
)

// population is drawn once, on an offer large enough for wishes to be free.
func population(t *testing.T, n int) []filed {
	t.Helper()
	c := catalogue.MustLoad()
	lines, _ := generate(t, Options{Candidates: n, Seed: 20, Reference: Reference(6000, 1500)})
	out := make([]filed, len(lines))
	for i, line := range lines {
		out[i] = read(t, c, line)
	}
	return out
}

// Loose on purpose: a share is wrong beyond five standard deviations and a hundredth.
func shareIs(t *testing.T, what string, n, of int, want float64) {
	t.Helper()
	near(t, what, part(n, of), want, 0.01+5*math.Sqrt(want*(1-want)/float64(of)))
}

func TestThePopulationHasTheSharesOfTheSpecification(t *testing.T) {
	const n = 5000
	people := population(t, n)
	count := map[string]int{}
	has := func(what string, yes bool) {
		if yes {
			count[what]++
		}
	}
	pupils, wishes, apprentice, paid, pupilWishes := 0, 0, 0, 0, map[string][2]int{}
	tracks, realTracks := map[string]int{}, 0
	offer := map[string]Programme{}
	for _, p := range Reference(6000, 1500).Programmes {
		offer[p.ID] = p
	}
	var incomes []int
	for _, d := range people {
		pupil := d.one["equal_opportunity_scheme_participation"] != nil && d.one["bac_obtained_date"] == nil
		has("reorientation", len(d.many["per_school_year"]) > 0 && d.many["per_school_year"][0]["he_levels"] != nil)
		has("foreign", d.one["french_language_test_exemption"] != nil && d.one["bac_obtained_date"] == nil)
		has("resuming", d.one["resuming_school_path"] != nil)
		has("women", d.text("sex") == "F")
		age := ageOn(t, d.text("birth_date"), admissionDay)
		has("minor", age < 18)
		has("17-18", age == 17 || age == 18)
		has("19-21", age >= 19 && age <= 21)
		has("liaison form", d.one["disability_liaison_form"] != nil)
		has("fraud", d.one["preregistration_fraud_record"] != nil)
		has("two responsibles", len(d.many["per_responsible"]) == 2)
		has("no responsible", len(d.many["per_responsible"]) == 0)
		has("military", d.one["military_medical_visit_done"] != nil)
		has("no address", d.one["postal_address"] == nil)
		for _, r := range d.many["per_request"] {
			has("assimilation", r["assimilation_status"] != nil)
			has("caes", r["reexamination_status"] != nil)
		}
		if income := d.one["gross_global_income"]; income != nil {
			x, err := strconv.Atoi(string(income))
			if err != nil {
				t.Fatal(err)
			}
			incomes = append(incomes, x)
		}
		if pupil {
			pupils++
			has("pupil bursary", d.one["lycee_bursary_step"] != nil)
			has("step "+d.text("lycee_bursary_step"), true)
			has("series "+track(d.text("bac_series")), true)
		}
		own, byApprenticeship, proposals, accepted := 0, 0, 0, 0
		for _, w := range d.many["per_wish"] {
			p := offer[plain(w["wish_target_programme"])]
			switch {
			case p.has(flagApprenticeship):
				byApprenticeship++
			case !p.has(flagArmedForces):
				own++
				tracks[p.Track]++
				realTracks++
			}
			if p.has(flagFee) {
				paid++
			}
			switch plain(w["institution_answer"]) {
			case "oui", "oui_si":
				proposals++
			}
			if a := plain(w["candidate_answer"]); strings.HasPrefix(a, "accepte") {
				accepted++
			}
		}
		wishes += own
		apprentice += byApprenticeship
		has("apprentice", byApprenticeship > 0)
		has("proposal", proposals > 0)
		has("accepted", accepted > 0)
		if accepted > 1 {
			t.Fatal("somebody accepts two proposals")
		}
		if pupil {
			s := pupilWishes[track(d.text("bac_series"))]
			pupilWishes[track(d.text("bac_series"))] = [2]int{s[0] + own, s[1] + 1}
		}
	}
	for _, tt := range []struct {
		what string
		want float64
	}{
		{"reorientation", 163. / 917}, {"foreign", 34.5 / 917}, {"resuming", 87. / 917}, {"women", .54}, {"minor", .60}, {"17-18", .80}, {"19-21", .15},
		{"liaison form", .016}, {"two responsibles", .70}, {"no responsible", .04}, {"military", .003}, {"no address", .03}, {"assimilation", .03},
		{"caes", .025}, {"apprentice", 210. / 917}, {"proposal", 805. / 917}, {"accepted", 637. / 917},
	} {
		shareIs(t, tt.what, count[tt.what], n, tt.want)
	}
	shareIs(t, "pupils", pupils, n, 632.5/917)
	shareIs(t, "pupil bursary", count["pupil bursary"], pupils, .23)
	for step, want := range map[string]float64{"1": .28, "2": .15, "3": .20, "4": .15, "5": .12, "6": .10} {
		shareIs(t, "step "+step, count["step "+step], count["pupil bursary"], want)
	}
	for series, want := range map[string]float64{"general": .62, "technological": .23, "professional": .15} {
		shareIs(t, series, count["series "+series], pupils, want)
	}
	near(t, "wishes of each", part(wishes, n), 12.9, 0.7)
	near(t, "more wishes by apprenticeship", part(apprentice, count["apprentice"]), 1100./210, 0.6)
	for series, want := range map[string]float64{"general": 15.7, "technological": 11.8, "professional": 7.4} {
		s := pupilWishes[series]
		near(t, series+" wishes", part(s[0], s[1]), want, 1)
	}
	near(t, "wishes with a fee", part(paid, wishes), .15, .05)
	slices.Sort(incomes)
	near(t, "median income", float64(incomes[len(incomes)/2]), 33_000, 4_000)
	near(t, "no income", part(lowest(incomes), len(incomes)), .01, .01)

	// The real shares of wishes, track by track: the distance of chi-square, by wish.
	m, real, distance := readMarginals(), 0, 0.
	for _, k := range m.kinds {
		real += k.Wishes
	}
	for _, k := range m.kinds {
		want := part(k.Wishes, real)
		d := part(tracks[k.Track], realTracks) - want
		distance += d * d / want
	}
	if distance > 0.05 {
		t.Errorf("tracks are %.3f from the real shares", distance)
	}
}

func lowest(sorted []int) int {
	n, _ := slices.BinarySearch(sorted, 1)
	return n
}

func track(series string) string {
	switch series {
	case "générale", "S", "ES", "L":
		return "general"
	case "professionnelle":
		return "professional"
	}
	return "technological"
}

func ageOn(t *testing.T, birth string, on time.Time) int {
	t.Helper()
	b, err := time.Parse(time.DateOnly, birth)
	if err != nil {
		t.Fatal(err)
	}
	age := on.Year() - b.Year()
	if b.AddDate(age, 0, 0).After(on) {
		age--
	}
	return age
}

// TestNothingReachesAnybody reads every string of a file: whatever looks like a
// number to call, a place or a machine is of a range kept for fiction.
func TestNothingReachesAnybody(t *testing.T) {
	var (
		phone   = regexp.MustCompile(`\+[0-9]{8,15}`)
		fiction = regexp.MustCompile(`^\+33(1990\d|26191|35301|46571|53649|63998)\d{4,5}$`)
		spaced  = regexp.MustCompile(`\b0[1-9]( ?\d\d){4}\b`)
		mail    = regexp.MustCompile(`[^\s"]+@[^\s"]+`)
		uai     = regexp.MustCompile(`^\d{7}[A-Z]$`)
		commune = regexp.MustCompile(`\b\d{5} Ville`)
	)
	ranges := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	lines, _ := generate(t, Options{Candidates: 1000, Seed: 9, Edge: true})
	for i, line := range lines {
		var v any
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		eachString(v, "", func(key, s string) {
			if key == "pdf" || key == "password" {
				return
			}
			for _, p := range phone.FindAllString(s, -1) {
				if !fiction.MatchString(p) {
					t.Errorf("line %d: phone %s", i+1, p)
				}
			}
			for _, p := range spaced.FindAllString(s, -1) {
				if !strings.HasPrefix(strings.ReplaceAll(p, " ", ""), "063998") {
					t.Errorf("line %d: phone %s", i+1, p)
				}
			}
			for _, m := range mail.FindAllString(s, -1) {
				if !strings.HasSuffix(strings.TrimRight(m, ".,"), "@example.org") {
					t.Errorf("line %d: mail %s", i+1, m)
				}
			}
			for _, p := range commune.FindAllString(s, -1) {
				if !strings.HasPrefix(p, "99") {
					t.Errorf("line %d: commune %s", i+1, p)
				}
			}
			if uai.MatchString(s) && !strings.HasPrefix(s, "099") {
				t.Errorf("line %d: school %s", i+1, s)
			}
			switch key {
			case "ine", "bac_registration_number", "birth_commune":
				if !strings.HasPrefix(s, "99") || key != "birth_commune" && !strings.HasPrefix(s, "999") {
					t.Errorf("line %d: %s %s has no mark of fiction", i+1, key, s)
				}
			case "ip_address":
				a := netip.MustParseAddr(s)
				if !slices.ContainsFunc(ranges, func(r netip.Prefix) bool { return r.Contains(a) }) || a.String() != s {
					t.Errorf("line %d: address %s", i+1, s)
				}
			}
		})
	}
}

func eachString(v any, key string, f func(key, s string)) {
	switch v := v.(type) {
	case string:
		f(key, v)
	case []any:
		for _, e := range v {
			eachString(e, key, f)
		}
	case map[string]any:
		for k, e := range v {
			eachString(e, k, f)
		}
	}
}

func TestADossierHangsTogether(t *testing.T) {
	people := population(t, 1500)
	schools := map[string]bool{}
	for _, s := range Reference(6000, 1500).Schools {
		schools[s.UAI] = true
	}
	for i, d := range people {
		asked := map[string]bool{}
		for _, w := range d.many["per_wish"] {
			id := plain(w["wish_target_programme"])
			if asked[id] {
				t.Fatalf("line %d: two wishes on %s", i+1, id)
			}
			asked[id] = true
			confirmed := w["wish_confirmation_date"] != nil
			if (plain(w["application_state"]) == "confirmé") != confirmed {
				t.Errorf("line %d: a wish is %s, and its confirmation has a date: %v", i+1, plain(w["application_state"]), confirmed)
			}
			if w["institution_answer"] != nil && !confirmed {
				t.Errorf("line %d: an answer to a wish that was not confirmed", i+1)
			}
			if n := utf8.RuneCountInString(plain(w["motivated_study_project"])); n < 180 || n > 2000 {
				t.Errorf("line %d: a project of %d characters", i+1, n)
			}
		}
		if n := len(d.many["per_wish"]); n < 1 || n > 135 {
			t.Errorf("line %d: %d wishes", i+1, n)
		}
		if n := len(d.many["per_event"]); n < 5 || n > 60 {
			t.Errorf("line %d: %d connections", i+1, n)
		}
		years := d.many["per_school_year"]
		if len(years) > 0 && d.one["equal_opportunity_scheme_participation"] != nil && d.one["bac_obtained_date"] == nil {
			// Where routing finds the school: the first record is the current year.
			if !schools[plain(years[0]["school_information"])] || !strings.Contains(string(years[0]["school_levels"]), "terminale") {
				t.Errorf("line %d: the first year is not the current one, in a school of the reference", i+1)
			}
		}
		last := math.MaxInt
		for _, s := range d.many["per_school_year_subject"] {
			var marks []struct{ Year int }
			if err := json.Unmarshal(s["marks"], &marks); err != nil || len(marks) == 0 {
				t.Fatalf("line %d: a subject without marks: %v", i+1, err)
			}
			if marks[0].Year > last {
				t.Errorf("line %d: the current year does not come first", i+1)
			}
			last = marks[0].Year
		}
		siblings, _ := strconv.Atoi(d.text("dependent_siblings_count"))
		if studying, _ := strconv.Atoi(d.text("siblings_in_higher_education_count")); studying > siblings+1 {
			t.Errorf("line %d: %d of %d siblings study", i+1, studying, siblings)
		}
		// The step is what the scale gives for the income, within the 10 % that
		// separate gross from reference.
		if step := d.text("lycee_bursary_step"); step != "" && d.one["bac_obtained_date"] == nil {
			n, _ := strconv.Atoi(step)
			income, _ := strconv.Atoi(d.text("gross_global_income"))
			if income*9/10 > ceiling(siblings+1, n, hourlyWage)+1 {
				t.Errorf("line %d: step %d with an income above its ceiling", i+1, n)
			}
		}
	}
}

func TestCeilingsOfBursariesAreThePublishedOnes(t *testing.T) {
	if got := ceiling(1, 1, 1085); got != 20_127 {
		t.Errorf("step 1, one child, at 10.85 euros: %d, published 20127", got)
	}
	for children := 1; children <= 9; children++ {
		for step := 1; step < 6; step++ {
			if ceiling(children, step, hourlyWage) <= ceiling(children, step+1, hourlyWage) {
				t.Errorf("%d children: step %d is not above step %d", children, step, step+1)
			}
		}
	}
}

func TestRareOccupationsOccur(t *testing.T) {
	d, seen := newDice(1), map[string]int{}
	const n = 100_000
	for range n {
		seen[occupations.draw(d)]++
	}
	near(t, "clergy", part(seen["44"], n), .0005, .0003)
	near(t, "police and military", part(seen["53"], n), .015, .004)
}

func TestTheCalendarIsThatOfTimePackage(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for d := on(1940, 1, 1); d < on(2045, 1, 1); d += 13 {
		want := time.Unix(int64(d)*86_400, 0).UTC()
		y, m, n := d.date()
		if d.String() != want.Format(time.DateOnly) || on(y, m, n) != d {
			t.Fatalf("day %d is %s, want %s", d, d, want.Format(time.DateOnly))
		}
	}
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	for s := start; s < start+3*366*86_400; s += 1_801 {
		want := time.Unix(s, 0).In(paris).Format(time.RFC3339)
		if got := string(instant(s).append(nil)); got != want {
			t.Fatalf("instant %d is %s, want %s", s, got, want)
		}
	}
	for _, tt := range []struct {
		day    day
		second int
		want   string
	}{
		{on(2026, 6, 2), 19 * 3600, "2026-06-02T19:00:00+02:00"},
		{on(2026, 1, 14), 0, "2026-01-14T00:00:00+01:00"},
		{lastSunday(2026, 10), 24*3600 - 1, "2026-10-25T23:59:59+01:00"},
		{lastSunday(2026, 3), 24*3600 - 1, "2026-03-29T23:59:59+02:00"},
	} {
		if got := string(tt.day.at(tt.second).append(nil)); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestSpecimensAreDocumentsThatAReaderOpens(t *testing.T) {
	for _, size := range []int{0, 1_000, 4_000, 300_000} {
		pdf := specimen("Essai", size, newDice(3))
		if len(pdf) < size-60 || len(pdf) > max(size+60, 800) {
			t.Errorf("size %d: %d bytes", size, len(pdf))
		}
		// Each entry of the table points at its object.
		table := pdf[bytes.LastIndex(pdf, []byte("xref\n0"))-4:]
		start := bytes.Index(pdf, []byte("\nxref\n")) + 1
		if got := string(pdf[bytes.Index(pdf, []byte("startxref\n"))+10:]); !strings.HasPrefix(got, strconv.Itoa(start)+"\n") {
			t.Errorf("size %d: the table is at %d, the file says %q", size, start, got)
		}
		for n, entry := range regexp.MustCompile(`(\d{10}) 00000 n`).FindAllSubmatch(table, -1) {
			at, _ := strconv.Atoi(string(entry[1]))
			if want := strconv.Itoa(n+1) + " 0 obj"; !strings.HasPrefix(string(pdf[at:]), want) {
				t.Errorf("size %d: no %q at %d", size, want, at)
			}
		}
	}
}
