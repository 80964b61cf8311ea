package main

import (
	"fmt"
	"net"
	"net/url"

	"github.com/hashicorp/vault/builtin/credential/approle"
	"github.com/hashicorp/vault/builtin/logical/transit"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
)

// engines is the whole catalogue of plugins. Vault asks it besides the factories:
// without it, mounting an engine panics.
type engines struct{}

var built = map[consts.PluginType]map[string]logical.Factory{
	consts.PluginTypeSecrets:    {"transit": transit.Factory},
	consts.PluginTypeCredential: {"approle": approle.Factory},
}

func (engines) Contains(name string, kind consts.PluginType) bool {
	_, ok := built[kind][name]
	return ok
}

func (engines) Get(name string, kind consts.PluginType) (func() (any, error), bool) {
	factory, ok := built[kind][name]
	return func() (any, error) { return factory, nil }, ok
}

func (engines) Keys(kind consts.PluginType) []string {
	var names []string
	for name := range built[kind] {
		names = append(names, name)
	}
	return names
}

func (e engines) DeprecationStatus(name string, kind consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, e.Contains(name, kind)
}

func (engines) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }

// clusterAddress is where the members of a raft cluster meet.
func clusterAddress(text string) (*net.TCPAddr, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("raft storage needs a cluster_addr such as https://127.0.0.1:8201")
	}
	return net.ResolveTCPAddr("tcp", u.Host)
}
