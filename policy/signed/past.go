package signed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"sceau/policy"
)

// ErrAmbiguous means that a name stands for more than one table.
var ErrAmbiguous = errors.New("more than one table is named so")

// Past opens a table that was published once, signed or not, in force or not, so that
// a decision of its time can be explained: a trace names the table that it was taken
// by. name is the id of a publication, the hash of a table, or the first characters of
// either, eight at least. Of publications of one table it is the newest.
func Past(ctx context.Context, store Publications, v *policy.Vocabulary, name string) (*policy.Table, Publication, error) {
	p, err := Find(ctx, store, name)
	if err != nil {
		return nil, p, err
	}
	s, err := p.Statement()
	if err != nil {
		return nil, p, fmt.Errorf("publication %s: %w: %w", p.ID, ErrAltered, err)
	}
	t, err := opens(ctx, store, v, p, s)
	return t, p, err
}

// Find finds a publication by the names that Past takes.
func Find(ctx context.Context, store Publications, name string) (Publication, error) {
	list, err := store.List(ctx)
	if err != nil {
		return Publication{}, fmt.Errorf("reading the publications: %w", err)
	}
	return find(list, name)
}

func find(list []Publication, name string) (Publication, error) {
	found := -1
	var table string
	for i := len(list) - 1; i >= 0; i-- {
		s, err := list[i].Statement()
		if err != nil {
			if list[i].ID != name {
				continue // altered, and not the one that is looked for
			}
			return list[i], fmt.Errorf("publication %s: %w: %w", name, ErrAltered, err)
		}
		switch {
		case !named(list[i].ID, s.Table, name):
		case found < 0:
			found, table = i, s.Table
		case s.Table != table:
			return Publication{}, fmt.Errorf("%s: %w", name, ErrAmbiguous)
		}
	}
	if found < 0 {
		return Publication{}, fmt.Errorf("%s: %w", name, ErrNotPublished)
	}
	return list[found], nil
}

func named(id, table, name string) bool {
	name = strings.TrimPrefix(name, "sha256:")
	return len(name) >= 8 && (strings.HasPrefix(id, name) || strings.HasPrefix(strings.TrimPrefix(table, "sha256:"), name))
}

// open gives the table of a publication that may be in force: one proved against the
// decree that this program holds.
func open(ctx context.Context, store Publications, v *policy.Vocabulary, p Publication, s Statement) (*policy.Table, error) {
	t, err := opens(ctx, store, v, p, s)
	if err != nil {
		return nil, err
	}
	ceiling, err := policy.DecreeHash("need-to-know.csv")
	if err != nil {
		return nil, err
	}
	annex, err := policy.DecreeHash("annex.csv")
	if err != nil {
		return nil, err
	}
	if s.Ceiling != ceiling || s.Annex != annex {
		return nil, fmt.Errorf("publication %s was proved against another version of the decree than this program holds: %w", p.ID, ErrStale)
	}
	return t, nil
}

// opens compiles the table of a publication and holds it, with its limits and its
// sources, against its statement.
func opens(ctx context.Context, store Publications, v *policy.Vocabulary, p Publication, s Statement) (*policy.Table, error) {
	e, err := store.Enclosed(ctx, p.ID)
	if err != nil {
		return nil, fmt.Errorf("publication %s: %w", p.ID, err)
	}
	t, err := policy.ReadCSV(v, bytes.NewReader(e.Table))
	if err != nil {
		return nil, fmt.Errorf("publication %s: %w: %w", p.ID, ErrAltered, err)
	}
	if t.Hash() != s.Table || t.Len() != s.Rows {
		return nil, fmt.Errorf("publication %s: its table is %s, and %s was signed: %w", p.ID, t.Hash(), s.Table, ErrAltered)
	}
	if s.counted() {
		limits, err := policy.ReadLimits(v, bytes.NewReader(e.Limits))
		if err != nil {
			return nil, fmt.Errorf("publication %s: %w: %w", p.ID, ErrAltered, err)
		}
		if limits.Hash() != s.Limits {
			return nil, fmt.Errorf("publication %s: its limits are %s, and %s was signed: %w", p.ID, limits.Hash(), s.Limits, ErrAltered)
		}
		if err := s.bundled(e.Sources); err != nil {
			return nil, fmt.Errorf("publication %s: %w: %w", p.ID, ErrAltered, err)
		}
		t = t.Under(limits)
	}
	return t, nil
}
