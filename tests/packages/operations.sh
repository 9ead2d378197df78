#!/usr/bin/env bash
# The commands of docs/operations.md, each as it stands there, in a Debian of the test's own that systemd has booted (systemd-nspawn), with a network that leads nowhere: installing, services and
# their drop-ins, firewalls, SELinux' restorecon, provisioning, backup, removal. Host and guest are on that one machine, so the guest's directory has another name than the page's.
# A run of its own, as run.sh: ./package.sh linux-x64 && tests/packages/operations.sh. Needs root, debootstrap and systemd-nspawn (Debian: systemd-container), which it installs.
# Ends with the plain line "N passed, N failed[, N skipped]".
set -uo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

packages="$PWD/artifacts/packages"
base="$PWD/artifacts/operations-root.tar"
page="$PWD/docs/operations.md"

[[ -f $(echo "$packages"/sync-guest_*_amd64.deb) ]] || { echo "No packages in $packages: run ./package.sh linux-x64 first."; echo "0 passed, 1 failed"; exit 1; }
if ((EUID != 0)) || ! unshare --mount --net --pid --fork true 2>/dev/null; then
    echo "Skipped: root and namespaces are needed."
    echo "0 passed, 0 failed, 1 skipped"
    exit 1
fi

make_base() { # ROOT
    debootstrap --variant=minbase --include=adduser,libssl3,libstdc++6,man-db,systemd,systemd-sysv,dbus,sudo,procps,nftables,policycoreutils bookworm "$1" && cp -L /etc/resolv.conf "$1/etc/resolv.conf" &&
        chroot "$1" sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends ufw firewalld && systemctl disable firewalld && apt-get clean' &&
        tar -c -C "$1" . >"$base.new" && mv "$base.new" "$base"
}

place="$(mktemp -d)"
nspawn=
end() {
    # Its init ends all of the machine's processes.
    [[ -z $nspawn ]] || { kill -KILL "$init" 2>/dev/null; wait "$nspawn" 2>/dev/null; }
    rm -rf --one-file-system "$place"
}
trap end EXIT
for program in debootstrap systemd-nspawn; do
    command -v "$program" >/dev/null || apt-get install -qy --no-install-recommends debootstrap systemd-container >/dev/null
done
if [[ ! -f $base ]]; then
    export -f make_base && export base
    unshare --mount --pid --fork --kill-child bash -c "mkdir -p '$place/made/proc' && mount -t proc proc '$place/made/proc' && make_base '$place/made'" >"$place/log" 2>&1 || tail -5 "$place/log"
    rm -rf --one-file-system "$place/made"
    [[ -f $base ]] || { echo "0 passed, 1 failed"; exit 1; }
fi

passed=0 failed=0
. tests/packages/checks.sh

machine="$place/machine"
mkdir "$machine"
tar -x -C "$machine" -f "$base"
cp -r "$packages" "$machine/root/packages"
echo "127.0.0.1 localhost $(hostname)" >"$machine/etc/hosts"
systemd-nspawn --quiet --directory "$machine" --machine sync-operations --boot --private-network --register=no --keep-unit --console=read-only >"$place/console.log" 2>&1 &
nspawn=$!
init=
until [[ -n $init ]]; do
    kill -0 "$nspawn" 2>/dev/null || { tail -5 "$place/console.log"; echo "Skipped: systemd does not boot here."; echo "0 passed, 0 failed, 1 skipped"; exit 1; }
    # The first of a namespace of its own: what nspawn starts before it ends at once.
    for child in $(pgrep -P "$nspawn"); do
        [[ $(awk '/^NSpid:/ { print NF, $NF }' "/proc/$child/status" 2>/dev/null) =~ ^([3-9]|[0-9][0-9]+)\ 1$ ]] && init="$child"
    done
    sleep 0.1
done
inside() { nsenter --target "$init" --all --root --wd -- env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root TERM=dumb LANG=C.UTF-8 "$@"; }
booted() { [[ $(inside systemctl is-system-running) =~ ^(running|degraded)$ ]]; }
check "systemd has booted" until_true booted
((failed == 0)) || { tail -5 "$place/console.log"; echo "$passed passed, $failed failed"; exit 1; }

# A command that the page shows, up to its comment, run as it stands; sed changes what must differ here.
page_command() { # COMMAND [SED]
    sed 's/  *#.*//' "$page" | grep -xF -- "$1" >/dev/null || { echo "the page does not show: $1"; return 1; }
    inside bash -c "cd /root && $(sed "${2:-}" <<<"$1")"
}
# The lines of the page's block that begins with a line.
block() { awk -v first="$1" '/^```/ { within = 0 } within { print } $0 == first { within = 1 }' "$page"; }
says() { grep -qF -- "$1" <<<"$(inside "${@:2}" 2>&1)" || { echo "not in the output of ${*:2}: $1"; inside "${@:2}"; return 1; }; }
same() { diff -r --exclude=.sync "$machine$1" "$machine$2"; }

