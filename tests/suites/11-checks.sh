#!/bin/sh
# The checks of 10-law must themselves find what they are for.
# needs: packages
exec tests/tools/test_checks.py
