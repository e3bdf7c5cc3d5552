#!/bin/sh
# vitrined from outside: the operator's commands, serve, /graphql over HTTP, the pages.
# needs: build
# timeout: 900
exec tests/server/run-all
