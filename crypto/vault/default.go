package vault

import (
	_ "embed"
	"fmt"
	"strings"
)

// The policy that tokens have unless they are made without it, as the Vault that the
// project builds writes it on its first day, under a line with its version.
//
//go:embed default.hcl
var firstDay string

// byDefault compares the default policy with what it was on the first day. Another
// version of Vault has another one, of which only what reaches ours is named.
func (s *survey) byDefault(live string) error {
	health, err := s.admin.api.Sys().HealthWithContext(s.ctx)
	if err != nil {
		return err
	}
	heading, text, _ := strings.Cut(firstDay, "\n")
	if heading != firstLine(health.Version) {
		return nil
	}
	for _, differs := range comparePolicies(text, live) {
		s.say("policy default, which Vault makes: it %s", differs)
	}
	return nil
}

func firstLine(version string) string { return fmt.Sprintf("# as Vault %s makes it", version) }
