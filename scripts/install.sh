#!/usr/bin/env bash
# Makes sure that what Sceau stands on is installed: Go, and PostgreSQL 15 or newer.
# Vault is found on PATH, or built by Go the first time it is needed.
set -euo pipefail

say() { printf 'install: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

command -v go >/dev/null || fail "Go is missing: see https://go.dev/dl"

# Where parts look for it too: PATH, then the folders of the distributions.
newest_postgres() {
	local program newest=0 version
	for program in "$(command -v initdb || true)" /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb \
		/opt/homebrew/opt/postgresql@*/bin/initdb /usr/local/opt/postgresql@*/bin/initdb /usr/local/pgsql/bin/initdb; do
		[ -x "$program" ] || continue
		version=$("$program" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
		[ "$version" -gt "$newest" ] && newest=$version
	done
	echo "$newest"
}

[ "$(newest_postgres)" -ge 15 ] && exit 0

by_hand='apt-get install postgresql        # Debian 12, Ubuntu 24.04 or newer; elsewhere: dnf install postgresql-server, brew install postgresql@17'
if [ ! -f /etc/debian_version ] || ! command -v apt-get >/dev/null; then
	fail "PostgreSQL 15 or newer is missing. One line installs it: $by_hand"
fi
if [ "$(id -u)" != 0 ]; then
	fail "PostgreSQL 15 or newer is missing. One line installs it: sudo $0"
fi

say "installing PostgreSQL"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends postgresql-common >/dev/null
# Debian's package would start a cluster of its own on port 5432: Sceau makes its own,
# and a server that nobody asked for is a door.
conf=/etc/postgresql-common/createcluster.conf
sed -i -E 's/^#?[[:space:]]*create_main_cluster.*/create_main_cluster = false/' "$conf"
grep -q '^create_main_cluster = false' "$conf" || echo 'create_main_cluster = false' >>"$conf"
apt-get install -qq -y --no-install-recommends postgresql >/dev/null

version=$(newest_postgres)
[ "$version" -ge 15 ] || fail "this distribution brings PostgreSQL $version, and 15 is the oldest that does: see https://apt.postgresql.org"
say "PostgreSQL $version is installed"
