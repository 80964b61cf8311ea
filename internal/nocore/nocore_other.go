//go:build !linux

package nocore

// refuseReaders has nothing to add to the limit outside Linux.
func refuseReaders() error { return nil }
