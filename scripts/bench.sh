#!/usr/bin/env bash
# One line a figure: bench NAME VALUE UNIT.
set -euo pipefail
cd "$(dirname "$0")/.."
exec bin/sceau bench "$@"
