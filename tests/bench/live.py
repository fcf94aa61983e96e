#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of seed.py from real endpoints, over a folder of issues.

Run in a repository whose checks, planner and executor are configured: every file of
the folder is an issue against its HEAD. It costs what the models cost, each issue twice
in each of four modes. Works in clones, with the settings of the repository; the clones
are taken away again, and the reports too unless --keep names a file for them.

  fixed      of all issues, with -j 1
  s/problem  median wall time of a run; parts: the same of plan + edits + checks alone
  in 10 min  problems, however they ended, with -j 1 and -j 16; x: one over the other
  USD        per problem; unknown where a price is
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
MODES = ("single", "sequential", "hybrid", "adaptive")


def settings():
    got = subprocess.run(["git", "config", "-z", "--get-regexp", r"^dualfix\."],
                         stdout=subprocess.PIPE, text=True, check=False).stdout
    return [entry.split("\n", 1) for entry in got.split("\0") if "\n" in entry]


def refuse(text, hint):
    sys.stderr.write("live.py: %s\nhint: %s\n" % (text, hint))
    sys.exit(3)


def need_endpoints(config):
    """No table without both: what is printed is to be theirs."""
    env, known = os.environ, dict(config)
    key_env = known.get("dualfix.planner.keyenv", "DEEPSEEK_API_KEY")
    if not (env.get("DUALFIX_PLANNER_KEY") or env.get(key_env)
            or env.get("DUALFIX_PLANNER_URL") or "dualfix.planner.url" in known):
        refuse("no planner is configured",
               "export %s=... (or set dualfix.planner.url)" % key_env)
    if not (env.get("DUALFIX_EXECUTOR_URL") or "dualfix.executor.url" in known):
        refuse("no executor is configured",
               "git config dualfix.executor.url http://127.0.0.1:11434")


class Bench:
    def __init__(self, args, folder, config):
        self.args, self.folder, self.config = args, folder, config
        self.issues = sorted(os.path.join(os.path.abspath(args.issues), name)
                             for name in os.listdir(args.issues)
                             if not name.startswith("."))
        if not self.issues:
            refuse("no issue in '%s'" % args.issues, "one file is one issue")
        with open(os.path.join(folder, "list"), "w", encoding="utf-8") as f:
            for path in self.issues:
                f.write(json.dumps({"id": os.path.basename(path), "issue": path}) + "\n")

    def clone(self):
        """Nothing that an earlier run knows, and nothing left in the repository."""
        prj = os.path.join(self.folder, "prj")
        subprocess.run(["rm", "-rf", prj], check=True)
        subprocess.run(["git", "clone", "-q", ".", prj], check=True)
        for key, value in self.config:
            subprocess.run(["git", "-C", prj, "config", "--add", key, value], check=True)
        return prj

    def batch(self, mode, jobs):
        prj = self.clone()
        start = time.monotonic()
        got = subprocess.run(
            [os.path.abspath(self.args.program), "batch", "-q", "--mode", mode, "-j",
             str(jobs), os.path.join(self.folder, "list")],
            cwd=prj, stdout=subprocess.PIPE, check=False)
        took = time.monotonic() - start
        reports = [json.loads(line) for line in got.stdout.splitlines()]
        if self.args.keep:
            with open(self.args.keep, "ab") as f:
                f.write(got.stdout)
        errors = [r for r in reports if r["outcome"] == "error"]
        if not reports or len(errors) == len(reports):
            refuse("%s: no run got through%s" % (mode, "".join(
                ": " + r["error"]["message"] for r in errors[:1])), "git dualfix doctor")
        return took, reports

    def row(self, mode):
        one_s, one = self.batch(mode, 1)
        many_s, many = self.batch(mode, 16)
        usage = [u for report in one + many for u in report.get("usage", [])]
        usd = [u["usd"] for u in usage]
        times = [r["timings"] for r in one if "timings" in r]
        wall = statistics.median(t["total_ms"] for t in times) / 1000
        parts = statistics.median(
            t["plan_ms"] + t["edit_ms"] + t["verify_ms"] for t in times) / 1000
        rate1, rate16 = 600 * len(one) / one_s, 600 * len(many) / many_s
        n = len(one) + len(many)
        print("| %s | %d/%d | %.1f | %.1f | %.0f | %.0f | %.1f | %s | %.1f |" % (
            mode, sum(r["outcome"] == "fixed" for r in one), len(one), wall, parts,
            rate1, rate16, rate16 / rate1,
            "unknown" if None in usd else "%.4f" % (sum(usd) / n),
            sum(u["requests"] for u in usage) / n), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--program", default=os.path.join(TOP, "build/plain/git-dualfix"))
    parser.add_argument("--keep", metavar="FILE", help="append the reports to it")
    parser.add_argument("issues", help="a folder, a file an issue")
    args = parser.parse_args()
    config = settings()
    need_endpoints(config)
    with tempfile.TemporaryDirectory(prefix="live-") as folder:
        bench = Bench(args, os.path.realpath(folder), config)
        print("| mode | fixed | s/problem | parts | -j 1: in 10 min | -j 16 | x | USD | calls |")
        print("| --- |" + " ---: |" * 8)
        for mode in MODES:
            bench.row(mode)


if __name__ == "__main__":
    main()
