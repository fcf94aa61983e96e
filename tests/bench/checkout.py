#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What moving the scratch checkout by five files costs, against git worktree add.

Both work on a clone that borrows the objects of the repository, which is not written
to. What is timed is the whole of git dualfix verify with a check that does nothing, and
all that it starts. CPU is user and system time. Of several runs the cheapest counts: what
else the machine does can only add. Exit status 1: verify costs more than 1/20.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile

FILES = 5
SHARE = 20


def cpu():
    r = resource.getrusage(resource.RUSAGE_CHILDREN)
    return r.ru_utime + r.ru_stime


def timed(args, **more):
    before = cpu()
    subprocess.run(args, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   stdin=subprocess.DEVNULL, **more)
    return cpu() - before


class Clone:
    def __init__(self, folder, source):
        self.dir = os.path.join(folder, "clone")
        subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", source, self.dir],
                       check=True)
        self.git("config", "dualfix.sandbox", "none")

    def git(self, *args, data=None):
        env = dict(os.environ, GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@example.com",
                   GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@example.com")
        return subprocess.run(["git", "-C", self.dir, *args], check=True, input=data, env=env,
                              stdout=subprocess.PIPE).stdout

    def change(self):
        """A commit in which FILES regular files, spread over the tree, have a line more."""
        self.git("read-tree", "HEAD")
        rows = [r for r in self.git("ls-files", "-s", "-z").split(b"\0")
                if r.startswith(b"100644")]
        for row in rows[len(rows) // (2 * FILES)::len(rows) // FILES][:FILES]:
            _, oid, rest = row.split(b" ", 2)
            text = self.git("cat-file", "blob", oid.decode()) + b"another line\n"
            new = self.git("hash-object", "-w", "--stdin", data=text).decode().strip()
            self.git("update-index", "--cacheinfo",
                     "100644,%s,%s" % (new, os.fsdecode(rest.split(b"\t", 1)[1])))
        tree = self.git("write-tree").decode().strip()
        commit = self.git("commit-tree", "-p", "HEAD", "-m", "more", tree).decode().strip()
        return len(rows), commit


def add_worktree(clone, folder):
    at = os.path.join(folder, "added")
    spent = timed(["git", "-C", clone.dir, "worktree", "add", "-q", "--detach", at, "HEAD"])
    shutil.rmtree(at)
    clone.git("worktree", "prune")
    return spent


def move(clone, program, commit, runs):
    spent = []
    for i in range(runs + 2):
        # A check with a name of its own is not known to have passed.
        spent.append(timed([program, "verify", "--verify", "true %d" % i,
                            commit if i % 2 else "HEAD"], cwd=clone.dir))
    # The first makes the checkout, the second is the first to move it.
    return min(spent[2:])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--repo", required=True)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    program = os.path.abspath(args.program)
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone(folder, os.path.abspath(args.repo))
        n, commit = clone.change()
        added = min(add_worktree(clone, folder) for _ in range(2))
        moved = move(clone, program, commit, args.runs)
    print("%d files, of which %d change; CPU seconds, the cheapest run" % (n, FILES))
    print("git worktree add   %6.2f" % added)
    print("git dualfix verify %6.2f  1/%.1f" % (moved, added / moved))
    if moved * SHARE > added:
        sys.exit("a move costs more than 1/%d" % SHARE)


if __name__ == "__main__":
    main()
