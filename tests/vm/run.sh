#!/usr/bin/env bash
# Real virtual machines under QEMU, each with a Debian of its own in which the package sync-guest is installed, beside a host on this machine: a separate long run, whose README.md says
# what it shows. Packages first: ./package.sh linux-x64 && tests/vm/run.sh. Needs root, and Debian's packages for the first run (it installs QEMU and makes the Debian).
# Nothing is started outside a network and a process namespace of the run's own, which has loopback alone and ends with it; nothing is mounted outside either.
# Use: tests/vm/run.sh [--work DIR] [--losses 20] [--seed N] [SCENARIO...]     Ends with the plain line "N passed, N failed[, N skipped]".
set -uo pipefail
exec </dev/null
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
packages="$(cd "$here/../.." && pwd)/artifacts/packages"

fail() { echo "$1" >&2; echo "0 passed, 1 failed"; exit 1; }

if [[ ${1:-} == --inside ]]; then
    shift
    ip link set lo up
    exec python3 -B "$here/main.py" "$@"
fi

work=/tmp/sync-vm
arguments=()
while (($# > 0)); do
    case $1 in
    --work) work=${2:?--work wants a directory}; shift 2 ;;
    -h | --help) sed -n '2,6s/^# //p' "${BASH_SOURCE[0]}"; python3 -B "$here/main.py" --help; exit 0 ;;
    *) arguments+=("$1"); shift ;;
    esac
done

[[ -f $(echo "$packages"/sync-guest_*_amd64.deb) && -f $(echo "$packages"/sync-host_*_amd64.deb) ]] || fail "No packages in $packages: run ./package.sh linux-x64 first."
if ((EUID != 0)) || ! unshare --mount --net --pid --fork true 2>/dev/null; then
    echo "Skipped: root and namespaces are needed."
    echo "0 passed, 0 failed, 1 skipped"
    exit 1
fi
missing=()
command -v qemu-system-x86_64 >/dev/null || missing+=(qemu-system-x86)
command -v qemu-img >/dev/null || missing+=(qemu-utils)
command -v debootstrap >/dev/null || missing+=(debootstrap)
command -v mkfs.ext4 >/dev/null || missing+=(e2fsprogs)
command -v git >/dev/null || missing+=(git)
if ((${#missing[@]} > 0)); then
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"; } >/dev/null || fail "${missing[*]}: not installed, and cannot be."
fi
mkdir -p "$work" || fail "$work cannot be made."
work="$(cd "$work" && pwd)"
# One run in a directory at a time: its images are shared.
exec 9>"$work/lock"
flock --nonblock 9 || fail "Another run has $work."
"$here/image.sh" "$work" "$packages" 9>&- || fail "No image of a machine could be made."

# All of it ends with this process, whatever ends it. unshare itself passes no signal on; what it runs ends its machines and says so.
setpriv --pdeathsig KILL unshare --mount --net --pid --fork --kill-child --mount-proc "${BASH_SOURCE[0]}" --inside --work "$work" --packages "$packages" "${arguments[@]}" 9>&- &
inner=$!
# shellcheck disable=SC2046 # one process id
trap 'kill $(cat "/proc/$inner/task/$inner/children" 2>/dev/null) 2>/dev/null' INT TERM HUP
trap 'kill -KILL "$inner" 2>/dev/null' EXIT
wait "$inner"
code=$?
while kill -0 "$inner" 2>/dev/null; do
    wait "$inner"
    code=$?
done
exit "$code"
