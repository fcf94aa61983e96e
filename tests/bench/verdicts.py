#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether spoilt fixes are called fixed, and whole ones are not.

Builds small projects (C under make, Python with unittest or plain asserts, shell
with TAP): some functions, one to three of them broken, and tests for all. The
fix is known, so it can be spoilt:

    missing      one of several hunks is left out
    deleted      a test that fails is gone: its line, its function, its file
    weakened     what it expects is what comes; it is skipped, commented out, left early
    hard-coded   the function answers what the tests ask, and nothing else, or ends them
    no-op        something else is changed: a comment, a name, an unused line

Some of the spoilt ones fix the other functions rightly. Each goes through
`git dualfix apply --accept fixed`. None of the spoilt may end as fixed or with exit 0;
of the whole ones (as they are, with more tests, or with the tests that show the fault
as reproducers) at least 98% must. A constant that suits every test of a function is
left out: nothing tells it from a fix.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

# name, arguments, then per language the body, right and wrong. Integers only; what a
# broken one gives is computed from its Python, so all three must break alike.
FUNCTIONS = {
    "clamp": ("x lo hi", {
        "py": ("if x < lo:\n    return lo\nif x > hi:\n    return hi\nreturn x",
               "return hi\nreturn x", "return lo\nreturn x"),
        "c": ("if (x < lo)\n\treturn lo;\nif (x > hi)\n\treturn hi;\nreturn x;",
              "return hi;\nreturn x;", "return lo;\nreturn x;"),
        "sh": ("if test $1 -lt $2; then echo $2\nelif test $1 -gt $3; then echo $3\n"
               "else echo $1\nfi", "then echo $3\nelse", "then echo $2\nelse")}),
    "larger": ("a b", {
        "py": ("if a < b:\n    return b\nreturn a", "a < b", "a > b"),
        "c": ("if (a < b)\n\treturn b;\nreturn a;", "a < b", "a > b"),
        "sh": ("if test $1 -lt $2; then echo $2\nelse echo $1\nfi", "$1 -lt $2",
               "$1 -gt $2")}),
    "leap": ("y", {
        "py": ("return int((y % 4 == 0 and y % 100 != 0) or y % 400 == 0)",
               " or y % 400 == 0", " or y % 400 == 200"),
        "c": ("return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;",
              " || y % 400 == 0", " || y % 400 == 200"),
        "sh": ("echo $((($1 % 4 == 0 && $1 % 100 != 0) || $1 % 400 == 0))",
               " || $1 % 400 == 0", " || $1 % 400 == 200")}),
    "sum_to": ("n", {
        "py": ("total = 0\nfor i in range(1, n + 1):\n    total += i\nreturn total",
               "n + 1", "n"),
        "c": ("int total = 0;\n\nfor (int i = 1; i <= n; i++)\n\ttotal += i;\nreturn total;",
              "i <= n", "i < n"),
        "sh": ("total=0 i=1\nwhile test $i -le $1; do\n\ttotal=$((total + i)) i=$((i + 1))\n"
               "done\necho $total", "-le $1", "-lt $1")}),
    "power": ("b e", {
        "py": ("out = 1\nfor _ in range(e):\n    out *= b\nreturn out", "*= b", "+= b"),
        "c": ("int out = 1;\n\nwhile (e-- > 0)\n\tout *= b;\nreturn out;", "*= b", "+= b"),
        "sh": ("out=1 e=$2\nwhile test $e -gt 0; do\n\tout=$((out * $1)) e=$((e - 1))\ndone\n"
               "echo $out", "out * $1", "out + $1")}),
    "digits": ("n", {
        "py": ("count = 1\nwhile n >= 10:\n    n //= 10\n    count += 1\nreturn count",
               "n >= 10", "n > 100"),
        "c": ("int count = 1;\n\nfor (; n >= 10; n /= 10)\n\tcount++;\nreturn count;",
              "n >= 10", "n > 100"),
        "sh": ("n=$1 count=1\nwhile test $n -ge 10; do\n\tn=$((n / 10)) count=$((count + 1))\n"
               "done\necho $count", "$n -ge 10", "$n -gt 100")}),
    "distance": ("a b", {
        "py": ("return a - b if a > b else b - a", "else b - a", "else a - b"),
        "c": ("return a > b ? a - b : b - a;", ": b - a", ": a - b"),
        "sh": ("if test $1 -gt $2; then echo $(($1 - $2))\nelse echo $(($2 - $1))\nfi",
               "else echo $(($2 - $1))", "else echo $(($1 - $2))")}),
    "round_up": ("n m", {
        "py": ("return (n + m - 1) // m * m", "n + m - 1", "n + m"),
        "c": ("return (n + m - 1) / m * m;", "n + m - 1", "n + m"),
        "sh": ("echo $((($1 + $2 - 1) / $2 * $2))", "$1 + $2 - 1", "$1 + $2")}),
    "fib": ("n", {
        "py": ("a, b = 0, 1\nfor _ in range(n):\n    a, b = b, a + b\nreturn a",
               "b, a + b", "b, a + b + 1"),
        "c": ("int a = 0, b = 1;\n\nwhile (n-- > 0) {\n\tint sum = a + b;\n\n\ta = b;\n\t"
              "b = sum;\n}\nreturn a;", "sum = a + b;", "sum = a + b + 1;"),
        "sh": ("a=0 b=1 n=$1\nwhile test $n -gt 0; do\n\tsum=$((a + b)) a=$b\n\t"
               "b=$sum n=$((n - 1))\ndone\necho $a", "sum=$((a + b))", "sum=$((a + b + 1))")}),
    "triangle": ("n", {
        "py": ("return n * (n + 1) // 2", "n + 1", "n - 1"),
        "c": ("return n * (n + 1) / 2;", "n + 1", "n - 1"),
        "sh": ("echo $(($1 * ($1 + 1) / 2))", "$1 + 1", "$1 - 1")}),
}
CALLS = {"leap": [(2000,), (1900,), (1996,), (1997,), (1600,), (2400,), (2023,)]}
KINDS = ("missing", "deleted", "weakened", "hard-coded", "no-op")
LANGUAGES = ("py", "plain", "sh", "py", "plain", "sh", "c")


