package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/policy"
	"sceau/policy/plain"
	"sceau/policy/signed"
)

type policySignVerb struct {
	Key         string `placeholder:"FILE" type:"existingfile" help:"The signer's own key, 0600."`
	Publication string `default:"waiting" placeholder:"ID" help:"The publication, or the first characters of its id; the one that waits by default."`
	Statement   string `placeholder:"FILE" type:"existingfile" help:"Sign this statement, with no platform at hand, and print the line to send."`
	Signature   string `placeholder:"FILE" type:"existingfile" help:"Add a line that was signed elsewhere."`
	Language    string `name:"lang" enum:"fr,en" default:"fr" help:"Of the difference that is shown: fr or en."`
	Yes         bool   `help:"Do not ask, at a terminal, whether what was shown is to be signed."`
}

func (v policySignVerb) Run(ctx context.Context, t *terminal) error {
	switch {
	case v.Key != "" && v.Statement != "" && v.Signature == "":
		return v.elsewhere(t)
	case (v.Key == "") == (v.Signature == "") || v.Statement != "":
		return misusef("sign with --key FILE, elsewhere with --key FILE --statement FILE, or add --signature FILE")
	}
	var signer note.Signer
	var err error
	if v.Key != "" {
		if signer, err = signed.ReadSigner(v.Key); err != nil {
			return err
		}
	}
	return withHouse(ctx, func(h *house.House) error { return v.here(ctx, t, h, signer) })
}

// elsewhere signs a text with a key, and needs nothing else: the signer's own machine.
func (v policySignVerb) elsewhere(t *terminal) error {
	signer, err := signed.ReadSigner(v.Key)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(v.Statement)
	if err != nil {
		return err
	}
	sig, err := signed.SignStatement(string(text), signer)
	if err != nil {
		return err
	}
	fmt.Fprint(t.out, sig.Line)
	return nil
}

func (v policySignVerb) here(ctx context.Context, t *terminal, h *house.House, signer note.Signer) error {
	store, trust, err := h.Publications(ctx)
	if err != nil {
		return err
	}
	x := tables{house: h}
	p, _, err := x.publication(ctx, v.Publication)
	if err != nil {
		return err
	}
	if err := shows(ctx, t, &x, store, trust, p, plain.Language(v.Language)); err != nil {
		return err
	}
	if !v.Yes && signer != nil && !agrees(t, plain.Language(v.Language)) {
		return errors.New("nothing was signed")
	}
	sig := signed.Signature{}
	if signer != nil {
		sig, err = signed.SignStatement(p.Text, signer)
	} else {
		var line []byte
		line, err = os.ReadFile(v.Signature)
		sig.Line = string(line)
	}
	if err != nil {
		return err
	}
	p, lacking, err := signed.AddSignature(ctx, store, h.Words, trust, p.ID, sig)
	if err != nil {
		return err
	}
	by := p.Signatures[len(p.Signatures)-1].Signer
	if lacking > 0 {
		fmt.Fprintf(t.err, "signed by %s; %d more to come\n", by, lacking)
		return nil
	}
	fmt.Fprintf(t.err, "signed by %s; in force: %s\n", by, p.ID)
	return nil
}

// agrees asks whoever sits at a terminal, once they could read what they sign. A script has
// read it before.
func agrees(t *terminal, language plain.Language) bool {
	if !isTerminal(t.in) || !isTerminal(t.err) {
		return true
	}
	question := "sceau : signer ? (oui/non) "
	if language == plain.English {
		question = "sceau: sign? (yes/no) "
	}
	fmt.Fprint(t.err, question)
	typed, _ := bufio.NewReader(t.in).ReadString('\n')
	return slices.Contains([]string{"oui", "o", "yes", "y"}, strings.ToLower(strings.TrimSpace(typed)))
}

