package session

import (
	"crypto/sha256"
	"io"
	"time"

	"github.com/go-json-experiment/json"

	"sceau/core"
)

// A Manifest is the input of a run: everything that its output follows from, by the
// digests of what it read. Signed with the output, it is what the run is evidence of.
type Manifest struct {
	Rule     string    `json:"rule"` // version of what computes
	Campaign string    `json:"campaign"`
	Day      int       `json:"day,omitzero"`
	At       time.Time `json:"at"` // the instant at which it was published
	View     Ref       `json:"view"`
	First    Ref       `json:"first_offer"` // of the session
	Today    Ref       `json:"offer"`
	Before   []Ref     `json:"before,omitzero"` // outputs of days and answers, in their order
}

// A Ref is a file of another run.
type Ref struct {
	Run    string `json:"run"`
	Digest string `json:"digest"`
}

// Write writes a manifest, and gives its digest.
func (m Manifest) Write(w io.Writer) (core.Digest, error) { return writeJSON(w, m) }

// ReadManifest reads what Write wrote.
func ReadManifest(r io.Reader) (m Manifest, digest core.Digest, err error) {
	digest, err = readJSON(r, &m)
	return m, digest, err
}

// Write writes an offer in its one form, and gives its digest.
func (o *Offer) Write(w io.Writer) (core.Digest, error) {
	if err := o.Check(); err != nil {
		return core.Digest{}, err
	}
	return writeJSON(w, o)
}

// OpenOffer reads what Write wrote.
func OpenOffer(r io.Reader) (*Offer, core.Digest, error) {
	o := &Offer{}
	digest, err := readJSON(r, o)
	if err == nil {
		err = o.Check()
	}
	return o, digest, err
}

func writeJSON(w io.Writer, v any) (core.Digest, error) {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return core.Digest{}, err
	}
	_, err = w.Write(text)
	return sha256.Sum256(text), err
}

func readJSON(r io.Reader, v any) (core.Digest, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return core.Digest{}, err
	}
	if json.Unmarshal(text, v, json.RejectUnknownMembers(true)) != nil {
		return core.Digest{}, ErrFile
	}
	return sha256.Sum256(text), nil
}
