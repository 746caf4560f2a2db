#!/usr/bin/env python3
"""runc for a machine that keeps some capability from everybody: there `--privileged` gives a container all that are left.

runc refuses what names a capability outside the bounding set. So they are taken out of what Docker has written for it.
"""

import json
import os
import re
import subprocess
import sys


def description(words):
    """The file that says how to run the container, or the further process in it; None for other commands."""
    for option, value in zip(words, words[1:]):
        if option == "--bundle":
            return os.path.join(value, "config.json")
        if option == "--process":
            return value
    return None


def keep_those_there_are(path):
    dump = subprocess.run(["setpriv", "--dump"], stdout=subprocess.PIPE, text=True, check=True).stdout
    there = re.search(r"^Capability bounding set: (.*)$", dump, re.MULTILINE).group(1).split(",")
    with open(path, encoding="utf-8") as file:
        described = json.load(file)
    capabilities = described.get("process", described).get("capabilities") or {}
    for kind, names in capabilities.items():
        capabilities[kind] = [name for name in names if name.removeprefix("CAP_").lower() in there]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(described, file)


if __name__ == "__main__":
    if described_in := description(sys.argv):
        keep_those_there_are(described_in)
    os.execvp("runc", ["runc", *sys.argv[1:]])
