#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs in which something fails: one allocation or one system call after the other.

Each kind of run is tried with its n-th allocation failing (by failalloc.so), and with
its n-th write, fsync, open and so on failing (by strace), for every STEP-th n until a
run gets through. After each:

- it ended by itself, in time, with a documented exit status, and told no lie: 0 only
  with the whole fix there, what says "unfixed" only where that is so;
- an error was printed, and says something;
- there is no branch, or one with the whole fix;
- what is the user's is as it was, to the byte; no lock, no process and no temporary
  file is left.

After each kind's rows git fsck --full --strict finds nothing, the next run succeeds, and
gc takes away what was left. Where nothing could be made to fail, that is an error, too.

--valgrind runs each kind under valgrind instead, with nothing failing. --texts prints
what was said, for people to judge.
"""

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from world import CHECK, TOP, Fault, World

LIMIT_S = 60
MOST_FAULTS = 40
DOCUMENTED = (0, 1, 2, 3, 4, 128)
# What starts a program; where that fails, it is not the program that speaks.
LOADER = "error while loading shared libraries"

# A row: system calls, and the error that they meet. Not brk(2): the kernel answers it with
# the old end, never with an error.
CALLS = (
    ("write,writev,pwrite64", "ENOSPC"),
    ("write,writev,pwrite64", "EIO"),
    ("fsync,fdatasync", "EIO"),
    ("rename,renameat,renameat2,link,linkat", "EIO"),
    ("openat,open", "EMFILE"),
    ("openat,open", "ENOSPC"),
    ("mkdir,mkdirat", "ENOSPC"),
    ("unlink,unlinkat,rmdir", "EACCES"),
    ("pipe2,socket,socketpair,eventfd2,epoll_create1,dup,fcntl", "EMFILE"),
    ("vfork,clone,clone3,fork", "EAGAIN"),
    ("mmap,mremap", "ENOMEM"),
    ("read,pread64", "EIO"),
    ("getdents64", "EIO"),
    ("newfstatat,fstat,statx,lstat,stat", "EACCES"),
    ("flock,ftruncate,chmod,fchmod,utimensat", "EIO"),
    ("poll,epoll_wait,ppoll,epoll_pwait", "EINTR"),
)
# Where one of these fails, a temporary folder may be left.
NEEDED_TO_CLEAN = "unlink|rmdir|open|getdents|[a-z]*stat|fcntl|mmap"


class FaultWorld(World):
    def make(self):
        super().make()
        self.temp = os.path.join(self.folder, "tmp")
        os.mkdir(self.temp)
        # For a sanitized program: failalloc.so stands before it, finds look like crashes.
        asan = self.env.get("ASAN_OPTIONS", "abort_on_error=1") + ":verify_asan_link_order=0"
        self.env.update({"TMPDIR": self.temp, "DUALFIX_CACHE": "false", "ASAN_OPTIONS": asan,
                         "DUALFIX_PLANNER_KEY": "sk-test-planner"})
        self.serve()
        region = {"startLine": 1, "startColumn": 1, "endColumn": 6}
        place = {"artifactLocation": {"uri": "a.c"},
                 "region": dict(region, snippet={"text": "hullo"})}
        change = {"artifactLocation": {"uri": "a.c"}, "replacements": [
            {"deletedRegion": region, "insertedContent": {"text": "hello"}}]}
        self.sarif = os.path.join(self.folder, "lint.sarif")
        with open(self.sarif, "w", encoding="ascii") as f:
            json.dump({"version": "2.1.0", "runs": [{
                "tool": {"driver": {"name": "lint"}}, "results": [{
                    "ruleId": "sp", "level": "error", "message": {"text": "misspelt"},
                    "locations": [{"physicalLocation": place}],
                    "fixes": [{"artifactChanges": [change]}]}]}]}, f)

    def serve(self):
        """Planner and executor, who make the fix of the plan between them."""
        with open(os.path.join(self.folder, "planned.json"), "w", encoding="ascii") as f:
            f.write('{"root_cause": "r", "strategy": "s", "commit": {"subject": "say hello"},'
                    ' "edits": [{"file": "a.c", "type": "model_edit", "action": "say hello",'
                    ' "region": {"start": 1, "end": 1}}, {"file": "new/b.c", "type":'
                    ' "create_file", "content": "int b;\\n"}]}')
        with open(os.path.join(self.folder, "scenario.json"), "w", encoding="ascii") as f:
            json.dump({"models": ["deepseek-flash", "qwen2.5-coder:7b"], "rules": [
                {"match": {"model": "qwen2.5-coder:7b"},
                 "reply": {"region_replace": ["hullo", "hello"]}},
                {"match": {"model": "deepseek-flash"},
                 "reply": {"plan_file": "planned.json"}}]}, f)
        port = os.path.join(self.folder, "port")
        self.server = subprocess.Popen(
            [sys.executable, os.path.join(TOP, "tests/server/modelserver.py"),
             "--scenario", os.path.join(self.folder, "scenario.json"), "--port-file", port],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + LIMIT_S
        while not os.path.exists(port) and time.monotonic() < end:
            time.sleep(0.02)
        with open(port, encoding="ascii") as f:
            url = "http://127.0.0.1:" + f.read().strip()
        for name, value in (("planner.url", url), ("planner.model", "deepseek-flash"),
                            ("executor.url", url + "/v1"),
                            ("executor.model", "qwen2.5-coder:7b")):
            self.git("config", "dualfix." + name, value)

    def table(self):
        """Kinds by their names."""
        apply, run, worktree, unfixed, verify, gc = self.kinds
        return {
            "apply": apply, "run": run, "worktree": worktree, "unfixed": unfixed,
            "verify": verify, "gc": gc,
            "keyless": ["run", "--verify", CHECK, self.sarif],
            "models": ["run", "--verify", CHECK, "-m",
                       "a.c says hullo, not hello"],
            "json": ["apply", "--json", "--no-verify", self.plan],
            "show": ["show"], "log": ["log"], "help": ["run", "-h"],
        }


class Got:
    """What a run ended with."""

    def __init__(self, world, kind, before=(), env=None):
        run = subprocess.Popen([*before, world.program, *kind], cwd=world.repo,
                               env=dict(world.env, **env or {}), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = run.communicate(timeout=LIMIT_S * (10 if "valgrind" in before else 1))
        except subprocess.TimeoutExpired as e:
            raise Fault("still running after %d s, as process %d" % (LIMIT_S, run.pid)) from e
        self.code = run.returncode
        self.out, self.err = (text.decode("utf-8", "replace") for text in (out, err))
        self.branches = {}
        for line in world.git("for-each-ref", "--format=%(refname) %(tree)",
                              "refs/heads/dualfix").stdout.splitlines():
            name, tree = line.split()
            self.branches[name] = tree

    def what(self):
        lines = [l for l in self.err.splitlines() if l.startswith(("error:", "fatal:"))]
        return lines[-1] if lines else self.err.strip().rpartition("\n")[2]


class Trial:
    """One kind of run, with all that may fail in it."""

    def __init__(self, world, name, kind, before):
        self.world, self.name, self.kind, self.before = world, name, kind, before
        self.texts = collections.Counter()
        self.runs, self.faults = 0, []
        world.forget()
        self.clean = Got(world, kind)
        if self.clean.code != (name in ("unfixed", "verify")):
            raise Fault("%s with nothing failing: exit %d\n%s"
                        % (name, self.clean.code, self.clean.err))

    def judge(self, got, cause, where, stack=""):
        """Notes whether got is what a run in which something failed may end with."""
        try:
            self.examine(got, cause, where, stack)
        except Fault as fault:
            self.faults.append(str(fault))
            print("not ok: %s\n%s" % (fault, stack), flush=True)
            if len(self.faults) >= MOST_FAULTS:
                raise Fault("enough") from fault

    def examine(self, got, cause, where, stack):
        clean, say = self.clean, "%s, %s: exit %d: " % (self.name, where, got.code)
        if got.code == 127 and LOADER in got.err:
            return
        self.runs += 1
        self.texts[(got.code, cause, got.what())] += 1
        if got.code not in DOCUMENTED:
            raise Fault(say + "is in no manual\n" + got.err)
        for name, tree in got.branches.items():
            if tree not in clean.branches.values():
                raise Fault(say + "%s has another tree" % name)
        if got.code == 0 and got.branches.keys() != clean.branches.keys():
            raise Fault(say + "with the branches '%s'\n%s" % (" ".join(got.branches), got.err))
        if got.code == 0 and clean.code:
            raise Fault(say + "instead of %d" % clean.code)
        if got.code == 1 and clean.code == 0:
            raise Fault(say + "of a fix that is one\n" + got.err)
        if got.code != clean.code:
            if not re.search("^(error|fatal): ", got.err, re.M):
                raise Fault(say + "no error was printed\n" + got.err)
            if len(got.what()) < len("fatal: x failed"):
                raise Fault(say + "it says nothing: " + got.err)
        self.world.compare(self.before)
        self.world.wait_for_end()
        left = os.listdir(self.world.temp)
        for name in left:
            shutil.rmtree(os.path.join(self.world.temp, name), ignore_errors=True)
        if left and not re.match(NEEDED_TO_CLEAN, where) and "(fdopendir" not in stack:
            raise Fault(say + "left " + ", ".join(left))

    def end(self):
        self.world.look_closely()
        self.world.compare(self.before)

    def allocations(self, shim, step, most, last):
        """Every step-th of the last, at most so many; returns how many there are in all."""
        log = os.path.join(self.world.folder, "failed-at")
        self.world.forget()
        Got(self.world, self.kind, env={"LD_PRELOAD": shim, "FAIL_LOG": log})
        if not os.path.exists(log):
            raise Fault("%s is not preloaded" % shim)
        with open(log, encoding="ascii") as f:
            total = int(f.read())
        for n in spread(range(max(1, total - last + 1), total + 1), step, most):
            os.unlink(log)
            self.world.forget()
            got = Got(self.world, self.kind, (), {
                "LD_PRELOAD": shim, "FAIL_AT": str(n), "FAIL_LOG": log})
            # Threads and random names: one run has a few more than another.
            if not os.path.getsize(log):
                continue
            with open(log, encoding="ascii") as f:
                self.judge(got, "ENOMEM", "allocation %d of %d" % (n, total), f.read())
        return total

    def count(self):
        """For each row of CALLS the calls of it after the loader's, which cannot speak: name
        and number, as strace counts, for each name by itself."""
        log = os.path.join(self.world.folder, "calls")
        wanted = ",".join(["openat"] + [names for names, _ in CALLS])
        self.world.forget()
        Got(self.world, self.kind, ["strace", "-o", log, "-e", "trace=" + wanted])
        seen, made, ours = collections.Counter(), [], False
        with open(log, encoding="utf-8", errors="replace") as f:
            for line in f:
                name = line.partition("(")[0]
                seen[name] += 1
                ours = ours or '"/dev/null", O_RDWR' in line
                if ours:
                    made.append((name, seen[name]))
        if not ours:
            raise Fault("strace sees nothing of %s" % self.world.program)
        for names, error in CALLS:
            yield names, error, [call for call in made if call[0] in names.split(",")]

    def calls(self, error, calls):
        log = os.path.join(self.world.folder, "calls")
        for name, n in calls:
            self.world.forget()
            got = Got(self.world, self.kind, [
                "strace", "-o", log, "-e", "trace=" + name, "-e",
                "inject=%s:error=%s:when=%d" % (name, error, n)])
            with open(log, encoding="utf-8", errors="replace") as f:
                hit = [l.strip() for l in f if "(INJECTED)" in l]
            if hit:
                self.judge(got, error, hit[0])


def spread(places, step, most):
    """Every step-th of them, or fewer, further apart."""
    step = max(step, len(places) / most)
    at = step / 2 if step > 1 else 0
    while at < len(places):
        yield places[int(at)]
        at += step


def with_faults(trial, args):
    """All of the rows for one kind, a line for each."""
    total = trial.allocations(args.shim, args.step, args.most, args.last)
    print("%s: %d runs, of %d allocations" % (trial.name, trial.runs, total), flush=True)
    step = max(1, args.step // args.ratio)
    for names, error, calls in () if args.allocations else trial.count():
        before = trial.runs
        trial.calls(error, spread(calls, step, args.most))
        print("%s: %d runs, %s of %d %s" % (
            trial.name, trial.runs - before, error, len(calls),
            names.split(",", maxsplit=1)[0]), flush=True)
    trial.end()


def under_valgrind(trial, _):
    wrap = ("valgrind", "-q", "--error-exitcode=99", "--trace-children=no",
            "--leak-check=full", "--errors-for-leak-kinds=definite",
            "--soname-synonyms=somalloc=nouserintercepts",
            "--suppressions=" + os.path.join(TOP, "tests/crash/valgrind.supp"))
    trial.world.forget()
    trial.judge(Got(trial.world, trial.kind, wrap), "", "valgrind")
    if not trial.faults:
        print("%s: clean under valgrind" % trial.name, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--program", default=os.path.join(TOP, "build/plain/git-dualfix"))
    parser.add_argument("--shim", default=os.path.join(TOP, "build/plain/failalloc.so"))
    parser.add_argument("--step", type=int, default=29, help="of allocations")
    parser.add_argument("--ratio", type=int, default=20,
                        help="how many times smaller the step of system calls is")
    parser.add_argument("--most", type=int, default=1 << 30, metavar="N",
                        help="of a row; then the step is longer")
    parser.add_argument("--kinds", default="", help="names, with commas; all")
    parser.add_argument("--allocations", action="store_true", help="no system calls")
    parser.add_argument("--last", type=int, default=1 << 30, metavar="N",
                        help="of the allocations; the first are of libraries that begin")
    parser.add_argument("--valgrind", action="store_true", help="with nothing failing")
    parser.add_argument("--sandbox", default="auto", help="dualfix.sandbox")
    parser.add_argument("--texts", action="store_true")
    args = parser.parse_args()
    args.shim = os.path.abspath(args.shim)
    folder = tempfile.mkdtemp(prefix="faults-")
    world = FaultWorld(args.program, os.path.realpath(folder), args.sandbox)
    runs, faults, texts = 0, 0, collections.Counter()
    try:
        before = world.state()
        table = world.table()
        for name in args.kinds.split(",") if args.kinds else table:
            trial = Trial(world, name, table[name], before)
            (under_valgrind if args.valgrind else with_faults)(trial, args)
            runs += trial.runs
            faults += len(trial.faults)
            texts += trial.texts
    except Fault as fault:
        sys.exit("faults.py: %s\nthe repository: %s/repo" % (fault, folder))
    finally:
        world.server.kill()
        world.server.wait()
    shutil.rmtree(folder)
    if not runs:
        sys.exit("faults.py: nothing could be made to fail")
    if faults:
        sys.exit("faults.py: %d of %d runs did not end as they should" % (faults, runs))
    if args.texts:
        for (code, cause, text), n in sorted(texts.items()):
            print("%4d  %3d %-7s %s" % (n, code, cause, text))
    print("%d runs %s: nothing lost, no lie told" % (
        runs, "under valgrind" if args.valgrind else "in which something failed"))


if __name__ == "__main__":
    main()
