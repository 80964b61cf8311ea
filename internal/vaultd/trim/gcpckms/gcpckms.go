// Package gcpckms keeps the names the compiler asks for, without the provider's SDK.
package gcpckms

import "sceau/vaultd/trim/absent"

// Wrapper seals nothing.
type Wrapper = absent.Wrapper

// NewWrapper makes one.
func NewWrapper() *Wrapper { return absent.NewWrapper() }

const (
	EnvGcpCkmsWrapperCredsPath   = "absent_envgcpckmswrappercredspath"
	EnvGcpCkmsWrapperCryptoKey   = "absent_envgcpckmswrappercryptokey"
	EnvGcpCkmsWrapperKeyRing     = "absent_envgcpckmswrapperkeyring"
	EnvGcpCkmsWrapperLocation    = "absent_envgcpckmswrapperlocation"
	EnvGcpCkmsWrapperProject     = "absent_envgcpckmswrapperproject"
	EnvVaultGcpCkmsSealCryptoKey = "absent_envvaultgcpckmssealcryptokey"
	EnvVaultGcpCkmsSealKeyRing   = "absent_envvaultgcpckmssealkeyring"
)
