#!/usr/bin/env bash
# What `sync-host guest provision` prints, given to the tools it is meant for, in a small Debian system of the test's own: cloud-init reads and runs it, and the
# machine has joined; Vagrant, Docker Compose and Groovy (Jenkins' language) read theirs. Multipass reads what cloud-init reads; Lima is in no registry of packages.
# A run of its own, as run.sh: ./package.sh linux-x64 && tests/packages/provision.sh. Needs root, and debootstrap for the first run (1 GB).
# Ends with the plain line "N passed, N failed[, N skipped]".
set -uo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

packages="$PWD/artifacts/packages"
base="$PWD/artifacts/provisioning-root.tar"

make_base() { # ROOT
    debootstrap --variant=minbase --include=adduser,libssl3,libstdc++6,curl,ca-certificates bookworm "$1" && cp -L /etc/resolv.conf "$1/etc/resolv.conf" &&
        chroot "$1" sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends cloud-init docker-compose vagrant groovy default-jre-headless && apt-get clean' &&
        tar -c -C "$1" . >"$base.new" && mv "$base.new" "$base"
}

if [[ ${1:-} != --inside ]]; then
    [[ -f $(echo "$packages"/sync-guest-*-linux-x64.tar.gz) ]] || { echo "No packages in $packages: run ./package.sh linux-x64 first."; echo "0 passed, 1 failed"; exit 1; }
    if ((EUID != 0)) || ! unshare --mount --net --uts --pid --fork true 2>/dev/null; then
        echo "Skipped: root and namespaces are needed."
        echo "0 passed, 0 failed, 1 skipped"
        exit 1
    fi
    place="$(mktemp -d)"
    if [[ ! -f $base ]]; then
        command -v debootstrap >/dev/null || apt-get install -qy --no-install-recommends debootstrap >/dev/null
        # With the network, but /proc of its own: what packages start there ends with it.
        export -f make_base && export base
        unshare --mount --pid --fork --kill-child bash -c "mkdir -p '$place/made/proc' && mount -t proc proc '$place/made/proc' && make_base '$place/made'" >"$place/log" 2>&1 || tail -5 "$place/log"
        rm -rf --one-file-system "$place/made"
        [[ -f $base ]] || { echo "0 passed, 1 failed"; rm -rf "$place"; exit 1; }
    fi
    # Ends with all that it started; mounts, network and the machine's name go with it.
    unshare --mount --net --uts --pid --fork --kill-child --mount-proc "${BASH_SOURCE[0]}" --inside "$place"
    code=$?
    rm -rf --one-file-system "$place"
    exit "$code"
fi

place=$2
passed=0 failed=0

. tests/packages/checks.sh

ip link set lo up
machine="$place/machine"
mkdir -p "$machine" "$place/host/packages" "$place/src/deep"
chmod 700 "$place/host"
tar -x -C "$machine" -f "$base"
mount -t proc proc "$machine/proc"
mount -t tmpfs tmpfs "$machine/run"
mount -t tmpfs tmpfs "$machine/tmp"
in_machine() { chroot "$machine" env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/root LANG=C.UTF-8 "$@"; }

cp "$packages"/sync-guest-*-linux-x64.tar.gz "$place/host/packages/"
mkdir "$place/program"
tar -xz -C "$place/program" --strip-components=1 -f "$packages"/sync-host-*-linux-x64.tar.gz
sync_host() { "$place/program/sync-host" --data "$place/host" "$@"; }
for i in {1..200}; do echo "file $i" >"$place/src/deep/$i.txt"; done
"$place/program/sync-host" --data "$place/host" serve --share "work=$place/src" --listen 127.0.0.1:7443 --api 127.0.0.1:8443 >"$place/host.log" 2>&1 &
host=$!
check "the host is there" until_true sync_host status

check "the host's API answers" until_true sync_host dashboard --print

recipe() { # FORMAT NAME
    sync_host guest provision "$2" --share work --format "$1" --from 127.0.0.1:8443 >"$machine/root/$1" 2>"$place/recipe.log" || { cat "$place/recipe.log"; return 1; }
}

echo "== each tool reads its format"
for format in cloud-init multipass; do
    check "$format" recipe "$format" "by-$format"
    check "$format: cloud-init's schema" in_machine cloud-init schema --config-file "/root/$format"
done
check "vagrant" recipe vagrant by-vagrant
check "vagrant: a Vagrantfile" in_machine sh -c 'mkdir /root/v && { echo "Vagrant.configure(\"2\") { |config| config.vm.box = \"debian/bookworm64\" }" && cat /root/vagrant; } >/root/v/Vagrantfile && cd /root/v && vagrant validate --ignore-provider'
check "compose" recipe compose by-compose
check "compose: a project" in_machine docker-compose --file /root/compose config --quiet
# A pipeline is Groovy that calls steps: these here write down what they are given.
check "jenkins-agent" recipe jenkins-agent by-jenkins
cat >"$machine/root/steps.groovy" <<'GROOVY'
def shell = new GroovyShell(new Binding(
    node: { name, body -> println("node " + name); body() }, stage: { name, body -> println("stage " + name); body() }, sh: { new File('/root/step.sh').text = it }))
