#!/bin/sh
# Flows through the web app in a real browser, on data that the real client logged.
# needs: build node
# timeout: 1200
exec tests/web/run-all
