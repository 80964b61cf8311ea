#!/usr/bin/env bash
# Every fuzz target of the module for some seconds: scripts/fuzz.sh, or those whose
# names match, for longer: FUZZTIME=1m scripts/fuzz.sh 'Cell|Filing'. FUZZCACHE=DIR
# keeps the inputs that reached new code from one run to the next. Targets are found by
# asking the tests for their names; one that is declared and not found is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

FUZZTIME=${FUZZTIME:-2s}
only=${1:-.}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cache=${FUZZCACHE:-$work/cache}

# Whatever the build leaves out counts too, but modules of their own and examples.
declarations() { grep -rE --include='*_test.go' --exclude-dir={testdata,vaultd,tools} "$@" '^func Fuzz[A-Za-z0-9_]*\(' .; }
declared=$(declarations -ho | wc -l)
mapfile -t folders < <(declarations -l | xargs -n1 dirname | sort -u)

# fuzz BINARY TIME NAME, in the folder of its package. A time that is over before the
# known inputs were replayed is no try; making an input smaller may take a second, not
# the minute that is the default.
fuzz() {
	"$1" -test.run='^$' -test.fuzz="^$3\$" -test.fuzztime="$2" -test.fuzzminimizetime=1s -test.parallel=2 \
		-test.fuzzcachedir="$cache/$3" >"$work/said" 2>&1 || over || return 1
	grep -q 'now fuzzing' "$work/said"
}
# over says whether nothing failed but the clock: a worker that the end of the time
# interrupts is reported as a failure, without an input.
over() { grep -q '^    context deadline exceeded' "$work/said" && ! grep -qE 'Failing input|panic:|_test\.go:' "$work/said"; }

found=0 ran=0 failed=0
for folder in "${folders[@]}"; do
	# Built once with the probes of a fuzzer, not once for each of its targets.
	go test -c -fuzz=. -o "$work/tests" "$folder"
	for name in $(cd "$folder" && "$work/tests" -test.list '^Fuzz'); do
		found=$((found + 1))
		[[ $name =~ $only ]] || continue
		ran=$((ran + 1))
		if (cd "$folder" && { fuzz "$work/tests" "$FUZZTIME" "$name" || { ! grep -q '^--- FAIL' "$work/said" && fuzz "$work/tests" 10s "$name"; }; }); then
			printf 'fuzz: %-31s %s\n' "$name" "$(sed -n 's/^fuzz: elapsed: [^,]*, //p' "$work/said" | tail -1)"
		else
			printf 'fuzz: %s of %s FAILED\n' "$name" "$folder"
			cat "$work/said"
			failed=$((failed + 1))
		fi
	done
done
printf 'fuzz: %d targets for %s each, %d failed\n' "$ran" "$FUZZTIME" "$failed"
if [ "$found" -ne "$declared" ]; then
	printf 'fuzz: %d targets are declared, and the tests know %d: one never runs\n' "$declared" "$found" >&2
	exit 1
fi
[ "$ran" -gt 0 ] && [ "$failed" -eq 0 ]
