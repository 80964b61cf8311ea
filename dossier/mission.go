package dossier

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"sceau/catalogue"
)

// A Mission is who asks ("habilitation"): a person, as one recipient of the
// decree, for one organisation and its scopes, until a date.
type Mission struct {
	ID           string
	Campaign     string
	Recipient    catalogue.RecipientID
	Organisation string
	Scopes       MissionScopes
	Until        time.Time // last day, included
	EndedAt      time.Time // zero while in force
	Credential   [32]byte  // SHA-256 of the secret that the mission holds
	Agent        Ref       // the unit of the agent's own data; zero for an account

	// For the account of a candidate or of a responsible.
	Candidate   Ref
	Responsible int // from 1, 0 for the candidate

	// The programmes that institutions and pools stand for on the day of asking.
	Programmes []string
}

// MissionScopes bounds a mission to what its person works on.
type MissionScopes struct {
	National     bool     `json:"national,omitempty"`
	Programmes   []string `json:"programmes,omitempty"`
	Institutions []string `json:"institutions,omitempty"`
	Pools        []string `json:"pools,omitempty"`
	Schools      []string `json:"schools,omitempty"`
	Academies    []string `json:"academies,omitempty"`
	Ministries   []string `json:"ministries,omitempty"`
	Subjects     []string `json:"subjects,omitempty"` // taught, for the guard own_subject
	Grants       bool     `json:"grants_profiles,omitempty"`
	Apprentices  bool     `json:"apprenticeship_service,omitempty"`
	ArmedForces  bool     `json:"armed_forces,omitempty"`
}

// A MissionOrder is one line of a mission file: the mission and the agent's own
// data (annex, heading 3), which are sealed like any other.
type MissionOrder struct {
	Mission      string                     `json:"mission"`
	Campaign     string                     `json:"campaign"`
	Recipient    catalogue.RecipientID      `json:"recipient"`
	Organisation string                     `json:"organisation"`
	Scopes       MissionScopes              `json:"scopes"`
	Until        string                     `json:"until"`
	Agent        map[string]json.RawMessage `json:"agent"`
}

// ReadMissionOrders reads a mission file, one JSON object a line, and refuses the
// whole of it at the first line that is not in order.
func ReadMissionOrders(r io.Reader, c *catalogue.Catalogue) ([]MissionOrder, error) {
	seen := map[string]bool{}
	return readLines(r, "a mission", func(o MissionOrder) error {
		if err := o.check(c); err != nil {
			return err
		}
		if seen[o.Mission] {
			return fmt.Errorf("mission %s stands in the file already", o.Mission)
		}
		seen[o.Mission] = true
		return nil
	})
}

func (o MissionOrder) check(c *catalogue.Catalogue) error {
	if !missionName(o.Mission) {
		return errors.New("mission: letters, digits and dashes, 3 to 64 of them")
	}
	if strings.EqualFold(o.Mission, AccountsName) || strings.EqualFold(o.Mission, SenderName) {
		// Its credential would take the place of the one from which those of all
		// candidates are drawn, or of who sends dossiers in.
		return fmt.Errorf("mission: %s is the name of another credential", strings.ToLower(o.Mission))
	}
	rec, ok := c.Recipient(o.Recipient)
	if !ok {
		return fmt.Errorf("mission %s: recipient %s is not in the decree", o.Mission, shown(string(o.Recipient)))
	}
	if rec.ID == "S1" || rec.ID == "S2" {
		return fmt.Errorf("mission %s: accounts of candidates and responsibles are made at intake", o.Mission)
	}
	if strings.HasPrefix(string(rec.ID), "X") {
		return fmt.Errorf("mission %s: %s is not a recipient", o.Mission, rec.ID)
	}
	if o.Organisation == "" {
		return fmt.Errorf("mission %s: no organisation", o.Mission)
	}
	if _, err := time.Parse(time.DateOnly, o.Until); err != nil {
		return fmt.Errorf("mission %s: until is a date, 2026-07-31", o.Mission)
	}
	for name, value := range o.Agent {
		it, ok := c.ItemNamed(name)
		if !ok || it.Repeats != "per_agent" {
			return fmt.Errorf("mission %s: %s is not an item of agents", o.Mission, quoteKey(name))
		}
		if err := it.Check(value); err != nil {
			return fmt.Errorf("mission %s: %w", o.Mission, err)
		}
	}
	return nil
}

// Names of the credentials beside those of missions: the secret that accounts'
// first credentials are drawn from, and the one of who sends dossiers in.
const (
	AccountsName = "accounts"
	SenderName   = "intake"
)

// missionName keeps mission ids fit for file names and URLs.
func missionName(s string) bool {
	if len(s) < 3 || len(s) > 64 {
		return false
	}
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-') {
			return false
		}
	}
	return true
}

// A Credential is the secret that a mission presents. It refuses to print.
type Credential struct{ secret [32]byte }

// NewCredential draws a credential.
func NewCredential() (c Credential) {
	rand.Read(c.secret[:])
	return c
}

// ParseCredential reads what Text wrote.
func ParseCredential(text []byte) (c Credential, err error) {
	one := strings.TrimSpace(string(text))
	raw, err := base64.RawURLEncoding.Strict().DecodeString(one)
	// The decoder skips line ends: a credential with one inside would be a second spelling.
	if err != nil || len(raw) != len(c.secret) || strings.ContainsAny(one, "\r\n") {
		return c, errors.New("not a mission credential")
	}
	copy(c.secret[:], raw)
	return c, nil
}

// Text is the credential as its 0600 file holds it.
func (c Credential) Text() []byte {
	return append(base64.RawURLEncoding.AppendEncode(nil, c.secret[:]), '\n')
}

// Digest is what the register keeps: the secret has 256 random bits, so a fast
// hash is enough and a dump gives nobody a credential.
func (c Credential) Digest() [32]byte { return sha256.Sum256(c.secret[:]) }

// Format covers every verb: %d would walk into the secret.
func (Credential) Format(s fmt.State, _ rune) { io.WriteString(s, "credential") }

// presents says whether m is in force on that day and c is its credential.
func (m Mission) presents(c Credential, on time.Time) bool {
	digest := c.Digest()
	known := subtle.ConstantTimeCompare(digest[:], m.Credential[:]) == 1
	return known && m.inForce(on)
}

// inForce says whether m has not ended, and its last day is not past.
func (m Mission) inForce(on time.Time) bool {
	return m.EndedAt.IsZero() && (m.Until.IsZero() || dayOf(on) <= dayOf(m.Until))
}
