#!/usr/bin/env bash
# Installs, uses, upgrades, removes and purges the Debian packages of artifacts/packages, by apt and dpkg, in two small Debian systems of the test's own that a
# virtual cable joins: one is the README's host, the other its guest. Nothing of this system is changed, and nothing but the packages is installed there.
# A run of its own, because packages take minutes to build: ./package.sh linux-x64 && tests/packages/run.sh. Needs root, and debootstrap for the first run.
# With packages of an earlier release in artifacts/previous (tests/packages/previous.sh REVISION makes them), also that release against this one, both ways.
# Ends with the plain line "N passed, N failed[, N skipped]".
set -uo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

packages="$PWD/artifacts/packages"
previous="$PWD/artifacts/previous"
base="$PWD/artifacts/debian-root.tar"

if [[ ${1:-} != --inside ]]; then
    [[ -f $(echo "$packages"/sync-guest_*_amd64.deb) ]] || { echo "No packages in $packages: run ./package.sh linux-x64 first."; echo "0 passed, 1 failed"; exit 1; }
    if ((EUID != 0)) || ! unshare --mount --net --pid --fork true 2>/dev/null; then
        echo "Skipped: root and namespaces are needed."
        echo "0 passed, 0 failed, 1 skipped"
        exit 1
    fi
    if [[ ! -f $base ]]; then
        command -v debootstrap >/dev/null || apt-get install -qy --no-install-recommends debootstrap >/dev/null || { echo "debootstrap is missing."; echo "0 passed, 1 failed"; exit 1; }
        made="$(mktemp -d)"
        # What the packages depend on, and what this test itself calls.
        debootstrap --variant=minbase --include=adduser,libssl3,libstdc++6,man-db,zsh,fish bookworm "$made/root" >"$made/log" 2>&1 && mkdir -p artifacts &&
            tar -c -C "$made/root" . >"$base.new" && mv "$base.new" "$base" || tail -5 "$made/log"
        rm -rf "$made"
        [[ -f $base ]] || { echo "0 passed, 1 failed"; exit 1; }
    fi
    place="$(mktemp -d)"
    # Ends with all that it started; mounts and networks go with it.
    unshare --mount --net --pid --fork --kill-child --mount-proc "${BASH_SOURCE[0]}" --inside "$place"
    code=$?
    rm -rf --one-file-system "$place"
    exit "$code"
fi

place=$2
passed=0 failed=0 skipped=0

. tests/packages/checks.sh

says() { grep -qF -- "$1" <<<"$("${@:2}" 2>&1)" || { echo "not in the output of ${*:2}: $1"; "${@:2}"; return 1; }; }
absent() { [[ ! -e $1 && ! -L $1 ]]; }
owned() { [[ $(chroot "$1" stat -c '%U %a' "$3") == "$2" ]] || { chroot "$1" ls -ld "$3"; return 1; }; }
# A command line that a page shows, up to its comment: what the page says is what runs here.
shown() { sed 's/ *#.*//' "$1" | grep -xF -- "$2" || { echo "$1 does not show: $2"; return 1; }; }

# --- two systems ---
host="$place/host" guest="$place/guest"
unshare --net sleep infinity &
guest_network=$!
until [[ $(readlink "/proc/$guest_network/ns/net") != "$(readlink /proc/self/ns/net)" ]]; do sleep 0.05; done
ip link set lo up
ip link add eth0 type veth peer name eth0 netns "$guest_network"
ip address add 10.77.0.1/24 dev eth0
ip link set eth0 up
nsenter --net="/proc/$guest_network/ns/net" sh -c 'ip link set lo up; ip address add 10.77.0.2/24 dev eth0; ip link set eth0 up'

make_system() { # ROOT
    mkdir "$1"
    tar -x -C "$1" -f "$base"
    mount -t proc proc "$1/proc"
    mount -t tmpfs tmpfs "$1/run"
    chroot "$1" useradd --create-home --shell /bin/bash alice
}

# Runs a command in a system as a user of it, at home there, with its network. With via=exec it takes this shell's place.
via=
as() { # ROOT USER COMMAND...
    local root=$1 user=$2 home
    home="$(chroot "$root" getent passwd "$user" | cut -d: -f6)"
    [[ -d $root$home ]] || home=/
    command=(chroot "$root" setpriv --reuid="$user" --regid="$(chroot "$root" id -g "$user")" --init-groups env -i -C "$home" PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME="$home" "${@:3}")
}
in_host() { # USER COMMAND...
    local command
    as "$host" "$@"
    $via "${command[@]}"
}
in_guest() {
    local command
    as "$guest" "$@"
    $via nsenter --net="/proc/$guest_network/ns/net" "${command[@]}"
}

