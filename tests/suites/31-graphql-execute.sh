#!/bin/sh
# Execution against graphql-js: coercion, null bubbling, fragments, introspection, and
# random documents over random data. GENERATED says how many (1,000 unless told).
# needs: build node
exec node tests/graphql/execute/execute.mjs "$VITRINE_BUILD/tests/graphql/execute/execute_driver" \
        "${GENERATED:-1000}" "${SEED:-1}"