echo "== install"
check "sums" page_command "cd artifacts/packages && sha256sum -c SHA256SUMS" "s:artifacts/packages:/root/packages:;s:sha256sum -c:sha256sum --ignore-missing -c:"
check "host" page_command "sudo apt install ./sync-host_0.1.0_amd64.deb" "s:./sync:-y /root/packages/sync:"
check "guest" inside apt-get install -y /root/packages/sync-guest_0.1.0_amd64.deb

echo "== services of the packages"
check "a directory" page_command "sudo install -d -o sync-agent /srv/src"
echo 1 >"$machine/srv/src/a"
check "a share" page_command "sudo -u sync-agent sync-host share add src /srv/src"
check "the host's service" page_command "sudo systemctl enable --now sync-host"
check "runs" until_true inside systemctl is-active sync-host
token="$(inside sudo -u sync-agent sync-host invite --share src 2>/dev/null)"
check "an invite" page_command "sudo -u sync-agent sync-host invite --share src"
check "the guest's directory" page_command "sudo install -d -o sync-agent /srv/src" "s:/srv/src:/srv/copy:"
check "joins" page_command "sudo -u sync-agent sync-guest join sync1.… /srv/src" "s:sync1.…:$token:;s:/srv/src:/srv/copy:"
check "the guest's service" page_command "sudo systemctl enable --now sync-guest"
check "runs" until_true inside systemctl is-active sync-guest
check "flush" until_true inside sync-guest flush
check "is the same" same /srv/src /srv/copy
check "both are as hard as they say" says "OK" systemd-analyze security --no-pager sync-guest.service

echo "== drop-ins"
edit() { # UNIT LINES
    printf '%s\n' "$2" >"$machine/root/lines"
    printf '#!/bin/sh\ncat /root/lines >"$1"\n' >"$machine/root/editor"
    chmod +x "$machine/root/editor"
    inside script -qec "env SYSTEMD_EDITOR=/root/editor systemctl edit $1" /dev/null
}
check "a user" inside useradd --create-home alice
check "stop" inside systemctl stop sync-guest
check "alice's directory" inside sudo -u alice sh -c 'mkdir ~/mine && echo 2 >~/mine/b'
drop_in="$(block '# systemctl edit sync-guest' | head -2)"
check "is the user's" grep -qx 'User=alice' <<<"$drop_in"
check "systemctl edit" edit sync-guest "$drop_in"
check "runs as alice" until_true inside sh -c 'systemctl restart sync-guest && [ "$(ps -o user= -C sync-guest | head -1)" = alice ]'
inside rm -rf /etc/systemd/system/sync-guest.service.d
inside systemctl daemon-reload
inside systemctl stop sync-guest

echo "== service install"
check "alice's share" inside sudo -u alice sync-host share add mine /home/alice/mine
check "install" page_command "sudo sync-host service install --user alice -- --listen 0.0.0.0:7443" "s/7443/7444/"
check "status" until_true page_command "sync-host service status"
token="$(inside sudo -u alice sync-host invite --share mine --address 127.0.0.1:7444 2>/dev/null)"
inside mkdir -p /etc/nginx
check "root's guest joins a system directory" inside sync-guest --data /root/guest join "$token" /etc/nginx
check "service install" inside sh -c 'SYNC_DATA=/root/guest sync-guest service install'
refused() { inside journalctl -u sync-guest --no-pager | grep -qi 'read-only\|denied\|not permitted' || inside sync-guest --data /root/guest status | grep -qi 'read-only\|denied\|not permitted'; }
check "which the unit keeps from it" until_true refused
check "systemctl edit" edit sync-guest "$(block '# systemctl edit sync-guest' | tail -2)"
check "restart" inside systemctl restart sync-guest
check "and then gives it" until_true inside sync-guest --data /root/guest flush --timeout 5s
check "is there" inside test -f /etc/nginx/b
check "uninstall" page_command "sudo sync-host service uninstall"
check "is gone" inside sh -c '! sync-host service status'
check "the guest's, too" inside sync-guest service uninstall
check "files stay" inside test -f /home/alice/mine/b -a -f /etc/nginx/b

