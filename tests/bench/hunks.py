#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the hunks of a repository's history for bench-edits.

usage: hunks.py <repository> <seed> <hunks>

For randomly chosen commits that modify text files, to standard output:

    file <length of path> <length of bytes> <hunks>
    <path><bytes of the file before the commit>
    hunk <first line, from 0> <lines taken> <length of what comes instead>
    <bytes>
    ...
"""
import random
import re
import subprocess
import sys

MAX_FILE_BYTES = 400_000
HUNK = re.compile(rb'@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@')
INDEX = re.compile(rb'index ([0-9a-f]+)\.\.([0-9a-f]+) 100')
GENERATED = re.compile(r'(\.min\.|lock$|\.svg$|\.snap$|ChangeLog|package-lock|\.po$)')


def git(repo, *args):
    return subprocess.run(['git', '-C', repo, *args], check=True,
                          stdout=subprocess.PIPE).stdout


def parse(diff):
    """Yields (path, blob, [(first, taken, bytes)]) of one commit's -U0 diff."""
    path = blob = None
    hunks, new = [], None
    for line in diff.split(b'\n') + [b'diff --git ']:
        if line.startswith(b'diff --git'):
            if path and blob and hunks:
                yield path, blob, [(f, n, b''.join(b)) for f, n, b in hunks]
            path = blob = None
            hunks, new = [], None
        elif new is None and line.startswith(b'index '):
            match = INDEX.match(line)
            blob = match and match[1].decode()
        elif new is None and line.startswith(b'+++ b/'):
            path = line[6:].rstrip(b'\t').decode('utf-8', 'replace')
        elif line.startswith(b'@@ ') and HUNK.match(line):
            match = HUNK.match(line)
            taken = int(match[2]) if match[2] else 1
            first = int(match[1]) - (1 if taken else 0)
            new = []
            hunks.append((first, taken, new))
        elif new is not None and line.startswith(b'+'):
            new.append(line[1:] + b'\n')
        elif new is not None and line.startswith(b'\\') and new:
            new[-1] = new[-1].rstrip(b'\n')


class Blobs:
    def __init__(self, repo):
        self.child = subprocess.Popen(['git', '-C', repo, 'cat-file', '--batch'],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def get(self, name):
        self.child.stdin.write(name.encode() + b'\n')
        self.child.stdin.flush()
        head = self.child.stdout.readline().split()
        if len(head) != 3:
            return None
        data = self.child.stdout.read(int(head[2]))
        self.child.stdout.read(1)
        return data


def main():
    repo, seed, wanted = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    commits = git(repo, 'rev-list', '--no-merges', 'HEAD').split()
    random.Random(seed).shuffle(commits)
    blobs, out, n = Blobs(repo), sys.stdout.buffer, 0
    for at in range(0, len(commits), 50):
        batch = b'\n'.join(commits[at:at + 50])
        log = subprocess.run(
            ['git', '-C', repo, 'log', '--stdin', '--no-walk', '-p', '-U0', '--no-color',
             '--no-ext-diff', '--no-renames', '--full-index', '--diff-filter=M',
             '--format=tformat:diff --git'], input=batch, check=True, stdout=subprocess.PIPE).stdout
        for path, blob, hunks in parse(log):
            if GENERATED.search(path) or len(hunks) > 40:
                continue
            data = blobs.get(blob)
            if data is None or len(data) > MAX_FILE_BYTES or b'\0' in data:
                continue
            name = path.encode()
            out.write(b'file %d %d %d\n' % (len(name), len(data), len(hunks)))
            out.write(name + data)
            for first, taken, new in hunks:
                out.write(b'hunk %d %d %d\n' % (first, taken, len(new)))
                out.write(new)
            n += len(hunks)
            if n >= wanted:
                return


main()
