package promises_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
)

// shown are the ways in which a printed thing could show bytes.
func shown(b []byte) []string {
	decimal := strings.Trim(fmt.Sprint(b), "[]")
	quoted := fmt.Sprintf("%q", b)
	return []string{string(b), hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), base64.StdEncoding.EncodeToString(b)[:len(b)/3*4],
		decimal, strings.Trim(fmt.Sprintf("%#v", b), "[]byte{}"), fmt.Sprintf("% x", b), quoted[1 : len(quoted)-1], fmt.Sprintf("%o", b)}
}

// printed is everything that careless code makes of a thing.
func printed(v any) map[string]string {
	out := map[string]string{}
	// Verbs that fit no pointer are left out of slices: package fmt then prints what
	// is behind one without asking it, and vet refuses such a call.
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%T"} {
		out[verb] = fmt.Sprintf(verb, v)
		out[verb+" in a slice"] = fmt.Sprintf(verb, []any{v})
		out[verb+" in a struct"] = fmt.Sprintf(verb, struct{ V any }{v})
		out[verb+" in a map"] = fmt.Sprintf(verb, map[string]any{"v": v})
	}
	for _, verb := range []string{"%o", "%b", "%c", "%U", "%t", "%e"} {
		out[verb] = fmt.Sprintf(verb, v)
	}
	out["print"] = fmt.Sprint(v, v) + fmt.Sprintln(v)
	out["error"] = fmt.Errorf("about %v: %w", v, errors.New(fmt.Sprint(v))).Error()
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"slog json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var b bytes.Buffer
		log := slog.New(handler(&b))
		log.Info("about", "v", v, slog.Any("w", []any{v}), slog.Group("g", "v", v))
		log.With("v", v).Error(fmt.Sprint(v))
		out[name] = b.String()
	}
	for _, x := range []any{v, []any{v}, map[string]any{"v": v}, struct{ V any }{v}} {
		b, err := json.Marshal(x)
		out["json"] += string(b) + fmt.Sprint(err)
		var buffer bytes.Buffer
		err = json.NewEncoder(&buffer).Encode(x)
		out["json"] += buffer.String() + fmt.Sprint(err)
	}
	b, err := xml.Marshal(v)
	out["xml"] = string(b) + fmt.Sprint(err)
	var buffer bytes.Buffer
	err = gob.NewEncoder(&buffer).Encode(v)
	out["gob"] = buffer.String() + fmt.Sprint(err)
	return out
}

// silent wants that nothing of secret is in what is printed of v.
func silent(t *testing.T, name string, v any, secrets ...[]byte) {
	t.Helper()
	for how, text := range printed(v) {
		for _, secret := range secrets {
			for _, form := range shown(secret) {
				if len(form) >= needle && strings.Contains(text, form) {
					t.Errorf("%s under %s shows what it holds", name, how)
					return
				}
			}
		}
	}
}

