"""A machine is put back to a snapshot: it goes back in time, its host does not. Its old state undoes nothing that is newer, whoever made it."""
import os
import shutil

import edits
import trees
from host import conflicts
from machine import SHARE, same


def disk(lab):
    """The snapshot is of the disk of a machine that was off."""
    host = lab.host(300)
    machine = lab.joined(host)
    before = _work(lab, host, machine, "before")
    machine.power_off()
    kept = machine.disk + ".kept"
    shutil.copyfile(machine.disk, kept)
    machine.start()
    machine.flush()
    after = _newer_work(lab, host, machine, before)
    machine.kill()
    os.replace(kept, machine.disk)
    machine.start("sync.hold")
    _check_is_old(machine, before)
    machine.release()
    _check(lab, host, machine, before, after)


def live(lab):
    """The snapshot is of a machine that runs: its agent goes back in time too, in the middle of its connection."""
    host = lab.host(300)
    machine = lab.joined(host, migratable=True)
    before = _work(lab, host, machine, "before")
    machine.monitor("savevm then")
    after = _newer_work(lab, host, machine, before)
    machine.monitor("loadvm then")
    _check(lab, host, machine, before, after)
    # And once more, to the same: now its agent has a state that the host has left behind twice.
    after = _newer_work(lab, host, machine, after, "second")
    machine.monitor("loadvm then")
    _check(lab, host, machine, before, after)


def _work(lab, host, machine, name):
    edits.batch(host.path("h"), lab.options.seed + name, 60)
    machine.edit("g", lab.options.seed + name, 60)
    machine.flush()
    here = host.listing()
    same(here, machine.listing())
    return here


def _newer_work(lab, host, machine, before, name="after"):
    """Both sides edit, make, move and delete, acknowledged."""
    _work(lab, host, machine, name)
    machine.shell(f"cd {SHARE}/base/d0 && echo newer-guest-{name} >e0/f1 && echo {name} >e0/{name} && mkdir made-{name} && echo {name} >made-{name}/file && rm -f e1/f2{len(name)}")
    edits.save(host.path("base", "d0", "e0", "f2"), f"newer-host-{name}\n".encode(), "rename")
    os.remove(host.path("base", "d0", "e1", f"f3{len(name)}"))
    machine.flush()
    here = host.listing()
    same(here, machine.listing())
    assert trees.differences(before, here)
    return here


def _check_is_old(machine, before):
    if trees.differences(before, machine.listing()):
        raise AssertionError("the machine is not as it was at the snapshot")


def _check(lab, host, machine, before, after):
    """All newer work stands, on both. What was deleted since may have come back, as it was; nothing else is there but conflict copies, whose content is the snapshot's."""
    machine.flush_linked()
    here = host.listing()
    same(here, machine.listing())
    undone = [line for line in trees.differences(after, here) if line.split(": ", 1)[0] in after]
    # A mode or a time alone may be the older one's only if nobody has set another since: compared whole.
    assert not undone, f"{len(undone)} paths are not as they were last (last | now):\n  " + "\n  ".join(undone[:12])
    added = [path for path in here if path not in after]
    copies = conflicts(added)
    back = [path for path in added if path not in copies]
    strange = [path for path in back if before.get(path, [None, 0, 0, 0, None])[4] != here[path][4]]
    assert not strange, f"neither newer work nor the snapshot's: {strange}"
    lab.say(f"put back: {len(trees.differences(before, after))} paths that were changed since are as they were last; {len(back)} that were deleted since came back, {len(copies)} conflict copies")
