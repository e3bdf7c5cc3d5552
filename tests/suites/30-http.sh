#!/bin/sh
# The http room from outside: raw sockets against a small server (tests/http/server.c).
# needs: build
# timeout: 900
exec tests/http/run-all
