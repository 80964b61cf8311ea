package dossier

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"sceau/crypto"
)

// Documents is where sealed documents lie: random names, size classes, and nothing
// that says whose they are. A folder by default, an object store where there is one.
type Documents interface {
	Put(ctx context.Context, name string, sealed []byte) error
	// Sync makes everything put so far durable.
	Sync(ctx context.Context) error
	Get(ctx context.Context, name string) (io.ReadCloser, error)
}

// ErrDocumentLost means that the cell of a document opened and its blob did not.
var ErrDocumentLost = errors.New("the document's blob is missing or damaged")

// sentDocument is a document as it is sent in and as it leaves.
type sentDocument struct {
	Name string `json:"name"`
	PDF  []byte `json:"pdf"`
}

// keptDocument is what the cell holds instead: where the sealed bytes lie.
type keptDocument struct {
	Name string `json:"name"`
	Blob string `json:"blob"`
}

// withDocuments puts the documents of a record aside, sealed under the row's own
// key, and gives the record with their references in place. A record without any
// comes back as it is.
func (in *Intake) withDocuments(ctx context.Context, plan *TablePlan, row *crypto.Row, rec Record) (Record, error) {
	var kept Record
	for k, it := range plan.items {
		if it.Kind != "document" || rec == nil || rec[plan.at[k]] == nil {
			continue
		}
		if kept == nil {
			kept = append(Record(nil), rec...)
		}
		reference, err := in.keepDocument(ctx, row, rec[plan.at[k]])
		if err != nil {
			return nil, fmt.Errorf("keeping the document of %s: %w", it.ID, err)
		}
		kept[plan.at[k]] = reference
	}
	if kept == nil {
		return rec, nil
	}
	return kept, nil
}

var errDocumentForm = errors.New("a document is not of the expected form")

func (in *Intake) keepDocument(ctx context.Context, row *crypto.Row, value json.RawMessage) (json.RawMessage, error) {
	var d sentDocument
	if err := json.Unmarshal(value, &d); err != nil {
		return nil, errDocumentForm // the cause would quote it
	}
	defer clear(d.PDF)
	blob := rand.Text()
	var sealed bytes.Buffer
	w, err := crypto.SealStream(&sealed, row, blob)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(d.PDF); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := in.Documents.Put(ctx, blob, sealed.Bytes()); err != nil {
		return nil, err
	}
	return json.Marshal(keptDocument{Name: d.Name, Blob: blob})
}

// openDocument gives a document back from the reference that its cell held.
func (g *Gate) openDocument(ctx context.Context, row *crypto.Row, value json.RawMessage) (json.RawMessage, error) {
	if bytes.Equal(value, null) {
		return bytes.Clone(value), nil
	}
	// The name is taken as it is written: a string could not be cleared.
	var kept struct {
		Name json.RawMessage `json:"name"`
		Blob string          `json:"blob"`
	}
	defer func() { clear(kept.Name) }()
	if err := json.Unmarshal(value, &kept); err != nil || len(kept.Name) == 0 {
		return nil, errDocumentForm // the cause would quote it
	}
	sealed, err := g.Documents.Get(ctx, kept.Blob)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDocumentLost, err)
	}
	defer sealed.Close()
	clearText, err := crypto.OpenStream(sealed, row, kept.Blob)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDocumentLost, err)
	}
	pdf, err := readAll(clearText)
	defer clear(pdf)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDocumentLost, err)
	}
	// As json.Marshal writes a sentDocument, in one buffer that the view clears.
	document := make([]byte, 0, len(kept.Name)+base64.StdEncoding.EncodedLen(len(pdf))+len(`{"name":,"pdf":""}`))
	document = append(append(append(document, `{"name":`...), kept.Name...), `,"pdf":"`...)
	return append(base64.StdEncoding.AppendEncode(document, pdf), `"}`...), nil
}

// readAll is io.ReadAll, but that it clears the buffers that it outgrows.
func readAll(r io.Reader) ([]byte, error) {
	b := make([]byte, 0, 32<<10)
	for {
		if len(b) == cap(b) {
			bigger := make([]byte, len(b), 2*cap(b))
			copy(bigger, b)
			clear(b)
			b = bigger
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return b, err
		}
	}
}
