package dossier

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
)

// needle stands in seeds where a person's value would: no error may repeat it, and
// seven letters of it are enough to be a repetition.
const needle = "Mandragore"

func quiet(t *testing.T, err error) {
	t.Helper()
	if err != nil && strings.Contains(own.ReplaceAllString(err.Error(), ""), needle[:7]) {
		t.Errorf("the error repeats what was read: %v", err)
	}
}

// own is the name that a line gives its mission or its fact: errors say which it is.
var own = regexp.MustCompile(`(mission|fact) [A-Za-z0-9-]{3,64}(:| stands)`)

func FuzzFiling(f *testing.F) {
	for _, line := range []string{
		`{"registration_number":"8100010","last_name":"Mandragore","first_names":["Aïcha"],"birth_date":"2007-12-31"}`,
		`{"registration_number":"Mandragore"}`, `{"registration_number":"8100010","Mandragore":true}`,
		`{"registration_number":"8100010","per_wish":[{"wish_target_programme":"F00042","boarding_requested":true}]}`,
		`{"registration_number":"8100010","per_responsible":[{"responsible_last_name":"Mandragore"},{"Mandragore":1}]}`,
		`{"registration_number":"8100010","registration_number":"Mandragore"}`, `{"registration_number":"8100010"} Mandragore`,
		`{"registration_number":"8100010","per_wish":"Mandragore"}`, `{"Mandragore`, `["Mandragore"]`, `null`, "\xff",
	} {
		f.Add([]byte(line))
	}
	forms := NewForms(catalogue.MustLoad())
	f.Fuzz(func(t *testing.T, line []byte) {
		filing, err := forms.Parse(bytes.Clone(line))
		quiet(t, err)
		if err != nil {
			if bad := (*LineError)(nil); !errors.As(err, &bad) {
				t.Errorf("%T is no rule about a line", err)
			}
			return
		}
		again, err := forms.Parse(written(t, filing))
		if err != nil || !sameFiling(filing, again) {
			t.Errorf("what was accepted reads as another thing: %v", err)
		}
	})
}

