#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs killed at any instant: what is the user's must be as it was, to the byte.

Kills runs of several kinds with SIGKILL, at random moments (--random N) or at the n-th
system call of the program for every STEP-th n (--syscalls STEP, by strace). After each:

- every file of the repository but .git/dualfix, objects and refs/heads/dualfix is as
  before; refs of others, too, in whatever form;
- no file is left that git takes for a lock, but in a scratch checkout, for the next run
  to remove;
- nothing that the run started is still there a few seconds later.

Now and then, and at the end: git fsck --full --strict finds nothing, the same run
succeeds, and gc takes away what was left. The seed is printed.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time

from world import TOP, Fault, World


def took_s(world, kind):
    world.forget()
    start = time.monotonic()
    world.start(kind).wait()
    return time.monotonic() - start


def at_random(world, before, rng, n):
    for kind in world.kinds:
        took_s(world, kind)
    took = [took_s(world, kind) for kind in world.kinds]
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
        world = World(args.program, os.path.realpath(folder), args.sandbox)
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
