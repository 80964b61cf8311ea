#!/usr/bin/env bash
# Everything that must hold before a change is kept. The last line counts the tests.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '== %s\n' "$*" >&2; }

step gofmt
unformatted=$(gofmt -l $(git ls-files '*.go' 2>/dev/null || find . -name '*.go'))
if [ -n "$unformatted" ]; then
	printf 'not in the format of gofmt:\n%s\n' "$unformatted" >&2
	exit 1
fi

step build
go build -trimpath -o bin/sceau ./cmd/sceau

step vet
go vet ./...

step staticcheck
# In a module of its own: the tools' dependencies are not the service's.
go -C internal/tools build -o "$PWD/bin/staticcheck" honnef.co/go/tools/cmd/staticcheck
bin/staticcheck ./...

step vault
# Now rather than inside the first test that needs it, so that its progress shows.
go run ./internal/parts/prepare

step test
go build -o bin/testcount ./internal/testcount
# The longest first: begun last, one of them would run alone while a processor rests.
# Vet has looked already.
bin/testcount -count=1 -timeout=15m -vet=off "$@" ./cmd/sceau ./internal/promises ./internal/backup ./...
