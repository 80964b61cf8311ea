// Package vault has Vault's transit engine keep the keys of crypto: it wraps, opens
// and computes without a key ever leaving it. OpenBao speaks the same language.
//
// Nothing is retried in secret and nothing is answered in part: a batch with one
// bad item, or an answer with a warning, is an error.
package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/vault/api"
	"github.com/hashicorp/vault/api/auth/approle"

	"sceau/crypto"
)

// Config says where Vault is and who calls.
type Config struct {
	Addr      string
	Namespace string // of Vault's enterprise edition; "" is none
	Mount     string // of the transit engine; "" is "transit"
	AuthMount string // of AppRole; "" is "approle"

	RoleID       string
	SecretIDFile string // read again at each log-in, so that it can be replaced
	TokenFile    string // in place of the two above: the administrator

	// Single says that this identity is refused batches: several items become as
	// many calls. An identity that opens for people has it, or its credential would
	// open the whole campaign in two minutes.
	Single bool

	Timeout time.Duration    // of one request; 0 is that of VAULT_CLIENT_TIMEOUT, else 10 s
	Now     func() time.Time // nil is time.Now
}

// A Client speaks to Vault for one identity. It logs in when it first has to, and
// again when its token is lost: no restart is ever needed. Any number of
// goroutines may use it.
type Client struct {
	config Config
	api    *api.Client  // without a token: each request takes its own copy
	http   *http.Client // for answers that hold secrets
	once   bool         // logged in with what is spent since

	mu      sync.Mutex
	logging chan struct{} // closed when the log-in under way ends
	token   token
}

type token struct {
	value   string
	client  *api.Client // carries the token
	renewAt time.Time   // zero: does not expire
	endsAt  time.Time
}

// New prepares a client. It does not speak to Vault yet: a service may start before
// Vault does.
func New(config Config) (*Client, error) {
	if (config.TokenFile == "") == (config.RoleID == "" || config.SecretIDFile == "") {
		return nil, errors.New("preparing vault: give either a role id and the file of its secret id, or the file of a token")
	}
	return prepare(config)
}

