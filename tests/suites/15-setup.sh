#!/bin/sh
# tools/setup-debian on machines that lack things: a PATH with next to nothing in it, and
# an apt-get that only writes down what it is told.
# shellcheck disable=SC2016 # the programs that are written down expand their own text
set -u
. tests/lib/tap.sh

sh=$(command -v sh)
bare=$VITRINE_TMP/bare
mkdir -p "$bare"
for tool in sh sed tr env; do
        ln -s "$(command -v "$tool")" "$bare/$tool"
done

# as NAME TEXT: a program of that name with that text.
as() {
        printf '#!%s\n%s\n' "$sh" "$2" >"$bare/$1"
        chmod +x "$bare/$1"
}
setup() {
        rm -f "$VITRINE_TMP/told"
        PATH=$bare VITRINE_TMP=$VITRINE_TMP "$sh" tools/setup-debian "$@" >"$VITRINE_TMP/out" 2>&1
}
says() { grep -q -- "$1" "$VITRINE_TMP/out"; }
told() { grep -q -- "$1" "$VITRINE_TMP/told"; }

as id 'echo 0'
as apt-get 'echo "apt-get $*" >>"$VITRINE_TMP/told"'

lists_missing() { setup --print build && says '^gcc$' && says '^libsqlite3-dev$' && ! says valgrind; }
check "missing packages are listed, of the named set only" lists_missing

installs() {
        setup build test && told '^apt-get update' && told 'install -y .*--no-install-recommends gcc ' &&
                told libsodium-dev && told 'libcmocka-dev' && ! told sudo
}
check "and installed as root" installs

old_node() {
        as node 'echo v16.3.0'
        setup --print test && says '^nodejs$' && as node 'echo v18.19.0' && setup --print test && ! says '^nodejs$'
}
check "a node older than 18 is not good enough" old_node

present() {
        as pkg-config 'exit 0'
        setup --print build && ! says '^libsodium-dev$' && says '^gcc$'
}
check "what is there is left alone" present

uses_sudo() {
        as id 'echo 1000'
        as sudo 'echo "sudo $*" >>"$VITRINE_TMP/told"; exec "$@"'
        setup build && told '^sudo apt-get update' && told '^sudo env .*apt-get install'
}
check "other users go through sudo" uses_sudo

no_sudo() {
        rm "$bare/sudo"
        ! setup build && says 'as root run: apt-get install .*gcc'
}
check "without sudo it says what to run" no_sudo

failing() {
        as id 'echo 0'
        as apt-get 'exit 100'
        ! setup build && says 'apt-get could not install: gcc'
}
check "a failing apt-get is an error" failing

no_apt() {
        rm "$bare/apt-get"
        ! setup build && says 'not a Debian system' && says 'gcc'
}
check "without apt-get it says what is missing" no_apt

complete() {
        for tool in cc make meson ninja python3 npm; do as "$tool" 'exit 0'; done
        setup build && [ ! -s "$VITRINE_TMP/out" ] && [ ! -e "$VITRINE_TMP/told" ]
}
check "on a complete machine nothing happens" complete

usage() { ! setup everything && says 'usage: tools/setup-debian'; }
check "an unknown set shows the usage" usage
done_testing
