package house

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"sceau/audit"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/blobs"
	"sceau/internal/parts"
	"sceau/internal/postgres/dossiers"
	"sceau/internal/postgres/publications"
	"sceau/internal/postgres/traces"
	"sceau/policy"
	"sceau/web/api"
)

// Publications opens the tables of access ever published, and who may sign.
func (h *House) Publications(ctx context.Context) (policy.Publications, policy.Trust, error) {
	return h.publicationsAs(ctx, "sceau_policy")
}

func (h *House) publicationsAs(ctx context.Context, role string) (policy.Publications, policy.Trust, error) {
	return h.publications(ctx, "sceau_policy")
}

func (h *House) publications(ctx context.Context, role string) (policy.Publications, policy.Trust, error) {
	f, err := os.Open(h.Path("policy", "signers"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, policy.Trust{}, errors.New("nobody may sign yet: make two keys with `sceau policy keygen NAME --out FILE --trust`")
	}
	if err != nil {
		return nil, policy.Trust{}, err
	}
	defer f.Close()
	trust, err := policy.ReadTrust(f, 0)
	if err != nil {
		return nil, policy.Trust{}, err
	}
	p, err := h.pool(ctx, role)
	if err != nil {
		return nil, policy.Trust{}, err
	}
	return publications.Store{DB: p}, trust, nil
}

// AddSigner adds a public key to those whose signatures count.
func AddSigner(home, public string) error {
	path := filepath.Join(home, "policy", "signers")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, public)
	return errors.Join(err, f.Sync(), f.Close())
}

// Table is the table in force: signed by enough people, unaltered, compiled anew. It
// is read as the gate, which can neither publish nor sign.
func (h *House) Table(ctx context.Context) (*policy.Table, error) {
	store, trust, err := h.publications(ctx, "sceau_gate")
	if err != nil {
		return nil, err
	}
	table, _, err := policy.InForce(ctx, store, h.Words, trust)
	return table, err
}

// Traces opens the log for one identity of this process.
func (h *House) Traces(ctx context.Context, identity string) (*audit.Log, error) {
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
	h.mu.Lock()
	h.close = append(h.close, store.Close, log.Close, func() { h.checkpoint(log) })
	h.mu.Unlock()
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
	return note.NewSigner(strings.TrimSpace(string(text)))
}

// Verify rebuilds the traces and compares them, as the identity that reads them.
func (h *House) Verify(ctx context.Context) (audit.Report, error) {
	reader, err := h.traceReader(ctx)
	if err != nil {
		return audit.Report{}, err
	}
	public, err := os.ReadFile(h.Path("identities", "log.pub"))
	if err != nil {
		return audit.Report{}, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(public)))
	if err != nil {
		return audit.Report{}, err
	}
	return audit.Verify(ctx, audit.Verification{Store: reader.Store, Keys: reader.Keys, DayKey: crypto.DayKey, Verifiers: note.VerifierList(verifier)})
}

