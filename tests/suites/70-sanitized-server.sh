#!/bin/sh
# vitrined built with AddressSanitizer and UndefinedBehaviorSanitizer (by the suite
# sanitizers, which runs before), under everything that tries it from outside: commands,
# /graphql, requests by hand, the real client, kills and full disks. Any report fails.
# needs: packages build venv node
# slow: yes
# timeout: 2400
set -u
VITRINE_BUILD=$PWD/build-asan
VITRINE_SANITIZED=1
export VITRINE_BUILD VITRINE_SANITIZED
[ -x "$VITRINE_BUILD/vitrined" ] || {
        echo "1..1"
        echo "not ok 1 - build-asan/vitrined is there: run the suite sanitizers first"
        exit 1
}
reports=$VITRINE_TMP/reports
mkdir -p "$reports"
export ASAN_OPTIONS="log_path=$reports/asan:detect_leaks=1:allocator_may_return_null=1"
export UBSAN_OPTIONS="log_path=$reports/ubsan:print_stacktrace=1:halt_on_error=1"
status=0
number=0
# Each suite's own file says how it is run; its result is one line here.
for suite in 40-server 41-graphql-http 45-wire 46-permissions 47-histories 50-client 60-faults; do
        number=$((number + 1))
        scratch=$VITRINE_TMP/$suite
        mkdir -p "$scratch"
        if VITRINE_JUNIT="$scratch.xml" VITRINE_TMP="$scratch" KILLS=10 \
                "tests/suites/$suite.sh" >"$scratch.log" 2>&1; then
                echo "ok $number - $suite against the sanitized server"
        else
                echo "not ok $number - $suite against the sanitized server"
                sed 's/^/# /' "$scratch.log" | tail -60
                status=1
        fi
done
number=$((number + 1))
if [ -z "$(ls -A "$reports")" ]; then
        echo "ok $number - no report of a sanitizer"
else
        echo "not ok $number - no report of a sanitizer"
        cat "$reports"/* | head -120 | sed 's/^/# /'
        status=1
fi
echo "1..$number"
exit $status
