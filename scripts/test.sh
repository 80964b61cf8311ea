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
# The homes of the tests lie in memory where there is much of it: a third of the work of
# so many small servers is the file system's. The product writes as it always does, and
# `make soak` has it do so on the disk.
roomy() { # eight gigabytes of the folder, and of what is behind it
	[ "$(df -Pk "$1" | awk 'NR == 2 {print $4}')" -ge 8388608 ] && [ "$(awk '/^MemAvailable/ {print $2}' /proc/meminfo)" -ge 8388608 ]
}
if [ -z "${TMPDIR:-}" ] && roomy /dev/shm 2>/dev/null && homes=$(mktemp -d /dev/shm/sceau-test-XXXXXX); then
	# Never with what is in it: those who watch over servers stop them first.
	trap 'for _ in {1..100}; do rmdir "$homes" 2>/dev/null && break; sleep 0.2; done' EXIT
	chmod 711 "$homes" # PostgreSQL's account crosses it
	printf '#!/bin/sh\n' >"$homes/program"
	chmod +x "$homes/program"
	if "$homes/program" 2>/dev/null; then # some mount it for data alone
		export TMPDIR=$homes
	fi
	rm "$homes/program"
fi
# The longest first: begun last, one of them would run alone while a processor rests.
# Vet has looked already.
bin/testcount -count=1 -timeout=15m -vet=off "$@" ./cmd/sceau ./internal/promises ./internal/backup ./...
