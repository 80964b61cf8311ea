package signed_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/mod/sumdb/note"

	"sceau/policy"
	"sceau/policy/policytest"
	"sceau/policy/publish"
	"sceau/policy/signed"
	"sceau/policy/signed/signedtest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func draft(t testing.TB) *publish.Draft { t.Helper(); return policytest.Draft(t) }

func table(t testing.TB) *policy.Table { t.Helper(); return policytest.Draft(t).Table }

func compiled(t testing.TB, rows []policy.Row) *policy.Table {
	t.Helper()
	return policytest.Compiled(t, rows)
}

// people are three who may sign, two of whom are enough.
type people struct {
	trust signed.Trust
	key   map[string]note.Signer
}

func signers(t testing.TB, names ...string) people {
	t.Helper()
	p := people{key: map[string]note.Signer{}}
	var public strings.Builder
	public.WriteString("# who may sign\n\n")
	for _, n := range names {
		file := filepath.Join(t.TempDir(), n+".key")
		pub, err := signed.NewSigner(n, file)
		if err != nil {
			t.Fatal(err)
		}
		public.WriteString(pub + "\n")
		if p.key[n], err = signed.ReadSigner(file); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if p.trust, err = signed.ReadTrust(strings.NewReader(public.String()), 0); err != nil {
		t.Fatal(err)
	}
	return p
}

func propose(t testing.TB, store signed.Publications, p people, tb *policy.Table, author string) signed.Publication {
	t.Helper()
	pub, err := signed.Propose(t.Context(), store, p.trust, tb, draft(t).From, author, noon)
	if err != nil {
		t.Fatal(err)
	}
	return pub
}

func sign(t testing.TB, store signed.Publications, p people, id string, names ...string) {
	t.Helper()
	for _, n := range names {
		if _, _, err := signedtest.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, id, p.key[n]); err != nil {
			t.Fatal(err)
		}
	}
}

func inForce(t testing.TB, store signed.Publications, trust signed.Trust) (string, error) {
	t.Helper()
	tb, _, err := signed.InForce(t.Context(), store, table(t).Vocabulary(), trust)
	if err != nil {
		return "", err
	}
	return tb.Hash(), nil
}

// narrower is the table without one recipient.
func narrower(t *testing.T) *policy.Table {
	t.Helper()
	var rows []policy.Row
	for _, r := range table(t).Rows() {
		if r.Recipient != "R5" {
			rows = append(rows, r)
		}
	}
	return compiled(t, rows)
}

// rebundled is a bundle of sources with one word of one file changed.
func rebundled(t testing.TB, packed []byte, file, from, to string) []byte {
	t.Helper()
	sheets, rules, err := signed.Unbundle(packed)
	if err != nil {
		t.Fatal(err)
	}
	again, err := signed.Bundle(changed(t, sheets, file, from, to), changed(t, rules, file, from, to))
	if err != nil || bytes.Equal(again, packed) {
		t.Fatalf("nothing was changed: %v", err)
	}
	return again
}

func changed(t testing.TB, files fs.FS, file, from, to string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	names, err := fs.Glob(files, "*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		text, err := fs.ReadFile(files, n)
		if err != nil {
			t.Fatal(err)
		}
		if n == file {
			text = bytes.Replace(text, []byte(from), []byte(to), 1)
		}
		out[n] = &fstest.MapFile{Data: text}
	}
	return out
}

func TestTheMemoryOfPublicationsKeepsItsPromises(t *testing.T) {
	signedtest.Conformance(t, func(*testing.T) signed.Publications { return &signedtest.Memory{} })
}

func TestTwoPeopleWhoDidNotDraftATablePutItInForce(t *testing.T) {
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo", "aicha")
	if _, err := inForce(t, store, p.trust); err == nil || !strings.Contains(err.Error(), "none was published") {
		t.Errorf("before any publication: %v", err)
	}
	pub := propose(t, store, p, table(t), "thibault")
	if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrUnsigned) {
		t.Errorf("unsigned: %v", err)
	}
	sign(t, store, p, pub.ID, "ines")
	if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrUnsigned) || !strings.Contains(err.Error(), "1 of 2") {
		t.Errorf("signed once: %v", err)
	}
	if _, _, err := signedtest.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, pub.ID, p.key["ines"]); !errors.Is(err, signed.ErrAlreadySigned) {
		t.Errorf("the same person twice: %v", err)
	}
	_, lacks, err := signedtest.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, pub.ID, p.key["malo"])
	if err != nil || lacks != 0 {
		t.Fatalf("the second signature: %d lack, %v", lacks, err)
	}
	if hash, err := inForce(t, store, p.trust); err != nil || hash != table(t).Hash() {
		t.Errorf("in force: %s, %v", hash, err)
	}
}

