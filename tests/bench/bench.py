#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures of git dualfix: start-up, apply, a keyless run, a run with models.

Each figure is the median of several runs. Times of a busy machine mean little, so
what can be is also given as a ratio to `git --version`, measured in turns with the
rest. Nothing is judged: figures beyond their aim are printed like any other.

CPU is user and system time. "own" is the git-dualfix process itself; "all" has every
process that it started, those in the sandbox too. What checks cost is measured within
the run itself, by the same tool, and taken off.
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
SIZES = (1, 100, 10000)
FILES, LINES_A_FILE = 10, 2000


def median(values):
    values = [v for v in values if v is not None]
    return statistics.median(values) if values else None


def shown(value, form="%.1f"):
    return "?" if value is None else form % value


def own_rss(runs):
    kib = median([r["own_rss_kib"] for r in runs])
    return shown(kib and kib / 1024)


class Bench:
    def __init__(self, args, folder):
        self.args = args
        self.folder = folder
        self.measure = os.path.abspath(args.measure)
        program = os.path.abspath(args.program)
        self.program = program
        keep = ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
        self.env = {k: v for k, v in os.environ.items() if k in keep}
        self.env.update({
            "PATH": os.path.dirname(program) + os.pathsep + self.env.get("PATH", ""),
            "HOME": self.path("home"), "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "DUALFIX_CACHE": "false",
            "GIT_CEILING_DIRECTORIES": folder, "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "author@example.com",
            "GIT_COMMITTER_NAME": "C O Mitter",
            "GIT_COMMITTER_EMAIL": "committer@example.com"})
        os.mkdir(self.path("home"))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def git(self, repo, *args):
        return subprocess.run(["git", "-C", self.path(repo), *args], env=self.env, text=True,
                              check=True, stdout=subprocess.PIPE).stdout

    def commit_all(self, repo):
        self.git(repo, "init", "-q")
        self.git(repo, "add", "-A")
        self.git(repo, "commit", "-q", "-m", "a start")
        self.git(repo, "config", "gc.auto", "0")

    def figures(self, argv, cwd=None, stdin=""):
        """What measure says of one run of argv, with its stdout as "out"."""
        read, write = os.pipe()
        os.set_inheritable(write, True)
        command = ["sh", "-c", 'exec "$@" 3>&%d' % write, "sh", self.measure, *argv]
        p = subprocess.run(command, cwd=cwd or self.folder, env=self.env, pass_fds=[write],
                           input=stdin.encode(), stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
        os.close(write)
        with os.fdopen(read, encoding="utf-8") as f:
            got = json.load(f)
        if got["exit"]:
            sys.exit("bench.py: %s: exit %d\n%s" % (
                " ".join(argv), got["exit"], p.stderr.decode(errors="replace")))
        if got["tree_cpu_ms"] is None:
            got["tree_cpu_ms"] = got["cpu_ms"]
        got["out"] = p.stdout.decode(errors="replace")
        return got

    def forget(self, repo):
        """Takes away what earlier runs left, so that each begins like the first."""
        for name in self.git(repo, "for-each-ref", "--format=%(refname)",
                             "refs/heads/dualfix").split():
            self.git(repo, "update-ref", "-d", name)
        subprocess.run(["rm", "-rf", self.path(repo, ".git/dualfix")], check=True)

    # Start-up.

    def start_up(self):
        self.write("hook/a.c", "int main(void) { return 0; }\n")
        self.commit_all("hook")
        self.git("hook", "config", "dualfix.verify", "true")
        none, head = "0" * 40, self.git("hook", "rev-parse", "HEAD").strip()
        hook = [self.program, "hook", "pre-push", "origin", "url"]
        commands = (
            ("git --version", ["git", "--version"], ""),
            ("git-dualfix -h", [self.program, "-h"], ""),
            ("git dualfix -h", ["git", "dualfix", "-h"], ""),
            ("pre-push, a branch is deleted", hook,
             "(delete) %s refs/heads/topic %s\n" % (none, head)),
            ("pre-push, a tree known to be good", hook,
             "refs/heads/main %s refs/heads/main %s\n" % (head, none)))
        runs = {name: [] for name, _, _ in commands}
        for _ in range(2 * self.args.runs):
            for name, argv, stdin in commands:
                runs[name].append(self.figures(argv, self.path("hook"), stdin))
        self.base_ms = base = median([r["tree_cpu_ms"] for r in runs["git --version"]])
        print("\n%-40s %8s %8s %8s %8s %9s" % (
            "start-up and hooks", "all ms", "x git", "wall ms", "own MiB", "processes"))
        for name, _, _ in commands:
            cpu = median([r["tree_cpu_ms"] for r in runs[name]])
            print("%-40s %8.1f %8.1f %8.1f %8s %9s" % (
                name, cpu, cpu / base, median([r["wall_ms"] for r in runs[name]]),
                own_rss(runs[name]),
                shown(median([r["processes"] for r in runs[name]]), "%.0f")))

    # What the hook adds to a push.

    def push_ms(self, *argv):
        start = time.monotonic()
        subprocess.run(["git", *argv], cwd=self.path("hook"), env=self.env, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return 1000 * (time.monotonic() - start)

    def pushes(self):
        """In turns with and without the hook, which --no-verify leaves out."""
        self.git("hook", "init", "-q", "--bare", self.path("remote"))
        self.git("hook", "remote", "add", "origin", self.path("remote"))
        self.git("hook", "dualfix", "init", "-q", "--hooks")
        self.push_ms("push", "origin", "HEAD:refs/heads/main")
        took = {}
        for n in range(10 * self.args.runs):
            for kind in ("--verify", "--no-verify"):
                for what, ref in (("nothing to push", "main"),
                                  ("a new branch, its tree known", "b%d%s" % (n, kind))):
                    took.setdefault((what, kind), []).append(
                        self.push_ms("push", kind, "origin", "HEAD:refs/heads/" + ref))
        print("\n%-40s %8s %8s %8s" % ("git push, to a folder", "with ms", "without", "added"))
        for what in ("nothing to push", "a new branch, its tree known"):
            have, lack = (median(took[what, kind]) for kind in ("--verify", "--no-verify"))
            print("%-40s %8.1f %8.1f %8.1f" % (what, have, lack, have - lack))

    # A run without key and model.

    def keyless(self):
        log = ("a.c: In function 'main':\n"
               "a.c:3:21: error: implicit declaration of function 'strlen' "
               "[-Werror=implicit-function-declaration]\n"
               "    3 |         return (int)strlen(\"x\");\n"
               "      |                     ^~~~~~\n"
               "a.c:1:1: note: include '<string.h>' or provide a declaration of 'strlen'\n")
        self.write("keyless/a.c", "int main(void)\n{\n\treturn (int)strlen(\"x\");\n}\n")
        self.write("keyless/log", log)
        self.commit_all("keyless")
        check = "grep -q string.h a.c || { cat log; exit 1; }"
        argv = [self.program, "--failing", "--verify", check]
        rows = []
        for title, fresh in (("first run of a repository", True), ("a later run", False)):
            runs = []
            for _ in range(self.args.runs):
                if fresh:
                    self.forget("keyless")
                runs.append(self.figures(argv, self.path("keyless")))
            rows.append((title, runs))
        print("\n%-30s %8s %8s %8s %8s %8s %9s" % (
            "keyless --failing, cheap check", "own ms", "all ms", "x git", "wall ms",
            "own MiB", "processes"))
        for title, runs in rows:
            self.row(title, runs, shown(median([r["processes"] for r in runs]), "%.0f"))

    def row(self, title, runs, last):
        cpu = median([r["tree_cpu_ms"] for r in runs])
        print("%-30s %8s %8.1f %8.1f %8.1f %8s %9s" % (
            title, shown(median([r["own_cpu_ms"] for r in runs])), cpu, cpu / self.base_ms,
            median([r["wall_ms"] for r in runs]), own_rss(runs), last))

    # Plans of direct edits.

    def plan_of(self, n):
        edits = []
        for i in range(n):
            of, at = i % FILES, i // FILES
            edits.append({"file": "f%d.c" % of, "type": "replace",
                          "find": "value_%d_%d = compute(%d);" % (of, at, at),
                          "replace": "value_%d_%d = compute(%d, true);" % (of, at, at)})
        return json.dumps({"root_cause": "compute() takes a second argument",
                           "strategy": "give it", "edits": edits})

    def apply(self):
        for of in range(FILES):
            self.write("apply/f%d.c" % of, "".join(
                "\tvalue_%d_%d = compute(%d);\n" % (of, i, i) for i in range(LINES_A_FILE)))
        self.commit_all("apply")
        self.git("apply", "config", "dualfix.maxChangedLines", "1000000")
        print("\n%-30s %8s %8s %8s %8s %8s %9s" % (
            "apply, direct edits", "own ms", "all ms", "x git", "wall ms", "own MiB",
            "edits/s"))
        for n in SIZES:
            self.write("plan.json", self.plan_of(n))
            for option in ("--no-verify", "--diff"):
                runs = []
                for _ in range(self.args.runs):
                    self.forget("apply")
                    runs.append(self.figures(
                        [self.program, "apply", option, self.path("plan.json")],
                        self.path("apply")))
                wall = median([r["wall_ms"] for r in runs])
                self.row("%d %s %s" % (n, "edit" if n == 1 else "edits", option), runs,
                         "%.0f" % (n * 1000 / wall))

    # A bug in three files, with both models.

    def serve(self):
        self.server = subprocess.Popen(
            [sys.executable, os.path.join(TOP, "tests/server/modelserver.py"),
             "--scenario", os.path.join(HERE, "mean/scenario.json"),
             "--port-file", self.path("port"), "--log", self.path("log")])
        while not os.path.exists(self.path("port")):
            if self.server.poll() is not None:
                sys.exit("bench.py: the model server does not start")
            time.sleep(0.05)
        with open(self.path("port"), encoding="ascii") as f:
            url = "http://127.0.0.1:%s" % f.read().strip()
        self.env.update({"DUALFIX_PLANNER_URL": url, "DUALFIX_PLANNER_KEY": "sk-bench",
                         "DUALFIX_EXECUTOR_URL": url,
                         "DUALFIX_EXECUTOR_MODEL": "qwen2.5-coder:7b"})

    def requests(self):
        """The chat requests since last asked, and none of what came before."""
        with open(self.path("log"), encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        os.truncate(self.path("log"), 0)
        return [r for r in lines if r.get("method") == "POST"]

    def checks_ms(self, run_id):
        """CPU of all checks of a run: measure's line stands in each log."""
        folder = self.path("mean/.git/dualfix/runs", run_id)
        total = 0
        for name in os.listdir(folder):
            if not name.endswith(".log"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                total += sum(json.loads(line)["cpu_ms"] for line in f
                             if line.startswith('{"exit":'))
        return total

    def two_models(self):
        for name in ("stats.h", "stats.c", "main.c", "Makefile"):
            with open(os.path.join(HERE, "mean", name), encoding="utf-8") as f:
                self.write("mean/" + name, f.read())
        subprocess.run(["cp", self.measure, self.path("mean/measure")], check=True)
        self.commit_all("mean")
        self.serve()
        argv = [self.program, "--json", "--verify", "./measure make -s test 3>&1", "-m",
                "mean 2000000000 2000000000 prints -98322432 instead of 2000000000, "
                "and mean without values prints 0. See stats.c and main.c."]
        runs = []
        for _ in range(self.args.runs):
            self.forget("mean")
            got = self.figures(argv, self.path("mean"))
            got["requests"] = self.requests()
            got["report"] = json.loads(got["out"])
            got["checks_ms"] = self.checks_ms(got["report"]["run"])
            runs.append(got)
        self.server.terminate()
        self.server.wait()
        self.print_models(runs)

    def print_models(self, runs):
        last = runs[-1]
        usage = last["report"]["usage"]
        planned = [r for r in last["requests"] if r["body"]["model"] != "qwen2.5-coder:7b"]
        fixed = sum(len(m["content"]) for m in planned[0]["body"]["messages"]
                    if m["role"] == "system")
        beyond = median([r["tree_cpu_ms"] - r["checks_ms"] for r in runs])
        rows = (
            ("outcome", last["report"]["outcome"], "fixed"),
            ("CPU beyond the checks, s", "%.3f" % (beyond / 1000), "0.3"),
            ("  of git-dualfix itself, s",
             shown(median([r["own_cpu_ms"] / 1000 for r in runs
                           if r["own_cpu_ms"] is not None]), "%.3f"), ""),
            ("CPU of the checks, s",
             "%.3f" % (median([r["checks_ms"] for r in runs]) / 1000), ""),
            ("wall, s", "%.2f" % (median([r["wall_ms"] for r in runs]) / 1000), ""),
            ("peak RSS of git-dualfix, MiB", own_rss(runs), "20"),
            ("processes, checks included",
             shown(median([r["processes"] for r in runs]), "%.0f"), ""),
            ("model calls: planner", len(planned), "1"),
            ("model calls: executor, for 1 hard edit",
             len(last["requests"]) - len(planned), "1"),
            ("prompt tokens: planner", sum(u["prompt_tokens"] for u in usage
                                           if u["role"] == "planner"), ""),
            ("prompt tokens: the fixed part of it", fixed // 4, "< 2000"),
            ("prompt tokens: executor", sum(u["prompt_tokens"] for u in usage
                                            if u["role"] == "executor"), ""))
        print("\n%-44s %12s %8s" % ("a bug in 3 files, models that answer at once", "",
                                    "aim"))
        for name, value, aim in rows:
            print("%-44s %12s %8s" % (name, value, aim))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--program", default=os.path.join(TOP, "build/plain/git-dualfix"))
    parser.add_argument("--measure", default=os.path.join(TOP, "build/plain/measure"))
    parser.add_argument("--runs", type=int, default=7, help="of each kind")
    parser.add_argument("parts", nargs="*", default=["start", "keyless", "apply", "models"],
                        help="start, keyless, apply, models")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(args, os.path.realpath(folder))
        print("medians of %d runs, load %.1f" % (args.runs, os.getloadavg()[0]))
        bench.start_up()
        if "start" in args.parts:
            bench.pushes()
        if "keyless" in args.parts:
            bench.keyless()
        if "apply" in args.parts:
            bench.apply()
        if "models" in args.parts:
            bench.two_models()


if __name__ == "__main__":
    main()
