#!/usr/bin/env bash
# Makes in WORK the disk of a virtual machine (image.ext4): a Debian of debootstrap, kept between runs, the package sync-guest, and what the run steers the machine with (guest/).
# Its kernel stands beside it; Debian's cloud kernel has NVMe and ext4 built in, and needs an initrd only for other disks. Made anew when one of these has changed. Use: image.sh WORK PACKAGES
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work=$1
deb="$(echo "$2"/sync-guest_*_amd64.deb)"
include=systemd-sysv,udev,kmod,python3,git,inotify-tools,adduser,libssl3,libstdc++6,iproute2,initramfs-tools,linux-image-cloud-amd64
base="$work/debian-$(sha256sum <<<"$include" | cut -c1-12).tar"
made="$(cat "$deb" "${BASH_SOURCE[0]}" "$here"/guest/* "$here/edits.py" "$here/trees.py" | sha256sum | cut -c1-12)"
[[ -f $base && -f $work/image.ext4 && $(cat "$work/image.of" 2>/dev/null) == "$made" ]] && exit 0

root="$work/root.new"
clear() { rm -rf --one-file-system "$root"; }
clear
trap clear EXIT
if [[ ! -f $base ]]; then
    echo "== Debian (once)"
    # What it mounts goes with the namespace, also if it is killed.
    unshare --mount debootstrap --variant=minbase --include="$include" bookworm "$root" >"$work/debootstrap.log" 2>&1 || { tail -5 "$work/debootstrap.log" >&2; exit 1; }
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
    tar -c -C "$root" --exclude='./proc/*' --exclude='./sys/*' . >"$base.new"
    mv "$base.new" "$base"
    clear
fi

echo "== image"
rm -f "$work/image.of"
mkdir -p "$root"
tar -x -C "$root" -f "$base"
cp "$deb" "$root/sync-guest.deb"
chroot "$root" dpkg -i /sync-guest.deb >"$work/image.log" 2>&1 || { cat "$work/image.log" >&2; exit 1; }
rm "$root/sync-guest.deb"
# The programs that the run steers the machine with, and users' programs.
install -d "$root/usr/lib/vm"
install -m 755 "$here/guest/control.py" "$here/guest/join.sh" "$here/guest/writer.py" "$here/edits.py" "$here/trees.py" "$root/usr/lib/vm/"
install -m 644 "$here"/guest/*.service "$root/etc/systemd/system/"
install -D -m 644 "$here/guest/hold.conf" "$root/etc/systemd/system/sync-guest.service.d/hold.conf"
install -m 644 "$here/guest/60-vm.rules" "$root/etc/udev/rules.d/"
install -D -m 644 "$here/guest/trigger.conf" "$root/etc/systemd/system/systemd-udev-trigger.service.d/vm.conf"
printf 'virtio_pci\nvirtio_console\nvirtio_net\nvirtio_rng\n' >"$root/etc/modules-load.d/vm.conf"
chroot "$root" install -d -o sync-agent -g sync-agent /srv/vm
systemctl --root "$root" enable sync-guest.service vm-join.service vm-network.service >/dev/null 2>&1
# Nothing here looks for a network, logs in or keeps house.
systemctl --root "$root" mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer dpkg-db-backup.timer getty-static.service \
    getty.target systemd-networkd.socket systemd-networkd-wait-online.service systemd-logind.service systemd-timesyncd.service systemd-update-utmp.service dev-hugepages.mount dev-mqueue.mount >/dev/null 2>&1
echo vm >"$root/etc/hostname"
echo 127.0.0.1 localhost vm >"$root/etc/hosts"
rm -f "$work/image.ext4"
cp "$(echo "$root"/boot/vmlinuz-*)" "$work/kernel"
cp "$(echo "$root"/boot/initrd.img-*)" "$work/initrd"
truncate -s 3G "$work/image.ext4"
mkfs.ext4 -q -F -E lazy_itable_init=1,lazy_journal_init=1 -d "$root" "$work/image.ext4"
echo "$made" >"$work/image.of"