# Starts an agent, and waits until commands reach it.
declare -A agents
start() { # NAME READY COMMAND...
    (via=exec && "${@:3}") >"$place/$1.log" 2>&1 &
    agents[$1]=$!
    for _ in {1..600}; do
        grep -q "$2" "$place/$1.log" && return 0
        kill -0 "${agents[$1]}" 2>/dev/null || break
        sleep 0.1
    done
    cat "$place/$1.log"
    return 1
}
stop() { # NAME...
    local name code=0
    for name in "$@"; do
        kill "${agents[$name]}" && wait "${agents[$name]}" || { code=$?; cat "$place/$name.log"; }
    done
    return "$code"
}
# The command of a unit, as its user.
service() { # in_host|in_guest ROOT PROGRAM
    local unit="$2/usr/lib/systemd/system/$3.service" command
    read -ra command < <(sed -n 's/^ExecStart=//p' "$unit")
    start "$3" "$([[ $3 == sync-host ]] && echo 'listening on' || echo running)" "$1" "$(sed -n 's/^User=//p' "$unit")" "${command[@]}"
}
same() { diff -r --exclude=.sync "$@"; }

make_system "$host"
make_system "$guest"
host_deb="$(basename "$packages"/sync-host_*_amd64.deb)" guest_deb="$(basename "$packages"/sync-guest_*_amd64.deb)"
version="$(dpkg-deb -f "$packages/$guest_deb" Version)"
cp "$packages/$host_deb" "$host/home/alice/"
cp "$packages/$guest_deb" "$guest/home/alice/"
for root in "$host" "$guest"; do chroot "$root" find / -xdev \( -path /proc -o -path /run -o -path /home -o -path /var/log -o -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/apt \) -prune -o -print | sort >"$root.before"; done

# --- install ---
echo "== install"
check "sums hold" bash -c "cd '$packages' && sha256sum --quiet -c SHA256SUMS"
for program in sync-host sync-guest; do
    root="$([[ $program == sync-host ]] && echo "$host" || echo "$guest")" in="in_${program#sync-}"
    deb="$(basename "$packages/$program"_*_amd64.deb)"
    check "the README shows the installation of $program" shown README.md "sudo apt install ./$deb"
    check "install $program" "$in" root sh -c "cd /home/alice && apt-get install -y './$deb'"
    check "$program runs" says "$version" "$in" alice "$program" --version
    check "manual of $program" says "$program" "$in" alice man --pager=cat "$program"
    check "completion of $program for bash" "$in" alice bash -n "/usr/share/bash-completion/completions/$program"
    check "completion of $program for zsh" "$in" alice zsh -n "/usr/share/zsh/vendor-completions/_$program"
    check "completion of $program for fish" "$in" alice fish -n "/usr/share/fish/vendor_completions.d/$program.fish"
    check "unit of $program" grep -qx "ExecStart=/usr/bin/$program $([[ $program == sync-host ]] && echo serve || echo run) --data /var/lib/$program" "$root/usr/lib/systemd/system/$program.service"
    if command -v systemd-analyze >/dev/null; then
        check "hardening of $program" bash -c "systemd-analyze security --offline=true --no-pager '$root/usr/lib/systemd/system/$program.service' | grep -E 'Overall exposure level.* (OK|SAFE)'"
    else
        ((skipped += 1))
        echo "Skipped: systemd-analyze is not installed."
    fi
    check "user and directory of $program" owned "$root" "sync-agent 700" "/var/lib/$program"
    check "copyright of $program" grep -q 'LiteDB' "$root/usr/share/doc/$program/copyright"
    check "bill of materials of $program" python3 -c "import json,sys; d=json.load(open(sys.argv[1])); assert d['bomFormat']=='CycloneDX' and {'LiteDB', 'Microsoft.NETCore.App.Runtime.linux-x64', *sys.argv[2:]} <= {c['name'] for c in d['components']}" "$root/usr/share/doc/$program/$program-$version-linux-x64.cdx.json" $([[ $program == sync-host ]] && echo MudBlazor DiffPlex)
done

# --- the quick start of the README ---
echo "== quick start"
check "alice makes a directory" in_host alice sh -c "mkdir -p ~/docs"
docs="$host/home/alice/docs"
echo one >"$docs/a"
for line in "mkdir -p ~/docs" 'sync-host serve --share docs=$HOME/docs' "sync-host invite --share docs" "sync-guest join sync1.…  ~/docs" "sync-guest run" "sync-guest flush && make" "sync-guest status --watch" "sync-host conflicts list"; do
    check "the README shows it" shown README.md "$line"
