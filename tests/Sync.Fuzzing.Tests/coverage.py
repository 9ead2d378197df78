"""Branches of the decoders that were taken, from a report in Cobertura's format: coverage.py REPORT DECODERS"""
import collections
import re
import sys
import xml.etree.ElementTree as tree

left_out = {}
for line in open(sys.argv[2], encoding="utf-8"):
    if line.strip() and not line.startswith("#"):
        file, _, methods = line.strip().partition(":")
        left_out[file] = set(methods.split(",")) - {""}
taken, lines = collections.defaultdict(lambda: [0, 0]), set()
missing = collections.defaultdict(list)
for cls in tree.parse(sys.argv[1]).iter("class"):
    file = next((f for f in left_out if ("/" + cls.get("filename", "")).endswith("/" + f)), None)
    if file is None:
        continue
    for method in cls.iter("method"):
        if method.get("name") in left_out[file]:
            continue
        for line in method.iter("line"):
            key = (file, method.get("name"), line.get("number"))
            if line.get("branch") != "True" or key in lines:
                continue
            lines.add(key)
            some, all_ = map(int, re.search(r"\((\d+)/(\d+)\)", line.get("condition-coverage")).groups())
            taken[file][0] += some
            taken[file][1] += all_
            if some < all_:
                missing[file].append(f"{line.get('number')} ({some}/{all_})")
for file in sorted(left_out, key=lambda f: taken[f][0] / max(1, taken[f][1]) if taken[f][1] else 1):
    print(f"{taken[file][0]:4}/{taken[file][1]:<4} {file}: {', '.join(missing[file])}")
some, all_ = (sum(t[i] for t in taken.values()) for i in (0, 1))
print(f"{some} of {all_} branches, {100 * some / all_:.1f} %")
