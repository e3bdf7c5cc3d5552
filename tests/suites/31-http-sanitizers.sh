#!/bin/sh
# The same under clang's AddressSanitizer with UndefinedBehaviorSanitizer, then under its
# ThreadSanitizer.
# needs: packages
# slow: yes
# timeout: 1800
set -eu
make_build() {
        folder=$1
        shift
        [ -f "$folder/build.ninja" ] || CC=clang meson setup "$folder" -Db_lundef=false -Darena_debug=true \
                -Dtests=enabled "$@"
        ninja -C "$folder" tests/http/http-test-server
}
{
        make_build build-asan -Db_sanitize=address,undefined
        make_build build-tsan -Db_sanitize=thread
} >"$VITRINE_TMP/build" 2>&1 || {
        cat "$VITRINE_TMP/build"
        exit 1
}
exec tests/http/run-all --sanitized build-asan build-tsan
