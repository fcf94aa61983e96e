#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a regex edit over a whole tree costs, against git grep -P of the same pattern.

The two run in turns on a clone that borrows the objects of the repository, which is not
written to. CPU is user and system time of the process and of all that it started and
waited for; wall is the time that passed; rss is the largest of their processes. Of
several runs the cheapest counts, for each by itself: what else the machine does can only
add. The ratios are what to look at.

Without --pattern, four are made up from words of the tree: a call with a literal in it, a
choice of two, one in which nothing is literal, and one that stands nowhere. A pattern
that matches gets a replacement, so the edit writes what it changes, builds the tree and
prints the diff: all of it counts. What a new file costs is the file system's doing: TMPDIR
says on which one the clone is. ext4 without a journal is slow where files were deleted of
late, as the run before did with its own.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time

TREE_SAMPLE = 400
LIMIT = 2.0


def run(argv, cwd, env, out):
    """Wall and CPU seconds, MiB, exit status."""
    start = time.monotonic()
    child = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out,
                             stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    if child.returncode not in (0, 1):
        sys.exit("codemod.py: %s: exit %d\n%s" % (
            " ".join(argv), child.returncode, said.decode(errors="replace")))
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime,
            "rss": used.ru_maxrss / 1024, "exit": child.returncode, "said": said}


def least(runs):
    return {key: min(r[key] for r in runs) for key in ("wall", "cpu", "rss")}


class Bench:
    def __init__(self, args, folder):
        self.args = args
        self.folder = folder
        self.clone = os.path.join(folder, "clone")
        keep = ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
        self.env = {k: v for k, v in os.environ.items() if k in keep}
        self.env.update({
            "HOME": folder, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "author@example.com",
            "GIT_COMMITTER_NAME": "C O Mitter",
            "GIT_COMMITTER_EMAIL": "committer@example.com"})
        with open(os.path.join(folder, ".gitconfig"), "w", encoding="utf-8") as f:
            f.write("[safe]\n\tdirectory = *\n[gc]\n\tauto = 0\n")
        subprocess.run(["git", "clone", "-q", "-s", "-n", args.repo, self.clone],
                       env=self.env, check=True)

    def git(self, *args):
        return subprocess.run(["git", "-C", self.clone, *args], env=self.env, check=True,
                              stdout=subprocess.PIPE).stdout

    def words(self):
        """Names that are called in the tree, the rarer ones of a sample of its files."""
        paths = [p for p in self.git("ls-tree", "-r", "-z", "--name-only", "HEAD").split(b"\0")
                 if p]
        count = {}
        for path in paths[::max(1, len(paths) // TREE_SAMPLE)]:
            blob = subprocess.run(["git", "-C", self.clone, "cat-file", "blob",
                                   b"HEAD:" + path], env=self.env, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            for word in set(re.findall(rb"\b[A-Za-z_]{8,30}(?=\()", blob)):
                count[word] = count.get(word, 0) + 1
        found = sorted(count, key=lambda w: (abs(count[w] - 2), w))
        return [w.decode() for w in found[:2]] or ["function", "return"]

    def patterns(self):
        if self.args.pattern:
            return self.args.pattern
        one, two = (self.words() * 2)[:2]
        return [r"\b%s\s*\(" % one, r"\b(?:%s|%s)\b(?=\()" % (one, two),
                r"\b%s[a-z_]*\w\(" % "".join("[%s]" % c for c in one),
                "no_such_text_%s" % one[::-1]]

    def files(self, pattern):
        """How many git finds it in."""
        p = subprocess.run(["git", "-C", self.clone, "grep", "-I", "-l", "-P", "-e", pattern,
                            "HEAD"], env=self.env, check=False, stdout=subprocess.PIPE)
        return p.stdout.count(b"\n")

    def compare(self, pattern):
        plan = os.path.join(self.folder, "plan.json")
        with open(plan, "w", encoding="utf-8") as f:
            json.dump({"version": 1, "summary": "Change what matches", "edits": [
                {"type": "replace", "file": "*", "regex": True, "all": True, "flags": "m",
                 "find": pattern, "replace": "changed_%s" % "$0"}]}, f)
        edit = [self.args.program, "apply", "--no-verify", "--diff", plan]
        grep = ["git", "grep", "-P", "-e", pattern, "HEAD"]
        runs = {"edit": [], "grep": []}
        with open(os.devnull, "wb") as out:
            for _ in range(self.args.runs):
                runs["grep"].append(run(grep, self.clone, self.env, out))
                runs["edit"].append(run(edit, self.clone, self.env, out))
        e, g = least(runs["edit"]), least(runs["grep"])
        print("%5.2f %6.2f  %7.2f %7.2f  %7.2f %7.2f  %6.0f %6.0f  %6d  %s" % (
            e["cpu"] / g["cpu"], e["wall"] / g["wall"], e["cpu"], g["cpu"], e["wall"],
            g["wall"], e["rss"], g["rss"], self.files(pattern), pattern), flush=True)
        found = runs["edit"][0]["exit"] == 0
        if found != (runs["grep"][0]["exit"] == 0):
            sys.exit("codemod.py: git finds %s, the edit does not, or the other way\n%s" % (
                pattern, runs["edit"][0]["said"].decode(errors="replace")))
        return e["cpu"] / g["cpu"]

    def all(self):
        n = self.git("ls-tree", "-r", "--name-only", "HEAD").count(b"\n")
        print("# %s: %d files, %s, %d processors, the least of %d runs" % (
            self.args.repo, n, self.git("rev-parse", "--short", "HEAD").decode().strip(),
            os.cpu_count(), self.args.runs))
        print("# edit/grep         cpu seconds     wall seconds      rss MiB   files")
        print("#  cpu   wall     edit    grep     edit    grep    edit   grep")
        return max(self.compare(p) for p in self.patterns())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--repo", required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pattern", action="append")
    parser.add_argument("--strict", action="store_true",
                        help="fail when an edit costs more than %g times git grep" % LIMIT)
    args = parser.parse_args()
    args.program = os.path.abspath(args.program)
    args.repo = os.path.abspath(args.repo)
    with tempfile.TemporaryDirectory(prefix="codemod-") as folder:
        worst = Bench(args, folder).all()
    if args.strict and worst > LIMIT:
        sys.exit("codemod.py: %.2f times git grep" % worst)


if __name__ == "__main__":
    main()
