package house

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"

	"sceau/core/run"
	"sceau/core/view"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/blobs"
	"sceau/internal/postgres/dossiers"
	"sceau/internal/postgres/runs"
	"sceau/internal/runfiles"
	"sceau/policy"
)

// runsFolder holds the sealed files of runs of the admission core.
const runsFolder = "runs"

const (
	projector = "project" // projects; seals run files and opens none
	admission = "core"    // opens run files, and nobody's dossier
)

// inputKind is the kind of a projection's file: what runs are computed on.
const inputKind = "input"

// A Projected is the outcome of a projection.
type Projected struct {
	Run        run.Run
	Persons    int
	Wishes     int
	Drawn      int64    // pseudonyms that somebody had not yet
	Forgotten  int64    // files passed over
	Repeated   int64    // wishes that stand twice in their file
	Rectified  int      // cases raised: inputs that changed after a run took them
	Superseded []string // projections that this one takes the place of
}

// RunFiles are the files of runs, as one identity opens or seals them.
func (h *House) RunFiles(identity string) (runfiles.Files, error) {
	ring, err := h.rings.of(identity)
	if err != nil {
		return runfiles.Files{}, err
	}
	keys, err := h.keyringAs("sceau_keyring_run")
	if err != nil {
		return runfiles.Files{}, err
	}
	folder, err := blobs.Open(h.Path(runsFolder))
	return runfiles.Files{Ring: ring, Keys: keys, Folder: folder}, err
}

// Runs are the records of runs, as the core reads and writes them.
func (h *House) Runs(ctx context.Context) (runs.Book, error) {
	pool, err := h.pool(ctx, "sceau_core")
	return runs.Book{DB: pool}, err
}

// ErrRecord means that the record of a run is not the one that was signed.
var ErrRecord = errors.New("the record of the run is not the one that was signed")

// VerifyRun compares the record of a run that has ended with its signature.
func (h *House) VerifyRun(r run.Run) error {
	verifier, err := h.logVerifier()
	if err != nil {
		return err
	}
	signed, err := note.Open([]byte(r.Signature), note.VerifierList(verifier))
	if err != nil || signed.Text != r.Text() {
		return fmt.Errorf("run %d of campaign %s: %w", r.Number, r.Campaign, ErrRecord)
	}
	return nil
}