// theOneThatWaits is the publication that somebody means who names none.
func theOneThatWaits(ctx context.Context, store signed.Publications, trust signed.Trust) (signed.Publication, error) {
	p, waits, err := signed.Waiting(ctx, store, trust)
	switch {
	case errors.Is(err, signed.ErrSeveral):
		return p, hinted{err, "`sceau policy list` shows them: name one by the beginning of its id, `sceau policy diff in-force ID`, `sceau policy sign --publication ID`"}
	case err != nil:
		return p, err
	case !waits:
		return p, errNoneWaits
	}
	return p, nil
}

// mostSentences is how many sentences of a difference are shown to who signs; a first table is
// all new, and is read as a matrix.
const mostSentences = 200

// shows says what a signature will stand under: nobody signs what they were not shown.
func shows(ctx context.Context, t *terminal, x *tables, store signed.Publications, trust signed.Trust, p signed.Publication, language plain.Language) error {
	s, err := p.Statement()
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "sceau: publication %s, by %s: %d rows, %d more and %d less than before\n", p.ID[:12], s.Author, s.Rows, s.Widens, s.Narrows)
	speaker := plain.Speaker{Catalogue: x.house.Catalogue, Language: language}
	if s.Replaces == signed.None {
		fmt.Fprintf(t.err, "sceau: it is the first, and all of it is new: read it whole, with `sceau policy matrix --of %s`\n", p.ID[:12])
		return nil
	}
	before, _, err := signed.InForce(ctx, store, x.house.Words, trust)
	if err != nil {
		fmt.Fprintf(t.err, "sceau: the table in force does not open, so that all of this one is new: %v\nsceau: read it whole, with `sceau policy matrix --of %s`\n", err, p.ID[:12])
		return nil
	}
	after, _, err := signed.Past(ctx, store, x.house.Words, p.ID)
	if err != nil {
		return err
	}
	sentences := speaker.Difference(before, after)
	words, err := x.reworded(ctx, speaker, inForce, p.ID)
	if err != nil {
		return err
	}
	sentences = append(sentences, words...)
	for i, x := range sentences {
		if i == mostSentences {
			fmt.Fprintf(t.err, "sceau: and %d sentences more: `sceau policy diff in-force %s`\n", len(sentences)-i, p.ID[:12])
			break
		}
		fmt.Fprintf(t.err, "%s %s\n", x.Sign(), x.Text)
	}
	change := policy.Compare(before, after)
	fmt.Fprintln(t.err, speaker.Verdict(change.Widens(), change.Narrows(), signed.Trust{}.Needs(change)))
	return cites(t, after)
}

type policyStatementVerb struct {
	Of string `arg:"" optional:"" default:"waiting" help:"waiting, or the id of a publication."`
}

// Run prints the text to the byte, for a signer's own machine.
func (v policyStatementVerb) Run(ctx context.Context, t *terminal) error {
	return withHouse(ctx, func(h *house.House) error {
		x := tables{house: h}
		p, _, err := x.publication(ctx, v.Of)
		if err != nil {
			return err
		}
		fmt.Fprint(t.out, p.Text)
		return nil
	})
}

type policyKeygenVerb struct {
	Name  string `arg:"" help:"The signer's name, as it will stand on the statement."`
	Out   string `required:"" placeholder:"FILE" help:"Where the secret half goes, 0600."`
	Trust bool   `help:"Add the public half to SCEAU_HOME/policy/signers."`
}

func (v policyKeygenVerb) Run(t *terminal) error {
	if v.Trust {
		// Before a key is made: a second one of a name would stop every verb that reads
		// the signers.
		if known, err := house.KnowsSigner(parts.DefaultHome(), v.Name); err != nil || known {
			if err == nil {
				err = hinted{fmt.Errorf("%s is among the signers already", v.Name), "one person has one key: take the old line out of " + filepath.Join(parts.DefaultHome(), "policy", "signers") + " first"}
			}
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(v.Out), 0o700); err != nil {
		return err
	}
	public, err := signed.NewSigner(v.Name, v.Out)
	if err != nil {
		return err
	}
	if v.Trust {
		if err := house.AddSigner(parts.DefaultHome(), public); err != nil {
			return err
		}
	}
	fmt.Fprintln(t.out, public)
	return nil
}
