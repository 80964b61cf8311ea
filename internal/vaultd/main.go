// Command vaultd is a real Vault server with the two engines that Sceau needs,
// transit and approle, for a machine that has neither vault nor bao.
//
// It reads the configuration file of vault itself, in the same words, so that the
// program that starts it does not tell one from the other: vaultd server -config
// FILE. Storage is a folder (file) or a replicated log (raft). It is for
// development: it speaks in clear, on the loopback only.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/audit"
	"github.com/hashicorp/vault/builtin/credential/approle"
	"github.com/hashicorp/vault/builtin/logical/transit"
	"github.com/hashicorp/vault/command/server"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/physical/raft"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical"
	"github.com/hashicorp/vault/sdk/physical/file"
	"github.com/hashicorp/vault/vault"
)

func main() {
	if len(os.Args) != 4 || os.Args[1] != "server" || os.Args[2] != "-config" {
		fmt.Fprintln(os.Stderr, "usage: vaultd server -config FILE")
		os.Exit(2)
	}
	if err := serve(os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "vaultd:", err)
		os.Exit(1)
	}
}

func serve(path string) error {
	// A core dump of this process would hold every key.
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("refusing core dumps: %w", err)
	}
	config, err := server.LoadConfigFile(path)
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	listener, err := listen(config)
	if err != nil {
		return err
	}
	// Nothing below info: debug lines name paths of requests.
	log := hclog.New(&hclog.LoggerOptions{Name: "vaultd", Level: hclog.Info, Output: os.Stderr})
	waitForStandbys = 0 // there are none
	core, err := newCore(config, log)
	if err != nil {
		return err
	}
	handler := vaulthttp.Handler.Handler(&vault.HandlerProperties{Core: core, ListenerConfig: &configutil.Listener{}})
	core.SetClusterHandler(handler)

	http := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 5 * time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- http.Serve(listener) }()

	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	select {
	case err := <-failed:
		return err
	case <-stop.Done():
	}
	ending, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	http.Shutdown(ending) // what is still open after that is cut
	return core.Shutdown()
}

func listen(config *server.Config) (net.Listener, error) {
	if len(config.Listeners) != 1 || !config.Listeners[0].TLSDisable {
		return nil, errors.New("exactly one listener, with tls_disable, is served here")
	}
	address, err := net.ResolveTCPAddr("tcp", config.Listeners[0].Address)
	if err != nil {
		return nil, fmt.Errorf("reading the listener's address: %w", err)
	}
	if !address.IP.IsLoopback() {
		return nil, fmt.Errorf("%s is not the loopback: this server speaks in clear", address)
	}
	return net.ListenTCP("tcp", address)
}

func newCore(config *server.Config, log hclog.Logger) (*vault.Core, error) {
	if config.Storage == nil {
		return nil, errors.New("no storage is configured")
	}
	stores := map[string]physical.Factory{"file": file.NewFileBackend, "raft": raft.NewRaftBackend}
	open, known := stores[config.Storage.Type]
	if !known {
		return nil, fmt.Errorf("storage %q is not part of this build", config.Storage.Type)
	}
	store, err := open(config.Storage.Config, log.Named("storage"))
	if err != nil {
		return nil, fmt.Errorf("opening storage: %w", err)
	}
	conf := &vault.CoreConfig{
		RawConfig:          config,
		Physical:           store,
		StorageType:        config.Storage.Type,
		RedirectAddr:       config.Storage.RedirectAddr,
		ClusterAddr:        config.Storage.ClusterAddr,
		AuditBackends:      map[string]audit.Factory{"file": audit.NewFileBackend},
		LogicalBackends:    map[string]logical.Factory{"transit": transit.Factory},
		CredentialBackends: map[string]logical.Factory{"approle": approle.Factory},
		BuiltinRegistry:    engines{},
		Logger:             log,
		LogLevel:           "info",
		// Locking memory needs a privilege that a developer's account lacks.
		DisableMlock: true,
	}
	if conf.RedirectAddr == "" {
		conf.RedirectAddr = config.APIAddr
	}
	if conf.ClusterAddr == "" {
		conf.ClusterAddr = config.ClusterAddr
	}
	if replicated, ok := store.(physical.HABackend); ok && replicated.HAEnabled() {
		conf.HAPhysical = replicated
	}
	core, err := vault.NewCore(conf)
	if err != nil {
		return nil, fmt.Errorf("making the core: %w", err)
	}
	if conf.HAPhysical != nil {
		address, err := clusterAddress(conf.ClusterAddr)
		if err != nil {
			return nil, err
		}
		core.SetClusterListenerAddrs([]*net.TCPAddr{address})
	}
	return core, nil
}
