# Sourced by the tests beside it: they set $place, a directory of the run's own, and count in $passed and $failed.

check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@" >"$place/check.log" 2>&1; then
        ((passed += 1))
    else
        ((failed += 1))
        echo "FAILED: $what: $*"
        sed 's/^/    /' "$place/check.log" | tail -20
    fi
}

# Waits for half a minute.
until_true() {
    for _ in {1..300}; do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    "$@"
}
