# shellcheck shell=sh
# tap.sh - for suites in shell: checks that print TAP. Source it, then
#
#     check "what must hold" command arguments...    ok when the command succeeds
#     skip  "what was not tried" "why"
#     done_testing                                    at the end; sets the status
#
# What a failing command printed follows as comments.

tap_count=0
tap_failed=0

check() {
        tap_name=$1
        shift
        tap_count=$((tap_count + 1))
        if tap_output=$("$@" 2>&1); then
                echo "ok $tap_count - $tap_name"
        else
                tap_failed=$((tap_failed + 1))
                echo "not ok $tap_count - $tap_name"
                printf '%s\n' "$tap_output" | sed 's/^/# /'
        fi
}

skip() {
        tap_count=$((tap_count + 1))
        echo "ok $tap_count - $1 # SKIP $2"
}

done_testing() {
        echo "1..$tap_count"
        [ "$tap_failed" -eq 0 ]
}
