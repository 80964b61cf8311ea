package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/hashicorp/vault/api"
	"github.com/hashicorp/vault/api/auth/approle"

	"sceau/crypto"
)

// onceLife is how long a job may take to log in with the credential issued for it: of
// the secret id, and of the token that it is wrapped in.
const onceLife = "10m"

// A Once is a credential for a single log-in. Its secret id is wrapped: whoever unwraps
// it first is the only one, and the job that comes second knows that it was seen.
type Once struct {
	Identity string
	RoleID   string
	Wrapping string // the token that unwraps the secret id, once
}

// String keeps the token out of logs.
func (o Once) String() string   { return "single credential of " + o.Identity }
func (o Once) GoString() string { return o.String() }

// MarshalJSON likewise.
func (o Once) MarshalJSON() ([]byte, error) { return json.Marshal(o.String()) }

// IssueOnce issues a credential for one log-in of an identity.
func (a *Admin) IssueOnce(ctx context.Context, identity string) (Once, error) {
	roleID, err := a.roleID(ctx, identity)
	if err != nil {
		return Once{}, err
	}
	held, err := a.hold(ctx, "")
	if err != nil {
		return Once{}, err
	}
	client, err := held.client.Clone()
	if err != nil {
		return Once{}, fmt.Errorf("issuing a credential to %s: %w", identity, err)
	}
	bare(client, a.config)
	client.SetToken(held.value)
	client.SetWrappingLookupFunc(func(string, string) string { return onceLife })
	answer, err := client.Logical().WriteWithContext(ctx, a.role(identity)+"/secret-id", map[string]any{"num_uses": 1, "ttl": onceLife})
	switch {
	case err != nil:
		return Once{}, fmt.Errorf("issuing a credential to %s: %w", identity, a.explain(ctx, err))
	case answer == nil || answer.WrapInfo == nil || answer.WrapInfo.Token == "":
		return Once{}, fmt.Errorf("issuing a credential to %s: vault wrapped nothing", identity)
	}
	return Once{Identity: identity, RoleID: roleID, Wrapping: answer.WrapInfo.Token}, nil
}

// ErrSpent means that the credential of a job was used, unwrapped or too old already. If
// nobody of ours did, somebody else saw it.
var ErrSpent error = spent{}

type spent struct{}

func (spent) Error() string { return "the credential for this job is spent" }

// Hint is for whoever runs the job.
func (spent) Hint() string {
	return "have another issued and run it again; if nobody here used this one, Vault's audit file says who did"
}

// LogInOnce logs a job in, with a secret id that no file ever holds. When the token ends,
// after a day at the latest, the job needs another credential: it cannot log in again.
func LogInOnce(ctx context.Context, config Config, o Once) (*Client, error) {
	config.RoleID, config.SecretIDFile, config.TokenFile = "", "", ""
	c, err := prepare(config)
	if err != nil {
		return nil, err
	}
	c.once = true
	client, err := c.api.Clone()
	if err != nil {
		return nil, fmt.Errorf("preparing to log in to vault: %w", err)
	}
	bare(client, c.config)
	secretID, err := c.unwrap(ctx, client, o)
	if err != nil {
		return nil, fmt.Errorf("logging in to vault as %s: %w", o.Identity, err)
	}
	auth, err := approle.NewAppRoleAuth(o.RoleID, &approle.SecretID{FromString: secretID}, approle.WithMountPath(c.config.AuthMount))
	if err != nil {
		return nil, fmt.Errorf("preparing to log in to vault: %w", err)
	}
	bare(client, c.config)
	if c.token, err = c.logIn(ctx, client, auth); err != nil {
		return nil, err
	}
	return c, nil
}

// unwrap gives the secret id, after it has asked where the token comes from: one that
// wraps the secret id of another role would log the job in as somebody else's.
func (c *Client) unwrap(ctx context.Context, client *api.Client, o Once) (string, error) {
	refused := func(err error) error {
		if s := status(err); s == http.StatusBadRequest || s == http.StatusForbidden {
			return ErrSpent
		}
		return c.explain(ctx, err)
	}
	looked, err := client.Logical().WriteWithContext(ctx, "sys/wrapping/lookup", map[string]any{"token": o.Wrapping})
	if err != nil {
		return "", refused(err)
	}
	if looked == nil {
		return "", ErrSpent
	}
	want := "auth/" + c.config.AuthMount + "/role/" + policyName(o.Identity) + "/secret-id"
	if from, _ := looked.Data["creation_path"].(string); from != want {
		return "", fmt.Errorf("%w: its token wraps something else than a secret id of %s", crypto.ErrRefused, o.Identity)
	}
	answer, err := client.Logical().UnwrapWithContext(ctx, o.Wrapping)
	if err != nil {
		return "", refused(err)
	}
	if answer == nil {
		return "", ErrSpent
	}
	return textOf(answer.Data, "secret_id")
}

// End revokes the token of a job: what it could do ends with it, and not a day later.
func (c *Client) End(ctx context.Context) error {
	if !c.once {
		return errors.New("ending a token: only that of a job is ended")
	}
	c.mu.Lock()
	held := c.token
	c.token = token{}
	c.mu.Unlock()
	if held.client == nil {
		return nil
	}
	if err := held.client.Auth().Token().RevokeSelfWithContext(ctx, ""); err != nil {
		return fmt.Errorf("ending the token of a job: %w", c.explain(ctx, err))
	}
	return nil
}
