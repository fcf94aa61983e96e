#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A simulation: what overlapping does to a problem whose latencies are known.

The models are played by tests/server/modelserver.py, with the latencies that were
published for two designs. One model alone: 3 s for the cause, 2 s for the strategy,
4 s for each of two edits, 2 s to verify. Two models: 3 s and 2 s for the plan of the
large one, 0.3, 0.3 and 0.2 s for the edits of the small one, 0.5 s to verify. Added up
that is 15 s and 6.3 s. Here plans stream evenly, edits last, and what can overlap does.
Hunks are not tried one by one (dualfix.loadBearing): no published figure has that.

Nothing here is a model's speed or skill. Measured is what the program makes of them:
  s/problem  median wall time of one run, from start to its commit
  bound      max(end of the plan, close of the last hard edit + its call) + check
  one by one the latencies added up, hard edits called one after the other
  in 10 min  problems, from batches with -j 1 and -j 16; x: one over the other
  USD        per problem, tokens as the program's own prompts have them, at prices of
             deepseek-flash, off-peak, and of a hosted Qwen 2.5 7B

SCALE=0.1 makes all latencies a tenth: the program's own share then weighs more.
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
PLAN_S = 3 + 2
PIECE = 16  # characters
PLANNER, EXECUTOR = "deepseek-flash", "qwen2.5-coder:7b"
# USD per million tokens: src/model/profile.c, rows deepseek-flash (off-peak) and
# openrouter.ai.
PRICES = {"planner": {"Input": 0.15, "CachedInput": 0.003, "Output": 0.60},
          "executor": {"Input": 0.04, "CachedInput": 0.04, "Output": 0.10}}

LIMIT = "int limit(int n)\n{\n\treturn n > 99 ? 99 : n;\n}\n"
FILES = {
    "limit.c": LIMIT,
    "scale.c": LIMIT.replace("limit", "scale").replace("n > 99 ? 99 : n", "n * 10"),
    "shift.c": LIMIT.replace("limit", "shift").replace("n > 99 ? 99 : n", "n - 1"),
}
CURES = {"limit": ("99 : n", "100 : n"), "scale": ("n * 10", "n * 100"),
         "shift": ("n - 1", "n + 1")}
CHECK = " && ".join("grep -qF '%s' %s.c" % (new, name) for name, (_, new) in CURES.items())


