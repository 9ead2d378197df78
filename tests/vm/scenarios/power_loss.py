"""A machine is killed in the middle of syncing, and booted again: for its file systems a true loss of power. What a flush has acknowledged stands on its disk before
its agent has started again, and on the host's; afterwards both are the same, and nothing that a program had synced itself is lost."""
import os
import random
import threading
import time

import edits
import trees
from host import conflicts
from machine import SHARE, same

LONG = 60


class HostsProgram(threading.Thread):
    """Saves on the host, in w/h, until it is told to stop; knows what it saved last."""

    def __init__(self, host, seed):
        super().__init__(daemon=True)
        self.root, self.seed, self.last, self.stopping = host.path("w", "h"), seed, {}, threading.Event()

    def run(self):
        chance = random.Random(f"host/{self.seed}")
        number = 0
        while not self.stopping.is_set():
            name = f"f{chance.randrange(LONG)}"
            key = f"h/{self.seed}/{number}"
            edits.save(os.path.join(self.root, name), edits.content(key, chance.randrange(200_000)), chance.choice(("in-place", "rename")))
            self.last[name] = key
            number += 1
            self.stopping.wait(0.004)

    def stop(self):
        self.stopping.set()
        self.join()


def play(lab):
    host = lab.host(300)
    machine = lab.joined(host)
    machine.shell(f"mkdir {SHARE}/w")
    last, synced = {}, {}
    totals = dict.fromkeys(("losses in mid-sync", "acknowledged paths", "synced saves", "torn by their program", "conflict copies"), 0)
    for number in range(lab.options.losses):
        seed = f"{lab.options.seed}/{number}"
        try:
            _round(lab, host, machine, seed, last, synced, totals)
        except Exception as error:
            raise AssertionError(f"in round {number + 1}: {error}") from error
        if (number + 1) % 5 == 0:
            lab.say(f"{number + 1} losses: " + ", ".join(f"{count} {what}" for what, count in totals.items()))


def _round(lab, host, machine, seed, last, synced, totals):
    edits.batch(host.path("h"), "h" + seed, 40)
    machine.edit("g", "g" + seed, 40)
    machine.flush()
    acknowledged = trees.below(host.listing(), "base", "h", "g")
    programs = lab.random.choice(("both", "both", "host", "guest"))
    saving = HostsProgram(host, seed)
    if programs != "host":
        machine.run("sh", "-c", f"python3 /usr/lib/vm/writer.py {SHARE}/w '{seed}' >/tmp/writer.log 2>&1 &")
        machine.lines["events"].wait(60)
    if programs != "guest":
        saving.start()
    # A random moment, which is no condition to wait for.
    time.sleep(lab.random.uniform(0.1, 2.5))
    told = machine.kill()
    if programs != "guest":
        saving.stop()
        last.update(saving.last)
    for line in told.splitlines(keepends=True):
        if line.endswith("\n"):
            name, key = line.split()
            synced[name] = key
            totals["synced saves"] += 1

    machine.start("sync.hold")
    raw, here = machine.listing(), host.listing()
    same(acknowledged, trees.below(raw, "base", "h", "g"))
    same(acknowledged, trees.below(here, "base", "h", "g"))
    totals["acknowledged paths"] += len(acknowledged)
    totals["losses in mid-sync"] += bool(trees.differences(here, raw))
    machine.release()
    machine.flush()
    here = host.listing()
    same(here, machine.listing())
    same(acknowledged, trees.below(here, "base", "h", "g"))
    _check_programs(host, here, last, synced, totals)


def _check_programs(host, here, last, synced, totals):
    """What the programs of both sides find after a loss."""
    keys = {}
    for path in trees.below(here, "w"):
        if here[path][0] == "file":
            with open(host.path(path), "rb") as file:
                keys[path] = edits.key_of(file.read())
    copies = conflicts(keys)
    totals["conflict copies"] = len(copies)
    for name, key in last.items():
        assert keys.get(f"w/h/{name}") == key, f"w/h/{name} was saved on the host as {key}, and is {keys.get(f'w/h/{name}')}"
    assert not [path for path in copies if path.startswith("w/h/")], copies
    for name, key in synced.items():
        found = [keys[path] for path in keys if keys[path] and not path.endswith("~") and (path == f"w/s/{name}" or path.startswith(f"w/s/{name} (conflict "))]
        # What the program saved after it last told of one may stand as well; nothing older alone. A machine that lost its power may be in conflict with its own save
        # that its index had not seen: both are kept.
        assert any(_later(one, key) for one in found), f"w/s/{name} was synced in the machine as {key}, and there is {found}"
    torn = [path for path, key in keys.items() if key is None and not path.endswith("~")]
    assert all(path.startswith("w/g/") for path in torn), f"torn: {torn}"
    totals["torn by their program"] = max(totals["torn by their program"], len(torn))


def _later(found, told):
    (_, *found_round, found_number), (_, *told_round, told_number) = found.split("/"), told.split("/")
    return (int(found_round[-1]), int(found_number)) >= (int(told_round[-1]), int(told_number))
