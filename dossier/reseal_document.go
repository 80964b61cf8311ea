package dossier

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"sceau/crypto"
)

// copyDocument seals the document of a blob anew into another, under the other version
// of its row, and gives the name of the new one. That name is written down as loose
// before its blob is there: whatever kills the job, nothing lies there unknown.
func (r *Resealing) copyDocument(ctx context.Context, campaign string, from, to *crypto.Row, old string) (blob string, err error) {
	sealed, err := r.Documents.Get(ctx, old)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w: its blob is not there", ErrDocumentLost)
	}
	if err != nil {
		return "", err
	}
	defer sealed.Close()
	blob = rand.Text()
	var anew bytes.Buffer
	if err := crypto.ResealStream(&anew, sealed, from, to, old, blob); err != nil {
		if errors.Is(err, crypto.ErrOpen) {
			err = fmt.Errorf("%w: %w", ErrDocumentLost, err)
		}
		return "", err
	}
	if err := r.Rows.Loosen(ctx, campaign, r.Now(), blob); err != nil {
		return "", err
	}
	return blob, r.Documents.Put(ctx, blob, anew.Bytes())
}

// moveDocument seals a document anew into a blob of another name, and gives the
// reference that leads there. The document passes through memory, and nowhere else.
func (r *Resealing) moveDocument(ctx context.Context, campaign string, from, to *crypto.Row, value []byte, swap *Swap) ([]byte, error) {
	if bytes.Equal(value, null) {
		return value, nil
	}
	var kept keptDocument
	if err := json.Unmarshal(value, &kept); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDocumentLost, errDocumentForm) // the cause would quote it
	}
	blob, err := r.copyDocument(ctx, campaign, from, to, kept.Blob)
	if err != nil {
		return nil, err
	}
	swap.Left, swap.Made = append(swap.Left, kept.Blob), append(swap.Made, blob)
	return json.Marshal(keptDocument{Name: kept.Name, Blob: blob})
}
