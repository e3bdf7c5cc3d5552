#!/bin/sh
# The programs are linked as SECURITY.md says.
# needs: build
set -u
. tests/lib/tap.sh

has() { readelf "$2" "$1" -W | grep -qE "$3"; }
no() { ! has "$@"; }

for program in vitrined vitrine; do
        file=$VITRINE_BUILD/$program
        [ -e "$file" ] || continue
        check "$program is position-independent" has "$file" -h 'Type: *DYN'
        check "$program has read-only relocations" has "$file" -l 'GNU_RELRO'
        check "$program binds at start" has "$file" -d 'BIND_NOW|FLAGS.*NOW'
        check "$program has a stack that cannot run" no "$file" -l 'GNU_STACK.*E'
        check "$program has stack protectors" has "$file" --dyn-syms '__stack_chk_fail'
        check "$program has no search path of its own" no "$file" -d 'R(UN)?PATH'
done
# Any program that formats text will do to see the flag at work.
check "C library calls are fortified" has "$VITRINE_BUILD/tests/unit/test_base_log" --dyn-syms '__vsnprintf_chk'
done_testing
