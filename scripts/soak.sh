#!/usr/bin/env bash
# The tests of `make test` with the full counts of their properties. The seed is
# printed first: SEED=N make soak repeats a run.
set -euo pipefail
cd "$(dirname "$0")/.."

SEED=${SEED:-$(date +%s)}
CHECKS=${CHECKS:-10000}
printf 'soak: SEED=%s CHECKS=%s\n' "$SEED" "$CHECKS" >&2
export SCEAU_SOAK=1 SCEAU_SEED=$SEED

go run ./internal/parts/prepare
go build -o bin/testcount ./internal/testcount

# Only the packages that state properties know the flags of rapid.
packages() { go list -f '{{$p := .ImportPath}}{{range .TestImports}}{{.}} {{end}}{{range .XTestImports}}{{.}} {{end}}|{{$p}}' ./... | awk -F'|' "$1 {print \$2}"; }
mapfile -t properties < <(packages '$1 ~ /pgregory.net\/rapid/')
mapfile -t others < <(packages '$1 !~ /pgregory.net\/rapid/')

failed=0
# New inputs for every parser; `make test` replays those that were worth keeping.
scripts/fuzz.sh || failed=1

if [ ${#properties[@]} -gt 0 ]; then
	bin/testcount -count=1 -timeout=6h "${properties[@]}" -args -rapid.checks="$CHECKS" -rapid.seed="$SEED" || failed=1
fi
bin/testcount -count=1 -timeout=6h "${others[@]}" || failed=1
exit $failed
