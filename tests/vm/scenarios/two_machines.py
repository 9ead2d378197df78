"""Two machines at once on one share: what one saves is on the other, and where both save the same at once nothing is lost."""
import time

import edits
from host import conflicts
from machine import SHARE, same


def play(lab):
    host = lab.host(600)
    one, two = lab.machine("one"), lab.machine("two")
    for machine in (one, two):
        machine.start("sync.invite=" + host.invite(), "sync.name=" + machine.name, wait=False)
    for machine in (one, two):
        machine.booted()
        machine.flush()
    host.flush()
    _all_same(host, one, two)
    lab.say("both booted and joined at the same time, and have the share")

    began = time.monotonic()
    one.shell(f"echo hello >{SHARE}/base/from-one")
    two.shell(f"until [ -e {SHARE}/base/from-one ]; do sleep 0.01; done")
    lab.say(f"what one saves is on the other {1000 * (time.monotonic() - began):.0f} ms later, commands into both machines included")

    for number in range(5):
        seed = f"{lab.options.seed}/{number}"
        one.edit("one", seed, 60)
        two.edit("two", seed, 60)
        edits.batch(host.path("h"), seed, 60)
        # All three in one directory, each its own names.
        one.shell(f"for i in {{1..20}}; do echo {number} >{SHARE}/base/one-$i; done")
        two.shell(f"for i in {{1..20}}; do echo {number} >{SHARE}/base/two-$i; done")
        host.flush()
        here = _all_same(host, one, two)
        assert not conflicts(here), conflicts(here)
    lab.say("1,100 edits on three sides, in five flushes: identical")

    # The same file in both, with their cables out.
    for machine in (one, two):
        machine.qmp("set_link", name="net", up=False)
    one.shell(f"echo of-one >{SHARE}/base/both; echo same >{SHARE}/base/equal; rm {SHARE}/base/two-1")
    two.shell(f"echo of-two >{SHARE}/base/both; echo same >{SHARE}/base/equal; echo edited >{SHARE}/base/two-1")
    for machine in (one, two):
        machine.qmp("set_link", name="net", up=True)
    for machine in (one, two, one):
        machine.flush()
    host.flush()
    here = _all_same(host, one, two)
    copies = conflicts(here)
    assert len(copies) == 1 and copies[0].startswith("base/both (conflict"), copies
    texts = set()
    for path in ("base/both", copies[0]):
        with open(host.path(path), encoding="utf-8") as file:
            texts.add(file.read())
    assert texts == {"of-one\n", "of-two\n"}, texts
    with open(host.path("base", "two-1"), encoding="utf-8") as file:
        assert file.read() == "edited\n", "an edit beats a delete"
    lab.say("both edited the same file without a link: both contents are kept, the same content is no conflict, an edit beats a delete")


def _all_same(host, *machines):
    here = host.listing()
    for machine in machines:
        same(here, machine.listing())
    return here