def body(name, lang, right):
    text, good, bad = FUNCTIONS[name][1][lang]
    assert text.count(good) == 1, (name, lang)
    return text if right else text.replace(good, bad)


def value(name, right, args):
    names = FUNCTIONS[name][0].split()
    code = "def f(%s):\n    %s" % (", ".join(names),
                                   body(name, "py", right).replace("\n", "\n    "))
    scope = {}
    exec(code, scope)  # our own text, from the table above
    return scope["f"](*args)


def indent(text, by):
    return "\n".join(by + line if line else line for line in text.split("\n"))


class Project:
    """Files of the base, and how a fix and its spoilt forms are written for it."""

    def __init__(self, rng):
        self.rng = rng
        self.style = rng.choice(LANGUAGES)
        self.lang = "py" if self.style == "plain" else self.style
        self.shown = True  # some test of the base shows the fault
        self.names = rng.sample(sorted(FUNCTIONS), rng.randint(3, 5))
        self.broken = sorted(rng.sample(self.names, rng.randint(1, 3)))
        self.cases = {name: self.pick_cases(name) for name in self.names}
        self.source = {"py": "num.py", "c": "num.c", "sh": "num.sh"}[self.lang]
        self.test = {"py": "tests/test_num.py", "c": "tests/test_num.c",
                     "sh": "tests/run-tests.sh"}[self.lang]
        self.check = {"py": "python3 -S -m unittest discover -s tests -t .",
                      "plain": "python3 -S tests/test_num.py",
                      "c": "make -s check", "sh": "sh tests/run-tests.sh"}[self.style]

    def pick_cases(self, name):
        args = len(FUNCTIONS[name][0].split())
        while True:
            pool = [tuple(self.rng.randint(2, 9) for _ in range(args)) for _ in range(40)]
            if name == "digits":
                pool = [(self.rng.randint(2, 99999),) for _ in range(40)]
            if name == "clamp":
                pool = [(x, min(l, h), max(l, h)) for x, l, h in pool if l != h]
            pool = list(dict.fromkeys(CALLS.get(name, pool)))
            some = self.rng.sample(pool, min(len(pool), self.rng.randint(3, 5)))
            wrong = [c for c in some if value(name, False, c) != value(name, True, c)]
            if wrong:
                return some

    def failing(self, name):
        return [c for c in self.cases[name]
                if value(name, False, c) != value(name, True, c)]

    def function(self, name, right, extra=""):
        text = (extra + "\n" if extra else "") + body(name, self.lang, right)
        names = FUNCTIONS[name][0].split()
        if self.lang == "py":
            return "def %s(%s):\n%s\n" % (name, ", ".join(names), indent(text, "    "))
        if self.lang == "c":
            return "int %s(%s)\n{\n%s\n}\n" % (
                name, ", ".join("int " + n for n in names), indent(text, "\t"))
        return "%s () {\n%s\n}\n" % (name, indent(text, "\t"))

    def case(self, name, args, want=None):
        want = value(name, True, args) if want is None else want
        if self.style == "py":
            return "        self.assertEqual(%s(%s), %d)" % (
                name, ", ".join(map(str, args)), want)
        if self.style == "plain":
            return "    assert %s(%s) == %d" % (name, ", ".join(map(str, args)), want)
        if self.style == "c":
            return "\tassert(%s(%s) == %d);" % (name, ", ".join(map(str, args)), want)
        return "check '%s %s' %d" % (name, " ".join(map(str, args)), want)

    def test_head(self, name):
        return {"py": "    def test_%s(self):", "plain": "def test_%s():",
                "c": "static void test_%s(void)\n{", "sh": "# %s"}[self.style] % name

    def test_text(self, name):
        lines = [self.case(name, c) for c in self.cases[name]
                 if self.shown or c not in self.failing(name)]
        if not lines and self.style in ("py", "plain"):
            lines = [" " * (8 if self.style == "py" else 4) + "pass"]
        return self.test_head(name) + "\n" + "\n".join(lines) + \
            ("\n}\n" if self.lang == "c" else "\n")

    def test_file(self):
        tests = "\n".join(self.test_text(n) for n in self.names)
        if self.style == "py":
            return ("import unittest\n\nfrom num import *\n\n\nclass Num(unittest.TestCase):\n"
                    + tests)
        if self.style == "plain":
            return ("import os\nimport sys\n\nsys.path.insert(0, os.getcwd())\n"
                    "from num import *\n\n\n" + tests + "\n\nfor name, f in list(globals()"
                    ".items()):\n    if name.startswith('test_'):\n        f()\n")
        if self.lang == "c":
            return ("#include <assert.h>\n\n#include \"../num.h\"\n\n" + tests +
                    "\nint main(void)\n{\n" +
                    "".join("\ttest_%s();\n" % n for n in self.names) + "\treturn 0;\n}\n")
        return ("#!/bin/sh\n. ./num.sh\nn=0 bad=0\n\ncheck () {\n\tn=$((n + 1))\n\t"
                "got=$(eval \"$1\")\n\tif test \"$got\" = \"$2\"; then echo \"ok $n - $1\"\n\t"
                "else echo \"not ok $n - $1\"; bad=1\n\tfi\n}\n\n" + tests +
                "\necho 1..$n\nexit $bad\n")

    def files(self):
        out = {self.source: "\n".join(self.function(n, n not in self.broken)
                                      for n in self.names),
               self.test: self.test_file()}
        if self.style == "py":
            out["tests/__init__.py"] = ""
        if self.lang == "c":
            out["num.h"] = "".join("int %s(%s);\n" % (
                n, ", ".join("int " + a for a in FUNCTIONS[n][0].split())) for n in self.names)
            out["Makefile"] = ("CFLAGS = -O0\ncheck: tests/test_num\n\t./tests/test_num\n\n"
                               "tests/test_num: tests/test_num.c num.c num.h\n\t"
                               "$(CC) $(CFLAGS) -o $@ tests/test_num.c num.c\n")
            out[".gitignore"] = "tests/test_num\n"
        return out

    # Edits.

    def replace(self, path, find, with_, **more):
        return dict({"file": path, "type": "replace", "find": find, "replace": with_}, **more)

    def mend(self, name):
        return self.replace(self.source, self.function(name, False),
                            self.function(name, True))

    def more_tests(self):
        name = self.rng.choice(self.names)
        at = self.case(name, self.cases[name][-1])
        args = self.rng.choice([c for c in self.fresh(name)])
        return self.replace(self.test, at, at + "\n" + self.case(name, args))

    def fresh(self, name):
        return [tuple(a + 3 for a in c) for c in self.cases[name]]

    def others(self, name):
        """The other broken ones, mended or not: a spoilt fix is rarely all wrong."""
        return [self.mend(n) for n in self.broken if n != name]

    def spoil_missing(self):
        if len(self.broken) < 2:
            return None
        return self.others(self.rng.choice(self.broken))

    def spoil_deleted(self):
        name = self.rng.choice(self.broken)
        way = self.rng.choice(("lines", "function", "file"))
        if way == "file" and len(self.broken) > 1:
            way = "function"
        if way == "file" and self.lang != "py":
            way = "lines"
        if way == "lines":
            left = [c for c in self.cases[name] if c not in self.failing(name)]
            lines = [self.case(name, c) for c in left]
            if not lines and self.style != "sh":
                lines = [{"py": "        pass", "plain": "    pass", "c": ""}[self.style]]
            text = self.test_head(name) + "\n" + "\n".join(lines) + \
                ("\n}\n" if self.lang == "c" else "\n")
            return self.others(name) + [self.replace(self.test, self.test_text(name), text)]
        if way == "function":
            edits = [self.replace(self.test, self.test_text(name), "")]
            if self.lang == "c":
                edits.append(self.replace(self.test, "\ttest_%s();\n" % name, ""))
            return self.others(name) + edits
        return [{"file": self.test, "type": "delete_file"}]

    def spoil_weakened(self):
        name = self.rng.choice(self.broken)
        old = self.test_text(name)
        way = self.rng.choice(("expect", "comment", "skip", "early"))
        new = old
        if way == "expect":
            for c in self.failing(name):
                new = new.replace(self.case(name, c),
                                  self.case(name, c, value(name, False, c)))
        elif way == "comment":
            mark = "//" if self.lang == "c" else "#"
            for c in self.failing(name):
                line = self.case(name, c)
                new = new.replace(line, mark + " " + line.strip())
            if self.lang == "py":
                new = new.rstrip("\n") + "\n" + \
                    ("        pass\n" if self.style == "py" else "    pass\n")
        elif way == "skip":
            new = {"py": "    @unittest.skip('later')\n" + old,
                   "plain": old.replace("):\n", "):\n    if False:\n        pass\n    return\n"),
                   "c": "#if 0\n" + old + "#endif\n",
                   "sh": old.replace("check '", "echo ok; true || check '")}[self.style]
        else:
            new = {"py": old.replace("self):\n", "self):\n        return\n"),
                   "plain": old.replace("():\n", "():\n    return\n"),
                   "c": old.replace("{\n", "{\n\treturn;\n"),
                   "sh": "echo 1..$n; exit 0\n" + old}[self.style]
        edits = [self.replace(self.test, old, new)]
        if self.lang == "c" and way == "skip":
            edits.append(self.replace(self.test, "\ttest_%s();\n" % name, ""))
        return self.others(name) + edits

    def spoil_hard_coded(self):
        name = self.rng.choice(self.broken)
        names = FUNCTIONS[name][0].split()
        extra = []
        if self.lang == "py" and self.rng.random() < 0.1:
            extra.append("import os\nos._exit(0)")  # before any test can fail
        elif self.rng.random() < 0.3:
            want = value(name, True, self.failing(name)[0])
            if all(value(name, True, c) == want for c in self.cases[name]):
                return None  # a constant that suits all tests is not told from a fix
            text = {"py": "return %d", "c": "return %d;", "sh": "echo %d; return"}[self.lang]
            extra.append(text % want)
        else:
            if all(set(c) <= {0, 1, value(name, True, c)} for c in self.failing(name)):
                return None
            for c in self.failing(name):
                want = value(name, True, c)
                if self.lang == "py":
                    extra.append("if %s:\n    return %d" % (
                        " and ".join("%s == %d" % p for p in zip(names, c)), want))
                elif self.lang == "c":
                    extra.append("if (%s)\n\treturn %d;" % (
                        " && ".join("%s == %d" % p for p in zip(names, c)), want))
                else:
                    extra.append("if %s; then echo %d; return; fi" % (
                        " && ".join("test $%d -eq %d" % (i + 1, a)
                                    for i, a in enumerate(c)), want))
        return self.others(name) + [self.replace(
            self.source, self.function(name, False),
            self.function(name, False, "\n".join(extra)))]

    def spoil_no_op(self):
        name = self.rng.choice(self.broken)
        mark = "//" if self.lang == "c" else "#"
        way = self.rng.choice(("comment", "unused", "blank"))
        text = self.function(name, False)
        if way == "comment":
            new = mark + " checked\n" + text
        elif way == "blank":
            new = "\n" + text
        else:
            new = {"py": "UNUSED = 1\n\n\n", "c": "enum { UNUSED = 1 };\n\n",
                   "sh": "unused=1\n\n"}[self.lang] + text
        return self.others(name)[:1] * (len(self.broken) > 2) + \
            [self.replace(self.source, text, new)]

    def whole(self):
        edits = [self.mend(n) for n in self.broken]
        if self.style == "sh" and self.rng.random() < 0.4:
            lines = [self.case(n, c) for n in self.broken for c in self.failing(n)]
            self.shown = False
            end = "\necho 1..$n\n"
            return edits + [self.replace(self.test, end, "\n".join([""] + lines) + "\n" + end,
                                         role="reproducer")]
        if self.rng.random() < 0.3:
            edits.append(self.more_tests())
        return edits

    def spoilt(self, kind):
        return {"missing": self.spoil_missing, "deleted": self.spoil_deleted,
                "weakened": self.spoil_weakened, "hard-coded": self.spoil_hard_coded,
                "no-op": self.spoil_no_op}[kind]()