done
check "host starts" start host "listening on" in_host alice sh -c 'exec sync-host serve --share docs=$HOME/docs'
token="$(in_host alice sync-host invite --share docs 2>/dev/null)"
check "guest joins" in_guest alice sh -c "sync-guest join $token ~/docs"
check "guest starts" start guest "running" in_guest alice sync-guest run
echo two >"$guest/home/alice/docs/b"
check "flush" in_guest alice sh -c "sync-guest flush && true"
check "both have both" same "$docs" "$guest/home/alice/docs"
check "both files are there" test -f "$docs/b" -a -f "$guest/home/alice/docs/a"
check "status" says "in-sync" in_guest alice sync-guest status
check "no conflicts" in_host alice sync-host conflicts list
check "pull" in_guest alice sh -c "sync-guest pull $(in_host alice sync-host invite --share docs --read-only 2>/dev/null) workspace --cache ~/.cache/sync --data ~/pull"
check "what was pulled" same "$docs" "$guest/home/alice/workspace"
resident="$(awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/${agents[guest]}/status")"
echo "guest: $(($(stat -Lc %s "$guest/usr/bin/sync-guest") / 1048576)) MiB on disk, $resident MiB resident"
check "both stop cleanly" stop guest host

# --- as services: the units' commands, as the units' user ---
echo "== services"
service_user="sync-agent"
for line in "sudo install -d -o sync-agent /srv/src" "sudo -u sync-agent sync-host share add src /srv/src" "sudo -u sync-agent sync-guest join sync1.… /srv/src" "sudo systemctl enable --now sync-host" "sudo systemctl enable --now sync-guest"; do
    check "operations.md shows it" shown docs/operations.md "$line"
done
for root in "$host" "$guest"; do chroot "$root" install -d -o sync-agent /srv/src; done
check "root is told whose data they are" says "belongs to sync-agent" in_host root sync-host share add src /srv/src
check "host's service starts" service in_host "$host" sync-host
check "a share is added as the service's user" in_host $service_user sync-host share add src /srv/src
token="$(in_host $service_user sync-host invite --share src 2>/dev/null)"
check "guest joins as the service's user" in_guest $service_user sync-guest join "$token" /srv/src
check "guest's service starts" service in_guest "$guest" sync-guest
echo three >"$guest/srv/src/c"
chown --reference="$guest/srv/src" "$guest/srv/src/c"
check "flush of the service" in_guest $service_user sync-guest flush --timeout 60s
check "the service has synced" same "$host/srv/src" "$guest/srv/src"
check "backup" in_host $service_user sync-host backup /tmp/host.tar.gz
check "root sees the service's status too" says "src" in_guest root sync-guest status
check "both services stop cleanly" stop sync-guest sync-host

# --- upgrade: the same programs under a newer version; what an upgrade keeps is the package's affair ---
echo "== upgrade"
mkdir "$place/newer"
for deb in "$host_deb" "$guest_deb"; do
    dpkg-deb -R "$packages/$deb" "$place/unpacked" && sed -i "s/^Version: .*/Version: $version+1/" "$place/unpacked/DEBIAN/control" &&
        dpkg-deb --root-owner-group -Znone -b "$place/unpacked" "$place/newer/" >/dev/null
    rm -rf "$place/unpacked"
done
cp "$place"/newer/sync-host_*.deb "$host/tmp/newer.deb"
cp "$place"/newer/sync-guest_*.deb "$guest/tmp/newer.deb"
echo "SYNC_LOGLEVEL=debug" >>"$guest/etc/default/sync-guest"
identity="$(sha256sum <"$guest/var/lib/sync-guest/identity/identity.pem")"
check "upgrade of the host" in_host root dpkg -i /tmp/newer.deb
check "upgrade of the guest" in_guest root dpkg -i /tmp/newer.deb
check "the new version is there" says "$version+1" chroot "$guest" dpkg-query -W -f '${Version}' sync-guest
check "what a person set is kept" grep -q SYNC_LOGLEVEL=debug "$guest/etc/default/sync-guest"
check "identity is kept" test "$(sha256sum <"$guest/var/lib/sync-guest/identity/identity.pem")" = "$identity"
check "data are still the service's" owned "$guest" "sync-agent 700" /var/lib/sync-guest
check "host's service starts again" service in_host "$host" sync-host
check "guest's service starts again" service in_guest "$guest" sync-guest
echo four >"$host/srv/src/d"
check "flush after the upgrade" in_guest $service_user sync-guest flush --timeout 60s
check "both have all" same "$host/srv/src" "$guest/srv/src"
check "both stop cleanly after the upgrade" stop sync-guest sync-host

