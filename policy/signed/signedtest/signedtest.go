// Package signedtest gives tests a memory of publications, and one suite that
// this memory and the real store both pass.
package signedtest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"sceau/policy"
	"sceau/policy/signed"
)

// Memory keeps publications while a test lasts.
type Memory struct {
	mu   sync.Mutex
	list []signed.Publication
	kept map[string]signed.Enclosed
}

var _ signed.Publications = (*Memory)(nil)

// Add keeps a publication and what it encloses.
func (m *Memory) Add(_ context.Context, p signed.Publication, e signed.Enclosed) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.kept[p.ID]; ok {
		return signed.ErrPublished
	}
	if m.kept == nil {
		m.kept = map[string]signed.Enclosed{}
	}
	m.kept[p.ID] = clone(e)
	m.list = append(m.list, signed.Publication{ID: p.ID, Text: p.Text})
	return nil
}

// Sign adds a signature.
func (m *Memory) Sign(_ context.Context, id string, s signed.Signature) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.list {
		if m.list[i].ID != id {
			continue
		}
		if slices.ContainsFunc(m.list[i].Signatures, func(had signed.Signature) bool { return had.Signer == s.Signer }) {
			return signed.ErrAlreadySigned
		}
		m.list[i].Signatures = append(m.list[i].Signatures, s)
		return nil
	}
	return signed.ErrNotPublished
}

// List gives all publications, oldest first.
func (m *Memory) List(context.Context) ([]signed.Publication, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.Clone(m.list)
	for i := range out {
		out[i].Signatures = slices.Clone(out[i].Signatures)
	}
	return out, nil
}

// Enclosed gives what a publication encloses.
func (m *Memory) Enclosed(_ context.Context, id string) (signed.Enclosed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.kept[id]
	if !ok {
		return signed.Enclosed{}, signed.ErrNotPublished
	}
	return clone(e), nil
}

func clone(e signed.Enclosed) signed.Enclosed {
	return signed.Enclosed{Table: bytes.Clone(e.Table), Limits: bytes.Clone(e.Limits), Sources: bytes.Clone(e.Sources)}
}

// Alter changes what is kept, as somebody with the database's password could.
func (m *Memory) Alter(id string, change func(p *signed.Publication, e *signed.Enclosed)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.list {
		if m.list[i].ID == id {
			e := m.kept[id]
			change(&m.list[i], &e)
			m.kept[id] = e
		}
	}
}

// Conformance is what any store of publications owes to the policy.
func Conformance(t *testing.T, open func(t *testing.T) signed.Publications) {
	publication := func(text string) signed.Publication {
		return signed.Publication{ID: signed.StatementID(text), Text: text}
	}
	one, two := publication("one: 1\n"), publication("two: 2\n")
	kept := signed.Enclosed{Table: []byte("recipient,purpose\n\"a\",b\n"), Limits: []byte("recipient,request\n"), Sources: []byte{'P', 'K', 0, 255}}
	same := func(a, b signed.Enclosed) bool {
		return bytes.Equal(a.Table, b.Table) && bytes.Equal(a.Limits, b.Limits) && bytes.Equal(a.Sources, b.Sources)
	}

	t.Run("what was published is given back to the byte, oldest first", func(t *testing.T) {
		s := open(t)
		for _, p := range []signed.Publication{one, two} {
			if err := s.Add(t.Context(), p, kept); err != nil {
				t.Fatal(err)
			}
		}
		list, err := s.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != 2 || list[0].ID != one.ID || list[0].Text != one.Text || list[1].ID != two.ID {
			t.Errorf("the list is %+v", list)
		}
		got, err := s.Enclosed(t.Context(), one.ID)
		if err != nil || !same(got, kept) {
			t.Errorf("what it encloses came back as %q, %v", got, err)
		}
	})
	t.Run("a publication is kept once, and not replaced", func(t *testing.T) {
		s := open(t)
		if err := s.Add(t.Context(), one, kept); err != nil {
			t.Fatal(err)
		}
		if err := s.Add(t.Context(), one, signed.Enclosed{Table: []byte("other")}); !errors.Is(err, signed.ErrPublished) {
			t.Errorf("publishing twice gave %v", err)
		}
		if got, _ := s.Enclosed(t.Context(), one.ID); !same(got, kept) {
			t.Error("the second publication replaced the first")
		}
	})
	t.Run("signatures come back in the order they were given, one a signer", func(t *testing.T) {
		s := open(t)
		if err := s.Add(t.Context(), one, kept); err != nil {
			t.Fatal(err)
		}
		given := []signed.Signature{{Signer: "ines", Line: "— ines AAAA\n"}, {Signer: "malo", Line: "— malo BBBB\n"}}
		for _, sig := range given {
			if err := s.Sign(t.Context(), one.ID, sig); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Sign(t.Context(), one.ID, given[0]); !errors.Is(err, signed.ErrAlreadySigned) {
			t.Errorf("signing twice gave %v", err)
		}
		list, err := s.List(t.Context())
		if err != nil || len(list) != 1 || !slices.Equal(list[0].Signatures, given) {
			t.Errorf("the signatures came back as %+v, %v", list, err)
		}
	})
	t.Run("what was not published is neither signed nor read", func(t *testing.T) {
		s := open(t)
		if err := s.Sign(t.Context(), one.ID, signed.Signature{Signer: "ines", Line: "x"}); !errors.Is(err, signed.ErrNotPublished) {
			t.Errorf("signing nothing gave %v", err)
		}
		if _, err := s.Enclosed(t.Context(), one.ID); !errors.Is(err, signed.ErrNotPublished) {
			t.Errorf("reading nothing gave %v", err)
		}
	})
	t.Run("a store that was never used lists nothing", func(t *testing.T) {
		list, err := open(t).List(t.Context())
		if err != nil || len(list) != 0 {
			t.Errorf("it lists %v, %v", list, err)
		}
	})
}

// Sign adds the signature of a key that is at hand.
func Sign(ctx context.Context, store signed.Publications, v *policy.Vocabulary, trust signed.Trust, id string, with note.Signer) (signed.Publication, int, error) {
	p, err := signed.Find(ctx, store, id)
	if err != nil {
		return p, 0, err
	}
	sig, err := signed.SignStatement(p.Text, with)
	if err != nil {
		return p, 0, err
	}
	return signed.AddSignature(ctx, store, v, trust, p.ID, sig)
}
