"""A virtual machine under QEMU: its disk, its power switch, and a line into it by which commands are run."""
import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field

import trees

SHARE = "/srv/vm"
SERIAL = "/dev/virtio-ports/sync"


class CommandFailed(Exception):
    """A command in a machine that had to end with 0, and did not."""


class NeverBooted(Exception):
    """The kernel of a machine stands still before anything of ours runs: emulated ones do so now and then."""


class Line:
    """Lines of JSON over a socket on which QEMU listens; made anew with each life of the machine."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.pending = b""

    def send(self, message):
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, seconds):
        """The next line, or TimeoutError."""
        self.wait(seconds)
        line, self.pending = self.pending.split(b"\n", 1)
        return json.loads(line)

    def wait(self, seconds):
        """Until a whole line is there, which stays."""
        until = time.monotonic() + seconds
        while b"\n" not in self.pending:
            self.socket.settimeout(max(0.001, until - time.monotonic()))
            data = self.socket.recv(1 << 16)
            if not data:
                raise ConnectionError("the machine is gone")
            self.pending += data

    def drain(self):
        """All that was said until the other end was closed, as text."""
        self.socket.settimeout(10)
        while data := self.socket.recv(1 << 16):
            self.pending += data
        return self.pending.decode(errors="replace")

    def close(self):
        self.socket.close()


@dataclass
class Machine:
    """One machine. With a network it reaches this machine's loopback at 10.0.2.2, and nothing else is there to be reached. One whose running state can be saved (migratable)
    takes longer to boot: QEMU saves no NVMe, and for another disk Debian's kernel needs an initrd."""

    name: str
    place: str
    work: str
    accelerator: tuple
    networked: bool = True
    migratable: bool = False
    process: subprocess.Popen | None = None
    asked: int = 0
    lines: dict = field(default_factory=dict)

    def __post_init__(self):
        os.makedirs(self.place)
        # What QEMU has not written to it by the time it is killed is lost: what the machine has not flushed, and qcow2's own tables of it. What it has flushed is this
        # kernel's, which outlives QEMU: so nothing waits until it is on this machine's own disk (cache=unsafe).
        run("qemu-img", "create", "-q", "-f", "qcow2", "-b", os.path.join(self.work, "image.ext4"), "-F", "raw", self.disk)

    @property
    def disk(self):
        return os.path.join(self.place, "disk.qcow2")

    def socket_of(self, port):
        return os.path.join(self.place, port)

    def start(self, *words, wait=True):
        """Switches it on, with these words on the kernel's command line, and waits until it has booted, or leaves it to that."""
        for attempt in range(6):
            self._switch_on(*words)
            if not wait:
                return
            try:
                self.booted()
                return
            except NeverBooted as stuck:
                # Nothing was written to its disk, so to switch it off is no power loss for anybody.
                self.kill()
                if attempt == 5:
                    raise
                print(f"               {self.name} is switched on again: {stuck}", flush=True)

    def _switch_on(self, *words):
        # On a busy machine an emulated one stands still for minutes now and then, and must not take that for a broken disk or a timer that never comes.
        append = [f"root=/dev/{'vda' if self.migratable else 'nvme0n1'}", "rw", "console=ttyS0", "net.ifnames=0", "nohz=off", "highres=off", "panic=-1", "nvme_core.io_timeout=600", "systemd.machine_id=" + self.name.encode().hex().rjust(32, "5"), *words]
        command = [
            "qemu-system-x86_64", "-machine", "pc", *self.accelerator, "-m", "512", "-smp", "1", "-display", "none", "-monitor", "none",
            "-serial", f"file:{os.path.join(self.place, 'console.log')}", "-no-reboot", "-kernel", os.path.join(self.work, "kernel"),
            "-append", " ".join(append), "-drive", f"file={self.disk},if=none,id=disk,format=qcow2,cache=unsafe", "-device", "virtio-rng-pci",
            "-qmp", f"unix:{self.socket_of('qmp')},server=on,wait=off", "-device", "virtio-serial",
        ]
        command += ["-initrd", os.path.join(self.work, "initrd"), "-device", "virtio-blk,drive=disk"] if self.migratable else ["-device", "nvme,drive=disk,serial=vm"]
        command += ["-netdev", "user,id=net,ipv6=off", "-device", "virtio-net,netdev=net"] if self.networked else ["-nic", "none"]
        for port, name in [("control", "vm.control"), ("events", "vm.events"), ("sync", "sync")]:
            command += ["-chardev", f"socket,id={port},path={self.socket_of(port)},server=on,wait=off", "-device", f"virtserialport,chardev={port},name={name}"]
        with open(os.path.join(self.place, "qemu.log"), "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.lines = {port: self._connect(port) for port in ("qmp", "control", "events")}
        self.lines["qmp"].receive(60)
        self.qmp("qmp_capabilities")

    def booted(self):
        """Waits until all that it starts by itself has started: its agent too, unless that is held back."""
        self.asked += 1
        self.lines["control"].send({"id": self.asked, "argv": ["true"], "timeout": 60})
        begun = time.monotonic()
        while True:
            try:
                if self.lines["control"].receive(5)["id"] == self.asked:
                    break
            except TimeoutError:
                # Some ten seconds, as a rule. Where it stands still it tells so itself, after four minutes.
                if time.monotonic() - begun > 60 and "as init process" not in self._console():
                    raise NeverBooted("its kernel stands still") from None
                if time.monotonic() - begun > 600:
                    raise
        state = self.run("systemctl", "is-system-running", "--wait", timeout=600, check=False)[1].strip()
        if state != "running":
            raise CommandFailed(f"{self.name} is {state}: " + self.run("systemctl", "--failed", "--no-pager", "--full"))

    def _console(self):
        with open(os.path.join(self.place, "console.log"), encoding="utf-8", errors="replace") as console:
            return console.read()

    def _connect(self, port):
        until = time.monotonic() + 60
        while True:
            try:
                return Line(self.socket_of(port))
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def qmp(self, command, **arguments):
        """A command to QEMU itself."""
        self.lines["qmp"].send({"execute": command, "arguments": arguments})
        while True:
            answer = self.lines["qmp"].receive(120)
            if "error" in answer:
                raise CommandFailed(f"{command}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    def monitor(self, line):
        """A command of QEMU's own monitor; snapshots have no other. What it prints is an error."""
        if said := self.qmp("human-monitor-command", **{"command-line": line}):
            raise CommandFailed(f"{line}: {said}")

    def run(self, *argv, timeout=600, check=True, user=None):
        """A command in it, as root or as this user; its standard output. With check=False [code, output, errors]."""
        if user is not None:
            argv = ("runuser", "-u", user, "--", *argv)
        self.asked += 1
        self.lines["control"].send({"id": self.asked, "argv": argv, "timeout": timeout})
        while (answer := self.lines["control"].receive(timeout + 30))["id"] != self.asked:
            pass
        if not check:
            return answer["code"], answer["out"], answer["err"]
        if answer["code"] != 0:
            raise CommandFailed(f"{self.name}: {' '.join(argv)}: {answer['code']}: {answer['out'][-2000:]}{answer['err'][-2000:]}")
        return answer["out"]

    def shell(self, text, timeout=600):
        """Text for a shell, as the agent's user, with HOME for git."""
        return self.run("runuser", "-u", "sync-agent", "--", "env", "HOME=/tmp", "bash", "-euo", "pipefail", "-c", text, timeout=timeout)

    def flush(self, seconds=400):
        """What its user's `sync-guest flush` says: all that exists now, here and on the host, is identical and durable on both."""
        return self.run("sync-guest", "flush", "--timeout", f"{seconds}s", user="sync-agent", timeout=seconds + 30)

    def flush_linked(self, seconds=400):
        """As flush, where the link may break first: it says so by 5, and is asked again."""
        until = time.monotonic() + seconds
        while True:
            code, out, err = self.run("sync-guest", "flush", "--timeout", f"{seconds}s", user="sync-agent", timeout=seconds + 30, check=False)
            if code == 0:
                return
            if code != 5 or time.monotonic() > until:
                raise CommandFailed(f"{self.name}: flush: {code}: {out}{err}")
            time.sleep(0.5)

    def listing(self):
        return json.loads(self.run("python3", "/usr/lib/vm/trees.py", SHARE))

    def edit(self, below, seed, count):
        """A batch of edits in a directory of the share."""
        self.run("python3", "/usr/lib/vm/edits.py", f"{SHARE}/{below}", seed, str(count), user="sync-agent")

    def release(self):
        """Lets an agent that sync.hold has held back go on."""
        self.run("rm", "-f", "/run/vm.hold")
        self.run("systemctl", "start", "sync-guest")

    def kill(self):
        """Takes its power: what it has not written to its disk by now it has never written. What it has told over the events' line."""
        if self.process is None:
            return ""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None
        said = ""
        for port, line in self.lines.items():
            if port == "events":
                said = line.drain()
            line.close()
        self.lines = {}
        return said

    def power_off(self):
        """Shuts it down as its user would: all is written."""
        # It may be gone before it answers.
        self.lines["control"].send({"id": -1, "argv": ["systemctl", "poweroff"], "timeout": 60})
        self.process.wait(120)
        self.kill()

    def journal(self):
        """What its agent has logged in this life, as far as it can be had."""
        try:
            return self.run("journalctl", "-b", "-o", "short-precise", "--no-pager", "-n", "400", timeout=20)
        except (OSError, CommandFailed, KeyError) as error:
            return f"no journal: {error}\n"


def run(*argv, **more):
    """A command on this machine that has to end with 0; its output."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=more.pop("timeout", 120), check=False, **more)
    if done.returncode != 0:
        raise CommandFailed(f"{' '.join(argv)}: {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def same(host_tree, guest_tree):
    """Fails, with the first paths, if two listings differ."""
    if found := trees.differences(host_tree, guest_tree):
        raise AssertionError(f"{len(found)} paths differ (host | guest):\n  " + "\n  ".join(found[:12]))
