// Package azurekeyvault keeps the names the compiler asks for, without the provider's SDK.
package azurekeyvault

import (
	wrapping "github.com/hashicorp/go-kms-wrapping/v2"

	"sceau/vaultd/trim/absent"
)

// Wrapper seals nothing.
type Wrapper = absent.Wrapper

// NewWrapper makes one.
func NewWrapper() *Wrapper { return absent.NewWrapper() }

// WithDisallowEnvVars changes nothing.
func WithDisallowEnvVars(bool) wrapping.Option { return absent.Nothing() }

const (
	EnvAzureKeyVaultWrapperKeyName   = "absent_envazurekeyvaultwrapperkeyname"
	EnvAzureKeyVaultWrapperVaultName = "absent_envazurekeyvaultwrappervaultname"
	EnvVaultAzureKeyVaultKeyName     = "absent_envvaultazurekeyvaultkeyname"
	EnvVaultAzureKeyVaultVaultName   = "absent_envvaultazurekeyvaultvaultname"
)
