#!/bin/sh
# vitrined from outside: the operator's commands, serve, /graphql over HTTP, the pages.
# needs: build
# timeout: 300
exec tests/server/run-all
