#!/bin/sh
# Starts a job by REST and waits until all is the same on the host and its guests. Needs curl.
# Use: SYNC_TOKEN=… job.sh https://HOST:8443 SHARE [api.pem]
set -eu
host=$1 share=$2 cert=${3:-}
call() {
    if [ -n "$cert" ]; then set -- --cacert "$cert" "$@"; fi
    curl -sS --fail-with-body -H "Authorization: Bearer $SYNC_TOKEN" -H 'Content-Type: application/json' "$@"
}
# The value of a string key, at the top of a small document.
value() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }

job=$(call -X POST "$host/api/v1/shares/$share/jobs" -d '{"wait":"durable","timeout":"600s"}' | sed 's/"outcomes".*//')
id=$(printf '%s' "$job" | value id)
while :; do
    job=$(call "$host/api/v1/jobs/$id?wait=30s" | sed 's/"outcomes".*//')
    state=$(printf '%s' "$job" | value state)
    case $state in
        done) echo "job $id: done"; exit 0 ;;
        failed | cancelled) echo "job $id: $state: $(printf '%s' "$job" | value reason)" >&2; exit 1 ;;
    esac
done
