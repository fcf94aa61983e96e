# SPDX-License-Identifier: GPL-2.0-or-later
"""A repository with all that a user may have in it, and what may be done to a run there."""

import hashlib
import os
import shutil
import subprocess
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLAN = ('{"root_cause": "r", "strategy": "s", "commit": {"subject": "say hello"},'
        ' "edits": [{"file": "a.c", "type": "replace", "find": "hullo", "replace":'
        ' "hello"}, {"file": "new/b.c", "type": "create_file", "content": "int b;\\n"}]}')
CHECK = "sleep 0.02; grep -q hello a.c"
END_S = 5.0


class Fault(Exception):
    pass


class World:
    """Its repository is folder/repo; kinds are the commands that are tried."""

    def __init__(self, program, folder, sandbox):
        self.sandbox, self.folder = sandbox, folder
        self.program = os.path.abspath(program)
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
        self.git("config", "dualfix.sandbox", self.sandbox)
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
        for lock in self.locks():
            if "/.git/dualfix/" not in lock:
                raise Fault("%s was left" % lock)

    def locks(self):
        return [os.path.join(at, name)
                for at, _, names in os.walk(os.path.join(self.repo, ".git"))
                for name in names if name.endswith(".lock")]

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
        for lock in self.locks():
            raise Fault("%s is still there" % lock)
        runs = os.path.join(self.repo, ".git/dualfix/runs")
        for run in os.listdir(runs):
            for name in ("objects", "mail"):
                if os.path.exists(os.path.join(runs, run, name)):
                    raise Fault("gc left %s of run %s" % (name, run))
        self.forget()
