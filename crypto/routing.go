package crypto

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	aead "github.com/tink-crypto/tink-go/v2/aead/subtle"
)

// A RoutingKey leads from a scope (a programme, a school, an academy) to its
// candidates and back, so that a dump joins no two scopes. It is one lock only:
// the person is not known yet. What it opens is no item of the annex.
type RoutingKey struct {
	campaign string
	tag      [sha256.Size]byte
	aead     *aead.AESGCM
	records  cipher.Block
}

// RoutingPayload is how many bytes a sealed reference can carry.
const RoutingPayload = 96

// All references have one size: a list of candidates tells nothing by its lengths.
var routingSize = Padding{Fixed: padHead + RoutingPayload}

// reference = format 1 | nonce 12 | ciphertext | tag 16
//
// What a fact says beyond its kind is sealed so too. Another format is another case in
// Open, whose first byte is also the first thing that a reference is bound to.
const routingFormat = 1

// Routing opens the routing key of a campaign.
func (k *Keyring) Routing(ctx context.Context, campaign string) (*RoutingKey, error) {
	s, _, err := k.Branch(ctx, campaign, RoutingBranch, "", 0)
	if err != nil {
		return nil, err
	}
	defer s.Zero()
	return newRoutingKey(s, campaign)
}

func newRoutingKey(s *Secret, campaign string) (*RoutingKey, error) {
	// Three uses, three keys: a tag must say nothing about a cipher.
	out, err := hkdf.Expand(sha256.New, s.b[:], string(appendFields(nil, "sceau routing", campaign)), 3*sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("deriving the routing key of campaign %s: %w", campaign, err)
	}
	defer clear(out)
	r := &RoutingKey{campaign: campaign}
	copy(r.tag[:], out)
	if r.aead, err = aead.NewAESGCM(out[sha256.Size : 2*sha256.Size]); err != nil {
		return nil, fmt.Errorf("preparing the routing key of campaign %s: %w", campaign, err)
	}
	if r.records, err = aes.NewCipher(out[2*sha256.Size:]); err != nil {
		return nil, fmt.Errorf("preparing the record ids of campaign %s: %w", campaign, err)
	}
	return r, nil
}

// Mask makes a record id of 16 bytes that say where a record stands. One block
// under its own key is a permutation: ids look random, differ where the bytes do,
// and need no column in clear to be read back.
func (r *RoutingKey) Mask(face [16]byte) (id RecordID) {
	r.records.Encrypt(id[:], face[:])
	return id
}

// Unmask gives back what Mask hid. An id that was made elsewhere gives noise.
func (r *RoutingKey) Unmask(id RecordID) (face [16]byte) {
	r.records.Decrypt(face[:], id[:])
	return face
}

// Tag leads from a candidate to a scope: who knows both computes it, who reads it
// knows neither.
func (r *RoutingKey) Tag(scopeKind, scopeID string, unit UnitID) [16]byte {
	mac := hmac.New(sha256.New, r.tag[:])
	mac.Write(appendFields(make([]byte, 0, 128), "sceau routing tag", r.campaign, scopeKind, scopeID, string(unit[:])))
	return [16]byte(mac.Sum(nil)[:16])
}

// Seal appends the sealed reference, bound to its campaign, scope and file number:
// moved to another row it does not open. A national campaign seals some 15 million
// under one key with random nonces, 2^8 times fewer than SP 800-38D allows.
func (r *RoutingKey) Seal(dst []byte, scopeKind, scopeID string, fileNo, payload []byte) ([]byte, error) {
	padded, err := Pad(make([]byte, 0, routingSize.Fixed), payload, routingSize)
	if err != nil {
		return dst, fmt.Errorf("sealing a reference of %s: %w", scopeKind, err)
	}
	defer clear(padded)
	box, err := r.aead.Encrypt(padded, r.place(scopeKind, scopeID, fileNo))
	if err != nil {
		return dst, fmt.Errorf("sealing a reference of %s: %w", scopeKind, err)
	}
	return append(append(dst, routingFormat), box...), nil
}

// Open appends the payload to dst. A format that this version does not read is a
// FormatError.
func (r *RoutingKey) Open(dst []byte, scopeKind, scopeID string, fileNo, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return dst, fmt.Errorf("opening a reference of %s: %w", scopeKind, ErrOpen)
	}
	if sealed[0] != routingFormat {
		return dst, fmt.Errorf("opening a reference of %s: %w", scopeKind, &FormatError{"routing reference", sealed[0]})
	}
	padded, err := r.aead.Decrypt(sealed[1:], r.place(scopeKind, scopeID, fileNo))
	if err != nil {
		return dst, fmt.Errorf("opening a reference of %s: %w", scopeKind, ErrOpen)
	}
	defer clear(padded)
	payload, err := Unpad(padded)
	if err != nil {
		return dst, fmt.Errorf("opening a reference of %s: %w", scopeKind, err)
	}
	return append(dst, payload...), nil
}

// Zero forgets the key.
func (r *RoutingKey) Zero() { clear(r.tag[:]); r.aead, r.records = nil, nil }

func (r *RoutingKey) place(scopeKind, scopeID string, fileNo []byte) []byte {
	return appendFields(make([]byte, 0, 160), string([]byte{routingFormat}), "sceau routing", r.campaign, scopeKind, scopeID, string(fileNo))
}
