#!/usr/bin/env bash
# The end-to-end tests once more, with guests on machines of their own: each in a network namespace with one address, cabled to the one that hosts and tests are in.
# A run of its own, some ten minutes; needs root. What the tests build is used: ./test.sh first, or dotnet build -c Release tests/Sync.EndToEnd.Tests.
# Use: tests/machines.sh [ipv4|ipv6] [TEST OPTION...]    ipv6: that alone, with an MTU of 1,280     e.g. tests/machines.sh ipv6 -class '*ConflictTests'
# Ends with the plain line "N passed, N failed[, N skipped]".
set -uo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

family=${1:-ipv4}
shift
tests=tests/Sync.EndToEnd.Tests/bin/Release/net10.0/Sync.EndToEnd.Tests

case "$family" in
    ipv4) mtu=1500 host=10.77.0.1 prefix=24 guests=10.77.0.1 ;;
    ipv6) mtu=1280 host=fd77::1 prefix=64 guests=fd77::1 ;;
    *) echo "$family is neither ipv4 nor ipv6" >&2; exit 2 ;;
esac

if [[ ${SYNC_TEST_ADDRESS:-} != "$host" ]]; then
    [[ -x $tests ]] || { echo "$tests is not built."; echo "0 passed, 1 failed"; exit 1; }
    if ((EUID != 0)) || ! unshare --net --mount true 2>/dev/null; then
        echo "Skipped: root and namespaces are needed."
        echo "0 passed, 0 failed, 1 skipped"
        exit 1
    fi
    # The networks end with the last process in them, their names with the mounts.
    exec env SYNC_TEST_ADDRESS="$host" unshare --net --mount "${BASH_SOURCE[0]}" "$family" "$@"
fi

mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
ip link set lo up
ip link add cables type bridge
ip link set cables mtu "$mtu" up
# An IPv6 address can be used at once where nobody looks for another of it.
[[ $family == ipv6 ]] && once=(nodad) || once=()
ip address add "$host/$prefix" dev cables "${once[@]}"
networks=()
for number in {2..9}; do
    ip netns add "machine-$number"
    ip link add "to-$number" mtu "$mtu" type veth peer name eth0 mtu "$mtu" netns "machine-$number"
    ip link set "to-$number" master cables up
    ip -n "machine-$number" link set lo up
    ip -n "machine-$number" address add "$guests$number/$prefix" dev eth0 "${once[@]}"
    ip -n "machine-$number" link set eth0 up
    networks+=("/run/netns/machine-$number")
done
export SYNC_TEST_NETWORKS="${networks[*]}"
mkdir -p TestResults
result="$PWD/TestResults/machines-$family.xml"
rm -f "$result"
# Node's packages come from the network, which is not here.
"$tests" -noColor -noLogo -reporter quiet -result-xml "$result" -method- '*By_Node_as_the_example_says' "$@"
sum() { grep -o '<assembly [^>]*>' "$result" | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'; }
passed=$(sum passed) failed=$(($(sum failed) + $(sum errors))) skipped=$(sum skipped)
came=$(ip -s -j link show cables | grep -o '"rx":{"bytes":[0-9]*' | tr -dc '0-9')
echo "$((came >> 20)) MiB came from the guests' machines"
((came > 0)) || ((failed += 1))
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
