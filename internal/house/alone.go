package house

import (
	"fmt"
	"log/slog"
	"os"
	"strings"

	"sceau/internal/parts/vaultserver"
)

// A TwoCredentialsError is a process that would serve as one identity with the
// credential of another within its reach.
type TwoCredentialsError struct {
	Identity string
	Others   []string // identities, and administrators
}

func (e *TwoCredentialsError) Error() string {
	return fmt.Sprintf("serve refuses two credentials: this process would be %s, and can read what %s logs in with", e.Identity, strings.Join(e.Others, ", "))
}

// Hint is for whoever starts it.
func (e *TwoCredentialsError) Hint() string {
	return "give each identity a system user and a SCEAU_HOME of its own, and no administrator's token; docs/operations.md says what lies there"
}

// alone refuses to serve with credentials of two: a fault in the code of one would
// open what the other may. A development house only warns.
func (h *House) alone(identity string, log *slog.Logger) error {
	others := h.readableIdentities(identity)
	if h.development() {
		if len(others) > 0 {
			log.Warn("this system user can read the credentials of other identities too: one system user is no boundary", "identities", len(others))
		}
		return nil
	}
	if _, err := vaultserver.TokenFromEnvironment(); err == nil {
		others = append(others, "an administrator of Vault")
	}
	if len(others) > 0 {
		return &TwoCredentialsError{Identity: identity, Others: others}
	}
	return nil
}

// development says whether this is a house where one system user holds all: a private
// Vault whose root token this process reads opens everything already, and to refuse
// two of what it has all of would only look like a boundary. An existing Vault has
// no root token in the home, so there nothing makes up for two credentials.
func (h *House) development() bool {
	return h.Parts.RootTokenFile != "" && readable(h.Parts.RootTokenFile)
}

// readableIdentities lists the other identities whose credential this process could
// read. In production the files of the others are not there, or belong to another
// system user.
func (h *House) readableIdentities(own string) (others []string) {
	for _, who := range h.Catalogue.Identities() {
		if who.Name != own && readable(h.secretIDPath(who.Name)) {
			others = append(others, who.Name)
		}
	}
	return others
}

// readable says whether a file can be read by this process, whatever others may do:
// one that is open to everybody is a credential all the same.
func readable(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	_ = f.Close() // read only
	return true
}
