#!/bin/sh
# Every fuzzer of src/fuzz/ and tests/fuzz/ for a while: FUZZ_SECONDS each (unless told 20, and 60 for
# those of the client library, which meets servers that it has no reason to trust). What crashes one is
# kept in build-fuzz/; put it into tests/corpus/<name>/ with the mend.
# needs: packages
# slow: yes
# timeout: 3600
set -u
. tests/lib/tap.sh

if ! [ -f build-fuzz/build.ninja ]; then
        CC=clang meson setup build-fuzz -Dfuzz=true -Db_lundef=false >"$VITRINE_TMP/setup" || {
                cat "$VITRINE_TMP/setup"
                exit 1
        }
fi

# What is known to be worth starting from, besides the corpus.
seeds() {
        case $1 in
        json) echo tests/data/json ;;
        gql) find tests/graphql/client-documents -mindepth 1 -maxdepth 1 -type d ;;
        esac
}

run_fuzzer() {
        name=$1
        found=$VITRINE_TMP/$name
        mkdir -p "$found" "tests/corpus/$name"
        case $name in
        client_*) seconds=60 ;;
        *) seconds=20 ;;
        esac
        # The new finds go to the first folder; they are not kept.
        # shellcheck disable=SC2046 # one argument per folder is meant
        "build-fuzz/tests/fuzz/fuzz_$name" -max_total_time="${FUZZ_SECONDS:-$seconds}" -timeout=10 -rss_limit_mb=2048 \
                -artifact_prefix="build-fuzz/$name-" -print_final_stats=1 \
                "$found" "tests/corpus/$name" $(seeds "$name") >"$VITRINE_LOGS/fuzz-$name.log" 2>&1 && return
        tail -n 60 "$VITRINE_LOGS/fuzz-$name.log"
        return 1
}

check "the fuzzers build" ninja --quiet -k 0 -C build-fuzz fuzzers
for source in src/fuzz/fuzz_*.c tests/fuzz/fuzz_*.c; do
        name=${source##*/fuzz_}
        name=${name%.c}
        check "fuzz_$name" run_fuzzer "$name"
done
done_testing