// written is a filing as a line.
func written(t *testing.T, f *Filing) []byte {
	object := func(fm *form, rec Record) map[string]any {
		out := map[string]any{}
		for k, it := range fm.items {
			if rec[k] != nil {
				out[it.Name] = rec[k]
			}
		}
		return out
	}
	line := object(f.forms.forms["one"], f.one)
	for word, records := range f.many {
		list := []map[string]any{}
		for _, rec := range records {
			list = append(list, object(f.forms.forms[word], rec))
		}
		line[string(word)] = list
	}
	b, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sameFiling(a, b *Filing) bool {
	same := func(x, y Record) bool {
		return slices.EqualFunc(x, y, func(v, w json.RawMessage) bool { return bytes.Equal(v, w) && (v == nil) == (w == nil) })
	}
	if !same(a.one, b.one) {
		return false
	}
	for word := range a.forms.forms {
		if !slices.EqualFunc(a.many[word], b.many[word], same) {
			return false
		}
	}
	return true
}

// Lines are cut as an import cuts them: every byte belongs to one, and a line that is
// too long is counted whole.
func FuzzImportLines(f *testing.F) {
	f.Add([]byte("{}\n\n{\"a\":1}\r\nlast"), 16)
	f.Add([]byte("\n"), 1)
	f.Fuzz(func(t *testing.T, file []byte, buffer int) {
		r := bufio.NewReaderSize(bytes.NewReader(file), 16+buffer&0xff)
		var back []byte
		for {
			line, size, err := readLine(r)
			if size != int64(len(line)) || bytes.Count(line, []byte("\n")) > 1 {
				t.Fatalf("a line of %d bytes is counted as %d", len(line), size)
			}
			back = append(back, line...)
			if err != nil {
				break
			}
		}
		if !bytes.Equal(back, file) {
			t.Errorf("%d bytes of %d were read", len(back), len(file))
		}
	})
}

const missionLine = `{"mission":"exam-a","campaign":"2026","recipient":"R4b-exam","organisation":"0995018S","scopes":{"programmes":["F00042"]},"until":"2029-12-31","agent":{"agent_last_name":"Mandragore"}}`

func FuzzMissionOrders(f *testing.F) {
	for _, file := range []string{
		missionLine, missionLine + "\n" + missionLine, missionLine + missionLine, strings.Replace(missionLine, `"until"`, `"MISSION":"exam-b","until"`, 1), missionLine + " Mandragore",
		strings.Replace(missionLine, "exam-a", "Mandragore ", 1), strings.Replace(missionLine, "R4b-exam", "Mandragore", 1),
		strings.Replace(missionLine, "2029-12-31", "Mandragore", 1), strings.Replace(missionLine, "agent_last_name", "Mandragore", 1),
		strings.Replace(missionLine, "organisation", "Mandragore", 1), strings.Replace(missionLine, `"F00042"`, `{"Mandragore":1}`, 1),
		strings.Replace(missionLine, "agent_last_name", "agent_email", 1), `{"Mandragore`, `"Mandragore"`, `null`,
	} {
		f.Add(file)
	}
	c := catalogue.MustLoad()
	f.Fuzz(func(t *testing.T, file string) {
		orders, err := ReadMissionOrders(strings.NewReader(file), c)
		quiet(t, err)
		if err != nil {
			return
		}
		readsBack(t, orders, func(r io.Reader) ([]MissionOrder, error) { return ReadMissionOrders(r, c) })
	})
}

// readsBack writes what was accepted, one a line, and wants the same again.
func readsBack[T any](t *testing.T, all []T, read func(io.Reader) ([]T, error)) {
	t.Helper()
	lines := func(of []T) []byte {
		var b bytes.Buffer
		for _, one := range of {
			if err := json.NewEncoder(&b).Encode(one); err != nil {
				t.Fatal(err)
			}
		}
		return b.Bytes()
	}
	text := lines(all)
	again, err := read(bytes.NewReader(text))
	if err != nil || !bytes.Equal(lines(again), text) {
		t.Errorf("what was accepted reads as another thing: %v", err)
	}
}

func FuzzFacts(f *testing.F) {
	const fact = `{"fact":"ticket-1","kind":"open_ticket","candidate":"aaaaaaaaaaaaaaaaaaaaaaaaaa","by":"support-a","to":{"mission":"support-b"},"from":"2026-03-01"}`
	for _, file := range []string{
		fact, fact + fact, strings.Replace(fact, "ticket-1", "Mandragore!", 1), strings.Replace(fact, "open_ticket", "Mandragore", 1),
		strings.Replace(fact, "aaaaaaaaaaaaaaaaaaaaaaaaaa", "Mandragore", 1), strings.Replace(fact, "2026-03-01", "Mandragore", 1),
		strings.Replace(fact, `"from"`, `"item":"Mandragore","from"`, 1), strings.Replace(fact, `"from"`, `"class":"Mandragore","from"`, 1),
		strings.Replace(fact, `"mission":"support-b"`, `"Mandragore":"support-b"`, 1), `{"Mandragore`, `null`,
	} {
		f.Add(file)
	}
	c := catalogue.MustLoad()
	for _, kind := range []string{"case_open", "scrub_pending"} { // of the register, whatever becomes of the seeds' kind
		f.Add(strings.Replace(fact, "open_ticket", kind, 1))
	}
	f.Fuzz(func(t *testing.T, file string) {
		facts, err := ReadFacts(strings.NewReader(file), c)
		quiet(t, err)
		if err == nil {
			readsBack(t, facts, func(r io.Reader) ([]Fact, error) { return ReadFacts(r, c) })
		}
	})
}

func FuzzCampaign(f *testing.F) {
	example, err := os.ReadFile("../docs/examples/demo/campaign.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range []string{
		string(example), "campaign: \"2026\"\nMandragore: 1\n", "campaign: [Mandragore]\n", "campaign: \"2026\"\ncalendar: {PH1: Mandragore}\n",
		"campaign: \"2026\"\ncalendar: {PH1: 2026-01-15, PH2: 2026-01-10}\nprogrammes: p\nschools: s\n", string(example) + "---\n" + string(example), "", "&a [*a]",
	} {
		f.Add(file)
	}
	c := catalogue.MustLoad()
	f.Fuzz(func(t *testing.T, file string) {
		campaign, programmes, schools, err := ReadCampaign(strings.NewReader(file), c)
		quiet(t, err)
		if err == nil {
			if !campaignName(campaign.ID) || programmes == "" || schools == "" {
				t.Errorf("campaign %q with files %q and %q is accepted", campaign.ID, programmes, schools)
			}
			inOrder(t, campaign.Calendar)
		}
		calendar, err := ReadCalendar(strings.NewReader(file), c)
		quiet(t, err)
		if err == nil {
			inOrder(t, calendar)
		}
	})
}

// inOrder wants phases that follow each other, each in force on its own first day or
// followed on that day by a later one.
func inOrder(t *testing.T, c Calendar) {
	t.Helper()
	if len(c) == 0 {
		t.Error("a calendar without phases is accepted")
	}
	for phase, from := range c {
		if got := c.Phase(from); got < phase || !c[got].Equal(from) {
			t.Errorf("on the first day of %s the phase is %s", phase, got)
		}
		if got := c.Phase(from.AddDate(0, 0, -1)); got >= phase && from.Unix() >= 0 {
			t.Errorf("on the eve of %s the phase is %s", phase, got)
		}
	}
}

func FuzzProgrammes(f *testing.F) {
	const header = "programme,label,institution,academy,ministry,pool,flags\n"
	for _, file := range []string{
		header + "F1,Licence,0990001A,Lyon,,,summons+network\n", header + "Mandragore,,,,,,\n", header + "\"Mandragore\n", "Mandragore,b\n",
		"uai,academy,ministry\n0990134H,Lyon,\n", "uai,academy,ministry\n,Mandragore,\n", "uai,uai,academy,ministry,more\na,b,c,d,e\n", "",
	} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file string) {
		programmes, err := ReadProgrammes(strings.NewReader(file))
		quiet(t, err)
		if err == nil {
			rows := [][]string{strings.Split(strings.TrimSpace(header), ",")}
			for _, p := range programmes {
				rows = append(rows, []string{p.ID, p.Label, p.Institution, p.Academy, p.Ministry, p.Pool, strings.Join(p.Flags, "+")})
			}
			again, err := ReadProgrammes(table(t, rows))
			if err != nil || !slices.EqualFunc(programmes, again, func(p, q Programme) bool {
				return p.ID == q.ID && p.Label == q.Label && p.Institution == q.Institution && p.Academy == q.Academy &&
					p.Ministry == q.Ministry && p.Pool == q.Pool && slices.Equal(p.Flags, q.Flags)
			}) {
				t.Errorf("programmes read as others: %v", err)
			}
		}
		schools, err := ReadSchools(strings.NewReader(file))
		quiet(t, err)
		if err == nil {
			rows := [][]string{{"uai", "academy", "ministry"}}
			for _, s := range schools {
				rows = append(rows, []string{s.UAI, s.Academy, s.Ministry})
			}
			if again, err := ReadSchools(table(t, rows)); err != nil || !slices.Equal(schools, again) {
				t.Errorf("schools read as others: %v", err)
			}
		}
	})
}

