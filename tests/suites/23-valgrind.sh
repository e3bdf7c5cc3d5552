#!/bin/sh
# The unit tests under valgrind: no bad access, no use of uninitialized memory, no leak.
# needs: build
# slow: yes
# timeout: 1800
exec tests/lib/meson-suite.sh "$VITRINE_BUILD" valgrind --timeout-multiplier 30 \
        --wrapper 'valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,possible'
