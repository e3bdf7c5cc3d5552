#!/bin/sh
# Random filters over random data against a plain evaluation; a new seed each time, printed.
# needs: build
# timeout: 900
exec tests/filters/differential.py
