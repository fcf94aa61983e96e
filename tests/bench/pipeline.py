#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A simulation: how near a run comes to the time that nothing can take away.

The scripted server streams a plan of 300 tokens at 60 a second; five of its edits go to
an executor that takes 0.3 s for each, then come direct ones, as the prompt asks for. A
check takes 0.2 s. Nothing here is a model's speed. Two ways of running it:

  overlapped   as it is: edits are sent while the plan arrives
  one by one   the same run, its edits begun when the plan is whole (--edit, with an
               editor that changes nothing), one after the other

The bound is max(end of the plan, close of the last hard edit + its call) + checks, from
the start of the process: when the plan began and ended is taken from the server's log,
the time of the checks from the report. Runs alternate; of each kind the medians count.

SCALE=0.5 makes all latencies half: the program's own share then weighs more.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PLANNER, EXECUTOR = "deepseek-flash", "qwen2.5-coder:7b"
TOKENS, RATE, CALL_S, CHECK_S, HARD = 300, 60, 0.3, 0.2, 5
OVER_MAX, RATIO_MAX = 0.02, 0.80
CHUNK = 16


def make_plan():
    """Hard edits first, then direct ones until the tokens are used up."""
    edits = [{"file": "hard%d.py" % i, "type": "model_edit", "symbol": "f%d" % i,
              "action": "f%d must add b to a, where it takes b away." % i}
             for i in range(HARD)]
    plan = {"root_cause": "Every one of hard0.py to hard%d.py takes away." % (HARD - 1),
            "strategy": "Add, and say so.", "edits": edits}
    lines = 0
    while len(json.dumps(plan)) < 4 * TOKENS - 100:
        edits.append({"file": "notes", "type": "replace", "find": "line %d of 9\n" % lines,
                      "replace": "line %d of 9: a + b\n" % lines})
        lines += 1
    plan["strategy"] += "x" * (4 * TOKENS - len(json.dumps(plan)))
    return json.dumps(plan), lines


