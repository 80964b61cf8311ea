package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"time"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/policy"
	"sceau/policy/plain"
	"sceau/policy/signed"
)

type policyDiffVerb struct {
	sources  `embed:""`
	A        string `arg:"" optional:"" default:"in-force" help:"The table replaced: in-force, shipped (the sheets of this program), none, an id or a hash; in-force by default."`
	B        string `arg:"" optional:"" default:"draft" help:"The table that replaces it: draft, waiting, an id or a hash; the draft by default."`
	Language string `name:"lang" enum:"fr,en" default:"fr" help:"fr or en."`
	Counts   bool   `default:"true" negatable:"" help:"Count the missions and files concerned, in the database."`
	JSON     bool   `help:"Print JSON." name:"json"`
}

// A changed sentence is one of the difference, with whom it concerns.
type changed struct {
	plain.Sentence
	Missions *int   `json:"missions,omitempty"` // in force, of that recipient
	Files    *int64 `json:"files,omitempty"`    // that they reach by that relation: at most so many candidates
}

type difference struct {
	Widens    int       `json:"widens"`
	Narrows   int       `json:"narrows"`
	Needs     int       `json:"signatures"`
	Contexts  int       `json:"contexts"`
	Missions  *int      `json:"missions,omitempty"`
	Files     *int64    `json:"files,omitempty"`
	Sentences []changed `json:"sentences"`
}

func (v policyDiffVerb) Run(ctx context.Context, t *terminal) error {
	x := tables{sources: v.sources}
	defer x.close()
	c, err := catalogue.Load()
	if err != nil {
		return err
	}
	var old *policy.Table
	if v.A != signed.None {
		if old, err = x.named(ctx, t, v.A); err != nil {
			return err
		}
	}
	replaces, err := x.named(ctx, t, v.B)
	if err != nil {
		return err
	}
	s := plain.Speaker{Catalogue: c, Language: plain.Language(v.Language)}
	d := difference{Sentences: []changed{}}
	for _, sentence := range s.Difference(old, replaces) {
		d.Sentences = append(d.Sentences, changed{Sentence: sentence})
	}
	words, err := x.reworded(ctx, s, v.A, v.B)
	if err != nil {
		return err
	}
	for _, sentence := range words {
		d.Sentences = append(d.Sentences, changed{Sentence: sentence})
	}
	change := policy.Compare(old, replaces)
	d.Widens, d.Narrows, d.Needs = change.Widens(), change.Narrows(), signed.Trust{}.Needs(change)
	d.Contexts = change.Contexts()
	if v.Counts {
		if err := x.count(ctx, &d); err != nil {
			return err
		}
	}
	if v.JSON {
		return printJSON(t, d)
	}
	d.print(t.out, s.Language)
	return nil
}

// reworded says what changes in the words of the sheets behind two tables: reasons and
// comments, which decide nothing and are signed all the same.
func (x *tables) reworded(ctx context.Context, s plain.Speaker, a, b string) ([]plain.Sentence, error) {
	if a == signed.None {
		return nil, nil
	}
	var files [2]fs.FS
	for i, name := range []string{a, b} {
		var err error
		if files[i], err = x.sheets(ctx, name); err != nil {
			return nil, err
		}
		if files[i] == nil {
			return nil, nil // published before sheets were kept
		}
	}
	return s.Reworded(files[0], files[1])
}

// count adds whom each sentence concerns, where a house is up.
func (x *tables) count(ctx context.Context, d *difference) error {
	if x.house == nil {
		addresses, err := parts.Need(ctx, parts.DefaultHome(), parts.Data)
		if err != nil {
			return nil // the difference of two drafts needs no house
		}
		if x.house, err = house.At(addresses); err != nil {
			return err
		}
	}
	census, err := x.house.Census(ctx, time.Now())
	if err != nil {
		return err
	}
	var all []dossier.Reach
	for i := range d.Sentences {
		c := &d.Sentences[i]
		if c.Restated {
			continue
		}
		missions, files := census.Missions(c.Recipient), census.Files(c.Recipient, c.Relation)
		c.Missions, c.Files = &missions, &files
		all = append(all, dossier.Reach{Recipient: c.Recipient, Relation: c.Relation})
	}
	missions, files := census.Concerned(all...)
	d.Missions, d.Files = &missions, &files
	return nil
}

func (d difference) print(w io.Writer, lang plain.Language) {
	french := lang == plain.French
	say := func(fr, en string, args ...any) {
		if !french {
			fr = en
		}
		fmt.Fprintf(w, fr+"\n", args...)
	}
	if len(d.Sentences) == 0 {
		say("Rien ne change.", "Nothing changes.")
		return
	}
	for _, c := range d.Sentences {
		fmt.Fprintf(w, "%s %s\n", c.Sign(), c.Text)
		if c.Missions != nil && !c.Restated {
			say("    contextes de la base : %d ; habilitations en vigueur : %d ; dossiers concernés, au plus : %d", "    contexts of the base: %d; missions in force: %d; files concerned, at most: %d", c.Contexts, *c.Missions, *c.Files)
		}
	}
	say("En tout, lignes de la table et limites : +%d, -%d ; contextes : %d.", "In all, rows of the table and limits: +%d, -%d; contexts: %d.", d.Widens, d.Narrows, d.Contexts)
	if d.Missions != nil {
		say("Habilitations en vigueur : %d ; candidats concernés, au plus : %d.", "Missions in force: %d; candidates concerned, at most: %d.", *d.Missions, *d.Files)
	}
	fmt.Fprintln(w, plain.Speaker{Language: lang}.Verdict(d.Widens, d.Narrows, d.Needs))
}
