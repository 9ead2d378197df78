"""What a scenario works with: a host and machines of its own, ended with it."""
import os
import random
import shutil
import time

import edits
from host import Host
from machine import Machine, same


class Lab:
    """One scenario's place. What goes wrong leaves the logs of all that it started in WORK/failed/NAME."""

    def __init__(self, options, program, name):
        self.options, self.program, self.name = options, program, name
        self.place = os.path.join(options.work, "run", name)
        self.machines, self.hosts = [], []
        self.random = random.Random(f"{options.seed}/{name}")
        self.began = time.monotonic()
        shutil.rmtree(self.place, ignore_errors=True)
        os.makedirs(self.place)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None and kind is not KeyboardInterrupt:
            self._keep_logs()
        for machine in self.machines:
            machine.kill()
        for host in self.hosts:
            host.stop(kill=True)
        shutil.rmtree(self.place, ignore_errors=True)

    def _keep_logs(self):
        kept = os.path.join(self.options.work, "failed", self.name)
        shutil.rmtree(kept, ignore_errors=True)
        os.makedirs(kept)
        for machine in self.machines:
            with open(os.path.join(kept, machine.name + ".journal"), "w", encoding="utf-8") as file:
                file.write(machine.journal() if machine.process else "it was off\n")
            for log in ("console.log", "qemu.log"):
                shutil.copy(os.path.join(machine.place, log), os.path.join(kept, f"{machine.name}.{log}"))
        for host in self.hosts:
            shutil.copy(os.path.join(host.place, "host.log"), kept)
        print(f"    logs: {kept}", flush=True)

    def say(self, text):
        """A line of what was seen, with the seconds since the scenario began."""
        print(f"    {time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def host(self, files, *listen):
        """A host whose share has a tree of so many files in `base`."""
        host = Host(self.program, os.path.join(self.place, "host"), *listen)
        self.hosts.append(host)
        edits.tree(host.path("base"), files, self.name)
        host.start()
        return host

    def machine(self, name, networked=True, migratable=False):
        machine = Machine(name, os.path.join(self.place, name), self.options.work, self.options.accelerator, networked, migratable)
        self.machines.append(machine)
        return machine

    def joined(self, host, name="vm", migratable=False):
        """A machine that has joined by its kernel's command line, and has all."""
        machine = self.machine(name, migratable=migratable)
        machine.start("sync.invite=" + host.invite(), "sync.name=" + name)
        machine.flush()
        same(host.listing(), machine.listing())
        self.say(f"{name} has joined and has the share")
        return machine
