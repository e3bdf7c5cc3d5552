#!/bin/sh
# The same with the releases in between: every test, with each of them.
# needs: build venv
# slow: yes
# timeout: 4000
exec tests/client/run-all --preloaded 0.28.2 0.25.1 0.22.3