shell.evaluate(new File('/root/jenkins-agent'))
GROOVY
check "jenkins-agent: a pipeline" in_machine groovy /root/steps.groovy
check "lima" recipe lima by-lima
check "lima: YAML" in_machine python3 -c 'import yaml; [step] = yaml.safe_load(open("/root/lima"))["provision"]; open("/root/lima.sh", "w").write(step["script"])'

echo "== a machine that cloud-init sets up has joined"
mkdir -p "$machine/var/lib/cloud/seed/nocloud"
echo 'instance-id: machine-1' >"$machine/var/lib/cloud/seed/nocloud/meta-data"
# There is a curl already, and no network to fetch another by.
sed '/^packages:$/,/^  - curl$/d' "$machine/root/cloud-init" >"$machine/var/lib/cloud/seed/nocloud/user-data"
cat >"$machine/etc/cloud/cloud.cfg.d/99-test.cfg" <<'CFG'
datasource_list: [ NoCloud ]
network: { config: disabled }
cloud_init_modules: [ write-files ]
cloud_config_modules: [ ]
cloud_final_modules: [ scripts-per-boot ]
CFG
for step in "init --local" "init" "modules --mode config"; do
    # shellcheck disable=SC2086
    check "cloud-init $step" in_machine cloud-init $step
done
# At the first boot the host is away.
kill -STOP "$host"
(in_machine timeout 8 cloud-init modules --mode final) >"$place/boot.log" 2>&1
check "a boot without the host leaves the script for the next" bash -c "[[ -n \$(ls '$machine/var/lib/cloud/scripts/per-boot') ]]"
kill -CONT "$host"
pkill -f per-boot/sync-guest-join
rm -rf "$machine/var/lib/cloud/sem"
check "the next boot" in_machine cloud-init modules --mode final
arrived() { diff -r --exclude=.sync "$place/src" "$machine/srv/work"; }
joined() { sync_host status --json | grep -q "\"$1\""; }
check "all files have come" until_true arrived
check "the script is gone" bash -c "[[ -z \$(ls '$machine/var/lib/cloud/scripts/per-boot') ]]"
check "the host knows it by its name" joined by-cloud-init
echo 'made in the machine' >"$machine/srv/work/back.txt"
check "an edit comes back" until_true arrived
check "the invite is used up: the recipe joins no other machine" bash -c "! chroot '$machine' env SYNC_PREFIX=/root/p2 SYNC_DATA=/root/d2 SYNC_DIR=/root/s2 sh -c '$(sed -n 's/^    content: \(.*\)$/echo \1 | base64 -d | sh/p' "$machine/root/cloud-init")'"

echo "== a second share"
mkdir "$place/more"
echo more >"$place/more/file"
check "added" sync_host share add more "$place/more"
check "its recipe" bash -c "'$place/program/sync-host' --data '$place/host' guest provision by-cloud-init --share more --format shell --from 127.0.0.1:8443 >'$machine/root/second'"
check "runs on the machine that has joined" in_machine sh /root/second
second() { diff -r --exclude=.sync "$place/more" "$machine/srv/more"; }
check "and brings it" until_true second

echo "== for a user of the machine"
in_machine useradd --create-home alice
users() { # FILE
    sync_host guest provision for-alice --share work --format shell --user alice --dir /home/alice/work --from 127.0.0.1:8443 >"$machine/root/$1"
}
check "its recipe" users alice.sh
check "is refused where there is no such user" bash -c "! chroot '$machine' env SYNC_USER=bob SYNC_DATA=/root/d4 sh /root/alice.sh 2>/dev/null && [[ ! -e '$machine/root/d4' ]]"
# Another agent than root's, on the same machine.
check "runs" in_machine SYNC_DATA=/var/lib/alice-sync sh /root/alice.sh
alices() { diff -r --exclude=.sync "$place/src" "$machine/home/alice/work"; }
check "brings the files" until_true alices
check "as hers, all of them" bash -c "[[ -z \$(chroot '$machine' find /home/alice/work /var/lib/alice-sync ! -user alice) ]]"
check "and her data are closed to others" bash -c "[[ \$(stat -c %a '$machine/var/lib/alice-sync') == 700 ]]"
hers() { pgrep -x sync-guest -u "$(chroot "$machine" id -u alice)"; }
check "her agent runs as her" hers
check "run again, it does no more" in_machine SYNC_DATA=/var/lib/alice-sync sh /root/alice.sh

echo "== Jenkins' step"
mkdir -p "$machine/root/agent/workspace"
# Its agent runs on after the step, as on a build machine.
check "the step runs" in_machine HOME=/root/agent WORKSPACE=/root/agent/workspace sh /root/step.sh
there() { diff -r --exclude=.sync "$place/src" "$machine/root/agent/srv/work"; }
check "and has flushed: all files are there" there

echo "== what is not the host's archive"
check "another recipe" recipe shell by-shell
for archive in "$place/host/packages"/*; do echo x >>"$archive"; done
refused() { ! in_machine SYNC_PREFIX=/root/p3 SYNC_DATA=/root/d3 SYNC_DIR=/root/s3 sh /root/shell >"$place/refused" 2>&1 && grep -q 'its hash differs' "$place/refused" && [[ ! -e $machine/root/p3/sync-guest ]]; }
check "is refused" refused

kill "$host" && wait "$host"
echo "$passed passed, $failed failed"
((failed == 0))
