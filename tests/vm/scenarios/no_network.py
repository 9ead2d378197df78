"""A machine without a network has its share over virtio-serial; both ends of the line start anew in the middle of a transfer."""
import time

import edits
from host import conflicts
from machine import SERIAL, same

FILES = 2_200


def play(lab):
    machine = lab.machine("vm", networked=False)
    host = lab.host(FILES, "serial:" + machine.socket_of("sync"))
    machine.start("sync.invite=" + host.invite("serial:" + SERIAL), "sync.name=vm")
    assert "eth" not in machine.run("cat", "/proc/net/dev"), "it has a network"
    began = time.monotonic()
    machine.flush(300)
    here = host.listing()
    same(here, machine.listing())
    size = sum(entry[2] for entry in here.values() if entry[0] == "file")
    lab.say(f"{FILES} files, {size / 1e6:.0f} MB, over a virtio-serial port, {time.monotonic() - began:.1f} s after commands reach it")
    for number in range(3):
        edits.batch(host.path("h"), f"{lab.options.seed}/{number}", 40)
        machine.edit("g", f"{lab.options.seed}/{number}", 40)
        machine.flush()
        same(host.listing(), machine.listing())
    lab.say("240 edits on both sides: identical")

    _send_long(lab, host, machine, "one")
    machine.kill()
    machine.start()
    machine.flush(300)
    same(host.listing(), machine.listing())
    lab.say("killed in the middle of a transfer and booted: identical")
    _send_long(lab, host, machine, "two")
    host.stop(kill=True)
    machine.edit("g", f"{lab.options.seed}/without", 40)
    host.start()
    machine.flush(300)
    here = host.listing()
    same(here, machine.listing())
    assert not conflicts(here), conflicts(here)
    lab.say("the host killed in the middle of a transfer and started: identical")


def _send_long(lab, host, machine, name):
    """A long content begins to go to the machine; it is on its way when this returns."""
    for number in range(4):
        edits.save(host.path("long", f"{name}{number}"), edits.content(f"{lab.options.seed}/{name}/{number}", 12_000_000), "rename")
    until = time.monotonic() + 60
    while True:
        share = host.status()
        if share["guests"][0]["pendingBytes"] > 0:
            return
        assert time.monotonic() < until, f"nothing is on its way: {share}"
        time.sleep(0.02)
