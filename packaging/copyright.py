#!/usr/bin/env python3
"""Writes a Debian package's copyright file: whose what is inside is, and under which licence, from the bill of materials.

Use: copyright.py BILL
"""
import json
import sys


def main(bill):
    with open(bill, encoding="utf-8") as file:
        document = json.load(file)
    print(f"{document['metadata']['component']['name']} is the work of the developers of Sync, and theirs.\n")
    print("It contains packages of others, each under its own licence; their names and hashes")
    print("are in the bill of materials beside this file.\n")
    by_licence = {}
    for component in document["components"]:
        for licence in component.get("licenses", [{"expression": "see the package"}]):
            by_licence.setdefault(licence["expression"], []).append(f"{component['name']} {component['version']}")
    for licence, names in sorted(by_licence.items()):
        print(licence + ":")
        print("".join(f"  {name}\n" for name in sorted(names)))
    print("On Debian the texts of Apache-2.0 and the BSD licence are in /usr/share/common-licenses.")


if __name__ == "__main__":
    main(*sys.argv[1:])
