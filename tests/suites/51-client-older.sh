#!/bin/sh
# The same with the versions in between.
# needs: build venv
# slow: yes
# timeout: 3000
exec tests/client/run-all 0.28.2 0.25.1 0.22.3
