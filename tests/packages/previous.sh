#!/usr/bin/env bash
# Builds the Debian packages of an earlier revision, by today's package.sh, into artifacts/previous: what tests/packages/run.sh sets against the current ones.
# With the runtime instead of machine code, for time's sake (SYNC_NATIVE=yes: as released): files and protocol are the same.
# A revision from before there were packages gets some with the programs alone: its files and its protocol are what counts.
# Use: tests/packages/previous.sh REVISION [VERSION]    VERSION (0.0.9) must be lower than the current one.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

revision="$(git rev-parse --short "${1:?name a revision}")"
version="${2:-0.0.9}"
source="$PWD/artifacts/previous-source"
rm -rf "$source" "$PWD/artifacts/previous"
git worktree prune
git worktree add --force --detach "$source" "$revision" >/dev/null
trap 'git worktree remove --force "$source"' EXIT
sed -i "s:<Version>.*</Version>:<Version>$version</Version>:" "$source/Directory.Build.props"

programs_alone() {
    local program project tree
    export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
    mkdir "$PWD/artifacts/previous"
    for program in sync-host sync-guest; do
        project="$([[ $program == sync-host ]] && echo Sync.Host || echo Sync.Guest)"
        tree="$source/artifacts/$program"
        dotnet publish "$source/src/$project" -c Release -r linux-x64 -o "$tree/usr/lib/$program" -v quiet -nologo \
            -p:RunAnalyzers=false -p:NativeAgents=false -p:PublishAot=false -p:SelfContained=true -p:PublishReadyToRun=false -p:DebugType=none
        mkdir -p "$tree/usr/bin" "$tree/DEBIAN"
        ln -s "../lib/$program/$program" "$tree/usr/bin/$program"
        printf 'Package: %s\nVersion: %s\nArchitecture: amd64\nMaintainer: Sync developers <sync@localhost>\nDescription: an earlier revision, for tests\n' "$program" "$version" >"$tree/DEBIAN/control"
        dpkg-deb --root-owner-group -Zgzip --build "$tree" "$PWD/artifacts/previous/${program}_${version}_amd64.deb" >/dev/null
    done
}

if [[ -e $source/package.sh ]]; then
    cp -r package.sh packaging "$source/"
    SYNC_NATIVE="${SYNC_NATIVE:-no}" "$source/package.sh" linux-x64
    mv "$source/artifacts/packages" artifacts/previous
else
    programs_alone
fi
echo "$revision" >artifacts/previous/REVISION
