#!/bin/sh
# GraphQL over HTTP: the audits of graphql-http against a fresh server.
# needs: build node
exec tests/graphql/audit-server.py
