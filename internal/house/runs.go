package house

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"

	"sceau/catalogue"
	"sceau/core/run"
	"sceau/core/view"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/admission"
	"sceau/internal/blobs"
	"sceau/internal/postgres/dossiers"
	"sceau/internal/postgres/runs"
	"sceau/internal/runfiles"
	"sceau/policy/signed"
)

// runsFolder holds the sealed files of runs of the admission core.
const runsFolder = "runs"

const (
	projector = "project" // projects; seals run files and opens none
	core      = "core"    // opens run files, and nobody's dossier
)

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

// VerifyRun compares the record of a run that has ended with its signature.
func (h *House) VerifyRun(r run.Run) error {
	verifier, err := h.logVerifier()
	if err != nil {
		return err
	}
	signed, err := note.Open([]byte(r.Signature), note.VerifierList(verifier))
	if err != nil || signed.Text != r.Text() {
		return fmt.Errorf("run %d of campaign %s: %w", r.Number, r.Campaign, run.ErrRecord)
	}
	return nil
}

// SignRun signs the record of a run, with the key of the log.
func (h *House) SignRun(r run.Run) (string, error) {
	signer, err := h.logSigner()
	if err != nil {
		return "", err
	}
	signed, err := note.Sign(&note.Note{Text: r.Text()}, signer)
	return string(signed), err
}

// Admission is the runs of a campaign, as the core: it opens files of runs, and nobody's
// dossier.
func (h *House) Admission(ctx context.Context, campaign string, progress func(string, int64, int64)) (*admission.Campaign, error) {
	book, err := h.Runs(ctx)
	if err != nil {
		return nil, err
	}
	files, err := h.RunFiles(core)
	if err != nil {
		return nil, err
	}
	return &admission.Campaign{Name: campaign, Book: book, Files: files, Notary: h, Now: h.Now, Progress: progress,
		Ready: func(ctx context.Context) error { return h.runKey(ctx, campaign) },
		Phase: func(ctx context.Context, at time.Time) (catalogue.Phase, error) {
			register, err := h.Register(ctx)
			if err != nil {
				return "", err
			}
			campaigns, err := register.Campaigns(ctx)
			for _, c := range campaigns {
				if c.ID == campaign {
					return c.Calendar.Phase(at), nil
				}
			}
			return "", err
		}}, nil
}

// OpenView opens the view that a projection left, as the core.
func (h *House) OpenView(ctx context.Context, of run.Run) (*view.View, error) {
	a, err := h.Admission(ctx, of.Campaign, nil)
	if err != nil {
		return nil, err
	}
	return a.View(ctx, of)
}

// Projection prepares the crossing, with the keys of the identity that projects.
func (h *House) Projection(ctx context.Context, progress func(string, int64, int64)) (*dossier.Projection, error) {
	store, trust, err := h.publications(ctx, "sceau_project")
	if err != nil {
		return nil, err
	}
	table, _, err := signed.InForce(ctx, store, h.Words, trust)
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
	err = files.Keep(ctx, campaign, crypto.RunFile{Run: r.ID, Kind: admission.Input}, r.Input.Name, func(w io.Writer) (err error) {
		r.Input.Digest, err = projected.View.Encode(w)
		return err
	})
	if err != nil {
		return out, err
	}
	taken, ok, err := book.Taken(ctx, campaign)
	if err != nil {
		return out, err
	}
	if ok {
		if out.Rectified, err = h.raise(ctx, projection, taken, projected); err != nil {
			return out, err
		}
	}
	r.Ended = h.Now().UTC().Truncate(time.Second)
	if r.Signature, err = h.SignRun(r); err != nil {
		return out, err
	}
	if err := book.End(ctx, r); err != nil {
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
