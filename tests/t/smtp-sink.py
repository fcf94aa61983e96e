#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: smtp-sink.py <folder> <port file>

A mail server on loopback that accepts everything: each message becomes a file.
"""
import os
import socketserver
import sys


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def take_data(self):
        self.say("354 go on")
        lines = []
        for line in self.rfile:
            line = line.rstrip(b"\r\n")
            if line == b".":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        name = os.path.join(sys.argv[1], "%04d" % (len(os.listdir(sys.argv[1])) + 1))
        with open(name, "wb") as out:
            out.write(b"\n".join(lines) + b"\n")
        self.say("250 taken")

    def handle(self):
        self.say("220 sink")
        for line in self.rfile:
            verb = line.strip().upper()
            if verb == b"DATA":
                self.take_data()
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 sink")


def main():
    server = socketserver.TCPServer(("127.0.0.1", 0), Session)
    with open(sys.argv[2] + ".new", "w") as out:
        out.write(str(server.server_address[1]))
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    server.serve_forever()


main()
