#!/usr/bin/env bash
# Makes the store of a version: `make.sh COMMIT`, from anywhere in the repository.
#
# The program of that commit is built in a worktree of its own and fills a home with
# invented people; COMMIT.tar.gz is what lay there when it was put down. Stores are
# made once, when a version is given out, and never again: what opens is what lay
# there then.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
commit=$(git -C "$here" rev-parse --short=7 "$1^{commit}")

# Fixed, because a Vault may keep the path of its audit among its keys (up to 3e7b5c5
# it kept the whole path), and a store names no machine.
export SCEAU_HOME=/tmp/sceau-older
[ -e "$SCEAU_HOME" ] && { echo "make.sh: $SCEAU_HOME is there already" >&2; exit 1; }
unset VAULT_ADDR SCEAU_DATA_DSN SCEAU_KEYRING_DSN SCEAU_AUDIT_DSN

work=$(mktemp -d)
trap 'cd /; "$work/source/bin/sceau" down >/dev/null 2>&1 || true; git -C "$here" worktree remove --force "$work/source"; rm -rf "$work" "$SCEAU_HOME"' EXIT
git -C "$here" worktree add --detach "$work/source" "$commit" >&2
cd "$work/source"
go build -trimpath -o bin/sceau ./cmd/sceau
store=$work/store
mkdir -p "$store/home"

# Three people: one with every kind of document, health and fraud; one with a health
# document alone; one with hardly anything and no INE.
bin/sceau generate --candidates 80 --seed 7 --edge --out "$work/all.ndjson"
for line in 38 20 56; do sed -n "${line}p" "$work/all.ndjson"; done >"$store/sent.ndjson"
grep -q preregistration_fraud_record "$store/sent.ndjson"

examples=docs/examples/demo
keys=$SCEAU_HOME/policy/keys
bin/sceau up
bin/sceau policy keygen dpo --out "$keys/dpo.key" --trust
bin/sceau policy keygen controller --out "$keys/controller.key" --trust
bin/sceau campaign create "$examples/campaign.yaml" --demo
bin/sceau mission import "$examples/missions.ndjson"
bin/sceau policy publish
bin/sceau policy sign --key "$keys/dpo.key"
bin/sceau policy sign --key "$keys/controller.key"
bin/sceau import "$store/sent.ndjson" --json >"$store/entered.json"
first=$(sed -n 's/.*"candidate": *"\([a-z2-7]*\)".*/\1/p' "$store/entered.json" | head -n 1)
printf '{"fact":"case-of-before","kind":"case_open","candidate":"%s","to":{"recipient":"S1"},"by":"dgesip","from":"2026-01-01"}\n' "$first" >"$store/fact.ndjson"
bin/sceau fact record "$store/fact.ndjson"
# A trace of a reading too, and a day that was looked at.
bin/sceau dossier read --as "S1.$first" --purpose P1 --on 2026-06-20 "$first" >/dev/null
bin/sceau audit verify

# As SQL: another version of PostgreSQL reads it too, but for the lines that say which
# one wrote it.
for cluster in data keyring audit; do
	port=$(tr -d ' \n' <"$SCEAU_HOME/parts.json" | sed "s/.*\"$cluster\":{[^}]*\"port\":\([0-9]*\).*/\1/")
	PGPASSWORD=$(cat "$SCEAU_HOME/roles/$cluster/sceau_admin") "$(pg_config --bindir)/pg_dump" --no-password \
		--dbname="postgres://sceau_admin@127.0.0.1:$port/sceau" |
		sed -e '/^-- Dumped /d' -e '/^\\restrict /d' -e '/^\\unrestrict /d' -e '/^SET transaction_timeout /d' >"$store/$cluster.sql"
done
bin/sceau down
for kept in blobs missions identities policy vault/storage vault/root-token vault/unseal-share vault/furnished; do
	mkdir -p "$store/home/$(dirname "$kept")"
	cp -r "$SCEAU_HOME/$kept" "$store/home/$kept"
done
printf '{"commit":"%s","home":"%s","at":"%s"}\n' "$commit" "$SCEAU_HOME" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$store/made.json"
tar -C "$store" --sort=name --owner=0 --group=0 --numeric-owner --mtime=2026-01-01 -cf - . | gzip -9n >"$here/$commit.tar.gz"
ls -l "$here/$commit.tar.gz" >&2
