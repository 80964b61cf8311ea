// Package elsewhere holds no value open: its raw JSON is its own.
package elsewhere

import (
	"encoding/json"
	"fmt"
)

func f(raw json.RawMessage) error { return fmt.Errorf("bad settings %s", raw) }
