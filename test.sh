#!/usr/bin/env bash
# Builds everything and runs every test project, one after the other. Needs the .NET SDK; installs what else is missing from Debian's
# packages. Ends with the line "N passed, N failed[, N skipped]"; exit code 0 only if something passed and nothing failed.
# Use: ./test.sh [PROJECT...]    e.g. ./test.sh Sync.Engine.Tests
set -uo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_HOME="${DOTNET_CLI_HOME:-${HOME:-/tmp}}" MSBUILDDISABLENODEREUSE=1 NO_COLOR=1
# A test project that hangs is ended, and counts as failed.
readonly project_limit="${SYNC_TEST_LIMIT:-18m}"
readonly results="$PWD/TestResults"

# Installs Debian packages where this user may; tests that need what is then still missing are skipped, and say so.
install_missing() {
    local missing=()
    command -v git >/dev/null || missing+=(git)
    command -v faketime >/dev/null || missing+=(faketime)
    # In /usr/sbin, which not everybody has in the path.
    [[ -x /usr/sbin/mkfs.xfs ]] || command -v mkfs.xfs >/dev/null || missing+=(xfsprogs)
    [[ -x /usr/sbin/mkfs.btrfs ]] || command -v mkfs.btrfs >/dev/null || missing+=(btrfs-progs)
    # A directory of this machine, as sshfs and the like show another's.
    command -v bindfs >/dev/null || missing+=(bindfs)
    # A file system unlike Linux' own.
    command -v ntfs-3g >/dev/null || missing+=(ntfs-3g)
    command -v chromium >/dev/null || missing+=(chromium)
    # The API's walk-through in Python.
    command -v protoc >/dev/null || missing+=(protobuf-compiler libprotobuf-dev)
    /usr/bin/python3 -c 'import grpc' 2>/dev/null || missing+=(python3-grpcio python3-protobuf)
    ((${#missing[@]} == 0)) && return
    local as_root=()
    if ((EUID != 0)); then
        if ! sudo -n true 2>/dev/null; then
            echo "Not root and no sudo: ${missing[*]} not installed; some tests will be skipped." >&2
            return
        fi
        as_root=(sudo -n)
    fi
    "${as_root[@]}" apt-get update -q >&2 && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}" >&2 ||
        echo "Could not install ${missing[*]}; some tests will be skipped." >&2
}

# Ends the processes that a test run, itself killed, has left. A pid may be another's by now: only our own programs are ended.
end_leftovers() {
    local pid
    [[ -f $SYNC_TEST_PIDS ]] || return 0
    while read -r pid; do
        case "$(readlink "/proc/$pid/exe" 2>/dev/null)" in
            "$PWD"/src/*) kill -KILL "$pid" 2>/dev/null ;;
        esac
    done <"$SYNC_TEST_PIDS"
    rm -f "$SYNC_TEST_PIDS"
}

# The sum of one attribute over the <assembly> elements of a result file.
sum() { # ATTRIBUTE FILE
    grep -o '<assembly [^>]*>' "$2" | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'
}

command -v dotnet >/dev/null || { echo "The .NET SDK is missing: install .NET 10 (https://dot.net)." >&2; exit 1; }
install_missing
rm -rf "$results"
mkdir -p "$results"
export SYNC_TEST_PIDS="$results/pids"
trap end_leftovers EXIT

passed=0 failed=0 skipped=0
echo "== build"
# One compiler for all projects, ended with the build: started anew for each, it takes twice the time.
dotnet build -c Release -v quiet -nologo Sync.sln >"$results/build.log" 2>&1
built=$?
dotnet build-server shutdown >>"$results/build.log" 2>&1
if ((built != 0)); then
    grep -E ': (error|warning) ' "$results/build.log" | sort -u | head -50 || tail -50 "$results/build.log"
    echo "The build failed; all of its output is in TestResults/build.log."
    echo "0 passed, 1 failed"
    exit 1
fi

for project in tests/*.Tests/*.csproj; do
    name="$(basename "$project" .csproj)"
    if (($# > 0)) && [[ " $* " != *" $name "* ]]; then
        continue
    fi
    echo "== $name"
    executable="$(dirname "$project")/bin/Release/net10.0/$name"
    result="$results/$name.xml"
    started=$SECONDS
    timeout --kill-after=30s "$project_limit" "$executable" -noColor -noLogo -reporter quiet -result-xml "$result" 2>&1 | tee "$results/$name.log"
    code=${PIPESTATUS[0]}
    end_leftovers
    if [[ ! -s $result ]]; then
        echo "$name left no results (exit code $code): it counts as one failure."
        ((failed += 1))
        continue
    fi
    project_passed=$(sum passed "$result") project_failed=$(($(sum failed "$result") + $(sum errors "$result"))) project_skipped=$(sum skipped "$result")
    if ((code != 0 && project_failed == 0 && project_passed > 0)); then
        echo "$name ended with exit code $code although no test failed: it counts as one failure."
        project_failed=1
    fi
    ((passed += project_passed, failed += project_failed, skipped += project_skipped))
    echo "$project_passed of $((project_passed + project_failed + project_skipped)) in $((SECONDS - started)) s"
done

if ((passed + failed == 0)); then
    echo "No test ran."
fi
line="$passed passed, $failed failed"
((skipped > 0)) && line+=", $skipped skipped"
echo "$line"
((failed == 0 && passed > 0))
