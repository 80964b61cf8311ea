package crypto

import (
	"crypto/rand"
	"fmt"
	"strings"
)

// A KeyRole is what one of a campaign's keys is for.
type KeyRole string

const (
	RolePerson  KeyRole = "person"  // wraps the secrets of units
	RoleClass   KeyRole = "class"   // wraps the branch keys of a class
	RoleOwn     KeyRole = "own"     // wraps, for a class such as health, one secret per person: each opening is a call
	RoleRouting KeyRole = "routing" // wraps the routing key
	RoleHold    KeyRole = "hold"    // wraps what a legal hold keeps when the others are destroyed
	RoleRun     KeyRole = "run"     // wraps the keys of the files of runs of the core
	RoleIndex   KeyRole = "index"   // computes a blind index
)

// Kind says what the role needs its key to do.
func (r KeyRole) Kind() KeyKind {
	if r == RoleIndex {
		return MACKey
	}
	return WrapKey
}

// KeyState is where the key of a name stands.
type KeyState string

const (
	// KeyPlanned is a name that was reserved: its key may or may not exist yet.
	KeyPlanned KeyState = "planned"
	// KeyActive is a key that serves.
	KeyActive KeyState = "active"
	// KeyFrozen is a key that the service keeps and opens nothing with, until it is
	// thawed.
	KeyFrozen KeyState = "frozen"
	// KeyDestroyed is a key that is gone. Its name stays.
	KeyDestroyed KeyState = "destroyed"
)

// A KeyName is one entry of the registry of names. A name is drawn once and kept
// for ever, so that nothing ever creates again a key that was destroyed.
type KeyName struct {
	Name     string
	Campaign string
	Role     KeyRole
	Of       string // the class or the index; empty for the other roles
	State    KeyState
}

// Label says what the key is for, as people read it: class choices.
func (n KeyName) Label() string { return n.Role.Label(n.Of) }

// Label is that of a key of the role.
func (r KeyRole) Label(of string) string { return label(string(r), of) }

// DayKey wraps the keys of the days of traces, each wrap under a version that is
// recorded with it. It belongs to no campaign: traces outlive them.
const DayKey = "sceau-trace-day"

// KeyPrefix is what the names of a role begin with, in every campaign: a policy of
// Vault can only cut a name at its end, so that what identities differ by (role,
// then class) comes first.
func KeyPrefix(role KeyRole, of string) string {
	p := "sceau-" + string(role) + "-"
	if role == RoleOwn {
		p = "sceau-class-" // a class is a class to whoever writes policies
	}
	if of != "" {
		p += nameWord(of) + "-"
	}
	return p
}

// nameWord keeps hyphens for what they separate: the prefix of index "name" must
// not be one of index "name-birth" too.
func nameWord(s string) string { return strings.ReplaceAll(s, "-", "_") }

// newKeyName draws a name for a key.
func newKeyName(campaign string, role KeyRole, of string) (KeyName, error) {
	for _, word := range []string{campaign, of} {
		if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" || len(word) > 48 {
			return KeyName{}, fmt.Errorf("naming the %s key of campaign %q: %q is not at most 48 of a-z, 0-9, - and _", role, campaign, word)
		}
	}
	if campaign == "" {
		return KeyName{}, fmt.Errorf("naming the %s key: the campaign has no name", role)
	}
	var suffix [10]byte
	rand.Read(suffix[:])
	return KeyName{
		Name:     KeyPrefix(role, of) + nameWord(campaign) + "-" + idText.EncodeToString(suffix[:]),
		Campaign: campaign, Role: role, Of: of, State: KeyPlanned,
	}, nil
}
