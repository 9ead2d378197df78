#!/usr/bin/env bash
# Builds the Debian packages of an earlier revision, by today's package.sh, into artifacts/previous: what tests/packages/run.sh sets against the current ones.
# With the runtime instead of machine code, for time's sake (SYNC_NATIVE=yes: as released): files and protocol are the same.
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
cp -r package.sh packaging "$source/"
sed -i "s:<Version>.*</Version>:<Version>$version</Version>:" "$source/Directory.Build.props"
SYNC_NATIVE="${SYNC_NATIVE:-no}" "$source/package.sh" linux-x64
mv "$source/artifacts/packages" artifacts/previous
echo "$revision" >artifacts/previous/REVISION
