#!/usr/bin/env bash
# An earlier release's programs against this tree's, both ways, upgrades of the indexes included: what run.sh does with packages in systems of their own, here with the programs alone, as any user, in a minute.
# Needs artifacts/previous (tests/packages/previous.sh REVISION) and a built tree (dotnet build -c Release).
# Use: tests/packages/mixed.sh [DIRECTORY-OF-SYNC-HOST DIRECTORY-OF-SYNC-GUEST]    the current programs', where they are not the tree's
# Ends with the plain line "N passed, N failed".
set -uo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

declare -A bin=(
    [new-host]="${1:-$PWD/src/Sync.Host/bin/Release/net10.0}/sync-host"
    [new-guest]="${2:-$PWD/src/Sync.Guest/bin/Release/net10.0}/sync-guest"
)
place="$(mktemp -d)"
trap 'kill "${agents[@]}" 2>/dev/null; wait; rm -rf "$place"' EXIT
declare -A agents
passed=0 failed=0 round=0

for program in host guest; do
    deb="$(echo artifacts/previous/sync-"$program"_*_amd64.deb)"
    [[ -f $deb ]] || { echo "No packages in artifacts/previous: run tests/packages/previous.sh REVISION first."; echo "0 passed, 1 failed"; exit 1; }
    dpkg-deb -x "$deb" "$place/previous" || exit 1
    bin[old-$program]="$(readlink -f "$place/previous/usr/bin/sync-$program")"
done
cd "$place" || exit 1
mkdir host guest

check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@" >check.log 2>&1; then
        ((passed += 1))
    else
        ((failed += 1))
        echo "FAILED: $what: $*"
        sed 's/^/    /' check.log | tail -20
    fi
}

start() { # host|guest old|new
    local ready='listening on' arguments=(serve --listen "127.0.0.1:$port" --share old=host)
    [[ $1 == guest ]] && ready='running' arguments=(run)
    "${bin[$2-$1]}" "${arguments[@]}" --data "$1.data" >"$1.log" 2>&1 &
    agents[$1]=$!
    for _ in {1..1200}; do
        grep -q "$ready" "$1.log" && return 0
        kill -0 "${agents[$1]}" 2>/dev/null || break
        sleep 0.1
    done
    cat "$1.log"
    return 1
}
stop() { # NAME...
    local name code=0
    for name in "$@"; do
        kill "${agents[$name]}"
        wait "${agents[$name]}" || { code=$?; cat "$name.log"; }
        unset "agents[$name]"
    done
    return "$code"
}
edit() { # both sides
    ((round += 1))
    mkdir -p "host/h$round/deep" "guest/g$round"
    for i in {1..40}; do
        echo "host $round $i" >"host/h$round/deep/$i"
        echo "guest $round $i" >"guest/g$round/$i"
    done
    echo "again $round" >host/changed
    echo "again $round" >guest/changed-there
    head -c 300000 /dev/urandom >host/long
    [[ ! -e guest/kept ]] || printf '%s\n' "$round" >>guest/kept
    echo x >host/kept-"$round"
    [[ ! -e guest/g$((round - 1)) ]] || mv "guest/g$((round - 1))" "guest/moved$round"
    [[ ! -e host/h$((round - 1))/deep/7 ]] || rm "host/h$((round - 1))/deep/7"
}
compare() { # WHAT OF-THE-GUEST
    check "$1: flush" "${bin[$2-guest]}" flush --timeout 120s --data guest.data
    check "$1: both have all" diff -r --exclude=.sync host guest
    check "$1: nothing is in conflict" bash -c "! ls -R host guest | grep conflict"
    # Each round's new names on the guest, and its long file: a flush of nothing would look the same.
    check "$1: what was edited is there" bash -c "test -f 'guest/h$round/deep/40' && test -f 'host/g$round/40' && cmp host/long guest/long"
}

port=$((20000 + RANDOM % 20000))
echo "previous: $("${bin[old-host]}" --version), current: $("${bin[new-host]}" --version)"
edit
check "previous host starts" start host old
token="$("${bin[old-host]}" invite --share old --data host.data 2>/dev/null)"
check "previous guest joins" "${bin[old-guest]}" join "$token" guest --data guest.data
check "previous guest starts" start guest old
edit
compare "previous with previous" old
check "guest stops" stop guest
edit
check "new guest starts on the previous index" start guest new
compare "new guest, previous host, edited meanwhile" new
edit
compare "new guest, previous host" new
check "both stop" stop guest host
edit
check "new host starts on the previous index" start host new
check "previous guest starts on the new index" start guest old
compare "previous guest, new host, edited meanwhile" old
edit
compare "previous guest, new host" old
check "guest stops again" stop guest
edit
check "new guest starts again" start guest new
compare "new with new" new
check "host stops" stop host
check "previous host starts on the new index" start host old
edit
compare "new guest, previous host again" new
check "both stop at the end" stop guest host

echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
