#!/usr/bin/env python3
"""Runs commands that come over a virtio-serial port, one after the other: a line of JSON in (argv, timeout), a line out (code, out, err)."""
import json
import os
import select
import subprocess

PORT = "/dev/virtio-ports/vm.control"


def run(request):
    try:
        done = subprocess.run(request["argv"], stdin=subprocess.DEVNULL, capture_output=True, timeout=request["timeout"], check=False)
        return {"code": done.returncode, "out": done.stdout.decode(errors="replace"), "err": done.stderr.decode(errors="replace")}
    except subprocess.TimeoutExpired:
        return {"code": -1, "out": "", "err": f"not done after {request['timeout']} s"}
    except OSError as error:
        return {"code": -2, "out": "", "err": str(error)}


def main():
    line = os.open(PORT, os.O_RDWR)
    poll = select.poll()
    poll.register(line, select.POLLIN)
    pending = b""
    while True:
        # Without a host at the other end a read returns nothing, at once.
        if any(event & select.POLLHUP for _, event in poll.poll()):
            select.select([], [], [], 0.1)
            continue
        pending += os.read(line, 65536)
        while b"\n" in pending:
            request, pending = pending.split(b"\n", 1)
            answer = json.dumps({"id": (asked := json.loads(request))["id"], **run(asked)}).encode() + b"\n"
            while answer:
                answer = answer[os.write(line, answer):]


main()
