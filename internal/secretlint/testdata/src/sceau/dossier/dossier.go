// Package dossier has the shape of the real one.
package dossier

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"strconv"
	"strings"

	"sceau/crypto"
)

type Value struct{ json []byte }

func (v Value) Reveal() []byte { return v.json }
func (v Value) String() string { return "value" }

type Field struct {
	Item  string
	Value Value
}

// line is what came in.
type line struct {
	number int
	values map[string]json.RawMessage
}

// A refusal names the item and the rule.
type refusal struct {
	Item string
	raw  json.RawMessage
}

func (r *refusal) Error() string { return r.Item + ": refused" }

// holder keeps a secret where fmt reads it without asking.
type holder struct{ s crypto.Secret }

type wrapper struct{ Inner *holder }

// told has words of its own, kept to itself by another.
type told struct {
	Item string
	raw  json.RawMessage
}

func (t told) String() string { return t.Item }

type teller struct{ t told }

func honest(l line, v Value, f Field, r *refusal, raw json.RawMessage) error {
	slog.Info("read", "line", l.number, "fields", len(l.values), "item", f.Item, "size", len(raw))
	fmt.Sscan("12", &l.number)
	var to *refusal
	if errors.As(r, &to) {
		return fmt.Errorf("line %d: %w", l.number, to)
	}
	_ = fmt.Sprint(told{Item: "A01.01"})
	_ = fmt.Sprint(string(raw) == "null", strings.Count(string(raw), "x"))
	return fmt.Errorf("line %d: %w", l.number, r)
}

func tampered(ctx context.Context, l line, v Value, f Field, r refusal, raw json.RawMessage, h holder, s *crypto.Secret) {
	_ = fmt.Errorf("bad value %s", raw)                        // want `fmt.Errorf takes a encoding/json.RawMessage`
	_ = fmt.Errorf("bad value %s", string(raw))                // want `takes a encoding/json.RawMessage`
	_ = fmt.Errorf("bad value %s", []byte(raw)[:4])            // want `takes a encoding/json.RawMessage`
	_ = fmt.Errorf("bad value %s", strconv.Quote(string(raw))) // want `takes a encoding/json.RawMessage`
	_ = fmt.Errorf("bad value %s", hex.EncodeToString(raw))    // want `takes a encoding/json.RawMessage`
	_ = errors.New("bad value " + string(raw))                 // want `errors.New takes a encoding/json.RawMessage`
	_ = fmt.Sprintf("%v", l)                                   // want `fmt.Sprintf takes a encoding/json.RawMessage`
	_ = fmt.Sprintf("%v", &l)                                  // want `takes a encoding/json.RawMessage`
	_ = fmt.Sprint(l.values)                                   // want `fmt.Sprint takes a encoding/json.RawMessage`
	_ = fmt.Sprint([]any{1, raw})                              // want `takes a encoding/json.RawMessage`
	_ = fmt.Sprint(r)                                          // want `takes a encoding/json.RawMessage`
	_ = fmt.Sprint(v)                                          // want `takes a sceau/dossier.Value`
	_ = fmt.Sprint(string(v.Reveal()))                         // want `takes a Reveal`
	log.Printf("%v", []Field{f})                               // want `log.Printf takes a sceau/dossier.Value`
	log.New(nil, "", 0).Println(f)                             // want `log.Println takes a sceau/dossier.Value`
	slog.Info("read", "value", raw)                            // want `log/slog.Info takes a encoding/json.RawMessage`
	slog.Default().WarnContext(ctx, "read", "value", v)        // want `log/slog.WarnContext takes a sceau/dossier.Value`
	slog.Info("read", slog.Any("value", raw))                  // want `log/slog.Any takes a encoding/json.RawMessage`
	slog.Info("read", slog.String("value", string(raw)))       // want `log/slog.String takes a encoding/json.RawMessage`
	_ = fmt.Sprint(h)                                          // want `takes a sceau/crypto.Secret`
	_ = fmt.Sprint(wrapper{&h})                                // want `takes a sceau/crypto.Secret`
	_ = fmt.Sprint(teller{})                                   // want `takes a encoding/json.RawMessage`
	println(string(raw))                                       // want `println takes a encoding/json.RawMessage`
	panic(fmt.Sprint(s))                                       // want `fmt.Sprint takes a sceau/crypto.Secret`
}
