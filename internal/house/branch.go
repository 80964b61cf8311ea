package house

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/rotation"
	"sceau/crypto/vault"
	"sceau/dossier"
	"sceau/internal/blobs"
	"sceau/internal/postgres/dossiers"
)

// resealer is the identity that opens a class to seal it anew. It has no credential but
// the one issued for a job.
const resealer = "reseal"

// ResealCredential names the file in which an administrator of Vault hands the
// credential for one job over: two lines, the role id and the wrapping token.
const ResealCredential = "SCEAU_RESEAL_CREDENTIAL"

// A NoBranchError is a class that has no branch key to change.
type NoBranchError struct {
	Class catalogue.ClassID
	Keys  catalogue.KeyPlan
}

func (e *NoBranchError) Error() string {
	if e.Keys == catalogue.KeysPerson {
		return fmt.Sprintf("class %s has no branch key: every person has a secret of their own for it", e.Class)
	}
	return fmt.Sprintf("class %s has no branch key of a campaign", e.Class)
}

// Hint says what turns instead.
func (e *NoBranchError) Hint() string {
	if e.Keys == catalogue.KeysPerson {
		return "`sceau keys rotate wraps` wraps those secrets anew"
	}
	return "classes with a branch key are those that `sceau keys status` lists with versions of it"
}

// RotateBranch adds a version of the branch key of a class, or goes on with the one that
// was added, and seals every row of the class anew under it. An administrator adds; the
// identity that seals anew holds its credential for the length of this call.
func (h *House) RotateBranch(ctx context.Context, campaign string, class catalogue.ClassID, by string, progress rotation.Progress) (dossier.Reseal, error) {
	none := dossier.Reseal{}
	known, ok := h.Catalogue.Class(class)
	if !ok {
		return none, h.noClass(class)
	}
	if known.Keys != catalogue.KeysBranch {
		return none, &NoBranchError{class, known.Keys}
	}
	turns, err := h.keyringAs("sceau_keyring_turn")
	if err != nil {
		return none, err
	}
	register, err := h.Register(ctx)
	if err != nil {
		return none, err
	}
	// Now, and not when a version was added that nothing is sealed under.
	if frozen, err := register.Frozen(ctx, campaign); err != nil {
		return none, err
	} else if frozen.Class(class) {
		return none, fmt.Errorf("class %s of campaign %s: %w", class, campaign, crypto.ErrFrozen)
	}
	release, err := turns.Alone(ctx, campaign)
	if err != nil {
		return none, err
	}
	defer release()
	turn, err := h.addBranch(ctx, turns, campaign, class)
	if err != nil {
		return none, err
	}
	credential, err := h.resealCredential(ctx)
	if err != nil {
		return none, err
	}
	keys, err := vault.LogInOnce(ctx, vault.Config{Addr: h.Parts.VaultAddr, Now: h.Now}, credential)
	if err != nil {
		return none, err
	}
	job, err := h.Resealing(ctx, keys, turns, progress)
	var report dossier.Reseal
	if err == nil {
		report, err = job.Run(ctx, turn, by)
	}
	// What the token could do ends here, also for who was interrupted.
	return report, errors.Join(err, keys.End(context.WithoutCancel(ctx)))
}

// noClass says which classes there are.
func (h *House) noClass(named catalogue.ClassID) error {
	var all []string
	for _, c := range h.Catalogue.Classes() {
		all = append(all, string(c.ID))
	}
	return fmt.Errorf("no class is named %s: they are %s", named, strings.Join(all, ", "))
}

// addBranch adds the version as an administrator, unless the run before has.
func (h *House) addBranch(ctx context.Context, turns rotation.BranchTurns, campaign string, class catalogue.ClassID) (rotation.BranchTurn, error) {
	turn, open, err := rotation.OpenBranchTurn(ctx, turns, campaign, string(class))
	if err != nil || open && turn.State == rotation.Resealing {
		return turn, err
	}
	admin, end, err := h.admin()
	if err != nil {
		return turn, err
	}
	defer end()
	store, err := h.campaignStore()
	if err != nil {
		return turn, err
	}
	return rotation.AddBranch(ctx, admin, store, turns, campaign, string(class), h.Now)
}

// Resealing prepares to seal anew, with the keys of a job that has logged in.
func (h *House) Resealing(ctx context.Context, keys crypto.KeyService, turns rotation.BranchTurns, progress rotation.Progress) (*dossier.Resealing, error) {
	wraps, err := h.keyringAs("sceau_keyring_read")
	if err != nil {
		return nil, err
	}
	pool, err := h.pool(ctx, "sceau_reseal")
	if err != nil {
		return nil, err
	}
	documents, err := blobs.Open(h.Path("blobs"))
	if err != nil {
		return nil, err
	}
	log, err := h.Traces(ctx, keeper)
	if err != nil {
		return nil, err
	}
	return &dossier.Resealing{
		Layout: h.Layout, Ring: &crypto.Keyring{Service: keys, Store: wraps, Now: h.Now}, Rows: dossiers.Resealer{DB: pool, Layout: h.Layout},
		Turns: turns, Documents: documents, Traces: log, Now: h.Now, Progress: progress,
	}, nil
}

// resealCredential is what an administrator handed over in a file, or issues now.
func (h *House) resealCredential(ctx context.Context) (vault.Once, error) {
	if path := os.Getenv(ResealCredential); path != "" {
		return readResealCredential(path)
	}
	admin, end, err := h.admin()
	if err != nil {
		return vault.Once{}, err
	}
	defer end()
	return admin.IssueOnce(ctx, resealer)
}

func readResealCredential(path string) (vault.Once, error) {
	text, err := readSecret(path)
	if err != nil {
		return vault.Once{}, fmt.Errorf("reading what %s names: %w", ResealCredential, err)
	}
	var lines []string
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) != 2 {
		return vault.Once{}, fmt.Errorf("the file that %s names has two lines, the role id of %s and the wrapping token of a secret id, not %d",
			ResealCredential, vault.RoleName(resealer), len(lines))
	}
	return vault.Once{Identity: resealer, RoleID: lines[0], Wrapping: lines[1]}, nil
}
