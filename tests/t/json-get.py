#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: json-get.py [--lines] PATH <FILE

Prints the member of the JSON on stdin that PATH names ("edits.0.status"; "" is
the whole): strings as they are, the rest as JSON. A missing one is exit 1. With
--lines each line is a document; lines without the member are left out.
"""

import json
import sys


def get(value, path):
    for key in filter(None, path.split(".")):
        value = value[int(key) if isinstance(value, list) else key]
    return value


def show(value):
    print(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def main():
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    path = sys.argv[-1]
    if sys.argv[1] != "--lines":
        try:
            show(get(json.load(sys.stdin), path))
        except (KeyError, IndexError, TypeError):
            sys.exit("no member '%s'" % path)
        return
    for line in sys.stdin:
        try:
            show(get(json.loads(line), path))
        except (KeyError, IndexError, TypeError):
            continue


main()
