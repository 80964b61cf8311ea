package main

import (
	"time"
	_ "unsafe" // for go:linkname
)

// After a snapshot was given back, Vault sleeps five seconds for its standbys to follow,
// and only then finds which share opens it. This server stands alone: a backup that is
// tried, and each epoch tries one, would wait for nobody.
//
//go:linkname waitForStandbys github.com/hashicorp/vault/physical/raft.restoreOpDelayDuration
var waitForStandbys time.Duration