class Bench:
    def __init__(self, args, folder):
        self.folder, self.scale = folder, args.scale
        self.program = os.path.abspath(args.program)
        self.plan, self.lines = make_plan()
        self.env = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TMPDIR")}
        self.env.update({
            "HOME": folder, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_EDITOR": "true", "DUALFIX_CACHE": "false",
            "GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "author@example.com",
            "GIT_COMMITTER_NAME": "C O Mitter",
            "GIT_COMMITTER_EMAIL": "committer@example.com"})
        self.runs = 0

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def project(self):
        prj = self.path("prj")
        os.mkdir(prj)
        for i in range(HARD):
            with open(os.path.join(prj, "hard%d.py" % i), "w", encoding="ascii") as f:
                f.write("def f%d(a, b):\n    return a - b\n" % i)
        with open(os.path.join(prj, "notes"), "w", encoding="ascii") as f:
            f.write("".join("line %d of 9\n" % i for i in range(self.lines)))
        # To drop each hunk in turn and check again is a work of its own.
        for args in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "base"),
                     ("config", "dualfix.loadBearing", "off")):
            subprocess.run(["git", "-C", prj, *args], env=self.env, check=True)

    def serve(self):
        rules = [{"match": {"model": EXECUTOR},
                  "reply": {"region_replace": ["a - b", "a + b"],
                            "delay_ms": CALL_S * self.scale * 1000}},
                 {"match": {"model": PLANNER},
                  "reply": {"content": self.plan, "chunk_bytes": CHUNK,
                            "tokens_per_s": RATE / self.scale}}]
        with open(self.path("scenario.json"), "w", encoding="utf-8") as f:
            json.dump({"models": [PLANNER, EXECUTOR], "rules": rules}, f)
        server = subprocess.Popen(
            [sys.executable, os.path.join(TOP, "tests/server/modelserver.py"),
             "--scenario", self.path("scenario.json"), "--port-file", self.path("port"),
             "--log", self.path("log")])
        while not os.path.exists(self.path("port")):
            if server.poll() is not None:
                sys.exit("pipeline.py: the model server does not start")
            time.sleep(0.05)
        with open(self.path("port"), encoding="ascii") as f:
            self.url = "http://127.0.0.1:" + f.read().strip()
        self.env.update({"DUALFIX_PLANNER_URL": self.url, "DUALFIX_PLANNER_KEY": "sk-bench",
                         "DUALFIX_EXECUTOR_URL": self.url,
                         "DUALFIX_EXECUTOR_MODEL": EXECUTOR})
        return server

    def log(self):
        with open(self.path("log"), encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def clock(self):
        """What to add to a time of the log, in seconds, for one of ours."""
        at = time.monotonic()
        with urllib.request.urlopen(self.url + "/models") as reply:
            reply.read()
        row = [r for r in self.log() if r.get("path") == "/models"][-1]
        return at - row["ms"] / 1000

    def bound_s(self, rows, offset, start, report):
        plan = [r for r in rows if isinstance(r.get("body"), dict)
                and r["body"].get("model") == PLANNER][0]
        end = [r for r in rows if r["n"] == plan["n"] and "end" in r][0]
        began, ended = (offset + r["ms"] / 1000 - start for r in (plan, end))
        closed = self.plan.index("}", self.plan.index('"hard%d.py"' % (HARD - 1))) + 1
        last = began + TOKENS / RATE * self.scale * closed / len(self.plan)
        checks = sum(row["after"]["ms"] for row in report["verification"]) / 1000
        return max(ended, last + CALL_S * self.scale) + checks

    def run(self, options):
        """Seconds of one run, and of its bound."""
        self.runs += 1
        offset = self.clock()
        known = len(self.log())
        check = "sleep %g; grep -q 'a + b' hard0.py" % (CHECK_S * self.scale)
        start = time.monotonic()
        got = subprocess.run(
            [self.program, "run", "-q", "--json", "--mode", "hybrid", "--verify", check,
             "--branch", "fix/%d" % self.runs, *options, "-m",
             "run %d: every f takes b away where it has to add it" % self.runs],
            cwd=self.path("prj"), env=self.env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, check=False)
        took = time.monotonic() - start
        report = json.loads(got.stdout)
        if report["outcome"] != "fixed":
            sys.exit("pipeline.py: %s" % json.dumps(report, indent=1))
        # A tree whose checks passed is known, and free: each run pays for them.
        subprocess.run(["rm", "-rf", self.path("prj", ".git", "dualfix", "known")],
                       check=True)
        return took, self.bound_s(self.log()[known:], offset, start, report)

    def one_by_one(self):
        self.env["GIT_CONFIG_COUNT"] = "1"
        self.env["GIT_CONFIG_KEY_0"] = "dualfix.executor.concurrency"
        self.env["GIT_CONFIG_VALUE_0"] = "1"
        try:
            return self.run(["--edit"])
        finally:
            del self.env["GIT_CONFIG_COUNT"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--program", default=os.path.join(TOP, "build/plain/git-dualfix"))
    parser.add_argument("--scale", type=float, default=float(os.environ.get("SCALE", 1)))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--judge", action="store_true",
                        help="fail beyond %g%% over the bound, or a ratio above %g"
                        % (100 * OVER_MAX, RATIO_MAX))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pipeline-") as folder:
        bench = Bench(args, os.path.realpath(folder))
        bench.project()
        server = bench.serve()
        try:
            rows = [(bench.run([]), bench.one_by_one()) for _ in range(args.runs)]
        finally:
            server.terminate()
            server.wait()
    wall, bound, serial = (statistics.median(v) for v in zip(
        *((fast[0], fast[1], slow[0]) for fast, slow in rows)))
    over = statistics.median(fast[0] / fast[1] - 1 for fast, _ in rows)
    ratio = wall / serial
    print("A simulation: a scripted planner and executor, latencies times %g. Load %.1f, "
          "%d runs." % (args.scale, os.getloadavg()[0], args.runs))
    print("| overlapped, s | bound, s | over the bound | one by one, s | overlapped / one by one |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    print("| %.2f | %.2f | %+.1f%% | %.2f | %.2f |"
          % (wall, bound, 100 * over, serial, ratio))
    if args.judge and (over > OVER_MAX or ratio > RATIO_MAX):
        sys.exit("pipeline.py: at most %+.1f%% and %.2f were wanted"
                 % (100 * OVER_MAX, RATIO_MAX))


if __name__ == "__main__":
    main()
