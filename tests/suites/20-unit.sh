#!/bin/sh
# The unit tests, as the programs are built.
# needs: build
exec tests/lib/meson-suite.sh "$VITRINE_BUILD" unit
