// Package awskms keeps the names the compiler asks for, without the provider's SDK.
package awskms

import (
	"github.com/hashicorp/go-hclog"
	wrapping "github.com/hashicorp/go-kms-wrapping/v2"

	"sceau/vaultd/trim/absent"
)

// Wrapper seals nothing.
type Wrapper = absent.Wrapper

// NewWrapper makes one.
func NewWrapper() *Wrapper { return absent.NewWrapper() }

// WithDisallowEnvVars changes nothing.
func WithDisallowEnvVars(bool) wrapping.Option { return absent.Nothing() }

// WithLogger changes nothing.
func WithLogger(hclog.Logger) wrapping.Option { return absent.Nothing() }

const (
	EnvAwsKmsWrapperKeyId   = "absent_envawskmswrapperkeyid"
	EnvVaultAwsKmsSealKeyId = "absent_envvaultawskmssealkeyid"
)
