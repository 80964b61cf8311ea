#!/usr/bin/env bash
# Every fuzz target of the module for some seconds: FUZZTIME=1m scripts/fuzz.sh, or
# the targets whose names match: scripts/fuzz.sh 'Cell|Filing'. Targets are found by
# asking the tests for their names; one that is declared and not found is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

FUZZTIME=${FUZZTIME:-2s}
only=${1:-.}

# Whatever the build leaves out counts too, but modules of their own and examples.
declared=$(grep -rhoE --include='*_test.go' --exclude-dir={testdata,vaultd,tools} '^func Fuzz[A-Za-z0-9_]*\(' . | wc -l)
listed=$(go test -list '^Fuzz' ./... | awk '/^Fuzz/ { names = names " " $1 } /^ok/ { n = split(names, each, " "); for (i = 1; i <= n; i++) print $2, each[i]; names = "" }')
found=$(printf '%s\n' "$listed" | grep -c . || true)
if [ "$declared" -eq 0 ] || [ "$declared" -ne "$found" ]; then
	printf 'fuzz: %d targets are declared, and the tests know %d: one would never run\n' "$declared" "$found" >&2
	exit 1
fi

ran=0 failed=0
said=$(mktemp)
trap 'rm -f "$said"' EXIT
# fuzz TIME PACKAGE NAME: one at a time, since the workers of two would only wait for
# each other. A time that is over before the known inputs were replayed is no try, and
# making an input smaller may take a second, not the minute that is the default.
fuzz() {
	go test -run='^$' -fuzz="^$3\$" -fuzztime="$1" -fuzzminimizetime=1s -parallel=2 "$2" >"$said" 2>&1 || over || return 1
	grep -q 'now fuzzing' "$said"
}
# over says whether nothing failed but the clock: go test reports a worker that its own
# -fuzztime interrupts as a failure, without an input.
over() { grep -q '^    context deadline exceeded' "$said" && ! grep -qE 'Failing input|panic:|_test\.go:' "$said"; }
while read -r package name; do
	[[ $name =~ $only ]] || continue
	if fuzz "$FUZZTIME" "$package" "$name" || { ! grep -q '^--- FAIL' "$said" && fuzz 10s "$package" "$name"; }; then
		printf 'fuzz: %-31s %s\n' "$name" "$(sed -n 's/^fuzz: elapsed: [^,]*, //p' "$said" | tail -1)"
	else
		printf 'fuzz: %s of %s FAILED\n' "$name" "$package"
		cat "$said"
		failed=$((failed + 1))
	fi
	ran=$((ran + 1))
done <<<"$listed"
printf 'fuzz: %d targets for %s each, %d failed\n' "$ran" "$FUZZTIME" "$failed"
[ "$ran" -gt 0 ] && [ "$failed" -eq 0 ]