echo "== firewall"
check "ufw" page_command "sudo ufw allow 7443/tcp"
check "ufw has it" says "7443/tcp" ufw show added
check "nftables" inside systemctl start nftables
check "nft" page_command "sudo nft add rule inet filter input tcp dport 7443 accept"
check "nft has it" says "tcp dport 7443 accept" nft list ruleset
check "firewalld" inside systemctl start firewalld
check "firewall-cmd" page_command "sudo firewall-cmd --permanent --add-port=7443/tcp && sudo firewall-cmd --reload"
check "firewalld has it" says "7443/tcp" firewall-cmd --list-ports
inside systemctl stop firewalld

echo "== SELinux, where it is not enforced"
cp "$machine/usr/bin/sync-guest" "$machine/usr/local/bin/"
check "restorecon" inside bash -c "$(grep -o 'sudo restorecon [^\`]*' "$page" | head -1)"
rm "$machine/usr/local/bin/sync-guest"

echo "== inotify limits, which are not set: they are this machine's"
block '# /etc/sysctl.d/60-sync.conf' | head -2 >"$machine/etc/sysctl.d/60-sync.conf"
check "two lines" grep -c '^fs.inotify.max_user_[a-z]* = [0-9]*$' "$machine/etc/sysctl.d/60-sync.conf"
check "sysctl reads them" inside sysctl --dry-run -p /etc/sysctl.d/60-sync.conf

echo "== without a network"
# In the background, as the service's user.
serving='s:^:sudo -u sync-agent :;s:$: >/tmp/serve.log 2>\&1 \&:'
inside systemctl stop sync-host
inside install -d -o sync-agent /run/sync
check "serve" page_command "sync-host serve --share src=/srv/src --listen unix:/run/sync/host.sock --listen serial:/run/vm/build-7.sock" "$serving"
check "serves" until_true inside sudo -u sync-agent sync-host status
check "an invite over the serial line" page_command "sync-host invite --share src --address serial:/dev/virtio-ports/sync" "s:^:sudo -u sync-agent :"
token="$(inside sudo -u sync-agent sync-host invite --share src --address unix:/run/sync/host.sock 2>/dev/null)"
check "a guest joins by the socket" inside sync-guest --data /root/unix join "$token" /srv/unix
inside sh -c 'sync-guest --data /root/unix run >/tmp/unix.log 2>&1 &'
check "flush" until_true inside sync-guest --data /root/unix flush
check "is the same" same /srv/src /srv/unix
inside pkill -TERM -x 'sync-host|sync-guest'
until_true inside sh -c '! pgrep -x "sync-host|sync-guest"'

echo "== provisioning"
check "a place for packages" page_command "mkdir -p /var/lib/sync-host/packages"
check "the archive" page_command "tar -czf /var/lib/sync-host/packages/sync-guest-0.1.0-linux-x64.tar.gz --transform s,^,sync-guest/, -C /usr/bin sync-guest"
inside chown -R sync-agent /var/lib/sync-host/packages
check "serve" page_command "sync-host serve --api 0.0.0.0:8443 …" "$serving;s: …::"
check "serves" until_true inside sudo -u sync-agent sync-host status
check "a recipe" until_true page_command "sync-host guest provision build-7 --share src --format cloud-init --from 192.168.122.1:8443 >user-data" "s:^sync-host:sudo -u sync-agent sync-host:"
check "is user data" inside grep -qx '#cloud-config' /root/user-data

echo "== conflicts, backup"
check "conflicts" page_command "sync-host conflicts list" "s:^:sudo -u sync-agent :"
check "resolve" page_command "sync-host conflicts resolve --keep host --all" "s:^:sudo -u sync-agent :"
inside install -d -o sync-agent /safe
check "backup" page_command "sync-host backup /safe/host-\$(date +%F).tar.gz" "s:^:sudo -u sync-agent :"
inside pkill -TERM sync-host
until_true inside sh -c '! pgrep -x sync-host'
inside sh -c 'mv /safe/host-*.tar.gz /safe/host-2026-11-22.tar.gz; mv /var/lib/sync-host /var/lib/lost; install -d -o sync-agent -m 700 /var/lib/sync-host'
check "restore" page_command "sync-host restore /safe/host-2026-11-22.tar.gz" "s:^:sudo -u sync-agent :"
check "is what it was" inside sh -c 'systemctl start sync-host && sudo -u sync-agent sync-host share list | grep -q /srv/src'

echo "== remove"
check "remove" page_command "sudo apt remove sync-guest" "s:apt:apt-get -y:"
check "data stay" inside test -d /var/lib/sync-guest
check "purge" page_command "sudo apt purge sync-guest" "s:apt:apt-get -y:"
check "data are gone" inside test ! -e /var/lib/sync-guest
check "files stay" same /srv/src /srv/copy

echo "$passed passed, $failed failed"
((failed == 0))
