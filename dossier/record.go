package dossier

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strings"

	"sceau/catalogue"
	"sceau/crypto"
)

// A recordFace is what a record id says to whoever holds the routing key, and to
// nobody else: ids are a block cipher over it. So records keep their order, and
// guards that are judged record by record need no item opened and no column in clear.
type recordFace struct {
	Ordinal uint16 // place in the list that was sent in, from 0
	Marks   uint16 // guards that hold on that record, see recordMarks
	Subject uint32 // of a school record: short hash of the subject taught, 0 if none
	Padding bool   // written for everybody so that presence does not show
	salt    [7]byte
}

func (f recordFace) block() (b [16]byte) {
	binary.BigEndian.PutUint16(b[0:], f.Ordinal)
	binary.BigEndian.PutUint16(b[2:], f.Marks)
	binary.BigEndian.PutUint32(b[4:], f.Subject)
	if f.Padding {
		b[8] = 1
	}
	copy(b[9:], f.salt[:])
	return b
}

func faceOf(b [16]byte) (f recordFace) {
	f.Ordinal = binary.BigEndian.Uint16(b[0:])
	f.Marks = binary.BigEndian.Uint16(b[2:])
	f.Subject = binary.BigEndian.Uint32(b[4:])
	f.Padding = b[8] == 1
	copy(f.salt[:], b[9:])
	return f
}

// recordID draws the id of a record. The salt comes from the candidate's unit and
// the kind of record: the same wish has one id in every table it is spread over,
// and no two candidates share one.
func recordID(key *crypto.RoutingKey, c crypto.UnitID, kind catalogue.Repeat, f recordFace) crypto.RecordID {
	sum := sha256.Sum256(append(append([]byte("record"), kind...), c[:]...))
	copy(f.salt[:], sum[:])
	return key.Mask(f.block())
}

func readFace(key *crypto.RoutingKey, id crypto.RecordID) recordFace {
	return faceOf(key.Unmask(id))
}

// recordMarks are the guards that a record id carries, by bit.
var recordMarks = []catalogue.Guard{
	"boarding_wish", "apprenticeship_wish", "art13_exception", "military_lycee",
	"armed_forces", "certificate_required", "adapted_test", "network_programme",
	"no_contract", "current_year",
}

// Marks of the file's own route. Nothing about health stands here: a route has one
// lock, and the very existence of a liaison form is worth two.
const (
	markBoarder uint16 = 1 << iota // asked for a boarding place somewhere
	markResumes                    // in reorientation, or resumes studies
)

func marks(list []catalogue.Guard, held func(catalogue.Guard) bool) (m uint16) {
	for i, g := range list {
		if held(g) {
			m |= 1 << i
		}
	}
	return m
}

// subjectHash makes a subject comparable without its name in the id.
func subjectHash(name string) uint32 {
	if name == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(name))))
	// 0 stands for "no subject".
	return binary.BigEndian.Uint32(sum[:]) | 1
}

// schoolYear is what the marks of a record say of it: the latest year they name and
// the subject. The annex has no item for either: they stand inside its lists.
func schoolYear(fm *form, rec Record) (year int, subject string) {
	for _, id := range []catalogue.ItemID{"A08.08", "A08.09", "A08.10"} {
		k, ok := fm.byID[id]
		if !ok || rec[k] == nil {
			continue
		}
		var entries []struct {
			Year    int    `json:"year"`
			Subject string `json:"subject"`
		}
		if json.Unmarshal(rec[k], &entries) != nil {
			continue
		}
		for _, e := range entries {
			year = max(year, e.Year)
			if subject == "" {
				subject = e.Subject
			}
		}
	}
	return year, subject
}

// schoolFaces gives the faces of school records. The current year is the latest one
// that any record names; of school years, it is the first of the list.
func schoolFaces(word catalogue.Repeat, fm *form, records []Record) []recordFace {
	current := marks(recordMarks, func(g catalogue.Guard) bool { return g == "current_year" })
	faces := make([]recordFace, len(records))
	years := make([]int, len(records))
	latest := 0
	for i, rec := range records {
		year, subject := schoolYear(fm, rec)
		years[i], latest = year, max(latest, year)
		faces[i] = recordFace{Ordinal: uint16(i), Subject: subjectHash(subject)}
	}
	for i := range faces {
		if word == "per_school_year" && i == 0 || latest > 0 && years[i] == latest {
			faces[i].Marks = current
		}
	}
	return faces
}

// tie is a short hash of an academy or a ministry, so that a wish's record says
// which ones it falls under without a list of them in clear.
func tie(id string) uint16 {
	if id == "" {
		return 0
	}
	return uint16(subjectHash(id)>>16) | 1
}
