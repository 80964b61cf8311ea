package house

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/sumdb/note"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/vault"
	"sceau/dossier"
	"sceau/internal/parts"
	"sceau/internal/whole"
)

// Furnish does, once, what a Vault administrator does on the day a platform is set
// up: mounts, the key of the traces' days, one policy and credential per identity,
// and the signing key of the log. On a private Vault the development root token
// plays that administrator.
func Furnish(ctx context.Context, addresses parts.Addresses, out io.Writer) error {
	if addresses.VaultOf() != "" {
		return nil // it is furnished where it lives, and came back with its credentials
	}
	h, err := At(addresses)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.makeLogKey(); err != nil {
		return err
	}
	if err := h.makeSenderKey(); err != nil {
		return err
	}
	missing, err := h.lackingIdentities()
	if err != nil {
		return err
	}
	admin, end, err := h.admin()
	if err != nil {
		return err
	}
	defer end()
	if err := admin.EnableMounts(ctx); err != nil {
		return err
	}
	if err := admin.CreateKey(ctx, crypto.DayKey, crypto.WrapKey); err != nil {
		return err
	}
	// All policies as they are now, also of identities that hold a credential: the
	// register of identities may have changed since.
	if err := h.applyPolicies(ctx, admin, h.Catalogue.Identities()...); err != nil {
		return err
	}
	for _, who := range missing {
		c, err := admin.Issue(ctx, who.Name)
		if err != nil {
			return err
		}
		if err := h.keepCredential(c); err != nil {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	fmt.Fprintf(out, "%d identities hold a Vault credential of their own under %s; under one system user that is no boundary\n",
		len(missing), h.Path("identities"))
	return nil
}

// storedCredential is the file of an identity's credential, beside its secret id.
type storedCredential struct {
	Identity     string `json:"identity"`
	RoleID       string `json:"role_id"`
	SecretIDFile string `json:"-"`
}

func (h *House) identityPath(identity string) string { return h.Path("identities", identity+".json") }

func (h *House) secretIDPath(identity string) string {
	return h.Path("identities", identity+".secret-id")
}

func (h *House) keepCredential(c vault.Credential) error {
	if err := whole.WriteNew(h.secretIDPath(c.Identity), []byte(c.SecretID)); err != nil {
		return err
	}
	text, err := json.Marshal(storedCredential{Identity: c.Identity, RoleID: c.RoleID})
	if err != nil {
		return err
	}
	return whole.WriteNew(h.identityPath(c.Identity), text)
}

func (h *House) identityCredential(identity string) (storedCredential, error) {
	var c storedCredential
	text, err := readSecret(h.identityPath(identity))
	if errors.Is(err, os.ErrNotExist) {
		return c, fmt.Errorf("identity %s holds no credential here: run `sceau up`, or bring its file to %s", identity, h.Path("identities"))
	}
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(text, &c); err != nil || c.Identity != identity {
		return c, fmt.Errorf("the credential of %s is another identity's", identity)
	}
	c.SecretIDFile = h.secretIDPath(identity)
	return c, nil
}

// lackingIdentities are those without a whole credential, but those of jobs, who have
// none that stays. Half of one, left by a kill, is cleared, and so is an empty one, as
// kills of older versions left them.
func (h *House) lackingIdentities() ([]catalogue.Identity, error) {
	var lacking []catalogue.Identity
	for _, who := range h.Catalogue.Identities() {
		if who.Job {
			continue
		}
		info, err := os.Stat(h.identityPath(who.Name))
		switch {
		case err == nil && info.Size() > 0:
			continue
		case err != nil && !errors.Is(err, os.ErrNotExist):
			return nil, err
		}
		for _, path := range []string{h.secretIDPath(who.Name), h.identityPath(who.Name)} {
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, err
			}
		}
		lacking = append(lacking, who)
	}
	return lacking, nil
}

// admin is the Vault administrator, for the length of one command.
func (h *House) admin() (*vault.Admin, func(), error) {
	token, err := h.Parts.RootToken()
	if err != nil {
		return nil, nil, err
	}
	// The client reads a token from a file, so that none stands in an environment.
	f, err := os.CreateTemp("", "sceau-admin-")
	if err != nil {
		return nil, nil, err
	}
	end := func() { _ = os.Remove(f.Name()) } // 0600, and gone with the machine at the latest
	if _, err := f.WriteString(token); err != nil {
		end()
		return nil, nil, errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		end()
		return nil, nil, err
	}
	admin, err := vault.NewAdmin(vault.Config{Addr: h.Parts.VaultAddr, TokenFile: f.Name()})
	if err != nil {
		end()
		return nil, nil, err
	}
	return admin, end, nil
}

// CreateCampaign makes a campaign: keys first, so that a campaign that is there can
// seal. Cut at any moment, it is finished by running it again.
func (h *House) CreateCampaign(ctx context.Context, c dossier.Campaign, programmes []dossier.Programme, schools []dossier.School) error {
	admin, end, err := h.admin()
	if err != nil {
		return err
	}
	defer end()
	store, err := h.campaignStore()
	if err != nil {
		return err
	}
	if err := crypto.CreateCampaignKeys(ctx, admin, store, c.ID, KeyPlanOf(h.Catalogue)); err != nil {
		return err
	}
	if err := h.applyKeeper(ctx, admin); err != nil {
		return err
	}
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	return register.CreateCampaign(ctx, c, programmes, schools)
}

// KeyPlanOf derives the keys of a campaign from the sealed tables and the indexes.
func KeyPlanOf(c *catalogue.Catalogue) crypto.KeyPlan {
	var plan crypto.KeyPlan
	for _, class := range c.Classes() {
		if class.Keys != catalogue.KeysBranch && class.Keys != catalogue.KeysPerson {
			continue // days and slow hashes have no key of a campaign
		}
		p := crypto.ClassPlan{Class: string(class.ID), Own: class.Keys == catalogue.KeysPerson}
		for _, fate := range class.Fates {
			p.Fates = append(p.Fates, string(fate))
		}
		plan.Classes = append(plan.Classes, p)
	}
	for _, x := range c.Indexes() {
		plan.Indexes = append(plan.Indexes, x.ID)
	}
	return plan
}

// logName is the name under which the log signs its checkpoints.
const logName = "sceau-traces"

// makeLogKey makes the key that signs checkpoints, once. Its public half is for
// everybody: with it a stranger verifies the traces.
func (h *House) makeLogKey() error {
	path := h.Path("identities", "log.key")
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	secret, public, err := note.GenerateKey(rand.Reader, logName)
	if err != nil {
		return err
	}
	// The public half first: cut here, both are made anew.
	pub := h.Path("identities", "log.pub")
	if err := errors.Join(whole.Write(pub, []byte(public+"\n")), os.Chmod(pub, 0o644)); err != nil {
		return err
	}
	return whole.WriteNew(path, []byte(secret+"\n"))
}
