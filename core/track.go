package core

import "fmt"

// A Track ("voie") is the kind of baccalaureate that a candidate sits this year, which
// is all that the core learns of their schooling (N0655 of the table of needs). Whoever
// sits none has NoTrack, and none of the delays that examinations bring by track.
type Track uint8

const (
	NoTrack       Track = iota
	General             // "générale"
	Technological       // "technologique"
	Professional        // "professionnelle"

	// Tracks is how many there are, NoTrack among them.
	Tracks = iota
)

var trackNames = [Tracks]string{"none", "general", "technological", "professional"}

// Known is whether t is one of the tracks above.
func (t Track) Known() bool { return t < Tracks }

func (t Track) String() string {
	if !t.Known() {
		return fmt.Sprintf("track %d", uint8(t))
	}
	return trackNames[t]
}

// MarshalText writes the word of calendars.
func (t Track) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the word of calendars.
func (t *Track) UnmarshalText(text []byte) error {
	for i, name := range trackNames {
		if name == string(text) {
			*t = Track(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no track", text)
}