func TestWhoDraftsATableDoesNotApproveIt(t *testing.T) {
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo", "aicha")
	pub := propose(t, store, p, table(t), "ines")
	if _, _, err := signedtest.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, pub.ID, p.key["ines"]); err == nil {
		t.Fatal("the author signed")
	}
	// Nor by writing the signature into the store.
	sign(t, store, p, pub.ID, "malo")
	msg, err := note.Sign(&note.Note{Text: pub.Text}, p.key["ines"])
	if err != nil {
		t.Fatal(err)
	}
	line := strings.TrimPrefix(string(msg), pub.Text+"\n")
	if err := store.Sign(t.Context(), pub.ID, signed.Signature{Signer: "ines", Line: line}); err != nil {
		t.Fatal(err)
	}
	if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrAuthor) || !strings.Contains(err.Error(), "ines") {
		t.Errorf("the author's signature counted, or was passed over: %v", err)
	}
}

// A key is written in letters among which there is the plus that parts it from its name:
// two that are alike behind their last plus are two.
func TestKeysThatEndAlikeAreTwo(t *testing.T) {
	tail, err := base64.StdEncoding.DecodeString("+abc")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for i, name := range []string{"ines", "malo"} {
		key := append(append([]byte{byte(i)}, make([]byte, 28)...), tail...)
		line, err := note.NewEd25519VerifierKey(name, key)
		if err != nil || !strings.HasSuffix(line, "+abc") {
			t.Fatal(line, err)
		}
		lines = append(lines, line)
	}
	if _, err := signed.ReadTrust(strings.NewReader(strings.Join(lines, "\n")), 0); err != nil {
		t.Error(err)
	}
	// One key under two names is still one.
	same, err := note.NewEd25519VerifierKey("zoe", append(append([]byte{0}, make([]byte, 28)...), tail...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signed.ReadTrust(strings.NewReader(lines[0]+"\n"+same), 0); err == nil {
		t.Error("one key counts for two people")
	}
}

func TestAStrangersSignatureDoesNotCount(t *testing.T) {
	store, p, stranger := &signedtest.Memory{}, signers(t, "ines", "malo"), signers(t, "ines", "zoe")
	pub := propose(t, store, p, table(t), "thibault")
	for _, k := range stranger.key {
		if _, _, err := signedtest.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, pub.ID, k); err == nil {
			t.Errorf("%s signed", k.Name())
		}
		msg, err := note.Sign(&note.Note{Text: pub.Text}, k)
		if err != nil {
			t.Fatal(err)
		}
		sig := signed.Signature{Signer: k.Name(), Line: strings.TrimPrefix(string(msg), pub.Text+"\n")}
		if err := store.Sign(t.Context(), pub.ID, sig); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrUnsigned) {
		t.Errorf("strangers put a table in force: %v", err)
	}
}

// What somebody with the database's password could do to a signed table. The
// service does not start, and says which publication was touched.
func TestNothingSignedMayBeAltered(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(p *signed.Publication, e *signed.Enclosed)
		want   error
	}{
		{"a byte of the table", func(_ *signed.Publication, e *signed.Enclosed) {
			e.Table = bytes.Replace(e.Table, []byte("O1,P2,read,active,PH4"), []byte("O1,P2,read,active,PH5"), 1)
		}, signed.ErrAltered},
		{"a row more", func(_ *signed.Publication, e *signed.Enclosed) {
			e.Table = append(e.Table, []byte("X1,P1,read,active,PH3,national,,A01.06,clear,as-is,Art. 3,S-X1-01\n")...)
		}, signed.ErrAltered},
		{"a row less", func(_ *signed.Publication, e *signed.Enclosed) {
			e.Table = e.Table[:bytes.LastIndexByte(e.Table[:len(e.Table)-1], '\n')+1]
		}, signed.ErrAltered},
		{"a limit", func(_ *signed.Publication, e *signed.Enclosed) {
			e.Limits = bytes.Replace(e.Limits, []byte("R5,1,40,200,0"), []byte("R5,1,40,900,0"), 1)
		}, signed.ErrAltered},
		{"the limits taken away", func(_ *signed.Publication, e *signed.Enclosed) { e.Limits = nil }, signed.ErrAltered},
		{"a byte of a sheet", func(_ *signed.Publication, e *signed.Enclosed) {
			e.Sources = rebundled(t, e.Sources, "R5.yaml", "own_call", "national")
		}, signed.ErrAltered},
		{"a byte of a rule", func(_ *signed.Publication, e *signed.Enclosed) {
			e.Sources = rebundled(t, e.Sources, "art3_5.rego", "CALL_TASKS", "CALL_TASK")
		}, signed.ErrAltered},
		{"the sources taken away", func(_ *signed.Publication, e *signed.Enclosed) { e.Sources = nil }, signed.ErrAltered},
		{"the statement", func(p *signed.Publication, _ *signed.Enclosed) {
			p.Text = strings.Replace(p.Text, "author: thibault", "author: malo", 1)
		}, signed.ErrAltered},
		{"the statement and its id", func(p *signed.Publication, _ *signed.Enclosed) {
			p.Text = strings.Replace(p.Text, "author: thibault", "author: zoe", 1)
			p.ID = signed.StatementID(p.Text)
		}, signed.ErrAltered},
		{"a signature", func(p *signed.Publication, _ *signed.Enclosed) {
			l := p.Signatures[0].Line
			flipped := byte('A')
			if l[len(l)-10] == 'A' {
				flipped = 'B'
			}
			p.Signatures[0].Line = l[:len(l)-10] + string(flipped) + l[len(l)-9:]
		}, signed.ErrAltered},
		{"a signature taken away", func(p *signed.Publication, _ *signed.Enclosed) { p.Signatures = p.Signatures[:1] }, signed.ErrUnsigned},
		{"a signature copied under another name", func(p *signed.Publication, _ *signed.Enclosed) {
			p.Signatures = []signed.Signature{p.Signatures[0], {Signer: "malo", Line: p.Signatures[0].Line}}
		}, signed.ErrUnsigned},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store, p := &signedtest.Memory{}, signers(t, "ines", "malo")
			pub := propose(t, store, p, table(t), "thibault")
			sign(t, store, p, pub.ID, "ines", "malo")
			store.Alter(pub.ID, tt.change)
			if _, err := inForce(t, store, p.trust); !errors.Is(err, tt.want) {
				t.Errorf("it started, or said otherwise: %v", err)
			}
		})
	}
}

