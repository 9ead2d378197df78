#!/usr/bin/env python3
"""Writes the bill of materials of a published program as CycloneDX 1.5 JSON: the packages that its projects resolved and the runtime that goes with
them, as their project.assets.json files tell, with their hashes and licences.

Use: sbom.py PROGRAM VERSION TIMESTAMP ASSETS... The same input gives the same bytes.
"""
import base64
import json
import os
import re
import sys
import uuid
from datetime import datetime, timezone


def component(name, version, library):
    digest = base64.b64decode(library["sha512"]).hex() if "sha512" in library else None
    made = {"type": "library", "name": name, "version": version, "purl": f"pkg:nuget/{name}@{version}", "bom-ref": f"pkg:nuget/{name}@{version}"}
    if digest:
        made["hashes"] = [{"alg": "SHA-512", "content": digest}]
    if licence := library.get("licence"):
        made["licenses"] = [{"expression": licence}]
    return made


def licence_of(folders, path):
    """The SPDX expression that a package's own description gives; None where it gives none."""
    for folder in folders:
        place = os.path.join(folder, path)
        for name in sorted(os.listdir(place)) if os.path.isdir(place) else []:
            if name.endswith(".nuspec"):
                with open(os.path.join(place, name), encoding="utf-8-sig") as file:
                    found = re.search(r'<license type="expression">([^<]+)</license>', file.read())
                return found and found.group(1)
    return None


def runtime_packs(assets, folders):
    """What is linked or lies beside the program and is no package of its own: key, library."""
    for framework in assets["project"]["frameworks"].values():
        for pack in framework.get("downloadDependencies", []):
            version = pack["version"].strip("[]").split(",")[0]
            if ".Runtime." not in pack["name"]:
                continue
            path = f"{pack['name'].lower()}/{version}"
            library = {"path": path}
            for folder in folders:
                sums = os.path.join(folder, path, path.replace("/", ".") + ".nupkg.sha512")
                if os.path.exists(sums):
                    with open(sums, encoding="ascii") as file:
                        library["sha512"] = file.read()
            yield f"{pack['name']}/{version}", library


def main(program, version, epoch, *assets_files):
    # What is linked at run time; analyzers and build tools have no files there.
    used, edges = {}, {}
    for assets_file in assets_files:
        with open(assets_file, encoding="utf-8") as file:
            assets = json.load(file)
        folders = list(assets["packageFolders"])
        for key, library in runtime_packs(assets, folders):
            used[key], edges[key] = {**library, "licence": licence_of(folders, library["path"])}, {}
        for target in assets["targets"].values():
            for key, item in target.items():
                if item.get("type") != "package":
                    continue
                if any(not path.endswith("_._") for kind in ("runtime", "native", "runtimeTargets") for path in item.get(kind, {})):
                    library = assets["libraries"][key]
                    used[key] = {**library, "licence": licence_of(folders, library["path"])}
                    edges[key] = item.get("dependencies", {})
    by_name = {key.split("/")[0].lower(): key for key in used}
    ref = lambda key: "pkg:nuget/" + key.replace("/", "@")
    root = f"pkg:generic/{program}@{version}"
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": "urn:uuid:" + str(uuid.uuid5(uuid.NAMESPACE_URL, root + "".join(sorted(used)))),
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(int(epoch), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "application", "name": program, "version": version, "bom-ref": root},
        },
        "components": [component(*key.split("/"), used[key]) for key in sorted(used)],
        "dependencies": [{"ref": root, "dependsOn": [ref(key) for key in sorted(used)]}]
        + [{"ref": ref(key), "dependsOn": sorted(ref(by_name[d.lower()]) for d in edges[key] if d.lower() in by_name)} for key in sorted(used)],
    }
    json.dump(document, sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
