package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"sceau/internal/house"
	"sceau/internal/parts"
)

type policyVaultVerb struct {
	Out   string `placeholder:"DIR" help:"Where the files go, one for each identity: DIR/IDENTITY.hcl, and DIR/grants.sql."`
	Check bool   `help:"Name what the live Vault lets identities do otherwise. It asks with the administrator's token."`
}

func (v policyVaultVerb) Run(ctx context.Context, t *terminal) error {
	if (v.Out == "") == !v.Check {
		return misusef("either --out DIR or --check")
	}
	if v.Check {
		return v.check(ctx, t)
	}
	// Vault may be away: what its policies should say does not depend on it.
	addresses, err := parts.Need(ctx, parts.DefaultHome(), parts.Data, parts.Keyring)
	if err != nil {
		return err
	}
	h, err := house.At(addresses)
	if err != nil {
		return err
	}
	defer h.Close()
	policies, err := h.VaultPolicies(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(v.Out, 0o755); err != nil {
		return err
	}
	for _, p := range policies {
		if err := os.WriteFile(filepath.Join(v.Out, p.Identity+".hcl"), []byte(p.Text), 0o644); err != nil {
			return err
		}
	}
	grants, err := h.Grants(ctx)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(v.Out, "grants.sql"), []byte(grants), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(t.err, "%d policies in %s; an administrator of Vault applies them\n", len(policies), v.Out)
	fmt.Fprintf(t.err, "grants of the sealed tables in %s; the owner of the database applies them\n", filepath.Join(v.Out, "grants.sql"))
	return v.strangers(t, policies)
}

// strangers names the files of identities that are no more: who applies a folder would
// apply them too.
func (v policyVaultVerb) strangers(t *terminal, policies []house.VaultPolicy) error {
	files, err := filepath.Glob(filepath.Join(v.Out, "*.hcl"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if !slices.ContainsFunc(policies, func(p house.VaultPolicy) bool { return p.Identity+".hcl" == filepath.Base(f) }) {
			fmt.Fprintf(t.err, "%s is of no identity\n", f)
		}
	}
	return nil
}

func (v policyVaultVerb) check(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	said, err := h.VaultDifferences(ctx)
	if err != nil {
		return err
	}
	for _, s := range said {
		fmt.Fprintln(t.out, s)
	}
	if len(said) > 0 {
		return quietly{failed}
	}
	fmt.Fprintln(t.err, "Vault lets each identity do what is generated, and nothing else")
	return nil
}