// Gate opens the door for a person's commands.
func (h *House) Gate(ctx context.Context) (*dossier.Gate, error) {
	table, err := h.Table(ctx)
	if err != nil {
		return nil, err
	}
	log, err := h.Traces(ctx, "trace-write")
	if err != nil {
		return nil, err
	}
	gate, err := h.gate(ctx, table, log)
	if err != nil {
		return nil, err
	}
	gate.Connections, err = h.traceReader(ctx)
	return gate, err
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

func (h *House) gate(ctx context.Context, table *policy.Table, log *audit.Log) (*dossier.Gate, error) {
	pool, err := h.pool(ctx, "sceau_gate")
	if err != nil {
		return nil, err
	}
	documents, err := blobs.Open(h.Path("blobs"))
	if err != nil {
		return nil, err
	}
	gate, err := dossier.NewGate(&dossier.Gate{
		Catalogue: h.Catalogue, Words: h.Words, Layout: h.Layout,
		Desk: dossiers.Desk{DB: pool}, Shelf: dossiers.Shelf{DB: pool, Layout: h.Layout},
		Traces: log, Rings: h.rings, Documents: documents, Now: h.Now,
	})
	if err != nil {
		return nil, err
	}
	gate.Put(table)
	return gate, nil
}

// Intake opens the way in, for the campaigns named.
func (h *House) Intake(ctx context.Context, campaigns ...string) (*dossier.Intake, error) {
	log, err := h.Traces(ctx, "intake")
	if err != nil {
		return nil, err
	}
	return h.intake(ctx, log, campaigns...)
}

func (h *House) intake(ctx context.Context, log *audit.Log, campaigns ...string) (*dossier.Intake, error) {
	pool, err := h.pool(ctx, "sceau_intake")
	if err != nil {
		return nil, err
	}
	documents, err := blobs.Open(h.Path("blobs"))
	if err != nil {
		return nil, err
	}
	activation, err := h.activation()
	if err != nil {
		return nil, err
	}
	ring, err := h.rings.of("intake")
	if err != nil {
		return nil, err
	}
	in := &dossier.Intake{
		Catalogue: h.Catalogue, Forms: h.Forms, Layout: h.Layout, Ring: ring,
		Vestry: dossiers.Vestry{DB: pool, Layout: h.Layout}, Traces: log, Connections: log,
		Documents: documents, Activation: activation, Now: h.Now, References: map[string]*dossier.Reference{},
	}
	for _, c := range campaigns {
		if in.References[c], err = (dossiers.Vestry{DB: pool}).Reference(ctx, c); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// GiveMissions seals the agents of a mission file, writes one credential for each
// mission, and adds the missions: all or none.
func (h *House) GiveMissions(ctx context.Context, orders []dossier.MissionOrder) error {
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	campaigns := map[string][]dossier.MissionOrder{}
	for _, o := range orders {
		known, err := register.HasMission(ctx, o.Mission)
		if err != nil {
			return err
		}
		if known {
			return fmt.Errorf("mission %s was given already: a mission is ended, never changed", o.Mission)
		}
		campaigns[o.Campaign] = append(campaigns[o.Campaign], o)
	}
	in, err := h.Intake(ctx)
	if err != nil {
		return err
	}
	for campaign, orders := range campaigns {
		if _, err := h.OnlyCampaign(ctx, campaign); err != nil {
			return err
		}
		agents, err := in.EnterAgents(ctx, campaign, orders)
		if err != nil {
			return err
		}
		missions := make([]dossier.Mission, len(orders))
		credentials := make([]dossier.Credential, len(orders))
		for i, o := range orders {
			until, err := time.Parse(time.DateOnly, o.Until)
			if err != nil {
				return err
			}
			credentials[i] = dossier.NewCredential()
			missions[i] = dossier.Mission{ID: o.Mission, Campaign: campaign, Recipient: o.Recipient, Organisation: o.Organisation,
				Scopes: o.Scopes, Until: until, Credential: credentials[i].Digest()}
		}
		if err := register.AddMissions(ctx, missions, agents); err != nil {
			return err
		}
		for i, m := range missions {
			path := h.Path("missions", m.ID+".key")
			// A file left by a mission that was never added holds no right.
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
			if err := writeSecret(path, credentials[i].Text()); err != nil {
				return err
			}
		}
	}
	return nil
}

// RecordFacts records each fact as the mission that it names.
func (h *House) RecordFacts(ctx context.Context, facts []dossier.Fact, on time.Time) error {
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	gate, err := h.Gate(ctx)
	if err != nil {
		return err
	}
	for _, f := range facts {
		credential, err := h.Credential(f.By)
		if err != nil {
			return fmt.Errorf("fact %s: %w", f.ID, err)
		}
		if err := gate.RecordFact(ctx, register, f, credential, on); err != nil {
			return err
		}
	}
	return nil
}

// EndFact ends a fact as the mission that recorded it.
func (h *House) EndFact(ctx context.Context, id string) error {
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	by, err := register.Recorder(ctx, id)
	if err != nil {
		return err
	}
	credential, err := h.Credential(by)
	if err != nil {
		return err
	}
	gate, err := h.Gate(ctx)
	if err != nil {
		return err
	}
	return gate.EndFact(ctx, register, id, by, credential)
}

// Server prepares a process that serves as one identity.
func (h *House) Server(ctx context.Context, identity string, log *slog.Logger) (*api.Server, error) {
	who, ok := h.Catalogue.Identity(identity)
	if !ok {
		return nil, fmt.Errorf("%q is not one identity", identity)
	}
	if len(who.Recipients) == 0 && identity != "intake" {
		return nil, fmt.Errorf("identity %s serves nobody: it is for jobs", identity)
	}
	h.rings.only = identity
	if others := h.readableIdentities(identity); len(others) > 0 {
		log.Warn("this system user can read the credentials of other identities too: one system user is no boundary", "identities", len(others))
	}
	trace, err := h.Traces(ctx, identity)
	if err != nil {
		return nil, err
	}
	s := &api.Server{Identity: identity, Log: log, Ready: h.ready}
	if identity == "intake" {
		p, err := h.pool(ctx, "sceau_intake")
		if err != nil {
			return nil, err
		}
		campaigns, err := dossiers.Register{DB: p}.Campaigns(ctx)
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, c := range campaigns {
			ids = append(ids, c.ID)
		}
		s.Intake, err = h.intake(ctx, trace, ids...)
		return s, err
	}
	table, err := h.Table(ctx)
	if err != nil {
		return nil, err
	}
	s.Table = func() *policy.Table { return table }
	s.Gate, err = h.gate(ctx, table, trace)
	return s, err
}

// readableIdentities lists the other identities whose credential this process could
// read. It holds one and uses one; in production the files of the others are not
// there, or belong to another system user.
func (h *House) readableIdentities(own string) (others []string) {
	for _, who := range h.Catalogue.Identities() {
		if who.Name == own {
			continue
		}
		if _, err := readSecret(h.secretIDPath(who.Name)); err == nil {
			others = append(others, who.Name)
		}
	}
	return others
}

// ready asks every part whether it answers.
func (h *House) ready(ctx context.Context) error {
	if _, err := parts.Need(ctx, h.home); err != nil {
		return fmt.Errorf("%w: %w", crypto.ErrUnavailable, err)
	}
	return nil
}
