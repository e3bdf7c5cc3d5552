#!/bin/sh
# meson-suite.sh - runs the Meson tests of a build folder and hands their counts over.
#
# usage: tests/lib/meson-suite.sh FOLDER NAME [meson test arguments...]
#
# The folder must be built. NAME keeps the logs of several runs apart.
set -u
folder=$1
name=$2
shift 2

meson test -C "$folder" --no-rebuild --print-errorlogs --num-processes 2 --logbase "$name" "$@"
status=$?
# Meson leaves out what a failed test said.
[ "$status" -eq 0 ] || awk '/^(not )?ok / { failed = /^not/ } !/^(not ok |#)/ { failed = 0 } failed' \
        "$folder/meson-logs/$name.txt"
mv "$folder/meson-logs/$name.junit.xml" "$VITRINE_JUNIT"
exit "$status"
