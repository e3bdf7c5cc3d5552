#!/bin/sh
# Requests by hand against vitrined: who may read which bytes, and input that no client sends.
# needs: build venv
exec "$VITRINE_PYTHON" -m pytest tests/wire -q -p no:cacheprovider --basetemp "$VITRINE_TMP/pytest" \
        --durations=10 --junit-xml "$VITRINE_JUNIT"
