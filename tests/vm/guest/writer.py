#!/usr/bin/env python3
"""A user's program that saves without end, until the machine goes: loosely in DIR/g, and synced, with its directory, in DIR/s. Of each synced save it tells over a
virtio-serial port once it is durable: "NAME KEY" a line. Use: writer.py DIR SEED"""
import itertools
import os
import pwd
import random
import sys

sys.path.insert(0, "/usr/lib/vm")
import edits  # noqa: E402

root, seed = sys.argv[1], sys.argv[2]
told = os.open("/dev/virtio-ports/vm.events", os.O_WRONLY)
user = pwd.getpwnam("sync-agent")
os.setgid(user.pw_gid)
os.setuid(user.pw_uid)
chance = random.Random(f"writer/{seed}")
synced = os.path.join(root, "s")
os.makedirs(synced, exist_ok=True)
for number in itertools.count():
    name = f"f{chance.randrange(20)}"
    edits.save(os.path.join(root, "g", name), edits.content(f"g/{seed}/{number}", chance.randrange(60_000)), chance.choice(("in-place", "rename")))
    name, key = f"f{chance.randrange(20)}", f"s/{seed}/{number}"
    temporary = os.path.join(synced, name + ".tmp~")
    with open(temporary, "wb") as file:
        file.write(edits.content(key, chance.randrange(20_000)))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, os.path.join(synced, name))
    directory = os.open(synced, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
    os.write(told, f"{name} {key}\n".encode())
