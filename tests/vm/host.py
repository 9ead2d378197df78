"""The host: the package's sync-host as a process of this machine, with a share."""
import json
import os
import re
import subprocess
import time

import trees
from machine import CommandFailed, run

CONFLICT = re.compile(r" \(conflict .*\)")


class Host:
    """A host with the share `vm`, on loopback's port 7443 and, for machines without a network, on further addresses."""

    def __init__(self, program, place, *listen):
        self.program, self.place, self.listen = program, place, listen
        self.share = os.path.join(place, "share")
        self.data = os.path.join(place, "data")
        self.process = None
        os.makedirs(self.share)

    def start(self):
        command = [self.program, "serve", "--data", self.data, "--share", f"vm={self.share}", "--listen", "127.0.0.1:7443"]
        for address in self.listen:
            command += ["--listen", address]
        path = os.path.join(self.place, "host.log")
        with open(path, "ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + 120
        while True:
            with open(path, encoding="utf-8", errors="replace") as log:
                log.seek(begin)
                if "listening on" in log.read():
                    return
            if self.process.poll() is not None or time.monotonic() > until:
                raise CommandFailed(f"the host does not start: {path}")
            time.sleep(0.05)

    def stop(self, kill=False):
        if self.process is not None:
            self.process.kill() if kill else self.process.terminate()
            self.process.wait(60)
            self.process = None

    def run(self, *words, timeout=120):
        return run(self.program, *words, "--data", self.data, timeout=timeout)

    def invite(self, address="10.0.2.2:7443"):
        return self.run("invite", "--share", "vm", "--address", address).strip()

    def flush(self, seconds=400):
        """All that exists now is identical and durable on the host and all its guests."""
        self.run("flush", "--all", "--timeout", f"{seconds}s", timeout=seconds + 30)

    def status(self):
        return json.loads(self.run("status", "--json"))["shares"][0]

    def path(self, *names):
        return os.path.join(self.share, *names)

    def listing(self):
        return trees.listing(self.share)


def conflicts(tree):
    """The conflict copies in a listing."""
    return [path for path in tree if CONFLICT.search(path)]
