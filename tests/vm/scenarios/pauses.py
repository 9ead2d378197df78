"""A machine is paused and goes on, for less and for longer than its link lives; and its clock jumps."""
import time

import edits
from host import conflicts
from machine import same


def play(lab):
    host = lab.host(300)
    machine = lab.joined(host)
    for seconds in (3, 45):
        machine.qmp("stop")
        began = time.monotonic()
        for number in range(60):
            edits.save(host.path("h", f"p{seconds}-{number}"), edits.content(f"{seconds}/{number}", 20_000), "rename")
        # For the longer one: the host has noticed that nobody answers.
        while seconds > 10 and host.status()["guests"][0]["connected"]:
            assert time.monotonic() - began < 120, "the host takes a paused machine for connected"
            time.sleep(0.5)
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
        paused = time.monotonic() - began
        machine.qmp("cont")
        again = time.monotonic()
        behind = time.time() - float(machine.run("date", "+%s.%N"))
        machine.edit("g", f"pause{seconds}", 40)
        machine.flush()
        done = time.monotonic()
        here = host.listing()
        same(here, machine.listing())
        assert not conflicts(here) and f"h/p{seconds}-59" in here
        lab.say(f"paused for {paused:.0f} s, its clock {behind:.1f} s behind: all is the same {done - again:.1f} s after it went on")


def clock(lab):
    host = lab.host(300)
    machine = lab.joined(host)
    for jump in ("+1 day", "-3 days", "+2 years", "-2 years"):
        machine.run("date", "-s", jump)
        machine.edit("g", "clock" + jump, 40)
        edits.batch(host.path("h"), "clock" + jump, 40)
        machine.flush()
        here = host.listing()
        same(here, machine.listing())
        assert not conflicts(here), conflicts(here)
        lab.say(f"its clock jumped by {jump}: edits of both sides are on both")
