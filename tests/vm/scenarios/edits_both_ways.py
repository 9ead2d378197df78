"""Edits on both sides, as programs in the machine see them: by native events, which shared folders lack; and a git checkout."""
import os
import shutil

import edits as users
from host import conflicts
from machine import SHARE, run, same

EVENTS = "/tmp/events"


def edits(lab):
    host = lab.host(300)
    machine = lab.joined(host)
    # A program of the machine that waits for changes, as a build's watcher does.
    machine.run("sh", "-c", f"inotifywait --quiet --monitor --recursive --event create,modify,attrib,close_write,move,delete --exclude '/\\.sync' --format '%e %w%f' --outfile {EVENTS} {SHARE} >/dev/null 2>&1 & "
                            f"until grep -qs inotify /proc/$!/fdinfo/* && [ \"$(cat /proc/$!/fdinfo/* | grep -c ^inotify)\" -gt 15 ]; do sleep 0.05; done")
    users.save(host.path("base", "d0", "new"), b"new\n", "in-place")
    users.save(host.path("base", "d0", "e0", "f1"), b"by rename\n", "rename")
    users.save(host.path("base", "d0", "e0", "f2"), b"in place\n", "in-place")
    os.remove(host.path("base", "d0", "e0", "f3"))
    os.rename(host.path("base", "d0", "e0", "f4"), host.path("base", "d0", "e1", "moved"))
    os.chmod(host.path("base", "d0", "e0", "f5"), 0o755)
    machine.flush()
    same(host.listing(), machine.listing())
    seen = {}
    for line in machine.run("cat", EVENTS).splitlines():
        kinds, path = line.split(" ", 1)
        seen.setdefault(path.removeprefix(SHARE + "/base/d0/"), set()).update(kinds.split(","))
    for path, kinds in {
        "new": {"MOVED_TO", "CREATE", "CLOSE_WRITE"}, "e0/f1": {"MOVED_TO", "MODIFY", "CLOSE_WRITE"}, "e0/f2": {"MOVED_TO", "MODIFY", "CLOSE_WRITE"},
        "e0/f3": {"DELETE", "MOVED_FROM"}, "e0/f4": {"MOVED_FROM"}, "e1/moved": {"MOVED_TO"}, "e0/f5": {"ATTRIB"},
    }.items():
        assert seen.get(path, set()) & kinds, f"no event of {path} of {kinds}: {seen}"
    lab.say(f"six edits of the host, each seen by inotifywait in the machine: {', '.join(sorted(set().union(*seen.values())))}")

    for number in range(5):
        users.batch(host.path("h"), f"{lab.options.seed}/{number}", 60)
        machine.edit("g", f"{lab.options.seed}/{number}", 60)
        machine.flush()
        here = host.listing()
        same(here, machine.listing())
        assert not conflicts(here), conflicts(here)
    machine.shell(f"cd {SHARE} && mv base/d0 base/renamed && ln -s renamed base/link && rm -r base/renamed/e2 && echo told >base/renamed/told")
    machine.flush()
    here = host.listing()
    same(here, machine.listing())
    assert here["base/link"][4] == "renamed" and "base/renamed/told" in here and "base/d0" not in here and "base/renamed/e2" not in here
    lab.say("600 edits on both sides, in five flushes, and a directory renamed in the machine: identical")


def git(lab):
    host = lab.host(20)
    repository = host.path("repository")
    os.makedirs(repository)
    # Whoever owns the copy: here root, there the service's user.
    command = ("git", "-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "safe.directory=*", "-c", "gc.auto=0", "-C", repository)
    run(*command, "init", "-q", "-b", "main")
    users.tree(repository + "/src", 600, "git")
    run(*command, "add", "-A")
    run(*command, "commit", "-qm", "one")
    run(*command, "checkout", "-qb", "other")
    shutil.rmtree(repository + "/src/d1")
    for number in range(0, 200, 2):
        users.save(f"{repository}/src/d0/e{number // 20 % 10}/f{number}", users.content(f"other/{number}", 5_000), "in-place")
    users.tree(repository + "/more", 200, "other")
    run(*command, "add", "-A")
    run(*command, "commit", "-qm", "two")
    machine = lab.joined(host)
    there = f"git -c safe.directory='*' -c gc.auto=0 -C {SHARE}/repository"

    changed = len(run(*command, "diff", "--name-only", "main", "other").splitlines())
    machine.shell(f"{there} checkout -q main")
    machine.flush()
    same(host.listing(), machine.listing())
    assert run(*command, "rev-parse", "--abbrev-ref", "HEAD").strip() == "main"
    assert run(*command, "status", "--porcelain") == "", run(*command, "status", "--porcelain")[:500]
    run(*command, "fsck", "--full")

    run(*command, "checkout", "-q", "other")
    machine.flush()
    assert machine.shell(f"{there} status --porcelain") == ""
    machine.shell(f"{there} fsck --full && {there} -c user.name=b -c user.email=b@localhost commit -q --allow-empty -m three && {there} repack -qad")
    machine.flush()
    here = host.listing()
    same(here, machine.listing())
    assert run(*command, "log", "-1", "--format=%s").strip() == "three" and not conflicts(here)
    run(*command, "fsck", "--full")
    lab.say(f"checkouts of {changed} paths, one in the machine and one on the host, and a commit and a repack in the machine: clean and sound on the other side each time")
