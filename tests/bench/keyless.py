#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How many injected compile errors git dualfix cures with no key and no model.

Takes a clone of a repository of C, puts one error at a time into it (the same
for the same seed), runs the real program on it and looks at what came:

    include    an #include line is gone
    name       one name in a function is misspelt by one letter
    semicolon  a ';' at the end of a line is gone
    arrow      '->' became '.'

Only errors count that carry a fix-it or that a rule speaks of: the compiler's
output decides, before the program is asked. Cured means the check passes and
the program's exit status is 0. A cure is right if the tree is what it was,
blanks and the order of includes aside, or if the file compiles to the same
object code; anything else is wrong.
"""

import argparse
import collections
import json
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KINDS = ("include", "name", "semicolon", "arrow")

# What the shipped rules for C speak of.
RULES = re.compile(
    r"implicit declaration of|implicitly declaring|unknown type name|undeclared|"
    r"incomplete type|undefined type|storage size of|incomplete definition")

KEYWORDS = set("""auto break case char const continue default do double else enum extern
float for goto if inline int long register restrict return short signed sizeof static
struct switch typedef union unsigned void volatile while""".split())


def run(argv, cwd, check=True, env=None):
    p = subprocess.run(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, errors="replace")
    if check and p.returncode:
        sys.exit("keyless.py: %s: %s" % (" ".join(argv), p.stderr.strip()))
    return p


def misspell(word, rng):
    """One letter swapped, dropped, doubled or replaced."""
    i = rng.randrange(1, len(word) - 1)
    way = rng.choice(("swap", "drop", "double", "replace"))
    if way == "swap":
        return word[:i] + word[i + 1] + word[i] + word[i + 2:]
    if way == "drop":
        return word[:i] + word[i + 1:]
    if way == "double":
        return word[:i] + word[i] + word[i:]
    return word[:i] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[i + 1:]


def code_only(text):
    """text with comments and strings blanked out, of the same length."""
    pattern = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'",
                         re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def spots(kind, text):
    """Every (start, end) of text at which an error of kind can be put."""
    code = code_only(text)
    if kind == "include":
        return [m.span() for m in re.finditer(r"^#include[^\n]*\n", text, re.M)]
    if kind == "semicolon":
        return [m.span() for m in re.finditer(r"(?<=[\w)\]]);(?=\n)", code)
                if code[code.rfind("\n", 0, m.start()) + 1] in " \t"]
    if kind == "arrow":
        return [m.span() for m in re.finditer(r"->", code)]
    found = []
    for m in re.finditer(r"\b[A-Za-z_]\w{3,}\b", code):
        line = code[code.rfind("\n", 0, m.start()) + 1:m.start()]
        if m.group() not in KEYWORDS and line[:1] in (" ", "\t"):
            found.append(m.span())
    return found


def inject(kind, text, rng):
    """text with one error of kind, or None if it has no place for one."""
    places = spots(kind, text)
    if not places:
        return None
    start, end = rng.choice(places)
    new = {"include": "", "semicolon": "", "arrow": "."}.get(kind)
    if kind == "name":
        new = misspell(text[start:end], rng)
        if new == text[start:end]:
            return None
    return text[:start] + new + text[end:]


def squeezed(text):
    """Lines without blanks; the includes sorted, for their order is a matter of taste."""
    lines = ["".join(line.split()) for line in text.split("\n")]
    lines = [line for line in lines if line]
    return (sorted(line for line in lines if line.startswith("#include")),
            [line for line in lines if not line.startswith("#include")])


class Bench:
    def __init__(self, args):
        self.args = args
        self.rng = random.Random(args.seed)
        self.tmp = tempfile.TemporaryDirectory(prefix="keyless-")
        # No setting and no key of the user's: what is measured is the rules alone.
        for name in [n for n in os.environ if n.startswith(("GIT_", "DUALFIX"))
                     or n.endswith(("_KEY", "_TOKEN"))]:
            del os.environ[name]
        os.environ.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1",
                          DUALFIX_SEND="never", LC_ALL="C")
        self.repo = os.path.join(self.tmp.name, "repo")
        run(["git", "clone", "-q", "--no-hardlinks", args.repo, self.repo], cwd=TOP)
        for key, value in (("user.name", "Bench"), ("user.email", "bench@localhost"),
                           ("commit.gpgSign", "false"), ("gc.auto", "0"),
                           ("advice.detachedHead", "false")):
            run(["git", "config", key, value], cwd=self.repo)
        run(["git", "checkout", "-q", "--detach", "HEAD"], cwd=self.repo)
        for branch in run(["git", "for-each-ref", "--format=%(refname:short)", "refs/heads"],
                          cwd=self.repo).stdout.split():
            run(["git", "branch", "-q", "-D", branch], cwd=self.repo)
        self.base = run(["git", "rev-parse", "HEAD"], cwd=self.repo).stdout.strip()
        self.env = dict(os.environ, GCC_EXTRA_DIAGNOSTIC_OUTPUT="fixits-v1",
                        CCC_OVERRIDE_OPTIONS="# +-fdiagnostics-parseable-fixits")
        self.program = os.path.abspath(args.program)
        self.objects = {}

    def path(self, name):
        return os.path.join(self.repo, name)

    def read(self, name):
        with open(self.path(name), encoding="latin-1", newline="") as f:
            return f.read()

    def write(self, name, text):
        with open(self.path(name), "w", encoding="latin-1", newline="") as f:
            f.write(text)

    def check_command(self, name):
        return "%s -Werror=implicit-function-declaration -fsyntax-only %s" % (
            self.args.cc, shlex.quote(name))

    def compile(self, name):
        return run(["sh", "-c", self.check_command(name)], cwd=self.repo, check=False,
                   env=self.env)

    def object_code(self, name):
        """The file's code without debug information, or None if it does not compile."""
        out = os.path.join(self.tmp.name, "x.o")
        p = run(["sh", "-c", "%s -w -O1 -g0 -DNDEBUG -c -o %s %s" % (
            self.args.cc, shlex.quote(out), shlex.quote(name))], cwd=self.repo, check=False)
        if p.returncode:
            return None
        with open(out, "rb") as f:
            return f.read()

    def sources(self):
        names = run(["git", "ls-files", "--", *self.args.files], cwd=self.repo).stdout.split()
        good = []
        for name in names:
            if self.compile(name).returncode == 0:
                good.append(name)
        if not good:
            sys.exit("keyless.py: no file of %s compiles with: %s" % (
                self.args.repo, self.args.cc))
        return good

    def reset(self):
        run(["git", "checkout", "-q", "-f", "--detach", self.base], cwd=self.repo)

    def cure(self, name, number):
        """Runs the program; returns (exit status, report, seconds)."""
        branch = "bench/%d" % number
        run(["git", "commit", "-q", "-a", "-m", "work"], cwd=self.repo)
        start = time.monotonic()
        p = run([self.program, "--failing", "--json", "--branch", branch,
                 "--verify", self.check_command(name)], cwd=self.repo, check=False)
        seconds = time.monotonic() - start
        try:
            report = json.loads(p.stdout)
        except ValueError:
            report = {}
        if p.returncode >= 2 and p.returncode != 5:
            print("# exit %d: %s" % (p.returncode, p.stderr.strip()[-300:]))
        return p.returncode, report, seconds

    def judge(self, name, original, commit):
        """same, equal (other text, same object code) or wrong."""
        run(["git", "checkout", "-q", "-f", "--detach", commit], cwd=self.repo)
        others = run(["git", "diff", "--name-only", self.base, "HEAD"],
                     cwd=self.repo).stdout.split()
        if not others or (others == [name] and squeezed(self.read(name)) ==
                          squeezed(original)):
            return "same"
        return "equal" if self.object_code(name) == self.objects[name] else "wrong"

    def one(self, kind, sources, number):
        """Injects and cures one error; returns its verdict, or None if it does not count."""
        name = self.rng.choice(sources)
        original = self.read(name)
        broken = inject(kind, original, self.rng)
        if broken is None:
            return None
        self.write(name, broken)
        said = self.compile(name)
        if said.returncode == 0 or not (
                "fix-it:" in said.stderr or RULES.search(said.stderr)):
            self.write(name, original)
            return None
        if name not in self.objects:
            self.write(name, original)
            self.objects[name] = self.object_code(name)
            self.write(name, broken)
        patch = run(["git", "diff", "-U0"], cwd=self.repo).stdout.split("\n", 4)[-1].strip()
        status, report, seconds = self.cure(name, number)
        verdict = "left"
        if status == 0 and report.get("commit"):
            verdict = self.judge(name, original, report["commit"])
        show = self.args.verbose or verdict == "wrong"
        if show:
            print("# %d %s %s: %s\n%s" % (number, verdict, kind, name, patch))
            errors = [x for x in said.stderr.splitlines() if "error:" in x]
            print("\n".join(errors[:3]))
        if show and verdict in ("wrong", "equal"):
            print(run(["git", "diff", "-U0", self.base, "HEAD"], cwd=self.repo).stdout)
        sys.stdout.flush()
        self.reset()
        return verdict, seconds

    def all(self):
        self.reset()
        sources = self.sources()
        table = {kind: collections.Counter() for kind in KINDS}
        times = []
        number = misses = 0
        while number < self.args.count and misses < 50 * self.args.count:
            # A kind that the code has no place for gives way to the next.
            kind = KINDS[(number + misses // 200) % len(KINDS)]
            got = self.one(kind, sources, number)
            if got is None:
                misses += 1
                continue
            number += 1
            table[kind][got[0]] += 1
            times.append(got[1])
        return table, times


def report(table, times):
    total = sum(table.values(), collections.Counter())
    print("%-10s %8s %8s %8s %8s %8s" % ("kind", "errors", "cured", "rate", "wrong", "left"))
    for kind, c in list(table.items()) + [("all", total)]:
        n = sum(c.values())
        cured = c["same"] + c["equal"]
        print("%-10s %8d %8d %7.1f%% %8d %8d" % (
            kind, n, cured, 100.0 * cured / n if n else 0, c["wrong"], c["left"]))
    times.sort()
    if times:
        print("time of a run: median %.2f s, longest %.2f s" % (
            times[len(times) // 2], times[-1]))
    n = sum(total.values())
    return total["wrong"] == 0 and n and (total["same"] + total["equal"]) >= 0.8 * n


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--repo", default=TOP, help="the repository to break a clone of")
    parser.add_argument("--program", default=os.path.join(TOP, "build/plain/git-dualfix"))
    parser.add_argument("--cc", help="compiler and flags, run from the top")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-v", "--verbose", action="store_true", help="show every error")
    parser.add_argument("files", nargs="*", default=["src/*.c"], help="pathspecs of sources")
    args = parser.parse_args()
    if not args.cc:
        flags = subprocess.run(
            ["pkg-config", "--cflags", "libgit2", "libcurl", "jansson", "libpcre2-8",
             "yaml-0.1"], text=True, stdout=subprocess.PIPE, check=True).stdout.strip()
        args.cc = "cc -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -iquote src " \
            "-DDUALFIX_VERSION='\"0\"' " + flags
    print("# seed %d, %s" % (args.seed, args.cc))
    table, times = Bench(args).all()
    return 0 if report(table, times) else 1


if __name__ == "__main__":
    sys.exit(main())
