package dossier

import (
	"bytes"
	"context"
	"crypto/rand"
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
