#!/bin/sh
# libvitrine built with AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer, each allocation by itself: every
# call with every allocation failing in turn, and the tests of transfers that cut, kill and cancel.
# needs: packages build
# slow: yes
# timeout: 1200
set -u
[ -f build-asan/build.ninja ] || CC=clang meson setup build-asan -Db_sanitize=address,undefined \
        -Db_lundef=false -Darena_debug=true -Dtests=enabled >"$VITRINE_TMP/setup" || {
        cat "$VITRINE_TMP/setup"
        exit 1
}
ninja --quiet -C build-asan tests/library/library_probe tests/library/library_torture >"$VITRINE_TMP/build" || {
        cat "$VITRINE_TMP/build"
        exit 1
}
VITRINE_LIBRARY_BUILD=build-asan
ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export VITRINE_LIBRARY_BUILD ASAN_OPTIONS UBSAN_OPTIONS
exec tests/library/run-all library_survives_every_allocation_that_fails library_tells_a_whole_story \
        library_takes_files_there_and_back library_notices_damage library_goes_on_over_a_wire_that_is_cut \
        library_stops_when_it_is_canceled
