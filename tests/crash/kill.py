#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs killed at any instant: what is the user's must be as it was, to the byte.

Kills runs of several kinds with SIGKILL, at random moments (--random N) or at the n-th
system call of the program for every STEP-th n (--syscalls STEP, by strace). After each:

- every file of the repository but .git/dualfix, objects and refs/heads/dualfix is as
  before; refs of others, too, in whatever form;
- no file is left that git takes for a lock;
- nothing that the run started is still there a few seconds later.

Now and then, and at the end: git fsck --full --strict finds nothing, the same run
succeeds, and gc takes away what was left. The seed is printed.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PLAN = ('{"root_cause": "r", "strategy": "s", "commit": {"subject": "say hello"},'
        ' "edits": [{"file": "a.c", "type": "replace", "find": "hullo", "replace":'
        ' "hello"}, {"file": "new/b.c", "type": "create_file", "content": "int b;\\n"}]}')
CHECK = "sleep 0.02; grep -q hello a.c"
END_S = 5.0


class Fault(Exception):
    pass


class World:
    """A repository with all that a user may have in it."""

    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.program = os.path.abspath(args.program)
        self.repo = os.path.join(folder, "repo")
        keep = ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS")
        self.env = {k: v for k, v in os.environ.items() if k in keep}
        self.env.update({
            "HOME": folder, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "author@example.com",
            "GIT_COMMITTER_NAME": "C O Mitter",
            "GIT_COMMITTER_EMAIL": "committer@example.com"})
        self.plan = os.path.join(folder, "plan.json")
        with open(self.plan, "w", encoding="ascii") as f:
            f.write(PLAN)
        self.make()
        patches = os.path.join(folder, "patches")
        self.kinds = (
            ["apply", "--no-verify", self.plan],
            ["run", "--plan", self.plan, "--verify", CHECK],
            ["run", "--plan", self.plan, "--verify", CHECK, "--worktree", "-o", patches],
            ["apply", "--verify", "false", self.plan],
            ["verify", "--verify", CHECK],
            ["gc"],
        )

    def git(self, *args, check=True):
        return subprocess.run(["git", "-C", self.repo, *args], env=self.env, check=check,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def write(self, name, text):
        with open(os.path.join(self.repo, name), "w", encoding="ascii") as f:
            f.write(text)

    def make(self):
        subprocess.run(["git", "init", "-q", "-b", "main", self.repo], env=self.env,
                       check=True)
        for i in range(40):
            self.write("f%d" % i, "file %d\n" % i * 50)
        self.write("a.c", "hullo\n")
        self.git("add", ".")
        self.git("commit", "-q", "-m", "a start")
        self.git("branch", "topic")
        self.git("tag", "-a", "-m", "a tag", "v1")
        self.git("pack-refs", "--all")
        self.git("branch", "loose")
        self.write("f1", "stashed\n")
        self.git("stash")
        self.write("f2", "staged\n")
        self.git("add", "f2")
        self.write("f3", "not staged\n")
        self.write("untracked", "x\n")
        self.git("config", "dualfix.sandbox", self.args.sandbox)
        self.git("config", "gc.auto", "0")

    def state(self):
        """Name and digest of every file that is the user's."""
        files = {}
        for at, folders, names in os.walk(self.repo):
            below = os.path.relpath(at, self.repo)
            if below == ".git":
                folders[:] = [d for d in folders if d not in ("dualfix", "objects")]
            if below in (".git/refs/heads", ".git/logs/refs/heads"):
                folders[:] = [d for d in folders if d != "dualfix"]
            for name in names:
                path = os.path.join(at, name)
                with open(path, "rb") as f:
                    digest = hashlib.sha256(f.read()).digest()
                files[os.path.join(below, name)] = (digest, os.lstat(path).st_mode)
        return files

    def compare(self, before):
        after = self.state()
        for name in before.keys() | after.keys():
            if before.get(name) != after.get(name):
                raise Fault("%s is not as it was" % name)
        for at, folders, names in os.walk(os.path.join(self.repo, ".git")):
            # Those of our own git there are taken away by who goes there next.
            folders[:] = [d for d in folders if d != "dualfix"]
            for name in names:
                if name.endswith(".lock"):
                    raise Fault("%s was left" % os.path.join(at, name))

    def strays(self):
        """Processes that stand in the repository or hold its path as an argument."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/cmdline" % pid, "rb") as f:
                    line = f.read()
                cwd = os.readlink("/proc/%s/cwd" % pid)
            except OSError:
                continue
            if int(pid) != os.getpid() and line and (
                    cwd.startswith(self.repo) or self.repo.encode() in line):
                found.append("%s: %s" % (pid, line.replace(b"\0", b" ").decode("latin-1")))
        return found

    def wait_for_end(self):
        end = time.monotonic() + END_S
        while time.monotonic() < end:
            left = self.strays()
            if not left:
                return
            time.sleep(0.01)
        raise Fault("still there: " + "; ".join(left))

    def start(self, kind, before=()):
        return subprocess.Popen([*before, self.program, *kind], cwd=self.repo, env=self.env,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def forget(self):
        for ref in self.git("for-each-ref", "--format=%(refname)",
                            "refs/heads/dualfix").stdout.split():
            self.git("update-ref", "-d", ref)
        shutil.rmtree(os.path.join(self.folder, "patches"), ignore_errors=True)
        os.mkdir(os.path.join(self.folder, "patches"))

    def look_closely(self):
        got = self.git("fsck", "--full", "--strict", "--no-dangling", check=False)
        if got.returncode or got.stdout.strip():
            raise Fault("git fsck: " + got.stdout)
        code = self.start(self.kinds[1]).wait()
        if code:
            raise Fault("the next run ended with %d" % code)
        if self.start(["gc"]).wait():
            raise Fault("gc failed")
        runs = os.path.join(self.repo, ".git/dualfix/runs")
        for run in os.listdir(runs):
            for name in ("objects", "mail"):
                if os.path.exists(os.path.join(runs, run, name)):
                    raise Fault("gc left %s of run %s" % (name, run))
        self.forget()

    def took_s(self, kind):
        self.forget()
        start = time.monotonic()
        self.start(kind).wait()
        return time.monotonic() - start


def at_random(world, before, rng, n):
    for kind in world.kinds:
        world.took_s(kind)
    took = [world.took_s(kind) for kind in world.kinds]
    killed = 0
    for i in range(n):
        which = i % len(world.kinds)
        run = world.start(world.kinds[which])
        time.sleep(rng.uniform(0, 1.1 * took[which]))
        run.send_signal(signal.SIGKILL)
        killed += run.wait() == -signal.SIGKILL
        world.wait_for_end()
        world.compare(before)
        if i % 100 == 99:
            world.look_closely()
            world.compare(before)
    world.look_closely()
    world.compare(before)
    return killed


def at_calls(world, before, step, kinds):
    """Every step-th system call of the program itself, until a run gets through."""
    killed = 0
    for kind in kinds:
        n = 1
        while True:
            world.forget()
            run = world.start(kind, [
                "strace", "-o", "/dev/null", "-e", "trace=all", "-e",
                "inject=all:signal=KILL:when=%d" % n])
            code = run.wait()
            world.wait_for_end()
            world.compare(before)
            if code not in (-signal.SIGKILL, 128 + signal.SIGKILL):
                break
            killed += 1
            n += step
        world.look_closely()
        world.compare(before)
        print("%s: %d system calls and more" % (" ".join(kind[:1]), n - step), flush=True)
    return killed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--program", default=os.path.join(TOP, "build/plain/git-dualfix"))
    parser.add_argument("--random", type=int, default=0, metavar="N")
    parser.add_argument("--syscalls", type=int, default=0, metavar="STEP")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--sandbox", default="auto", help="dualfix.sandbox")
    args = parser.parse_args()
    print("seed %d" % args.seed)
    folder = tempfile.mkdtemp(prefix="kill-")
    try:
        world = World(args, os.path.realpath(folder))
        before, killed = world.state(), 0
        if args.random:
            killed += at_random(world, before, random.Random(args.seed), args.random)
        if args.syscalls:
            killed += at_calls(world, before, args.syscalls, world.kinds[:3])
    except Fault as fault:
        sys.exit("kill.py: %s\nthe repository: %s/repo" % (fault, folder))
    shutil.rmtree(folder)
    print("%d runs killed, nothing of the user's changed" % killed)


if __name__ == "__main__":
    main()
