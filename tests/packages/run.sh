#!/usr/bin/env bash
# Installs, uses, upgrades, removes and purges the Debian packages of artifacts/packages in a root directory of its own: nothing of this system is changed.
# A run of its own (./package.sh takes minutes): ./package.sh linux-x64 && tests/packages/run.sh. Ends with the plain line "N passed, N failed".
set -uo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

packages="$PWD/artifacts/packages"
passed=0 failed=0
place="$(mktemp -d)"
root="$place/root"
pids=()

end() {
    ((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null
    wait
    rm -rf "$place"
}
trap end EXIT

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

# Dependencies are this system's own; scripts run here, with DPKG_ROOT telling them where.
run_dpkg() { dpkg --root="$root" --force-script-chrootless --force-depends --force-not-root --force-confold --force-bad-path --log=/dev/null "$@"; }
absent() { [[ ! -e $1 ]]; }
says() { grep -qF -- "$1" <<<"$("${@:2}" 2>&1)" || { echo "not in the output of ${*:2}: $1"; return 1; }; }

mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/etc" "$root/tmp"
touch "$root/var/lib/dpkg/status"
host_deb=("$packages"/sync-host_*_amd64.deb) guest_deb=("$packages"/sync-guest_*_amd64.deb)
[[ -f ${host_deb[0]} && -f ${guest_deb[0]} ]] || { echo "No packages in $packages: run ./package.sh linux-x64 first."; echo "0 passed, 1 failed"; exit 1; }
version="$(dpkg-deb -f "${guest_deb[0]}" Version)"

echo "== install"
check "sums hold" bash -c "cd '$packages' && sha256sum --quiet -c SHA256SUMS"
check "install" run_dpkg -i "${host_deb[0]}" "${guest_deb[0]}"
for program in sync-host sync-guest; do
    check "$program runs" says "$version" "$root/usr/bin/$program" --version
    check "manual of $program" bash -c "gzip -dc '$root/usr/share/man/man1/$program.1.gz' | groff -man -Tutf8 -ww -z"
    check "completion of $program" bash -n "$root/usr/share/bash-completion/completions/$program"
    check "unit of $program" grep -qx "ExecStart=/usr/bin/$program $([[ $program == sync-host ]] && echo serve || echo run) --data /var/lib/$program" "$root/usr/lib/systemd/system/$program.service"
    check "bill of materials of $program" python3 -c "import json,sys; d=json.load(open(sys.argv[1])); assert d['bomFormat']=='CycloneDX' and any(c['name']=='LiteDB' for c in d['components'])" "$root/usr/share/doc/$program/$program-$version-linux-x64.cdx.json"
done

echo "== use"
mkdir "$place/shared" "$place/joined"
echo one >"$place/shared/a"
start() { # NAME READY COMMAND...
    "${@:3}" >"$place/$1.log" 2>&1 &
    pids+=($!)
    for _ in {1..600}; do
        grep -q "$2" "$place/$1.log" && return 0
        kill -0 "${pids[-1]}" 2>/dev/null || break
        sleep 0.1
    done
    cat "$place/$1.log"
    return 1
}
host=("$root/usr/bin/sync-host") guest=("$root/usr/bin/sync-guest")
host_data="$root/var/lib/sync-host" guest_data="$root/var/lib/sync-guest"
check "host starts" start host "listening on" "${host[@]}" serve --data "$host_data" --listen "unix:$place/host.sock" --share "work=$place/shared"
token="$("${host[@]}" invite --share work --data "$host_data" 2>/dev/null)"
check "guest joins" "${guest[@]}" join "$token" "$place/joined" --data "$guest_data"
check "guest starts" start guest "running" "${guest[@]}" run --data "$guest_data"
echo two >"$place/joined/b"
check "flush" "${guest[@]}" flush --timeout 60s --data "$guest_data"
check "both have both" diff -r --exclude=.sync "$place/shared" "$place/joined"
resident="$(awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/${pids[-1]}/status")"
echo "guest: $(($(stat -Lc %s "$root/usr/bin/sync-guest") / 1048576)) MiB on disk, $resident MiB resident"
kill "${pids[@]}"
wait "${pids[@]}" 2>/dev/null
pids=()

echo "== upgrade"
# The same program under a newer version: what an upgrade keeps is the package's affair.
mkdir "$place/newer"
for deb in "${host_deb[0]}" "${guest_deb[0]}"; do
    dpkg-deb -R "$deb" "$place/unpacked" && sed -i "s/^Version: .*/Version: $version+1/" "$place/unpacked/DEBIAN/control" &&
        dpkg-deb --root-owner-group -Znone -b "$place/unpacked" "$place/newer/" >/dev/null
    rm -rf "$place/unpacked"
done
echo "SYNC_LOGLEVEL=debug" >>"$root/etc/default/sync-guest"
check "upgrade" run_dpkg -i "$place"/newer/*.deb
check "the new version is there" says "$version+1" dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Version}' sync-guest
check "what a person set is kept" grep -q SYNC_LOGLEVEL=debug "$root/etc/default/sync-guest"
check "identity is kept" test -f "$guest_data/identity/identity.pem"
check "host starts again" start host "listening on" "${host[@]}" serve --data "$host_data" --listen "unix:$place/host.sock"
check "guest starts again" start guest "running" "${guest[@]}" run --data "$guest_data"
echo three >"$place/shared/c"
check "flush after the upgrade" "${guest[@]}" flush --timeout 60s --data "$guest_data"
check "both have all" diff -r --exclude=.sync "$place/shared" "$place/joined"
kill "${pids[@]}"
wait "${pids[@]}" 2>/dev/null
pids=()

echo "== remove and purge"
check "remove" run_dpkg -r sync-host sync-guest
check "programs are gone" absent "$root/usr/bin/sync-guest"
check "the web server is gone" absent "$root/usr/lib/sync-host"
check "data stays" test -f "$guest_data/config.json"
check "configuration stays" test -f "$root/etc/default/sync-guest"
check "purge" run_dpkg -P sync-host sync-guest
check "data is gone" absent "$guest_data"
check "configuration is gone" absent "$root/etc/default/sync-guest"
check "shared files stay" test -f "$place/joined/c"

echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
