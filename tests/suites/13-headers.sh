#!/bin/sh
# Every header compiles alone: it includes what it uses.
# needs: build
set -u
. tests/lib/tap.sh

compile() {
        cc -std=gnu17 -D_GNU_SOURCE -DVITRINE_VERSION='"x"' -Wall -Wextra -Wstrict-prototypes -Werror \
                -fsyntax-only -Isrc -Iinclude -I"$VITRINE_BUILD/src" -x c "$1"
}

for header in $(find src include -name '*.h' | sort); do
        check "$header" compile "$header"
done
done_testing
