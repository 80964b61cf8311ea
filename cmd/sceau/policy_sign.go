package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/policy"
)

type policySignVerb struct {
	Key         string `required:"" placeholder:"FILE" type:"existingfile" help:"The signer's own key, 0600."`
	Publication string `placeholder:"ID" help:"The publication; the one that waits by default."`
}

func (v policySignVerb) Run(ctx context.Context, t *terminal) error {
	signer, err := policy.ReadSigner(v.Key)
	if err != nil {
		return err
	}
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	store, trust, err := h.Publications(ctx)
	if err != nil {
		return err
	}
	if v.Publication == "" {
		p, waits, err := policy.Waiting(ctx, store, trust)
		if err != nil {
			return err
		}
		if !waits {
			return errNoneWaits
		}
		v.Publication = p.ID
	}
	p, lacking, err := policy.Sign(ctx, store, h.Words, trust, v.Publication, signer)
	if err != nil {
		return err
	}
	if lacking > 0 {
		fmt.Fprintf(t.err, "signed by %s; %d more to come\n", signer.Name(), lacking)
		return nil
	}
	fmt.Fprintf(t.err, "signed by %s; in force: %s\n", signer.Name(), p.ID)
	return nil
}

type policyKeygenVerb struct {
	Name  string `arg:"" help:"The signer's name, as it will stand on the statement."`
	Out   string `required:"" placeholder:"FILE" help:"Where the secret half goes, 0600."`
	Trust bool   `help:"Add the public half to SCEAU_HOME/policy/signers."`
}

func (v policyKeygenVerb) Run(t *terminal) error {
	if err := os.MkdirAll(filepath.Dir(v.Out), 0o700); err != nil {
		return err
	}
	public, err := policy.NewSigner(v.Name, v.Out)
	if err != nil {
		return err
	}
	if v.Trust {
		if err := house.AddSigner(parts.DefaultHome(), public); err != nil {
			return err
		}
	}
	fmt.Fprintln(t.out, public)
	return nil
}