func TestATableThatWaitsLeavesTheOtherInForce(t *testing.T) {
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo")
	first := propose(t, store, p, table(t), "thibault")
	sign(t, store, p, first.ID, "ines", "malo")
	if _, waits, err := signed.Waiting(t.Context(), store, p.trust); waits || err != nil {
		t.Errorf("something waits: %v", err)
	}
	next := propose(t, store, p, other(t), "thibault")
	if w, waits, err := signed.Waiting(t.Context(), store, p.trust); !waits || w.ID != next.ID || err != nil {
		t.Errorf("what waits is %s, %v", w.ID, err)
	}
	s, err := next.Statement()
	if err != nil || s.Replaces != table(t).Hash() {
		t.Errorf("it replaces %s, %v", s.Replaces, err)
	}
	sign(t, store, p, next.ID, "ines")
	if hash, err := inForce(t, store, p.trust); err != nil || hash != table(t).Hash() {
		t.Errorf("in force: %s, %v", hash, err)
	}
	// An alteration of what waits is still an alteration.
	store.Alter(next.ID, func(p *signed.Publication, _ *signed.Enclosed) { p.Text += " " })
	if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrAltered) {
		t.Errorf("a new publication was altered: %v", err)
	}
}

func TestAStaleTableIsNotSigned(t *testing.T) {
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo")
	one := propose(t, store, p, table(t), "thibault")
	two := propose(t, store, p, narrower(t), "thibault") // both replace none
	sign(t, store, p, one.ID, "ines", "malo")
	if _, _, err := signedtest.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, two.ID, p.key["ines"]); !errors.Is(err, signed.ErrStale) {
		t.Errorf("a table drafted against another was signed: %v", err)
	}
	// Signatures gathered elsewhere and written into the store do not help.
	for n, k := range p.key {
		msg, err := note.Sign(&note.Note{Text: two.Text}, k)
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Sign(t.Context(), two.ID, signed.Signature{Signer: n, Line: strings.TrimPrefix(string(msg), two.Text+"\n")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := inForce(t, store, p.trust); !errors.Is(err, signed.ErrStale) {
		t.Errorf("a stale table started: %v", err)
	}
}

func TestATableProvedAgainstAnotherCeilingIsRefused(t *testing.T) {
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo")
	from := draft(t).From
	from.Ceiling = "sha256:" + strings.Repeat("0", 64)
	pub, err := signed.Propose(t.Context(), store, p.trust, table(t), from, "thibault", noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := signedtest.Sign(t.Context(), store, table(t).Vocabulary(), p.trust, pub.ID, p.key["ines"]); !errors.Is(err, signed.ErrStale) {
		t.Errorf("it was signed: %v", err)
	}
}

func TestProposingTheSameTableAgainAddsNothing(t *testing.T) {
	store, p := &signedtest.Memory{}, signers(t, "ines", "malo")
	one := propose(t, store, p, table(t), "thibault")
	if again := propose(t, store, p, table(t), "thibault"); again.ID != one.ID {
		t.Error("what waits was proposed twice")
	}
	sign(t, store, p, one.ID, "ines", "malo")
	if again := propose(t, store, p, table(t), "thibault"); again.ID != one.ID {
		t.Error("what is in force was proposed again")
	}
	if list, _ := store.List(t.Context()); len(list) != 1 {
		t.Errorf("%d publications are kept", len(list))
	}
	// The road back to a former table is a publication like another.
	two := propose(t, store, p, narrower(t), "thibault")
	sign(t, store, p, two.ID, "ines")
	three := propose(t, store, p, table(t), "thibault")
	sign(t, store, p, three.ID, "ines", "malo")
	if hash, err := inForce(t, store, p.trust); err != nil || hash != table(t).Hash() || three.ID == one.ID {
		t.Errorf("in force: %s, %v", hash, err)
	}
}

func TestAStatementReadsAsAPage(t *testing.T) {
	s := signed.Statement{
		Table: "sha256:aa", Rows: 12, Ceiling: "sha256:bb", Annex: "sha256:cc", Sheets: "sha256:dd", Rules: "sha256:ee",
		Limits: "sha256:ff", Replaces: signed.None, Widens: 48, Narrows: 3, Dated: noon, Author: "thibault",
	}
	page, err := os.ReadFile("testdata/statement.txt")
	if err != nil || string(page) != s.Text() {
		t.Errorf("it is not the page that was reviewed (%v):\n%s", err, s.Text())
	}
	back, err := signed.ParseStatement(s.Text())
	if err != nil || back != s {
		t.Errorf("it reads back as %+v, %v", back, err)
	}
	for name, text := range map[string]string{
		"a line more":       strings.Replace(s.Text(), "rows: 12\n", "rows: 12\nrows: 13\n", 1),
		"another spelling":  strings.Replace(s.Text(), "rows: 12", "rows: 012", 1),
		"a count unsaid":    strings.Replace(s.Text(), "widens: 48\n", "", 1),
		"a count in words":  strings.Replace(s.Text(), "widens: 48", "widens: none", 1),
		"another time zone": strings.Replace(s.Text(), "12:00:00Z", "13:00:00+01:00", 1),
		"a promise removed": strings.Replace(s.Text(), "accepts", "has seen", 1),
		"nothing":           "",
	} {
		if _, err := signed.ParseStatement(text); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	if _, err := signed.Propose(t.Context(), &signedtest.Memory{}, signed.Trust{}, table(t), draft(t).From, "malo\nrows: 1", noon); err == nil {
		t.Error("an author wrote more than one line")
	}
}

func TestAKeyThatOthersReadIsNotUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ines.key")
	if _, err := signed.NewSigner("ines", file); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key has mode %v, %v", info.Mode(), err)
	}
	if _, err := signed.NewSigner("ines", file); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a key was overwritten: %v", err)
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := signed.ReadSigner(file); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a key open to a group was read: %v", err)
	}
	secret, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken.key")
	if err := os.WriteFile(broken, secret[:len(secret)-8], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := signed.ReadSigner(broken); err == nil || strings.Contains(err.Error(), string(secret[40:60])) {
		t.Errorf("a broken key was read, or its error quotes it: %v", err)
	}
}

func TestOnePersonIsNotTwoSigners(t *testing.T) {
	dir := t.TempDir()
	one, err := signed.NewSigner("ines", filepath.Join(dir, "1"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := signed.NewSigner("ines", filepath.Join(dir, "2"))
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"the same key twice":    one + "\n" + one + "\n",
		"two keys for one name": one + "\n" + other + "\n",
		"one signer of two":     one + "\n",
		"no key at all":         "ines\n",
	} {
		if _, err := signed.ReadTrust(strings.NewReader(file), 2); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// What a service pays when it starts: signatures, two megabytes read, compiled
// and hashed.
func BenchmarkStart(b *testing.B) {
	store, p := &signedtest.Memory{}, signers(b, "ines", "malo")
	pub := propose(b, store, p, table(b), "thibault")
	sign(b, store, p, pub.ID, "ines", "malo")
	for b.Loop() {
		if _, err := inForce(b, store, p.trust); err != nil {
			b.Fatal(err)
		}
	}
}
