#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: on-tty.py <answers> <command>...

Runs the command with a terminal of its own, on which each time it waits behind a
question ("?]", "]" or ":" and a blank) the next line of answers is typed. With '' as
answers it has no terminal at all. Prints what the terminal showed; exits as the
command does.
"""
import os
import pty
import select
import sys
import time

LIMIT_S = 120


def main():
    answers = sys.argv[1].split("\\n") if sys.argv[1] else None
    command = sys.argv[2:]
    if answers is None:
        pid = os.fork()
        if not pid:
            os.setsid()
            os.execvp(command[0], command)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    pid, fd = pty.fork()
    if not pid:
        os.execvp(command[0], command)
    shown = b""
    since = 0
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        if not select.select([fd], [], [], 1)[0]:
            continue
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
        if answers and shown[since:].endswith((b"] ", b": ")):
            os.write(fd, answers.pop(0).encode() + b"\n")
            since = len(shown)
    sys.stdout.write(shown.decode("utf-8", "replace").replace("\r", ""))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


sys.exit(main())
