package dossier

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"sceau/crypto"
)

// A Scope is what can tie a mission to a file: a programme asked for, the school,
// the academy of residence ...
type Scope struct {
	Kind ScopeKind
	ID   string
}

// A ScopeKind says how a scope is tied to a file.
type ScopeKind string

const (
	ScopeFile                ScopeKind = "file"                  // the file itself, for its own people
	ScopeProgramme           ScopeKind = "programme"             // a wish on that programme
	ScopeSchool              ScopeKind = "school"                // the candidate's school
	ScopeAcademy             ScopeKind = "academy"               // the academy of residence
	ScopeAcademyOfProgramme  ScopeKind = "academy-of-programme"  // a wish in that academy
	ScopeMinistryOfSchool    ScopeKind = "ministry-of-school"    // the school's ministry
	ScopeMinistryOfProgramme ScopeKind = "ministry-of-programme" // a wish under that ministry
	ScopeRecipient           ScopeKind = "recipient"             // a recipient with no scope of its own: file numbers are computed
)

// String spells a scope as it is asked for, KIND:ID.
func (s Scope) String() string { return string(s.Kind) + ":" + s.ID }

// ParseScope reads what String wrote, of the scopes that know files by a number. The
// error repeats nothing: what stands there may have been meant for another place.
func ParseScope(text string) (Scope, error) {
	kind, id, ok := strings.Cut(text, ":")
	s := Scope{ScopeKind(kind), id}
	if _, known := listed[s.Kind]; !ok || !known || id == "" {
		return Scope{}, errors.New("a scope is KIND:ID, of kind programme, school, academy, academy-of-programme, ministry-of-school or ministry-of-programme")
	}
	return s, nil
}

// A RouteState is what the scope knows of the file without opening it.
type RouteState string

const (
	RouteOpen      RouteState = "open"
	RouteWished    RouteState = "wished"    // formulated, not confirmed
	RouteConfirmed RouteState = "confirmed" // "vœu confirmé"
	RouteAdmitted  RouteState = "admitted"  // "acceptation définitive"
)

// A Route is one row of routing: the scope knows the file by a number, and only
// the routing key leads from there to the candidate, or from the candidate here.
type Route struct {
	Scope  Scope
	FileNo FileNo
	State  RouteState
	Tag    [16]byte // HMAC of (candidate, scope)
	Sealed []byte   // the Pointer
}

// bound is what the pointer of a route is sealed to, beside its scope: moved to
// another row it does not open, and a wish made "confirmed" in the table opens
// nothing to the programme.
func (r Route) bound() []byte { return append(r.FileNo[:len(r.FileNo):len(r.FileNo)], r.State...) }

// A Pointer is what a route leads to once the routing key opened it.
type Pointer struct {
	Candidate Ref
	Record    crypto.RecordID // the wish, for a scope of programmes
	AdultOn   civilDay        // day of majority, on the file's own route
	Marks     uint16          // facts of the file drawn at intake, see fileMarks
}

const pointerSize = 48

var errPointer = errors.New("routing pointer has the wrong size")

// errPointerSays means that a pointer says more than this version reads. Half of what a
// newer version wrote of a file would be a guess at who may read it.
var errPointerSays = errors.New("routing pointer says what this version does not read: a newer version wrote it")

func (p Pointer) encode() []byte {
	b := make([]byte, 0, pointerSize)
	b = append(b, p.Candidate[:]...)
	b = append(b, p.Record[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(p.AdultOn))
	b = binary.BigEndian.AppendUint16(b, p.Marks)
	return append(b, make([]byte, pointerSize-len(b))...)
}

func decodePointer(b []byte) (p Pointer, err error) {
	if len(b) != pointerSize {
		return p, errPointer
	}
	copy(p.Candidate[:], b)
	copy(p.Record[:], b[16:])
	p.AdultOn = civilDay(binary.BigEndian.Uint32(b[32:]))
	p.Marks = binary.BigEndian.Uint16(b[36:])
	if p.Marks&^(markBoarder|markResumes) != 0 || strings.Trim(string(b[38:]), "\x00") != "" {
		return Pointer{}, errPointerSays
	}
	return p, nil
}

// A civilDay counts days since 1970-01-01; 0 means unknown.
type civilDay uint32

func dayOf(t time.Time) civilDay {
	y, m, d := t.Date()
	return civilDay(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// adultOn is the day somebody born that day comes of age. Born on 29 February,
// one is an adult on 1 March of a common year (code civil, art. 388: eighteen
// years accomplished).
func adultOn(birth time.Time) civilDay { return dayOf(birth.AddDate(18, 0, 0)) }
