// Command prepare builds the Vault server that the tests and `sceau up` use where
// neither vault nor bao is installed, so that the wait is seen and happens once.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"sceau/internal/parts/vaultserver"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	if os.Getenv("VAULT_ADDR") != "" {
		fmt.Fprintln(os.Stderr, "vault: using the one of VAULT_ADDR")
		return
	}
	program, err := vaultserver.Program(ctx, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "prepare:", err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "vault: using", program)
}
