package dossier

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
)

// A Fact stands behind a relation or a guard: a ticket, a request, a case, an
// agreement. It names a candidate and an addressee, and is recorded by another
// mission than the one that reads by it.
type Fact struct {
	ID        string           `json:"fact"`
	Kind      string           `json:"kind"` // a relation or a guard
	Candidate string           `json:"candidate"`
	To        Addressee        `json:"to"`
	By        string           `json:"by"`
	Class     string           `json:"class,omitempty"`  // a hold names classes
	Item      catalogue.ItemID `json:"item,omitempty"`   // an art. 16 request names an item
	Record    string           `json:"record,omitempty"` // a wish, a request, a document
	From      string           `json:"from,omitempty"`
	Until     string           `json:"until,omitempty"`
}

// An Addressee is who may read by a fact: one mission, the missions of an
// organisation, or those of a recipient.
type Addressee struct {
	Mission      string                `json:"mission,omitempty"`
	Organisation string                `json:"organisation,omitempty"`
	Recipient    catalogue.RecipientID `json:"recipient,omitempty"`
}

func (a Addressee) key() (string, error) {
	switch {
	case a.Mission != "" && a.Organisation == "" && a.Recipient == "":
		return "mission:" + a.Mission, nil
	case a.Organisation != "" && a.Mission == "" && a.Recipient == "":
		return "organisation:" + a.Organisation, nil
	case a.Recipient != "" && a.Mission == "" && a.Organisation == "":
		return "recipient:" + string(a.Recipient), nil
	}
	return "", errors.New("to: a mission, an organisation or a recipient, and one of them only")
}

// addressees of a mission as far as a fact may reach, the nearest first.
func (m Mission) addressees(to catalogue.Reach) []string {
	reached := []string{"mission:" + m.ID}
	if to != catalogue.ToMission {
		reached = append(reached, "organisation:"+m.Organisation)
	}
	if to == catalogue.ToRecipient {
		reached = append(reached, "recipient:"+string(m.Recipient))
	}
	return reached
}

// within says whether an addressee is no wider than a fact may reach.
func (a Addressee) within(to catalogue.Reach) bool {
	return a.Recipient == "" && a.Organisation == "" || a.Recipient == "" && to == catalogue.ToOrganisation || to == catalogue.ToRecipient
}

// factTag finds the facts of one kind about one candidate for one addressee. The
// kind and the addressee are part of it, so that two facts of a dump do not join.
func factTag(key *crypto.RoutingKey, kind, addressee string, c Ref) [16]byte {
	return key.Tag(factScope(kind), addressee, c)
}

// ReadFacts reads a file of facts, one JSON object a line, and refuses the whole
// of it at the first that is not in order.
func ReadFacts(r io.Reader, c *catalogue.Catalogue) ([]Fact, error) {
	return readLines(r, "a fact", func(f Fact) error { return f.check(c) })
}

func (f Fact) check(c *catalogue.Catalogue) error {
	if !missionName(f.ID) {
		return errors.New("fact: letters, digits and dashes, 3 to 64 of them")
	}
	kind, err := recorded(c, f.Kind)
	if err != nil {
		return fmt.Errorf("fact %s: %w", f.ID, err)
	}
	if _, err := crypto.ParseUnitID(f.Candidate); err != nil {
		return fmt.Errorf("fact %s: candidate is an internal reference", f.ID)
	}
	if _, err := f.To.key(); err != nil {
		return fmt.Errorf("fact %s: %w", f.ID, err)
	}
	if !f.To.within(kind.to) {
		return fmt.Errorf("fact %s: to: %s names %s", f.ID, f.Kind, reachWords[kind.to])
	}
	if f.By == "" {
		return fmt.Errorf("fact %s: by: the mission that records it", f.ID)
	}
	if f.To.Mission == f.By {
		return fmt.Errorf("fact %s: a mission does not record the facts that it reads by", f.ID)
	}
	for _, day := range []string{f.From, f.Until} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return fmt.Errorf("fact %s: from and until are dates, 2026-03-01", f.ID)
		}
	}
	if _, ok := c.Item(f.Item); f.Item != "" && !ok {
		return fmt.Errorf("fact %s: item %s is not in the annex", f.ID, shown(string(f.Item)))
	}
	if f.Class != "" && !hasClass(c, catalogue.ClassID(f.Class)) {
		return fmt.Errorf("fact %s: class %s does not exist", f.ID, shown(f.Class))
	}
	return nil
}

