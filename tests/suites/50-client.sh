#!/bin/sh
# The real client, unmodified, against vitrined: each version in a process and with a server
# of its own, side by side.
# needs: build venv
# timeout: 3000
exec tests/client/run-all 0.31.0 0.19.11
