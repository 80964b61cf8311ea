package house

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"sceau/audit"
	"sceau/crypto"
	"sceau/internal/parts"
	"sceau/internal/postgres/traces"
)

// Traces opens the log for one identity of this process, once: each has connections, and
// a goroutine that writes.
func (h *House) Traces(ctx context.Context, identity string) (*audit.Log, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if log, ok := h.logs[identity]; ok {
		return log, nil
	}
	keys, err := h.keys(identity)
	if err != nil {
		return nil, err
	}
	dsn, err := h.Parts.DSN(parts.Audit, "sceau_trace_write")
	if err != nil {
		return nil, err
	}
	store, err := traces.OpenWriter(ctx, dsn)
	if err != nil {
		return nil, err
	}
	signer, err := h.logSigner()
	if err != nil {
		store.Close()
		return nil, err
	}
	log, err := audit.New(audit.Config{Store: store, Keys: keys, DayKey: crypto.DayKey, Now: h.Now, Signer: signer, Window: gatherTraces})
	if err != nil {
		store.Close()
		return nil, err
	}
	h.logs[identity] = log
	h.close = append(h.close, store.Close, log.Close, func() { h.checkpoint(log) })
	return log, nil
}

// checkpoint signs where the traces stand when a process ends, so that what it
// recorded is covered. Without a database it cannot, and the next process will.
func (h *House) checkpoint(log *audit.Log) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, _ = log.Checkpoint(ctx)
}

// gatherTraces is how long traces wait to share a commit, when there are others: a
// commit costs the database about as much as fifty traces (measured).
const gatherTraces = 4 * time.Millisecond

func (h *House) logSigner() (note.Signer, error) {
	text, err := readSecret(h.Path("identities", "log.key"))
	if err != nil {
		return nil, fmt.Errorf("reading the key of the log: %w", err)
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("reading the key of the log: %w", err)
	}
	return signer, nil
}

// Verify rebuilds the traces and compares them, as the identity that reads them.
func (h *House) Verify(ctx context.Context) (audit.Report, error) {
	reader, err := h.traceReader(ctx)
	if err != nil {
		return audit.Report{}, err
	}
	verifier, err := h.logVerifier()
	if err != nil {
		return audit.Report{}, err
	}
	return audit.Verify(ctx, audit.Verification{Store: reader.Store, Keys: reader.Keys, DayKey: crypto.DayKey, Verifiers: note.VerifierList(verifier)})
}

// logVerifier verifies what the key of the log has signed.
func (h *House) logVerifier() (note.Verifier, error) {
	public, err := os.ReadFile(h.Path("identities", "log.pub"))
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(strings.TrimSpace(string(public)))
}

// traceReader opens what lies beside the traces, as the identity that reads them.
func (h *House) traceReader(ctx context.Context) (*audit.Reader, error) {
	keys, err := h.keys("trace-read")
	if err != nil {
		return nil, err
	}
	dsn, err := h.Parts.DSN(parts.Audit, "sceau_trace_read")
	if err != nil {
		return nil, err
	}
	store, err := traces.OpenReader(ctx, dsn)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	h.close = append(h.close, store.Close)
	h.mu.Unlock()
	return &audit.Reader{Store: store, Keys: keys, DayKey: crypto.DayKey, Now: h.Now}, nil
}
