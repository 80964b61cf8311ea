// Package alicloudkms keeps the names the compiler asks for, without the provider's SDK.
package alicloudkms

import "sceau/vaultd/trim/absent"

// Wrapper seals nothing.
type Wrapper = absent.Wrapper

// NewWrapper makes one.
func NewWrapper() *Wrapper { return absent.NewWrapper() }

const (
	EnvAliCloudKmsWrapperKeyId   = "absent_envalicloudkmswrapperkeyid"
	EnvVaultAliCloudKmsSealKeyId = "absent_envvaultalicloudkmssealkeyid"
)
