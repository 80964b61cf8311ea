// Package rego carries the law as rules: relations, phases, guards and denials,
// one Rego package per category of recipients. It reads nothing and decides
// nothing; policy/opa evaluates it when a table is drafted.
package rego

import "embed"

// Files are the rules and their tests, as the opa command line also loads them.
//
//go:embed *.rego
var Files embed.FS