func prepare(config Config) (*Client, error) {
	for value, fallback := range map[*string]string{&config.Mount: "transit", &config.AuthMount: "approle"} {
		if *value == "" {
			*value = fallback
		}
	}
	if config.Timeout == 0 {
		config.Timeout = patience()
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	client, direct, err := connect(config)
	if err != nil {
		return nil, err
	}
	return &Client{config: config, api: client, http: direct}, nil
}

// patience is how long a request may take: what Vault's own tools are told.
func patience() time.Duration {
	if settings := api.DefaultConfig(); os.Getenv(api.EnvVaultClientTimeout) != "" && settings.Error == nil {
		return settings.Timeout
	}
	return 10 * time.Second
}

func connect(config Config) (*api.Client, *http.Client, error) {
	settings := api.DefaultConfig() // reads VAULT_CACERT and the like
	if settings.Error != nil {
		return nil, nil, fmt.Errorf("reading vault's environment: %w", settings.Error)
	}
	settings.Address = config.Addr
	settings.Timeout = config.Timeout
	// A retry hides an outage from the one who waits, and doubles a write: the
	// caller is told, and decides.
	settings.MaxRetries = 0
	if transport, ok := settings.HttpClient.Transport.(*http.Transport); ok {
		// The default keeps three connections: 64 callers would open and close one
		// for each field.
		transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 256, 256
		transport.DialContext = forgetful(transport.DialContext)
	}
	client, err := api.NewClient(settings)
	if err != nil {
		return nil, nil, fmt.Errorf("preparing vault at %s: %w", config.Addr, err)
	}
	bare(client, config)
	return client, &http.Client{Transport: settings.HttpClient.Transport}, nil
}

// bare takes away what the environment put in: secrets come from files.
func bare(client *api.Client, config Config) {
	client.ClearToken()
	client.ClearNamespace()
	if config.Namespace != "" {
		client.SetNamespace(config.Namespace)
	}
}

// Health says whether Vault answers and is unsealed. It needs no credential.
func (c *Client) Health(ctx context.Context) error {
	health, err := c.api.Sys().HealthWithContext(ctx)
	switch {
	case err != nil:
		return c.explain(ctx, err)
	case health.Sealed || !health.Initialized:
		return crypto.ErrSealed
	}
	return nil
}

// write sends one request and answers its data.
func (c *Client) write(ctx context.Context, path string, body map[string]any) (map[string]any, error) {
	return c.call(ctx, func(l *api.Logical) (*api.Secret, error) { return l.WriteWithContext(ctx, path, body) })
}

// read answers what stands at a path, nil when nothing does.
func (c *Client) read(ctx context.Context, path string) (map[string]any, error) {
	return c.call(ctx, func(l *api.Logical) (*api.Secret, error) { return l.ReadWithContext(ctx, path) })
}

// call makes one request. A token that Vault does not know any more is replaced, once;
// a refusal of a token that it knows is a refusal.
func (c *Client) call(ctx context.Context, request func(*api.Logical) (*api.Secret, error)) (map[string]any, error) {
	var secret *api.Secret
	err := c.with(ctx, func(held token) (err error) {
		secret, err = request(held.client.Logical())
		return err
	})
	if err != nil || secret == nil {
		return nil, err
	}
	if err := warned(secret.Warnings); err != nil {
		return nil, err
	}
	return secret.Data, nil
}

// with makes one request with a token.
func (c *Client) with(ctx context.Context, request func(token) error) error {
	held, err := c.hold(ctx, "")
	if err != nil {
		return err
	}
	err = request(held)
	if status(err) == http.StatusForbidden && c.unknown(ctx, held) {
		if held, err = c.hold(ctx, held.value); err != nil {
			return err
		}
		err = request(held)
	}
	if err != nil {
		return c.explain(ctx, err)
	}
	return nil
}

// warned: Vault warns where it did something else than it was asked: a context ignored,
// a key that was there already. Nobody reads warnings, so they are errors.
func warned(said []string) error {
	if len(said) == 0 {
		return nil
	}
	return fmt.Errorf("vault warned: %s", strings.Join(said, "; "))
}

// unknown says whether Vault lost the token: it restarted without its storage, or
// the token was revoked.
func (c *Client) unknown(ctx context.Context, held token) bool {
	if c.config.TokenFile != "" {
		return false
	}
	_, err := held.client.Auth().Token().LookupSelfWithContext(ctx)
	return status(err) == http.StatusForbidden
}

// hold answers a token that should work. lost is one that does not, or "".
func (c *Client) hold(ctx context.Context, lost string) (token, error) {
	for {
		c.mu.Lock()
		now, t := c.config.Now(), c.token
		usable := t.value != "" && t.value != lost && (t.endsAt.IsZero() || now.Before(t.endsAt))
		if usable && (t.renewAt.IsZero() || now.Before(t.renewAt)) {
			c.mu.Unlock()
			return t, nil
		}
		if running := c.logging; running != nil {
			c.mu.Unlock()
			if usable {
				return t, nil // somebody is renewing it
			}
			select {
			case <-running:
				continue
			case <-ctx.Done():
				return token{}, context.Cause(ctx)
			}
		}
		running := make(chan struct{})
		c.logging = running
		c.mu.Unlock()

		// For everybody who waits, so not under the deadline of one.
		shared, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.config.Timeout)
		next, err := c.acquire(shared, t, usable)
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("logging in to vault: %w", c.away()) // the time was ours, not the caller's
		}
		cancel()

		c.mu.Lock()
		if err == nil {
			c.token = next
		}
		c.logging = nil
		close(running)
		c.mu.Unlock()
		if err != nil {
			return token{}, err
		}
		return next, nil
	}
}

// acquire renews a token that still works, or logs in.
func (c *Client) acquire(ctx context.Context, held token, usable bool) (token, error) {
	if usable {
		secret, err := held.client.Auth().Token().RenewSelfWithContext(ctx, 0)
		if err == nil && secret != nil && secret.Auth != nil && secret.Auth.LeaseDuration > 1 {
			if renewed := c.tokenOf(secret.Auth, held.client); renewed.endsAt.After(held.endsAt) {
				return renewed, nil
			}
		}
		// Not renewable any longer: a new one then.
	}
	if c.once && usable {
		return held, nil // to its end
	}
	if c.once {
		return token{}, fmt.Errorf("%w: its token has ended, and a single log-in was all that it had", ErrSpent)
	}
	client, err := c.api.Clone() // same connections
	if err != nil {
		return token{}, fmt.Errorf("preparing to log in to vault: %w", err)
	}
	bare(client, c.config)
	if c.config.TokenFile != "" {
		value, err := os.ReadFile(c.config.TokenFile)
		if err != nil {
			return token{}, fmt.Errorf("reading vault's token: %w", err)
		}
		client.SetToken(strings.TrimSpace(string(value)))
		return token{value: client.Token(), client: client}, nil
	}
	auth, err := approle.NewAppRoleAuth(c.config.RoleID, &approle.SecretID{FromFile: c.config.SecretIDFile}, approle.WithMountPath(c.config.AuthMount))
	if err != nil {
		return token{}, fmt.Errorf("preparing to log in to vault: %w", err)
	}
	return c.logIn(ctx, client, auth)
}