func hasClass(c *catalogue.Catalogue, id catalogue.ClassID) bool {
	for _, class := range c.Classes() {
		if class.ID == id {
			return true
		}
	}
	return false
}

// A recordable kind of fact: who may record it, and whom one of it may name.
type recordable struct {
	kind string
	by   []catalogue.RecipientID
	to   catalogue.Reach
}

var reachWords = map[catalogue.Reach]string{
	catalogue.ToMission:      "one mission",
	catalogue.ToOrganisation: "one mission or one organisation, and no whole recipient",
}

func relationKind(r catalogue.Fact[catalogue.Relation]) recordable {
	return recordable{string(r.ID), r.RecordedBy, r.To}
}

func guardKind(g catalogue.Fact[catalogue.Guard]) recordable {
	return recordable{string(g.ID), g.RecordedBy, g.To}
}

// recorded finds a kind among those that are recorded. Relations and guards drawn from
// the dossier, from routing or from the mission are nobody's to record.
func recorded(c *catalogue.Catalogue, kind string) (recordable, error) {
	for _, r := range c.Relations() {
		if string(r.ID) == kind {
			return relationKind(r), recordedAtAll(kind, r.Source)
		}
	}
	for _, g := range c.Guards() {
		if string(g.ID) == kind {
			return guardKind(g), recordedAtAll(kind, g.Source)
		}
	}
	return recordable{}, fmt.Errorf("kind %s is neither a relation nor a guard", shown(kind))
}

func recordedAtAll(kind string, source catalogue.Source) error {
	if source != catalogue.SourceFact {
		return fmt.Errorf("kind %s is not recorded by anybody: it comes from %s", kind, source)
	}
	return nil
}

// factDetail is what a fact says beyond its kind, sealed under the routing key.
type factDetail struct {
	Candidate Ref
	Record    crypto.RecordID
	Class     string
	Item      catalogue.ItemID
}

const factSize = 64

// encode has one size, so that a fact about health does not stand out.
func (d factDetail) encode() []byte {
	b := make([]byte, factSize)
	copy(b, d.Candidate[:])
	copy(b[16:], d.Record[:])
	copy(b[32:48], d.Class)
	copy(b[48:64], d.Item)
	return b
}

func decodeFact(b []byte) (d factDetail, err error) {
	if len(b) != factSize {
		return d, errPointer
	}
	copy(d.Candidate[:], b)
	copy(d.Record[:], b[16:])
	d.Class = string(bytes.TrimRight(b[32:48], "\x00"))
	d.Item = catalogue.ItemID(bytes.TrimRight(b[48:64], "\x00"))
	return d, nil
}

// factScope is the scope that a fact is bound to, beside its id.
func factScope(kind string) string { return "fact:" + kind }

// bound is what the detail of a fact is sealed to, beside its kind and its id: who may
// read by it (the tag), who recorded it and its days cannot be changed in the table.
func (f FactRow) bound() []byte {
	until := ""
	if !f.Until.IsZero() {
		until = f.Until.Format(time.DateOnly)
	}
	return append(f.Tag[:len(f.Tag):len(f.Tag)], f.From.Format(time.DateOnly)+"/"+until+"/"+f.RecordedBy...)
}

// holds says whether the fact stands on that day, for a mission that did not
// record it.
func (f FactRow) holds(on time.Time, reader string) bool {
	day := dayOf(on)
	return f.RecordedBy != reader && f.EndedAt.IsZero() &&
		dayOf(f.From) <= day && (f.Until.IsZero() || day <= dayOf(f.Until))
}
