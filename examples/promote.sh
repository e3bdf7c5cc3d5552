#!/bin/sh
# promote.sh - a job of CI: what is `staging` becomes `production` when it passes the check.
#
# usage: promote.sh COLLECTION CHECK [ARGUMENT...]
#
#   COLLECTION   such as acme/wandb-registry-model/classifier
#   CHECK        a program that gets the model's folder as its last argument, and judges by its exit status
#
# The server and the key are in VITRINE_BASE_URL and VITRINE_API_KEY. The job fixes the version first and works with
# its number from then on: when somebody moves `staging` meanwhile, what is promoted is what was checked. It may run
# twice at a time and may be run again after a failure.
set -eu

[ $# -ge 2 ] || {
        sed -n 's/^# \{0,1\}//; 2,8p' "$0" >&2
        exit 2
}
collection=$1
shift
vitrine=${VITRINE:-vitrine}

version=$("$vitrine" show --json "$collection:staging" | sed 's/.*"version":"\(v[0-9]*\)".*/\1/')
if current=$("$vitrine" show --json "$collection:production" 2>/dev/null); then
        case $current in
        *"\"version\":\"$version\""*)
                echo "$collection:$version is production already"
                exit 0
                ;;
        esac
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$vitrine" pull --quiet "$collection:$version" --root "$folder" >/dev/null
"$vitrine" verify --quiet "$collection:$version" "$folder" --strict >/dev/null

if ! "$@" "$folder"; then
        "$vitrine" tag --quiet "$collection:$version" rejected >/dev/null
        echo "$collection:$version was rejected; production stays as it is" >&2
        exit 1
fi
"$vitrine" alias add "$collection:$version" production >/dev/null
echo "$collection:$version is production"
