#!/usr/bin/env python3
"""Users' edits, the same from the same seed, on the host and in the machines; contents tell whether they are whole.

Use: edits.py DIR SEED COUNT makes a batch of them and prints how many."""
import os
import random
import sys


def content(key, length):
    """Bytes of this length and more that begin with what they are made from."""
    head = f"{key} {length}\n".encode()
    return head + random.Random(f"{key}/{length}").randbytes(length)


def key_of(data):
    """The key that a whole content was made from; None if it is torn, or no such content."""
    try:
        key, length = data[: data.index(b"\n")].decode().rsplit(" ", 1)
        return key if data == content(key, int(length)) else None
    except (ValueError, UnicodeDecodeError):
        return None


def save(path, data, way):
    """Saves as programs do: over the old bytes (in-place), by a temporary file (rename)."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if way == "in-place":
        with open(path, "wb") as file:
            file.write(data)
        return
    temporary = f"{path}.tmp~"
    with open(temporary, "wb") as file:
        file.write(data)
    os.replace(temporary, path)


def tree(root, files, seed, longest=30_000):
    """Makes a tree of this many files, twenty to a directory, some with the executable bit, and a link in each directory."""
    chance = random.Random(f"tree/{seed}")
    for number in range(files):
        path = os.path.join(root, f"d{number // 200}", f"e{number // 20 % 10}", f"f{number}")
        length = chance.choice((0, 100, 3_000, chance.randrange(longest)))
        save(path, content(f"tree/{seed}/{number}", length), "in-place")
        if number % 20 == 0:
            os.chmod(path, 0o755)
            os.symlink(os.path.basename(path), os.path.join(os.path.dirname(path), "link"))


def batch(root, seed, count):
    """Edits files f0 to f39 of three directories of root: saves, renames, deletes, modes. Other names are never made, so batches meet each other's files."""
    chance = random.Random(f"batch/{seed}")
    name = lambda: os.path.join(root, f"d{chance.randrange(3)}", f"f{chance.randrange(40)}")
    for number in range(count):
        path, act = name(), chance.randrange(10)
        if act < 7 or not os.path.exists(path):
            save(path, content(f"batch/{seed}/{number}", chance.choice((10, 2_000, chance.randrange(150_000)))), chance.choice(("in-place", "rename")))
        elif act == 7:
            os.remove(path)
        elif act == 8:
            other = name()
            os.makedirs(os.path.dirname(other), exist_ok=True)
            os.replace(path, other)
        else:
            os.chmod(path, chance.choice((0o644, 0o755, 0o600)))


if __name__ == "__main__":
    batch(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    print(sys.argv[3])
