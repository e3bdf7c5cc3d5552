#!/bin/sh
# Flows through the web app in a real browser, on data that the real client logged.
# needs: build node
# timeout: 2700
exec tests/web/run-all
