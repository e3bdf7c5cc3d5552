#!/bin/sh
# The vitrine command: help, flows, mistakes, terminals, faults, examples, and both directions with the real client.
# needs: build venv
# timeout: 1800
set -u
"$VITRINE_PYTHON" -m pytest tests/cli -q --basetemp "$VITRINE_TMP/t" -p no:cacheprovider --timeout 300 --durations=10 \
        --junit-xml "$VITRINE_JUNIT"
