#!/bin/sh
# The program mkschema from the outside: what it says, what it leaves behind, and that a
# resolver which nobody wrote fails the link by its name.
# needs: build
set -u
. tests/lib/tap.sh

mkschema=$VITRINE_BUILD/src/gql/mkschema
schema=tests/unit/gql/tables.graphql
dir=$VITRINE_TMP

says() { # STATUS PATTERN COMMAND...
        wanted=$1
        pattern=$2
        shift 2
        said=$("$@" 2>&1)
        status=$?
        printf '%s\n' "$said"
        [ "$status" -eq "$wanted" ] && printf '%s\n' "$said" | grep -q -e "$pattern"
}

compiles() {
        cc -std=gnu17 -Wall -Wextra -Wconversion -Werror -D_GNU_SOURCE -Isrc -I"$dir" -c "$1" -o "$1.o"
}

links() {
        cc -o "$dir/program" "$@"
}

printf 'type Query { a: Int\n  b: Nope @access(level: USER) }\n' >"$dir/bad.graphql"
printf 'type Query { a: }\n' >"$dir/broken.graphql"
printf 'int main(void) { return 0; }\n' >"$dir/main.c"
check "a bad schema is refused at its place" \
        says 1 "bad.graphql:2:6: error: Unknown type \"Nope\"." "$mkschema" "$dir/bad.graphql" "$dir/x.c" "$dir/x.h"
check "all problems are shown" \
        says 1 "bad.graphql:1:14: error: Query.a does not say" "$mkschema" "$dir/bad.graphql" "$dir/x.c" "$dir/x.h"
check "bad grammar is refused at its place" \
        says 1 "broken.graphql:1:17: error: Syntax Error: Expected Name, found \"}\"." \
        "$mkschema" "$dir/broken.graphql" "$dir/x.c" "$dir/x.h"
check "nothing is written then" test ! -e "$dir/x.c" -a ! -e "$dir/x.h"
check "a missing file is named" says 1 "nowhere.graphql" "$mkschema" "$dir/nowhere.graphql" "$dir/x.c" "$dir/x.h"
check "a folder that is not there is named" says 1 "cannot write" "$mkschema" $schema "$dir/no/x.c" "$dir/no/x.h"
check "wrong arguments show the usage" says 2 "usage: mkschema" "$mkschema" $schema
check "the tables are written" "$mkschema" $schema "$dir/schema_tables.c" "$dir/schema_tables.h"
check "they compile without warnings" compiles "$dir/schema_tables.c"
check "a resolver that nobody wrote is named" says 1 "resolve_One_old" \
        links "$dir/main.c" "$dir/schema_tables.c.o"
"$mkschema" --stubs $schema >"$dir/stubs.c" 2>"$dir/count"
check "stubs are counted" grep -q "mkschema: 7 missing" "$dir/count"
check "stubs define every resolver" sh -c "[ \$(grep -c '^enum rc resolve_\|^enum rc prefetch_' '$dir/stubs.c') -eq 7 ]"
check "none is missing beside them" says 0 "mkschema: 0 missing" "$mkschema" --stubs $schema "$dir/stubs.c"
done_testing
