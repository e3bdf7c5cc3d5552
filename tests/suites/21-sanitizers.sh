#!/bin/sh
# The other compiler, clang, takes every file without a warning (they are errors); and the
# unit tests pass under its AddressSanitizer and UndefinedBehaviorSanitizer, with arenas
# that give every allocation bounds of its own.
# needs: packages
# timeout: 1200
set -eu
[ -f build-asan/build.ninja ] || CC=clang meson setup build-asan -Db_sanitize=address,undefined \
        -Db_lundef=false -Darena_debug=true -Dtests=enabled >"$VITRINE_TMP/setup" || {
        cat "$VITRINE_TMP/setup"
        exit 1
}
# What compiles without a word is not worth showing.
ninja -k 0 -C build-asan >"$VITRINE_TMP/build" || {
        grep -vE '^(\[|Compiler for|Dependency|Run-time|Program)' "$VITRINE_TMP/build"
        exit 1
}
exec tests/lib/meson-suite.sh build-asan sanitizers
