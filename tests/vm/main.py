"""Runs the scenarios, each for itself; ends with "N passed, N failed". Started by run.sh, in namespaces of the run's own."""
import argparse
import glob
import os
import shutil
import signal
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import accelerator  # noqa: E402
from lab import Lab  # noqa: E402
from machine import run  # noqa: E402
from scenarios import edits_both_ways, first_sync, no_network, pauses, power_loss, rollback, two_machines  # noqa: E402

SCENARIOS = {
    "first-sync": first_sync.play,
    "edits": edits_both_ways.edits,
    "git": edits_both_ways.git,
    "power-loss": power_loss.play,
    "pause": pauses.play,
    "clock": pauses.clock,
    "rollback-disk": rollback.disk,
    "rollback-live": rollback.live,
    "no-network": no_network.play,
    "two-machines": two_machines.play,
}


def end(*_):
    """Whatever ends the run goes through the ends of its scenarios, once."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(prog="tests/vm/run.sh", description="Real virtual machines.")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS) + "; all without one")
    parser.add_argument("--work", default="/tmp/sync-vm", help="where images are kept between runs (default /tmp/sync-vm)")
    parser.add_argument("--packages", help=argparse.SUPPRESS)
    parser.add_argument("--losses", type=int, default=20, help="how often power is lost (default 20)")
    parser.add_argument("--seed", default=str(int(time.time())), help="repeats the same choices (not the same moments)")
    options = parser.parse_args()
    if unknown := [name for name in options.scenarios if name not in SCENARIOS]:
        parser.error(f"no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")

    # A shell has its background jobs ignore SIGINT.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    unpacked = os.path.join(options.work, "host")
    shutil.rmtree(os.path.join(options.work, "run"), ignore_errors=True)
    shutil.rmtree(unpacked, ignore_errors=True)
    run("dpkg-deb", "-x", glob.glob(os.path.join(options.packages, "sync-host_*_amd64.deb"))[0], unpacked)
    program = os.path.join(unpacked, "usr/lib/sync-host/sync-host")
    options.accelerator = accelerator.choose(os.path.join(options.work, "kernel"))
    print(f"seed {options.seed}, {'KVM' if options.accelerator is accelerator.KVM else 'emulated, without KVM'}, {run(program, '--version').strip()}", flush=True)

    passed = failed = 0
    try:
        for name in options.scenarios or SCENARIOS:
            print(f"== {name}", flush=True)
            began = time.monotonic()
            try:
                with Lab(options, program, name) as lab:
                    SCENARIOS[name](lab)
                passed += 1
                print(f"passed: {name} ({time.monotonic() - began:.0f} s)", flush=True)
            except Exception:  # pylint: disable=broad-except # any fault of a scenario is that scenario's failure, told whole
                failed += 1
                print(f"FAILED: {name} ({time.monotonic() - began:.0f} s)\n{traceback.format_exc()}", flush=True)
    except KeyboardInterrupt:
        failed += 1
        print("Ended before its end.", flush=True)
    finally:
        shutil.rmtree(os.path.join(options.work, "run"), ignore_errors=True)
        shutil.rmtree(unpacked, ignore_errors=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