class Mode:
    """Which edits are hard, who writes them in how many seconds, and the check."""

    def __init__(self, name, hard, check_s, fails=()):
        self.name = name
        self.hard = hard      # function: seconds of its call
        self.check_s = check_s
        self.fails = fails    # direct edits that do not fit, and so turn hard
        self.by = PLANNER if name == "single" else EXECUTOR

    def edit(self, function):
        old, new = CURES[function]
        file = function + ".c"
        if function in self.hard and function not in self.fails:
            return {"file": file, "type": "model_edit", "symbol": function,
                    "action": "In %s() replace %s by %s." % (function, old, new)}
        if function in self.fails:
            old = "result = " + old
        return {"file": file, "type": "replace", "find": "\treturn " + (
            old if function != "limit" else "n > 99 ? " + old) + ";",
                "replace": "\treturn " + (
                    new if function != "limit" else "n > 99 ? " + new) + ";"}

    def plan(self):
        edits = sorted(CURES, key=lambda f: f not in self.hard)
        return json.dumps({
            "root_cause": "limit() stops at 99, scale() takes ten for a hundred, and "
                          "shift() goes down where it has to go up.",
            "strategy": "Correct the three constants where they stand; nobody else "
                        "keeps a copy of them.",
            "commit": {"subject": "limit, scale, shift: correct the constants",
                       "body": "Each was wrong by itself, and no test had seen it."},
            "edits": [self.edit(f) for f in edits]}, indent=1)

    def bound_s(self):
        """The seconds that nothing can take away, while the plan streams evenly."""
        text, end = self.plan(), PLAN_S
        for function, call_s in self.hard.items():
            closed = text.index("}", text.index('"%s.c"' % function)) + 1
            end = max(end, PLAN_S * closed / len(text) + call_s)
        return end + self.check_s

    def sum_s(self):
        return PLAN_S + sum(self.hard.values()) + self.check_s

    def scenario(self, scale):
        rules = []
        for function, call_s in self.hard.items():
            rules.append({"match": {"model": self.by,
                                    "contains": ["<code>", "int %s(" % function]},
                          "reply": {"region_replace": list(CURES[function]),
                                    "delay_ms": call_s * scale * 1000}})
        text = self.plan()
        pieces = 1 + -(-len(text) // PIECE)  # the first has no text
        rules.append({"match": {"model": PLANNER},
                      "reply": {"content": text, "chunk_bytes": PIECE,
                                "gap_ms": PLAN_S * scale * 1000 / pieces}})
        return {"models": [PLANNER, EXECUTOR], "rules": rules}


MODES = (
    Mode("single", {"limit": 4, "scale": 4}, 2),
    Mode("sequential", {}, 0.5),
    Mode("hybrid", {"limit": 0.3, "scale": 0.3, "shift": 0.2}, 0.5),
    Mode("adaptive", {"limit": 0.3, "scale": 0.3, "shift": 0.2}, 0.5, ("shift",)),
)


class Bench:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        program = os.path.abspath(args.program)
        self.program = program
        self.env = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TMPDIR")}
        self.env.update({
            "PATH": os.path.dirname(program) + os.pathsep + self.env.get("PATH", ""),
            "HOME": folder, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "DUALFIX_CACHE": "false",
            "GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "author@example.com",
            "GIT_COMMITTER_NAME": "C O Mitter",
            "GIT_COMMITTER_EMAIL": "committer@example.com"})

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def git(self, *args):
        subprocess.run(["git", "-C", self.path("prj"), *args], env=self.env, check=True)

    def project(self):
        subprocess.run(["rm", "-rf", self.path("prj")], check=True)
        os.mkdir(self.path("prj"))
        for name, text in FILES.items():
            with open(self.path("prj", name), "w", encoding="utf-8") as f:
                f.write(text)
        self.git("init", "-q")
        # A commit for each problem: a tree whose checks passed is known, and free.
        for n in range(2 * max(self.args.single, self.args.many)):
            with open(self.path("prj", "problem"), "w", encoding="ascii") as f:
                f.write("%d\n" % n)
            self.git("add", "-A")
            self.git("commit", "-q", "-m", "problem %d" % n)
        for role, rows in PRICES.items():
            for kind, usd in rows.items():
                self.git("config", "dualfix.%s.price%s" % (role, kind), str(usd))
        # As many calls at once as DeepSeek is asked for, and for all edits of 16 problems.
        self.git("config", "dualfix.planner.server", "deepseek")
        self.git("config", "dualfix.loadBearing", "off")
        self.git("config", "dualfix.executor.concurrency", "64")

    def serve(self, mode):
        for name in ("port", "scenario.json"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        with open(self.path("scenario.json"), "w", encoding="utf-8") as f:
            json.dump(mode.scenario(self.args.scale), f)
        server = subprocess.Popen(
            [sys.executable, os.path.join(TOP, "tests/server/modelserver.py"),
             "--scenario", self.path("scenario.json"), "--port-file", self.path("port"),
             *(["--log", self.args.log] if self.args.log else [])])
        while not os.path.exists(self.path("port")):
            if server.poll() is not None:
                sys.exit("seed.py: the model server does not start")
            time.sleep(0.05)
        with open(self.path("port"), encoding="ascii") as f:
            url = "http://127.0.0.1:" + f.read().strip()
        self.env.update({"DUALFIX_PLANNER_URL": url, "DUALFIX_PLANNER_KEY": "sk-seed",
                         "DUALFIX_EXECUTOR_URL": url, "DUALFIX_EXECUTOR_MODEL": EXECUTOR})
        return server

    def batch(self, mode, jobs, problems):
        """Seconds of all, and their reports."""
        with open(self.path("issues"), "w", encoding="utf-8") as f:
            for n in range(problems):
                f.write(json.dumps({
                    "id": "%s-%d-%d" % (mode.name, jobs, n),
                    "base": "HEAD~%d" % (2 * n + (jobs == 1)),
                    "message": "%s, problem %d of %d: limit(100) is 99, scale(1) is 10, "
                               "shift(1) is 0." % (mode.name, n, problems)}) + "\n")
        start = time.monotonic()
        got = subprocess.run(
            [self.program, "batch", "-q", "--mode", mode.name, "-j", str(jobs), "--verify",
             "sleep %g; %s" % (mode.check_s * self.args.scale, CHECK), self.path("issues")],
            cwd=self.path("prj"), env=self.env, stdout=subprocess.PIPE, check=False)
        took = time.monotonic() - start
        reports = [json.loads(line) for line in got.stdout.splitlines()]
        for report in reports:
            if report["outcome"] != "fixed":
                sys.exit("seed.py: %s: %s" % (report["id"], json.dumps(report, indent=1)))
        return took, reports

    def row(self, mode):
        self.project()
        server = self.serve(mode)
        try:
            one_s, one = self.batch(mode, 1, self.args.single)
            many_s, many = self.batch(mode, 16, self.args.many)
        finally:
            server.terminate()
            server.wait()
        usage = [u for report in many for u in report["usage"]]
        usd = [u["usd"] for u in usage]
        wall = statistics.median(r["timings"]["total_ms"] for r in one) / 1000
        bound = mode.bound_s() * self.args.scale
        rate1, rate16 = (600 * len(r) / s for r, s in ((one, one_s), (many, many_s)))
        print("| %-10s | %9.2f | %6.2f | %+5.1f%% | %10.2f | %8.0f | %9.0f | %4.1f | %8s | %5.1f |"
              % (mode.name, wall, bound, 100 * (wall / bound - 1),
                 mode.sum_s() * self.args.scale, rate1, rate16, rate16 / rate1,
                 "unknown" if None in usd else "%.6f" % (sum(usd) / len(many)),
                 sum(u["requests"] for u in usage) / len(many)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--program", default=os.path.join(TOP, "build/plain/git-dualfix"))
    parser.add_argument("--scale", type=float, default=float(os.environ.get("SCALE", 1)))
    parser.add_argument("--single", type=int, default=4, help="problems with -j 1")
    parser.add_argument("--many", type=int, default=64, help="problems with -j 16")
    parser.add_argument("--log", help="what the server is asked")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seed-") as folder:
        bench = Bench(args, os.path.realpath(folder))
        print("A simulation: scripted models, published latencies times %g. Load %.1f."
              % (args.scale, os.getloadavg()[0]))
        print("| mode       | s/problem |  bound |   over | one by one | -j 1: in 10 min "
              "| -j 16 | x | USD | calls |")
        print("| --- |" + " ---: |" * 9)
        for mode in MODES:
            bench.row(mode)


if __name__ == "__main__":
    main()