func (c *Client) logIn(ctx context.Context, client *api.Client, auth *approle.AppRoleAuth) (token, error) {
	secret, err := auth.Login(ctx, client)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
			return token{}, fmt.Errorf("logging in to vault: %w", err)
		}
		if s := status(err); s == http.StatusBadRequest || s == http.StatusForbidden {
			return token{}, fmt.Errorf("logging in to vault: %w: its role id or secret id is not accepted", crypto.ErrRefused)
		}
		return token{}, fmt.Errorf("logging in to vault: %w", c.explain(ctx, err))
	}
	if secret == nil || secret.Auth == nil || secret.Auth.ClientToken == "" {
		return token{}, errors.New("logging in to vault: it gave no token")
	}
	client.SetToken(secret.Auth.ClientToken)
	return c.tokenOf(secret.Auth, client), nil
}

func (c *Client) tokenOf(auth *api.SecretAuth, client *api.Client) token {
	t := token{value: client.Token(), client: client}
	if auth.LeaseDuration > 0 {
		life := time.Duration(auth.LeaseDuration) * time.Second
		now := c.config.Now()
		t.renewAt, t.endsAt = now.Add(life*2/3), now.Add(life)
	}
	return t
}

// explain turns what went wrong into what the caller can act on.
func (c *Client) explain(ctx context.Context, err error) error {
	var answer *api.ResponseError
	if !errors.As(err, &answer) {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return fmt.Errorf("what answers at %s is not vault", c.config.Addr)
		}
		return c.away()
	}
	said := strings.ToLower(strings.Join(answer.Errors, "; "))
	switch {
	case answer.StatusCode == http.StatusServiceUnavailable && strings.Contains(said, "sealed"):
		return fmt.Errorf("%w (vault at %s waits to be unsealed)", crypto.ErrSealed, c.config.Addr)
	case answer.StatusCode == http.StatusTooManyRequests:
		return crypto.ErrBusy
	case answer.StatusCode == http.StatusForbidden:
		return crypto.ErrRefused
	case answer.StatusCode >= 500:
		// A full audit device answers 500 to everybody, whoever asks what.
		return fmt.Errorf("%w: vault answered %d", crypto.ErrUnavailable, answer.StatusCode)
	}
	return meaning(said, answer.StatusCode)
}

func (c *Client) away() error {
	return fmt.Errorf("%w: vault does not answer at %s (is it started and unsealed?)", crypto.ErrUnavailable, c.config.Addr)
}

// meaning says what Vault's words mean. The words themselves stay out: some of them
// quote what was sent, and what is sent to an index is a personal value.
func meaning(said string, code int) error {
	for _, known := range []struct {
		words string
		err   error
	}{
		{"encryption key not found", fmt.Errorf("%w: vault has no key of that name", crypto.ErrForgotten)},
		{"no existing key", fmt.Errorf("%w: vault has no key of that name", crypto.ErrForgotten)},
		{"message authentication failed", crypto.ErrOpen},
		{"disallowed by policy", errTooOld},
		{"version is too new", fmt.Errorf("%w: its key version does not exist", crypto.ErrOpen)},
		{"invalid ciphertext", crypto.ErrOpen},
		{"missing ciphertext", crypto.ErrOpen},
		{"missing 'context'", errors.New("vault needs the context of the secret")},
		{"permission denied", crypto.ErrRefused},
	} {
		if strings.Contains(said, known.words) {
			return known.err
		}
	}
	if code == http.StatusOK {
		return fmt.Errorf("%w: vault answered with an error inside", crypto.ErrUnavailable)
	}
	return answered(code)
}

// errTooOld is a wrap whose version Vault accepts no more.
var errTooOld error = tooOld{}

type tooOld struct{}

func (tooOld) Error() string {
	return crypto.ErrOpen.Error() + ": its key version is no longer accepted"
}
func (tooOld) Unwrap() error { return crypto.ErrOpen }

// Hint is for a keyring that came back from a backup.
func (tooOld) Hint() string {
	return "its key is frozen, or the keyring was brought back from before the last epoch: see \"The keyring is older than the last trim\" in docs/runbook.md"
}

// answered is a status of Vault's that we know no more about.
type answered int

func (a answered) Error() string { return fmt.Sprintf("vault answered %d", int(a)) }

// Hint is what to do about it.
func (answered) Hint() string {
	return "Vault took the request for wrong, and says why in its own log; nothing was opened, and coming back does not help"
}

func status(err error) int {
	var answer *api.ResponseError
	if errors.As(err, &answer) {
		return answer.StatusCode
	}
	return 0
}
