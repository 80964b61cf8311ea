// Package ocikms keeps the names the compiler asks for, without the provider's SDK.
package ocikms

import "sceau/vaultd/trim/absent"

// Wrapper seals nothing.
type Wrapper = absent.Wrapper

// NewWrapper makes one.
func NewWrapper() *Wrapper { return absent.NewWrapper() }

const (
	EnvOciKmsWrapperCryptoEndpoint       = "absent_envocikmswrappercryptoendpoint"
	EnvOciKmsWrapperKeyId                = "absent_envocikmswrapperkeyid"
	EnvOciKmsWrapperManagementEndpoint   = "absent_envocikmswrappermanagementendpoint"
	EnvVaultOciKmsSealCryptoEndpoint     = "absent_envvaultocikmssealcryptoendpoint"
	EnvVaultOciKmsSealKeyId              = "absent_envvaultocikmssealkeyid"
	EnvVaultOciKmsSealManagementEndpoint = "absent_envvaultocikmssealmanagementendpoint"
	KmsConfigCryptoEndpoint              = "absent_kmsconfigcryptoendpoint"
	KmsConfigKeyId                       = "absent_kmsconfigkeyid"
	KmsConfigManagementEndpoint          = "absent_kmsconfigmanagementendpoint"
)
