"""A machine that boots for the first time joins by its kernel's command line, and has the share."""
import time

from host import conflicts
from machine import same

FILES = 2_200


def play(lab):
    host = lab.host(FILES)
    machine = lab.machine("vm")
    began = time.monotonic()
    machine.start("sync.invite=" + host.invite(), "sync.name=vm")
    booted = time.monotonic()
    machine.flush()
    done = time.monotonic()
    here, there = host.listing(), machine.listing()
    same(here, there)
    files = [entry for entry in here.values() if entry[0] == "file"]
    assert len(files) == FILES and not conflicts(here), f"{len(files)} files, {len(conflicts(here))} conflict copies"
    lab.say(f"{len(files)} files, {sum(entry[2] for entry in files) / 1e6:.0f} MB: commands reach it {booted - began:.1f} s after power on, all is there, durably, {done - booted:.1f} s later")
    memory = machine.run("sh", "-c", "systemctl show -P MainPID sync-guest | xargs -I{} awk '/^VmRSS/ { print int($2 / 1024) }' /proc/{}/status").strip()
    state = machine.run("systemctl", "is-active", "sync-guest").strip()
    assert state == "active", state
    lab.say(f"the package's service is {state}, {memory} MiB resident")
