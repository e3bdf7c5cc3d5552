#!/bin/sh
# docs/query-plans.md shows what SQLite really does, and no page of a list by place sorts.
# needs: build
# timeout: 60
plans="$VITRINE_BUILD/bench/query_plans"
echo "TAP version 13"
if "$plans" | diff -u docs/query-plans.md - >&2; then
        echo "ok 1 - the plans are as docs/query-plans.md shows them"
else
        echo "not ok 1 - the plans are as docs/query-plans.md shows them"
        echo "# build/bench/query_plans > docs/query-plans.md"
fi
if "$plans" | grep -q "^SCAN"; then
        echo "not ok 2 - nothing is scanned"
else
        echo "ok 2 - nothing is scanned"
fi
echo "1..2"
