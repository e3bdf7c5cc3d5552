#!/bin/sh
# kill -9 fifty times in the middle of work, a full disk, stops during uploads, damage found by vitrined check.
# needs: build
# timeout: 1200
tests/fault/run-all
all=$?
tests/fault/kill --rounds "${KILLS:-50}" || exit 1
exit $all