# --- remove and purge ---
echo "== remove and purge"
check "operations.md shows the removal" shown docs/operations.md "sudo apt remove sync-guest"
check "operations.md shows the purge" shown docs/operations.md "sudo apt purge sync-guest"
for program in sync-host sync-guest; do
    root="$([[ $program == sync-host ]] && echo "$host" || echo "$guest")" in="in_${program#sync-}"
    check "remove $program" "$in" root apt-get remove -y "$program"
    check "$program is gone" absent "$root/usr/bin/$program"
    check "$program's library is gone" absent "$root/usr/lib/$program"
    check "data of $program stay" test -f "$root/var/lib/$program/config.json"
    check "configuration of $program stays" test -f "$root/etc/default/$program"
    check "purge $program" "$in" root apt-get purge -y "$program"
    check "data of $program are gone" absent "$root/var/lib/$program"
    check "configuration of $program is gone" absent "$root/etc/default/$program"
    check "the service's user is gone" bash -c "! chroot '$root' getent passwd sync-agent"
    check "shared files stay" test -f "$root/srv/src/d"
done
check "files of a user stay" test -f "$guest/home/alice/docs/a"
for root in "$host" "$guest"; do
    chroot "$root" find / -xdev \( -path /proc -o -path /run -o -path /home -o -path /var/log -o -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/apt \) -prune -o -print | sort >"$root.after"
    left="$(comm -13 "$root.before" "$root.after" | grep -vE '^/(srv|tmp)/' || true)"
    check "nothing else is left: $left" test -z "$(grep -vE '^/etc/(passwd-|group-|shadow-|gshadow-|subuid-|subgid-|\.pwd\.lock)$' <<<"$left")"
done

# --- the previous release against this one ---
echo "== previous release"
if [[ ! -f $(echo "$previous"/sync-guest_*_amd64.deb) ]]; then
    ((skipped += 1))
    echo "Skipped: no packages in $previous; tests/packages/previous.sh REVISION makes them."
else
    cp "$packages/$host_deb" "$host/tmp/new.deb"
    cp "$packages/$guest_deb" "$guest/tmp/new.deb"
    cp "$previous"/sync-host_*.deb "$host/tmp/old.deb"
    cp "$previous"/sync-guest_*.deb "$guest/tmp/old.deb"
    round=0
    edit_and_compare() { # WHAT: both sides edit, both have both
        ((round += 1))
        echo "host $round" >"$host/srv/old/h$round"
        echo "guest $round" >"$guest/srv/old/g$round"
        echo "again $round" >"$host/srv/old/changed"
        chown --reference="$host/srv/old" "$host/srv/old/h$round" "$host/srv/old/changed"
        chown --reference="$guest/srv/old" "$guest/srv/old/g$round"
        check "$1: flush" in_guest alice sync-guest flush --timeout 60s
        check "$1: both have all" same "$host/srv/old" "$guest/srv/old"
        check "$1: nothing is in conflict" bash -c "! ls '$host/srv/old' | grep conflict"
    }
    for root in "$host" "$guest"; do
        chroot "$root" install -d -o alice /srv/old
        rm -rf "$root/home/alice/.local"
    done
    check "install the previous host" in_host root dpkg -i /tmp/old.deb
    check "install the previous guest" in_guest root dpkg -i /tmp/old.deb
    echo "previous: $(in_host alice sync-host --version) ($(cat "$previous/REVISION" 2>/dev/null))"
    check "previous host starts" start host "listening on" in_host alice sync-host serve --share old=/srv/old
    check "previous guest joins" in_guest alice sync-guest join "$(in_host alice sync-host invite --share old 2>/dev/null)" /srv/old
    check "previous guest starts" start guest "running" in_guest alice sync-guest run
    edit_and_compare "previous with previous"
    check "guest stops" stop guest
    check "upgrade of the guest alone" in_guest root dpkg -i /tmp/new.deb
    check "new guest starts on the previous index" start guest "running" in_guest alice sync-guest run
    edit_and_compare "new guest, previous host"
    check "both stop" stop guest host
    check "upgrade of the host" in_host root dpkg -i /tmp/new.deb
    check "new host starts on the previous index" start host "listening on" in_host alice sync-host serve --share old=/srv/old
    check "downgrade of the guest" in_guest root dpkg -i /tmp/old.deb
    check "previous guest starts on the new index" start guest "running" in_guest alice sync-guest run
    edit_and_compare "previous guest, new host"
    check "guest stops again" stop guest
    check "upgrade of the guest" in_guest root dpkg -i /tmp/new.deb
    check "new guest starts again" start guest "running" in_guest alice sync-guest run
    edit_and_compare "new with new"
    check "both stop at the end" stop guest host
fi

line="$passed passed, $failed failed"
((skipped > 0)) && line+=", $skipped skipped"
echo "$line"
((failed == 0 && passed > 0))