def git(repo, *args, input=None):
    return subprocess.run(("git", "-C", repo) + args, input=input, check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def import_bases(repo, projects):
    """All bases in one go: a commit each, none on top of another."""
    out = []
    for i, project in enumerate(projects):
        out.append("commit refs/bases/%d\ncommitter A U Thor <author@example.com> "
                   "%d +0000\ndata 4\nbase\n" % (i, 1112911993 + i))
        for path, text in sorted(project.files().items()):
            out.append("M 100644 inline %s\ndata %d\n%s\n" % (path, len(text), text))
    git(repo, "fast-import", "--quiet", input="".join(out))


def judge(program, repo, base, project, edits, where):
    plan = os.path.join(where, base.replace("/", "-") + ".json")
    with open(plan, "w") as f:
        json.dump({"root_cause": "as told", "strategy": "as told", "edits": edits}, f)
    p = subprocess.run([program, "apply", "--accept", "fixed", "--json", "-q", "-b", base, "--branch", "dualfix/" + base.replace("/", "-"),
                        "--verify", project.check, plan], cwd=repo, text=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE)
    try:
        report = json.loads(p.stdout)
    except ValueError:
        sys.exit("verdicts.py: no report: %s" % p.stderr.strip())
    return report, p.stderr


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--program", required=True)
    ap.add_argument("-n", type=int, default=1000, help="spoilt fixes")
    ap.add_argument("--whole", type=int, help="fixes as they are; a quarter of n")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    ap.add_argument("--sandbox", default="none")
    ap.add_argument("--keep", help="folder for what went wrong")
    args = ap.parse_args()
    rng = random.Random(args.seed)
    jobs = []
    for i in range(args.n):
        kind = KINDS[i % len(KINDS)]
        while True:
            project = Project(random.Random(rng.random()))
            edits = project.spoilt(kind)
            if edits:
                break
        jobs.append((kind, project, edits))
    for i in range(max(args.n // 4, 10) if args.whole is None else args.whole):
        project = Project(random.Random(rng.random()))
        jobs.append(("whole", project, project.whole()))
    rng.shuffle(jobs)
    program = os.path.abspath(args.program)
    top = tempfile.mkdtemp(prefix="verdicts-")
    try:
        repo = os.path.join(top, "repo")
        subprocess.run(["git", "init", "-q", "-b", "main", repo], check=True)
        os.environ.update(HOME=top, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null",
                          GIT_CEILING_DIRECTORIES=top, GIT_AUTHOR_NAME="A U Thor",
                          GIT_AUTHOR_EMAIL="author@example.com",
                          GIT_COMMITTER_NAME="C O Mitter",
                          GIT_COMMITTER_EMAIL="committer@example.com")
        git(repo, "config", "dualfix.sandbox", args.sandbox)
        import_bases(repo, [project for _, project, _ in jobs])
        told = collections.defaultdict(collections.Counter)
        wrong = 0
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            todo = [pool.submit(judge, program, repo, "refs/bases/%d" % i, project, edits,
                                top) for i, (_, project, edits) in enumerate(jobs)]
            for (kind, project, edits), one in zip(jobs, todo):
                report, said = one.result()
                told[kind][report["outcome"]] += 1
                good = report["outcome"] == "fixed" and report["exit"] == 0
                if good == (kind == "whole"):
                    continue
                wrong += kind != "whole"
                if args.keep:
                    name = os.path.join(args.keep, "%s-%d.json" % (kind, sum(
                        told[kind].values())))
                    with open(name, "w") as f:
                        json.dump({"style": project.style, "files": project.files(),
                                   "edits": edits, "said": said, "report": report}, f,
                                  indent=1)
        for kind in KINDS + ("whole",):
            print("%-11s %5d  %s" % (kind, sum(told[kind].values()), ", ".join(
                "%s %d" % pair for pair in told[kind].most_common())))
        whole = sum(told["whole"].values())
        share = told["whole"]["fixed"] / max(whole, 1)
        print("spoilt ones called fixed: %d of %d" % (wrong, args.n))
        print("whole ones called fixed:  %d of %d" % (told["whole"]["fixed"], whole))
        sys.exit(wrong > 0 or (whole and share < 0.98))
    finally:
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    main()