func table(t *testing.T, rows [][]string) io.Reader {
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return &b
}

func FuzzWritten(f *testing.F) {
	for _, text := range []string{
		`{"cells":812,"revision":1}`, `{"format":1,"cells":812,"revision":1}`, `{"format":1,"changed":{"A01.06":2}}`,
		`{"format":1,"cells":9,"records":{"` + crypto.RecordID{7}.String() + `":{"A15.02":3}}}`, `{"Mandragore":1}`, `{"format":1,"changed":{"Mandragore":"Mandragore"}}`, `null`, ``,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var w, again Written
		err := w.UnmarshalJSON(text)
		quiet(t, err)
		if err != nil {
			return
		}
		b, err := json.Marshal(w)
		if err != nil {
			t.Fatalf("read, and not written again: %v", err)
		}
		if err := json.Unmarshal(b, &again); err != nil || !same(w, again) {
			t.Errorf("%+v reads as %+v: %v", w, again, err)
		}
	})
}

// What the routing key opened: a pointer, a fact, the face of a record.
func FuzzPlaces(f *testing.F) {
	f.Add(Pointer{Candidate: Ref{1}, Record: crypto.RecordID{2}, AdultOn: 20000, Marks: markBoarder}.encode())
	f.Add(factDetail{Candidate: Ref{1}, Class: "health", Item: "A13.01"}.encode())
	f.Add(make([]byte, 16))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := decodePointer(b); err == nil {
			if again, err := decodePointer(p.encode()); err != nil || again != p {
				t.Errorf("a pointer reads as another: %v", err)
			}
		} else if !errors.Is(err, errPointer) && !errors.Is(err, errPointerSays) {
			t.Error(err)
		}
		if d, err := decodeFact(b); err == nil {
			if again, err := decodeFact(d.encode()); err != nil || again != d {
				t.Errorf("a fact reads as another: %v", err)
			}
		}
		if len(b) >= 16 {
			face := faceOf([16]byte(b))
			if faceOf(face.block()) != face {
				t.Error("a face reads as another")
			}
		}
	})
}

