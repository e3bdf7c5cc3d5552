#!/bin/sh
# Parser, printer and validation against graphql-js, on documents by hand, on those that
# clients send, and on mutations of both. MUTATIONS says how many (8,000 unless told).
# needs: build node
exec node tests/graphql/language/language.mjs "$VITRINE_BUILD/tests/graphql/language/language_driver" \
        "${MUTATIONS:-8000}" "${SEED:-1}"
