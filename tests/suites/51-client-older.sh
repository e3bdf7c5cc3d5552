#!/bin/sh
# The same with the versions in between.
# needs: build venv
# slow: yes
# timeout: 3000
# The snippets of the seed documents; the other files hold the wording and the features of the newest and the
# oldest release to account.
CLIENT_TESTS=tests/client/test_seeds.py
export CLIENT_TESTS
exec tests/client/run-all 0.28.2 0.25.1 0.22.3