func TestWhatHoldsAValueRefusesToPrint(t *testing.T) {
	p := open(t)
	one := p.people[5]
	v, err := p.read(t, one.accounts[0])
	if err != nil {
		t.Fatal(err)
	}
	var secrets [][]byte
	for _, name := range []string{"last_name", "email", "postal_address", "birth_date", "registration_number", "ine", "mobile_phone"} {
		if s := text(one.values[name]); len(s) >= needle {
			secrets = append(secrets, []byte(s))
		}
	}
	if len(secrets) < 5 {
		t.Fatalf("%d values to look for", len(secrets))
	}
	var field dossier.Field
	for _, f := range v.Fields {
		if f.Item == "A01.19" {
			field = f
		}
	}
	if field.Item == "" {
		t.Fatal("no e-mail was answered")
	}
	filing, err := p.Forms.Parse(slices.Clone(one.line))
	if err != nil {
		t.Fatal(err)
	}
	raw := bytes.Repeat([]byte{0xc3, 0x5a, 0x91, 0x17}, 8)
	secret, err := crypto.SecretFrom(slices.Clone(raw))
	if err != nil {
		t.Fatal(err)
	}
	activation, err := dossier.NewActivation(raw)
	if err != nil {
		t.Fatal(err)
	}
	credential, err := dossier.ParseCredential([]byte(base64.RawURLEncoding.EncodeToString(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for name, thing := range map[string]any{
		"value": field.Value, "pointer to a value": &field.Value, "field": field, "pointer to a field": &field, "fields": v.Fields,
		"view": v, "pointer to a view": &v,
		"row": dossier.Row{View: v}, "pointer to a row": &dossier.Row{View: v},
		"page": dossier.Page{Rows: []dossier.Row{{View: v}}}, "pointer to a page": &dossier.Page{Rows: []dossier.Row{{View: v}}},
		"filing": filing, "filing itself": *filing,
		"secret": secret, "secret itself": *secret,
		"activation": activation, "activation itself": *activation,
		"credential": credential, "pointer to a credential": &credential,
		"request": dossier.Ask{Credential: credential}, "pointer to a request": &dossier.Ask{Credential: credential},
		"request for a page": dossier.ListAsk{Ask: dossier.Ask{Credential: credential}},
	} {
		silent(t, name, thing, append(secrets, raw)...)
	}
	key := p.routingKey(t, "2026")
	if text := fmt.Sprintf("%v %+v %#v %x %d", key, key, *key, *key, *key); strings.ContainsAny(text, "[{") || len(text) > 100 {
		t.Error("a routing key prints what it holds")
	}
	// The test sees what prints.
	shows := false
	for _, text := range printed(struct{ V []byte }{raw}) {
		for _, form := range shown(raw) {
			shows = shows || strings.Contains(text, form)
		}
	}
	if !shows {
		t.Error("bytes that print were not noticed")
	}
}

// marker stands for a value that a person typed, in any place: no answer repeats it.
const marker = "Zyx7Quvé9Kloqqwrz"

// digits stands where only a number could.
const digits = "918273645564738291"

func repeats(text string) bool {
	folded := strings.ToLower(text)
	return strings.Contains(folded, strings.ToLower(marker)) || strings.Contains(folded, "zyx7quv") || strings.Contains(text, digits) ||
		strings.Contains(folded, hex.EncodeToString([]byte(marker)))
}

// shapes are JSON values with the marker in them.
var shapes = []string{
	`"` + marker + `"`, `["` + marker + `"]`, `{"` + marker + `":"` + marker + `"}`, `{"name":"` + marker + `","pdf":"` + marker + `"}`,
	`[{"` + marker + `":1}]`, `[{"term":"` + marker + `","mark":"` + marker + `"}]`, digits, digits + `.5`, `"` + digits + `"`, `[` + digits + `]`,
	`"+33` + digits + `"`, `"2026-02-30` + marker + `"`, `"` + marker + `@example.org ` + marker + `"`, `"` + strings.Repeat(marker, 600) + `"`,
	`"` + marker, `{"name":"` + marker + `.pdf","pdf":"JVBERi0x"}`, `"\ud800` + marker + `"`,
}

// bare is a line without its lists and documents, which would only make it long.
func bare(t testing.TB, line []byte) map[string]any {
	t.Helper()
	d := parse(t, line)
	for name, v := range d {
		switch v.(type) {
		case []any, map[string]any:
			if name != "first_names" {
				delete(d, name)
			}
		}
	}
	return d
}

// marked is a line with a marker in the place of one item.
func marked(t testing.TB, base map[string]any, it catalogue.Item, shape string, n int) []byte {
	t.Helper()
	d := clone(t, base)
	d["registration_number"] = fmt.Sprintf("%07d", 7_000_000+n)
	d["ine"] = nil
	const here = "@@here@@"
	if it.Repeats == "one" {
		d[it.Name] = here
	} else {
		d[string(it.Repeats)] = append(listOf(d, string(it.Repeats)), map[string]any{it.Name: here})
	}
	line, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.Replace(line, []byte(`"`+here+`"`), []byte(shape), 1), '\n')
}

func TestNoReportOfAnImportRepeatsWhatWasSent(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	in := p.campaignIntake(t, "marked")
	bases, err := invent(ctx, 1, 5, false)
	if err != nil {
		t.Fatal(err)
	}
	base := bare(t, bases[0])
	var lines [][]byte
	for _, it := range p.Catalogue.Items() {
		for _, shape := range shapes {
			lines = append(lines, marked(t, base, it, shape, len(lines)))
		}
	}
	for _, odd := range []string{`{"` + marker + `":1}`, marker, `"` + marker + `"`, `[` + digits + `]`, `{"last_name":"` + marker + `","last_name":"` + marker + `"}`,
		`{"per_wish":{"` + marker + `":1}}`, `{"per_wish":["` + marker + `"]}`, `{"per_` + marker + `":[]}`, `{"last_name":"` + marker + `"} "` + marker + `"`} {
		lines = append(lines, []byte(odd+"\n"))
	}
	report, err := in.Import(ctx, "marked", bytes.NewReader(bytes.Join(lines, nil)), dossier.ImportOptions{Source: "marked"})
	if err != nil {
		t.Fatalf("the import stopped: %v", err != nil && repeats(err.Error()))
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	if repeats(string(text)) {
		t.Error("the report of an import repeats a value")
	}
	if len(report.Refused) < len(lines)/2 || report.Entered == 0 {
		t.Errorf("%d of %d lines refused, %d entered: this test proves little", len(report.Refused), len(lines), report.Entered)
	}
	for _, r := range report.Refused {
		if r.Rule == "" {
			t.Errorf("line %d is refused without a rule", r.Line)
		}
	}
	// The same lines one by one, as an API takes them.
	for i := 0; i < len(lines); i += 41 {
		entry, err := in.Create(ctx, "marked", lines[i])
		if err != nil && repeats(err.Error()) || entry.Refused != nil && repeats(entry.Refused.Error()) {
			t.Errorf("line %d: the answer repeats a value", i+1)
		}
	}
	rows, err := p.owner["data"].Query(ctx, "SELECT item || rule FROM import_refusal")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var said string
		if err := rows.Scan(&said); err != nil {
			t.Fatal(err)
		}
		if repeats(said) {
			t.Error("the table of refused lines repeats a value")
		}
	}
	t.Logf("%d lines with a marker: %d refused, %d entered", len(lines), len(report.Refused), report.Entered)
}

// Lines broken anywhere: cut, doubled, with bytes changed.
func TestNoRefusalRepeatsABrokenLine(t *testing.T) {
	p := open(t)
	bases, err := invent(context.Background(), 1, 6, false)
	if err != nil {
		t.Fatal(err)
	}
	base := bare(t, bases[0])
	items := p.Catalogue.Items()
	rapid.Check(t, func(r *rapid.T) {
		for k := range 20 {
			it := items[rapid.IntRange(0, len(items)-1).Draw(r, "item")]
			line := marked(t, base, it, rapid.SampledFrom(shapes).Draw(r, "shape"), k)
			at := bytes.Index(line, []byte("Zyx7"))
			if at < 0 {
				at = bytes.Index(line, []byte(digits))
			}
			near := min(len(line)-1, max(0, at+rapid.IntRange(-40, 60).Draw(r, "near")))
			switch rapid.IntRange(0, 3).Draw(r, "breach") {
			case 0:
				line = line[:near]
			case 1:
				line[near] = rapid.Byte().Draw(r, "byte")
			case 2:
				line = slices.Insert(line, near, rapid.SliceOfN(rapid.Byte(), 1, 4).Draw(r, "bytes")...)
			case 3:
				line = append(line[:near:near], line...)
			}
			if _, err := p.Forms.Parse(line); err != nil && repeats(err.Error()) {
				r.Fatalf("a refused line of item %s is repeated", it.ID)
			}
		}
	})
}

// What a caller typed in the wrong place comes back in no error, and stands in no
// clear column of a trace.
func TestTheGateRepeatsNothingThatACallerTyped(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	one := p.people[0]
	honest := func() dossier.Ask { return p.ask(t, one.accounts[0], "P1", one.ref, "A01.06") }
	const word = "Zyx7Quv9Kloqqwrz" // fit for the name of anything
	asks := map[string]func(*dossier.Ask){
		"mission":               func(a *dossier.Ask) { a.Mission = word },
		"mission with accents":  func(a *dossier.Ask) { a.Mission = marker },
		"an account":            func(a *dossier.Ask) { a.Mission = "S1." + word },
		"purpose":               func(a *dossier.Ask) { a.Purpose = marker },
		"purpose of a stranger": func(a *dossier.Ask) { a.Purpose, a.Credential = word, dossier.NewCredential() },
		"item":                  func(a *dossier.Ask) { a.Items = []catalogue.ItemID{word} },
		"item among others":     func(a *dossier.Ask) { a.Items = append(a.Items, marker) },
		"item of a stranger":    func(a *dossier.Ask) { a.Items, a.Credential = []catalogue.ItemID{word}, dossier.NewCredential() },
		"item of nobody":        func(a *dossier.Ask) { a.Items, a.Candidate = []catalogue.ItemID{word}, crypto.NewUnitID() },
		"campaign":              func(a *dossier.Ask) { a.Campaign = marker },
		"campaign of nobody":    func(a *dossier.Ask) { a.Campaign, a.Mission = word, "nobody" },
	}
	for _, what := range sortedKeys(asks) {
		ask := honest()
		asks[what](&ask)
		if _, err := p.gate.Read(ctx, ask); err == nil || repeats(err.Error()) {
			t.Errorf("%s: read answers %t, and repeats what was typed: %t", what, err == nil, err != nil && repeats(err.Error()))
		}
		ask.Candidate, ask.Scope = dossier.Ref{}, dossier.Scope{Kind: dossier.ScopeProgramme, ID: marker}
		if _, err := p.gate.List(ctx, dossier.ListAsk{Ask: ask}); err == nil || repeats(err.Error()) {
			t.Errorf("%s: list answers %t, and repeats what was typed: %t", what, err == nil, err != nil && repeats(err.Error()))
		}
		if _, err := p.gate.Read(ctx, ask); err == nil || repeats(err.Error()) {
			t.Errorf("%s: read by number answers %t, and repeats what was typed: %t", what, err == nil, err != nil && repeats(err.Error()))
		}
		ask.Items, ask.Scope = nil, dossier.Scope{}
		if _, _, err := p.gate.Find(ctx, ask, "email", marker+"@example.org"); err == nil || repeats(err.Error()) {
			t.Errorf("%s: find answers %t, and repeats what was typed: %t", what, err == nil, err != nil && repeats(err.Error()))
		}
	}
	for index, typed := range map[string]string{"email": marker, "phone": "+33" + digits, "ine": digits, "registration": marker, "name-birth": marker + ";" + marker + ";" + marker, marker: marker} {
		if _, _, err := p.gate.Find(ctx, p.ask(t, "dgesip", "P1", dossier.Ref{}), index, typed); err == nil || repeats(err.Error()) {
			t.Errorf("index %.8s: find answers %t, or repeats what was typed", index, err == nil)
		}
	}
	for name, f := range map[string]dossier.Fact{
		"candidate": {ID: "marked", Kind: "open_ticket", Candidate: marker, By: "dgesip", To: dossier.Addressee{Mission: "support"}},
		"item":      {ID: "marked", Kind: "open_ticket", Candidate: one.ref.String(), By: "dgesip", To: dossier.Addressee{Mission: "support"}, Record: marker},
		"days":      {ID: "marked-days", Kind: "nothing", Candidate: one.ref.String(), By: "dgesip", To: dossier.Addressee{Mission: "support"}, From: marker},
	} {
		credential, err := p.Credential("dgesip")
		if err != nil {
			t.Fatal(err)
		}
		if err := p.gate.RecordFact(ctx, p.register, f, credential, during); err == nil || repeats(err.Error()) {
			t.Errorf("fact with a marker for its %s: recorded %t, or repeated", name, err == nil)
		}
	}
	// The clear columns of the traces, and every other in clear.
	text, err := p.dumps(ctx, "audit")
	if err != nil {
		t.Fatal(err)
	}
	readDump(t, text).each(func(table, column string, field []byte) {
		if repeats(string(field)) {
			t.Errorf("%s.%s holds what a caller typed", table, column)
		}
	})
}
