#!/bin/sh
# What holds for the sources without building them: the include law, the style, spelling.
# needs: packages
set -u
. tests/lib/tap.sh

shell_files() {
        grep -rlE --exclude-dir=node_modules --exclude-dir=.git --exclude-dir='build*' --exclude-dir='.venv*' \
                '^#!/bin/(ba)?sh|^#!/usr/bin/env bash|^# shellcheck shell' .
}

check "every include obeys the law" tools/check-rooms
check "every file keeps the style" tools/check-style
check "words are spelled right" codespell
check "the tests that the list of features names are there" tools/check-features
# shellcheck disable=SC2046 # one argument per file is meant
check "shell scripts are clean" shellcheck -x $(shell_files)
done_testing
