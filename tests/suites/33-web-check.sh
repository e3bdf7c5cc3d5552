#!/bin/sh
# The web app's sources: types against the schema, lint, format, and its logic. What it loads at first is
# measured by each build of it (web/tools/budget.mjs).
# needs: build node
# timeout: 600
set -u
. tests/lib/tap.sh
cd web || exit 1

no_hosts() { ! grep -q '"resolved"' package-lock.json; }
check "types against the schema, lint and format" npm run --silent check
check "its logic" npx --no-install vitest run
check "the list of packages names no host" no_hosts
done_testing