// OpenView opens the view that a projection left, as the core, and refuses one that is
// not what its record says.
func (h *House) OpenView(ctx context.Context, of run.Run) (*view.View, error) {
	if of.Kind != run.Projection || of.Ended.IsZero() || !of.Dropped.IsZero() {
		return nil, fmt.Errorf("run %d of campaign %s is no projection that stands", of.Number, of.Campaign)
	}
	if err := h.VerifyRun(of); err != nil {
		return nil, err
	}
	files, err := h.RunFiles(admission)
	if err != nil {
		return nil, err
	}
	file, err := files.Open(ctx, of.Campaign, crypto.RunFile{Run: of.ID, Kind: inputKind}, of.Input.Name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	v, digest, err := view.Decode(file)
	if err == nil && (digest != of.Input.Digest || v.Campaign != of.Campaign) {
		err = fmt.Errorf("%w: it is not what run %d says of it", view.ErrFile, of.Number)
	}
	return v, err
}

// Projection prepares the crossing, with the keys of the identity that projects.
func (h *House) Projection(ctx context.Context, progress func(string, int64, int64)) (*dossier.Projection, error) {
	store, trust, err := h.publications(ctx, "sceau_project")
	if err != nil {
		return nil, err
	}
	table, _, err := policy.InForce(ctx, store, h.Words, trust)
	if err != nil {
		return nil, err
	}
	pool, err := h.pool(ctx, "sceau_project")
	if err != nil {
		return nil, err
	}
	ring, err := h.rings.of(projector)
	if err != nil {
		return nil, err
	}
	log, err := h.Traces(ctx, projector)
	if err != nil {
		return nil, err
	}
	return dossier.NewProjection(&dossier.Projection{
		Catalogue: h.Catalogue, Words: h.Words, Layout: h.Layout, Table: table,
		Rows: dossiers.NewProjector(pool, h.Layout), Ring: ring, Traces: log, Now: h.Now, Progress: progress,
	})
}

// Project projects a campaign into the view that runs are computed on, and puts it in the
// place of the one before, unless a run took that. Of one that was taken it says what has
// changed since, as cases.
func (h *House) Project(ctx context.Context, campaign, by string, progress func(string, int64, int64)) (out Projected, err error) {
	if err := h.runKey(ctx, campaign); err != nil {
		return out, err
	}
	projection, err := h.Projection(ctx, progress)
	if err != nil {
		return out, err
	}
	files, err := h.RunFiles(projector)
	if err != nil {
		return out, err
	}
	pool, err := h.pool(ctx, "sceau_project")
	if err != nil {
		return out, err
	}
	book := runs.Book{DB: pool}
	release, err := book.Alone(ctx, campaign)
	if err != nil {
		return out, err
	}
	defer release()
	r := run.Run{ID: rand.Text(), Campaign: campaign, Kind: run.Projection, Rules: projection.Table.Hash(),
		Input: run.File{Name: runfiles.Name()}, Started: h.Now().UTC().Truncate(time.Second)}
	projected, err := projection.Project(ctx, campaign, r.ID, by)
	if err != nil {
		return out, err
	}
	// The record stands before the file: what a kill leaves is found by it, and removed.
	if r, err = book.Begin(ctx, r); err != nil {
		return out, err
	}
	err = files.Keep(ctx, campaign, crypto.RunFile{Run: r.ID, Kind: inputKind}, r.Input.Name, func(w io.Writer) (err error) {
		r.Input.Digest, err = projected.View.Encode(w)
		return err
	})
	if err != nil {
		return out, err
	}
	taken, any, err := book.Taken(ctx, campaign)
	if err != nil {
		return out, err
	}
	if any {
		if out.Rectified, err = h.raise(ctx, projection, taken, projected); err != nil {
			return out, err
		}
	}
	if err := h.endRun(ctx, book, &r); err != nil {
		return out, err
	}
	out.Run, out.Persons, out.Wishes = r, len(projected.View.Persons), len(projected.View.Wishes)
	out.Drawn, out.Forgotten, out.Repeated = projected.Drawn, projected.Forgotten, projected.Repeated
	out.Superseded, err = h.supersede(ctx, book, files, r)
	return out, err
}

// raise compares a projection with the one that a run took, as the core, which alone
// opens it.
func (h *House) raise(ctx context.Context, projection *dossier.Projection, taken run.Run, now *dossier.ProjectedView) (int, error) {
	was, err := h.OpenView(ctx, taken)
	if err != nil {
		return 0, err
	}
	return projection.Raise(ctx, taken.Campaign, taken.ID, now, view.Compare(was, now.View))
}

// endRun signs the record of a run and ends it.
func (h *House) endRun(ctx context.Context, book runs.Book, r *run.Run) error {
	signer, err := h.logSigner()
	if err != nil {
		return err
	}
	r.Ended = h.Now().UTC().Truncate(time.Second)
	signed, err := note.Sign(&note.Note{Text: r.Text()}, signer)
	if err != nil {
		return err
	}
	r.Signature = string(signed)
	return book.End(ctx, *r)
}

// supersede removes the projections that this one takes the place of: the record that
// they stand no more, then keys and files. What a kill leaves of it the next one ends.
func (h *House) supersede(ctx context.Context, book runs.Book, files runfiles.Files, by run.Run) (gone []string, err error) {
	old, err := book.Superseded(ctx, by.Campaign, by.Number)
	if err != nil {
		return nil, err
	}
	for _, r := range old {
		// The record first, so that nobody takes what is about to go. Those whose removal was
		// cut are in the list again, and what is gone already costs a look.
		if r.Dropped.IsZero() {
			err := book.Drop(ctx, r.ID, h.Now())
			if errors.Is(err, runs.ErrStays) {
				continue // taken meanwhile
			}
			if err != nil {
				return gone, err
			}
			gone = append(gone, r.ID)
		}
		if err := files.Drop(ctx, r.Campaign, r.ID, r.Input.Name); err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// runKey makes the key for runs of a campaign that was created before there was one, as
// an administrator of Vault.
func (h *House) runKey(ctx context.Context, campaign string) error {
	ring, err := h.rings.of(projector)
	if err != nil {
		return err
	}
	has, err := ring.HasRunKey(ctx, campaign)
	if err != nil || has {
		return err
	}
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	frozen, err := register.Frozen(ctx, campaign)
	if err != nil || frozen.Whole {
		return err // refused, and traced, as any other
	}
	if err := h.ownVault(); err != nil {
		return err
	}
	admin, end, err := h.admin()
	if err != nil {
		return fmt.Errorf("campaign %s has no key for runs yet: %w", campaign, err)
	}
	defer end()
	store, err := h.campaignStore()
	if err != nil {
		return err
	}
	if err := crypto.CreateCampaignKeys(ctx, admin, store, campaign, KeyPlanOf(h.Catalogue)); err != nil {
		return err
	}
	if err := h.applyKeeper(ctx, admin); err != nil {
		return err
	}
	if has, err = ring.HasRunKey(ctx, campaign); err == nil && !has {
		err = errors.New("the key for runs is not active")
	}
	return err
}
