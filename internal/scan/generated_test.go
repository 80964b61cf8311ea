package scan

import (
	"bytes"
	"testing"

	"sceau/internal/synth"
)

func TestTheCanariesOfTheGeneratorAreAllFoundInWhatItWrites(t *testing.T) {
	var dossiers, file bytes.Buffer
	if err := synth.Generate(t.Context(), &dossiers, &file, synth.Options{Candidates: 50, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	all, err := ReadCanaries(&file)
	if err != nil {
		t.Fatal(err)
	}
	s := scanner(t, all, Options{})
	if len(s.canaries) < 300 || len(s.setAside) > len(s.canaries)/50 {
		t.Errorf("%d canaries, %d set aside", len(s.canaries), len(s.setAside))
	}
	r, _ := s.Reader(t.Context(), "dossiers", &dossiers)
	if r.Found != len(s.canaries) {
		t.Errorf("found %d of %d where the generator put them", r.Found, len(s.canaries))
	}
	// Another campaign's: none.
	var other bytes.Buffer
	if err := synth.Generate(t.Context(), &other, nil, synth.Options{Candidates: 50, Seed: 2}); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Reader(t.Context(), "another seed", &other); err != nil {
		t.Errorf("found %d in dossiers of another seed: %+v", r.Found, r.Hits)
	}
	if _, err := s.Control(t.Context(), t.TempDir()); err != nil {
		t.Error(err)
	}
	t.Logf("%d canaries, %d set aside, %d patterns, stride %d", len(s.canaries), len(s.setAside), len(s.patterns), s.match.stride)
}
