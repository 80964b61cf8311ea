package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/hashicorp/vault/api"
	"golang.org/x/sync/errgroup"

	"sceau/crypto"
)

// Unwrap is that of crypto.KeyService. Vault's own client answers with strings, which
// nobody can clear: what is opened is read here, into buffers that are.
func (c *Client) Unwrap(ctx context.Context, key string, items ...crypto.Wrapped) ([][]byte, error) {
	bodies, err := ciphertexts(items)
	if err != nil {
		return nil, fmt.Errorf("opening under %s: %w", key, err)
	}
	secrets := make([][]byte, len(items))
	size := batchMax
	if c.config.Single {
		size = 1
	}
	group, inside := errgroup.WithContext(ctx)
	group.SetLimit(singles)
	for from := 0; from < len(bodies); from += size {
		to := min(from+size, len(bodies))
		group.Go(func() error { return c.openSome(inside, key, bodies[from:to], secrets[from:to]) })
	}
	if err := group.Wait(); err != nil {
		for _, s := range secrets {
			clear(s)
		}
		return nil, fmt.Errorf("opening under %s: %w", key, err)
	}
	return secrets, nil
}

// opened is an answer to decrypt. Bytes are decoded from base64 as they are read.
type opened struct {
	Data struct {
		Plaintext []byte `json:"plaintext"`
		Batch     []struct {
			Plaintext []byte `json:"plaintext"`
			Error     string `json:"error"`
		} `json:"batch_results"`
	} `json:"data"`
	Warnings []string `json:"warnings"`
	Errors   []string `json:"errors"`
}

func (o *opened) forget() {
	clear(o.Data.Plaintext)
	for _, b := range o.Data.Batch {
		clear(b.Plaintext)
	}
}

// openSome makes one request. It trusts no status: Vault answers 200 with errors inside.
func (c *Client) openSome(ctx context.Context, key string, bodies []map[string]any, secrets [][]byte) error {
	var body any = map[string]any{"batch_input": bodies}
	if len(bodies) == 1 {
		body = bodies[0]
	}
	question, err := json.Marshal(body)
	if err != nil {
		return err
	}
	var answer opened
	defer answer.forget()
	err = c.with(ctx, func(held token) error {
		answer.forget()
		answer = opened{}
		return c.ask(ctx, held, c.config.Mount+"/decrypt/"+key, question, &answer)
	})
	if err != nil {
		return err
	}
	if err := warned(answer.Warnings); err != nil {
		return err
	}
	if len(bodies) == 1 {
		secrets[0] = bytes.Clone(answer.Data.Plaintext)
		return some(secrets)
	}
	if len(answer.Data.Batch) != len(bodies) {
		return fmt.Errorf("vault answered %d items to %d", len(answer.Data.Batch), len(bodies))
	}
	for i, b := range answer.Data.Batch {
		if b.Error != "" {
			return fmt.Errorf("item %d of %d: %w", i+1, len(bodies), meaning(strings.ToLower(b.Error), 200))
		}
		secrets[i] = bytes.Clone(b.Plaintext)
	}
	return some(secrets)
}

func some(secrets [][]byte) error {
	for i, s := range secrets {
		if len(s) == 0 {
			return fmt.Errorf("item %d of %d: vault answered nothing", i+1, len(secrets))
		}
	}
	return nil
}

// mostOfAnswer is far more than a batch of secrets takes.
const mostOfAnswer = 8 << 20

// ask posts a question and reads the answer into one buffer, which it clears.
func (c *Client) ask(ctx context.Context, held token, path string, question []byte, into *opened) error {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, strings.TrimSuffix(held.client.Address(), "/")+"/v1/"+path, bytes.NewReader(question))
	if err != nil {
		return errors.New("the address of vault is none")
	}
	r.Header = held.client.Headers() // the namespace
	r.Header.Set(api.AuthHeaderName, held.value)
	r.Header.Set(api.RequestHeaderName, "true")
	r.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.ContentLength > mostOfAnswer {
		return errors.New("vault answered at more length than a batch takes")
	}
	// One byte more than the answer: its end is then met without another buffer.
	text := make([]byte, max(response.ContentLength+1, 4<<10))
	defer func() { clear(text) }()
	n := 0
	for {
		k, err := response.Body.Read(text[n:])
		n += k
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if n == len(text) {
			if n > mostOfAnswer {
				return errors.New("vault answered at more length than a batch takes")
			}
			bigger := make([]byte, 2*n)
			copy(bigger, text)
			clear(text)
			text = bigger
		}
	}
	err = json.Unmarshal(text[:n], into)
	if response.StatusCode >= 400 {
		return &api.ResponseError{HTTPMethod: r.Method, StatusCode: response.StatusCode, Errors: into.Errors}
	}
	var syntax *json.SyntaxError
	if err != nil && !errors.As(err, &syntax) {
		return errors.New("vault answered no base64") // the cause would quote it
	}
	return err
}

// forgetful dials connections whose reader's buffer is cleared before each read: an
// answer would otherwise stay in it for as long as the connection is idle.
func forgetful(dial func(ctx context.Context, network, addr string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return forgetfulConn{conn}, nil
	}
}

type forgetfulConn struct{ net.Conn }

// Read may use all of p as scratch space, as any io.Reader.
func (c forgetfulConn) Read(p []byte) (int, error) {
	clear(p)
	return c.Conn.Read(p)
}
