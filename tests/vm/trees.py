#!/usr/bin/env python3
"""What a directory holds, as a value that can be compared; on the host and in the machines. Use: trees.py DIR prints it as JSON."""
import hashlib
import json
import os
import stat
import sys


def listing(root):
    """Path to [kind, mode, size, mtime in ns, digest or target] of all below root but its .sync; of a directory the kind and the mode alone."""
    found = {}
    for directory, names, files in os.walk(root):
        if directory == root and ".sync" in names:
            names.remove(".sync")
        for name in names + files:
            path = os.path.join(directory, name)
            relative = os.path.relpath(path, root)
            status = os.lstat(path)
            mode = stat.S_IMODE(status.st_mode)
            if stat.S_ISLNK(status.st_mode):
                found[relative] = ["link", 0, 0, 0, os.readlink(path)]
            elif stat.S_ISDIR(status.st_mode):
                found[relative] = ["directory", mode, 0, 0, ""]
            elif stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    digest = hashlib.sha256(file.read()).hexdigest()
                found[relative] = ["file", mode, status.st_size, status.st_mtime_ns, digest]
            else:
                found[relative] = ["special", mode, 0, 0, ""]
    return found


def differences(left, right):
    """A line for each path that is not the same in both listings."""
    return [f"{path}: {left.get(path)} | {right.get(path)}" for path in sorted(left.keys() | right.keys()) if left.get(path) != right.get(path)]


def below(tree, *tops):
    """The part of a listing that is in one of these top directories, they themselves too."""
    return {path: entry for path, entry in tree.items() if path.split(os.sep, 1)[0] in tops}


if __name__ == "__main__":
    json.dump(listing(sys.argv[1]), sys.stdout)
