// Package absent stands where a cloud provider's key service would be: every call
// answers that it is not part of this build.
package absent

import (
	"context"
	"errors"

	wrapping "github.com/hashicorp/go-kms-wrapping/v2"
)

// Err is the answer to every call.
var Err = errors.New("cloud unsealing is not part of this build")

// Wrapper satisfies the compiler and seals nothing.
type Wrapper struct{}

// NewWrapper makes one.
func NewWrapper() *Wrapper { return &Wrapper{} }

func (*Wrapper) Type(context.Context) (wrapping.WrapperType, error) { return "", Err }

func (*Wrapper) KeyId(context.Context) (string, error) { return "", Err }

func (*Wrapper) SetConfig(context.Context, ...wrapping.Option) (*wrapping.WrapperConfig, error) {
	return nil, Err
}

func (*Wrapper) Encrypt(context.Context, []byte, ...wrapping.Option) (*wrapping.BlobInfo, error) {
	return nil, Err
}

func (*Wrapper) Decrypt(context.Context, *wrapping.BlobInfo, ...wrapping.Option) ([]byte, error) {
	return nil, Err
}

// Nothing is an option that changes nothing.
func Nothing() wrapping.Option {
	return func() any { return wrapping.OptionFunc(func(*wrapping.Options) error { return nil }) }
}
