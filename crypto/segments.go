package crypto

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"io"

	streaming "github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle/noncebased"
)

// segments opens what streaming.AESGCMHKDF sealed, each segment into one buffer that
// can be cleared: Tink's own reader leaves the last one in freed memory, up to 64 kB
// of a document in clear.
type segments struct {
	cipher cipher.AEAD
	clear  []byte
}

// newSegments reads the header: its own length, a salt, what all nonces begin with.
func newSegments(r io.Reader, key, place []byte) (io.Reader, *segments, error) {
	header := make([]byte, 1+secretSize+streaming.AESGCMHKDFNoncePrefixSizeInBytes)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, nil, err
	}
	if header[0] != documentFormat { // the length of the header, as Tink writes it
		return nil, nil, &FormatError{"document", header[0]}
	}
	derived, err := hkdf.Key(sha256.New, key, header[1:1+secretSize], string(place), secretSize)
	if err != nil {
		return nil, nil, err
	}
	defer clear(derived)
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, nil, err
	}
	s := &segments{cipher: gcm, clear: make([]byte, 0, segmentSize)}
	opened, err := noncebased.NewReader(noncebased.ReaderParams{R: r, SegmentDecrypter: s,
		NonceSize: streaming.AESGCMHKDFNonceSizeInBytes, NoncePrefix: header[1+secretSize:],
		CiphertextSegmentSize: segmentSize, FirstCiphertextSegmentOffset: len(header)})
	return opened, s, err
}

// DecryptSegment is called when all of the segment before was read.
func (s *segments) DecryptSegment(sealed, nonce []byte) (opened []byte, err error) {
	opened, err = s.cipher.Open(s.clear[:0], nonce, sealed, nil)
	return opened, err
}

func (s *segments) forget() { clear(s.clear[:cap(s.clear)]) }
