package vaultserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

// OwnAudit is the file where a private server records every request, relative to its
// folder: wherever the folder is moved to, and in whichever folder a snapshot of it
// is brought back, it records in its own.
const OwnAudit = "audit.log"

// auditTo makes the server record every request in one file, and in no other. Vault
// keeps the path among its keys: a server that was told a whole path, and was brought
// back from a snapshot, would go on writing where the first one does.
func (c Client) auditTo(ctx context.Context, file string) error {
	var answer struct {
		Data map[string]struct {
			Type    string
			Options map[string]string
		}
	}
	if err := c.call(ctx, http.MethodGet, "sys/audit", nil, &answer); err != nil {
		return fmt.Errorf("listing vault's audit devices: %w", err)
	}
	ours := ""
	for name, device := range answer.Data {
		if device.Type == "file" && device.Options["file_path"] == file {
			ours = name
		}
	}
	if ours == "" {
		name := "file"
		if _, taken := answer.Data["file/"]; taken {
			sum := sha256.Sum256([]byte(file))
			name = "file-" + hex.EncodeToString(sum[:4])
		}
		device := map[string]any{"type": "file", "options": map[string]string{"file_path": file, "mode": "0600"}}
		if err := c.call(ctx, http.MethodPut, "sys/audit/"+name, device, nil); err != nil {
			return fmt.Errorf("enabling vault's audit: %w", err)
		}
		ours = name + "/"
	}
	// After ours is there: at no moment is nothing recorded.
	for name, device := range answer.Data {
		if device.Type != "file" || name == ours {
			continue
		}
		if err := c.call(ctx, http.MethodDelete, "sys/audit/"+strings.TrimSuffix(name, "/"), nil, nil); err != nil {
			return fmt.Errorf("ending vault's audit at its former place: %w", err)
		}
	}
	return nil
}
