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
# A wrapper's name is part of the report's.
for report in "$folder/meson-logs/$name"*.junit.xml; do
        [ ! -e "$report" ] || mv "$report" "$VITRINE_JUNIT"
done
exit "$status"
