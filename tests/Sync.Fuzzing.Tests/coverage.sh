#!/usr/bin/env bash
# Which branches of the decoders (decoders.txt) the fuzzer's inputs take: builds its tests once more, with counters, and lists each file, worst first, and what all have together.
# Use: tests/Sync.Fuzzing.Tests/coverage.sh [INPUTS]    for each target (20,000)
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out="$PWD/artifacts/coverage"
rm -rf "$out"
dotnet build -c Release tests/Sync.Fuzzing.Tests -p:Coverage=true -p:NativeAgents=false -p:PublishReadyToRun=false -p:RunAnalyzers=false -v quiet -nologo -o "$out/bin"
SYNC_FUZZ_INPUTS="${1:-20000}" "$out/bin/Sync.Fuzzing.Tests" --coverlet --coverlet-output-format cobertura --results-directory "$out" >"$out/run.log" || { tail -20 "$out/run.log"; exit 1; }
python3 -B tests/Sync.Fuzzing.Tests/coverage.py "$out"/*.xml tests/Sync.Fuzzing.Tests/decoders.txt
