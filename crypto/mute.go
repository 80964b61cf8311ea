package crypto

import (
	"errors"
	"fmt"
	"log/slog"
)

// Whatever holds a secret says its kind, and never its bytes, under every verb and
// both by value and by pointer: %d and %x would otherwise walk its fields.

func (Secret) Format(f fmt.State, _ rune)      { f.Write([]byte("secret")) }
func (Half) Format(f fmt.State, _ rune)        { f.Write([]byte("half key")) }
func (Row) Format(f fmt.State, _ rune)         { f.Write([]byte("row key")) }
func (RoutingKey) Format(f fmt.State, _ rune)  { f.Write([]byte("routing key")) }
func (UnitSecrets) Format(f fmt.State, _ rune) { f.Write([]byte("unit secrets")) }

func (Secret) LogValue() slog.Value { return slog.StringValue("secret") }

func (Secret) MarshalText() ([]byte, error) { return nil, errMarshal }
func (Secret) MarshalJSON() ([]byte, error) { return nil, errMarshal }

var errMarshal = errors.New("a secret does not leave by marshalling")
