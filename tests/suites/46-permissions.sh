#!/bin/sh
# Who may do what: every cell of tests/permissions/matrix.txt, every field and route from outside.
# needs: build
# timeout: 900
exec tests/permissions/run-all
