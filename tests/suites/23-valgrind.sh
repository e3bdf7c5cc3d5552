#!/bin/sh
# The unit test programs under valgrind: no bad access, no use of uninitialized memory, no
# lost memory. (SQLite's blocks start before the pointer it keeps, which valgrind calls
# "possibly lost"; so only what is surely lost counts.)
# needs: build
# slow: yes
# timeout: 1800
set -u
. tests/lib/tap.sh

export TEST_DATA="$PWD/tests/data" CMOCKA_MESSAGE_OUTPUT=TAP
for program in "$VITRINE_BUILD"/tests/unit/test_*; do
        if [ -f "$program" ] && [ -x "$program" ]; then
                check "${program##*/}" valgrind -q --error-exitcode=9 --leak-check=full \
                        --show-leak-kinds=definite --errors-for-leak-kinds=definite "$program"
        fi
done
done_testing