func FuzzAccount(f *testing.F) {
	for _, id := range []string{AccountID(Ref{1}, 0), AccountID(Ref{1}, 4), "S2." + (Ref{}).String() + ".01", "S1", "S3." + (Ref{}).String(), "exam-a", "..", ""} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if c, n, ok := ParseAccount(id); ok && AccountID(c, n) != id {
			t.Errorf("%q is taken for %s", id, AccountID(c, n))
		}
	})
}

func FuzzScope(f *testing.F) {
	for _, text := range []string{"programme:F00042", "academy:Polynésie française", "school:0990134H", "academy-of-programme:Paris", "ministry-of-school:a:b",
		"programme:", "file:", "recipient:R2a", "Mandragore", "Mandragore:F00042", ":F00042", "programme", "", "\xff:\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseScope(text)
		quiet(t, err)
		if err != nil {
			return
		}
		if s.String() != text || s.ID == "" || listed[s.Kind] == nil {
			t.Errorf("%q is another scope, or one that has no list: %q", text, s)
		}
	})
}

func FuzzCredential(f *testing.F) {
	good := NewCredential().Text()
	f.Add(good)
	f.Add(append([]byte(" "), good...))
	f.Add(append(bytes.Clone(good[:42]), 'B'))
	f.Add(append(append(bytes.Clone(good[:20]), '\n'), good[20:]...))
	f.Add([]byte(needle))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseCredential(text)
		quiet(t, err)
		if err != nil {
			return
		}
		if again, err := ParseCredential(c.Text()); err != nil || again.Digest() != c.Digest() {
			t.Errorf("a credential reads as another: %v", err)
		}
		if got, want := strings.TrimSpace(string(c.Text())), strings.TrimSpace(string(text)); got != want {
			t.Error("one credential has two spellings")
		}
	})
}

// Whatever value lies under seal, a form that is not the value itself is one of its
// own: it opens nothing else, and its error repeats nothing.
func FuzzDerivedForm(f *testing.F) {
	for _, value := range []string{`"Mandragore"`, `33000`, `-12.5`, `null`, `true`, `"2008-02-29"`, `"oui_si"`, `["Mandragore"]`, `{"Mandragore":1}`, `1e400`} {
		f.Add([]byte(value))
	}
	c := catalogue.MustLoad()
	f.Fuzz(func(t *testing.T, value []byte) {
		if !json.Valid(value) {
			return // intake seals no other
		}
		for _, it := range c.Items() {
			for _, word := range []catalogue.Derive{"band", "yes-no", "status-only", "coded"} {
				derive, ok := derivationOf(it, word, "R1c")
				if !ok {
					continue
				}
				out, err := derive(value)
				quiet(t, err)
				if err == nil && !json.Valid(out) {
					t.Errorf("%s in form %s is no JSON", it.ID, word)
				}
				if err == nil && (word == "band" || word == "yes-no") && bytes.Contains(out, []byte(needle[:7])) {
					t.Errorf("%s in form %s says its value", it.ID, word)
				}
			}
		}
	})
}

// A day of majority exists for every birth that intake accepts.
func FuzzMajority(f *testing.F) {
	f.Add("2008-02-29")
	f.Add("1900-01-01")
	f.Fuzz(func(t *testing.T, text string) {
		birth, err := time.Parse(time.DateOnly, text)
		if err != nil || birth.Year() < 1970 {
			return
		}
		on, eighteen := adultOn(birth), birth.AddDate(18, 0, 0)
		if on != dayOf(eighteen) || on <= dayOf(birth) {
			t.Errorf("born on %s, adult on day %d", text, on)
		}
	})
}
