#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: smtpsink.py PORT-FILE FOLDER

Takes mail by SMTP (RFC 5321) on loopback and writes each to FOLDER/N.eml, N from 1,
as it came, without the dots that were doubled. Ends when it is killed.
"""
import os
import socketserver
import sys


class Session(socketserver.StreamRequestHandler):
    timeout = 30

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def read_mail(self):
        lines = []
        for line in iter(self.rfile.readline, b""):
            if line.rstrip(b"\r\n") == b".":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None

    def keep(self, mail):
        self.server.count += 1
        path = os.path.join(self.server.folder, "%d.eml" % self.server.count)
        with open(path + ".new", "wb") as out:
            out.write(mail)
        os.rename(path + ".new", path)

    def handle(self):
        self.say("220 sink")
        for line in iter(self.rfile.readline, b""):
            word = line.split()[0].upper() if line.split() else b""
            if word in (b"EHLO", b"HELO"):
                self.say("250-sink\r\n250 8BITMIME")
            elif word == b"DATA":
                self.say("354 go on")
                mail = self.read_mail()
                if mail is None:
                    return
                self.keep(mail)
                self.say("250 kept")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            elif word in (b"MAIL", b"RCPT", b"RSET", b"NOOP"):
                self.say("250 ok")
            else:
                self.say("502 no")


def main():
    port_file, folder = sys.argv[1:]
    with socketserver.TCPServer(("127.0.0.1", 0), Session) as server:
        server.folder, server.count = folder, 0
        with open(port_file + ".new", "w") as out:
            out.write("%d\n" % server.server_address[1])
        os.rename(port_file + ".new", port_file)
        server.serve_forever()


main()
