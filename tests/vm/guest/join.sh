#!/bin/sh
# Joins by the invite on the kernel's command line (sync.invite=TOKEN sync.name=NAME), as the service's user; sync.hold keeps the agent from starting.
set -eu
for word in $(cat /proc/cmdline); do
    case $word in
    sync.hold) touch /run/vm.hold ;;
    sync.invite=*) token=${word#sync.invite=} ;;
    sync.name=*) name=${word#sync.name=} ;;
    esac
done
[ -n "${token:-}" ] || exit 0
udevadm settle
exec runuser -u sync-agent -- sync-guest join "$token" /srv/vm --name "$name"
