#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""clients.py - many clients of the plugin's socket, most of them bad

usage: clients.py SOCKET READERS STALLED LEAVERS SECONDS

READERS ask for deep summaries each second and read them; STALLED ask for the
same and never read; LEAVERS connect, ask, and leave at once, in a loop; one
sends 1 MB of rubbish. After SECONDS one line of JSON says what came of it:
summaries of each reader (least and most), objects missing in their sequence,
`gap` objects that they got, how often the leavers came, and how many bytes of
rubbish were taken.
"""
import json
import os
import selectors
import socket
import sys
import time

ASK = b'{"interval": 1, "windows": "all", "top": 512}\n'
RUBBISH = 1 << 20


def connect(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.connect(path)
    s.setblocking(False)
    return s


class Reader:
    def __init__(self, path):
        self.socket = connect(path)
        self.socket.send(ASK)
        self.rest = b""
        self.seq = self.missing = self.gaps = self.summaries = 0

    def read(self):
        data = self.socket.recv(1 << 18)
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            o = json.loads(line)
            self.missing += o["seq"] - self.seq - 1
            self.seq = o["seq"]
            self.gaps += o["type"] == "gap"
            self.summaries += o["type"] == "summary"
        return bool(data)


class Rubbish:
    def __init__(self, path):
        self.socket = connect(path)
        self.sent = 0
        self.data = os.urandom(RUBBISH)

    def push(self):
        try:
            while self.sent < RUBBISH:
                self.sent += self.socket.send(self.data[self.sent : self.sent + 4096])
        except BlockingIOError:
            pass


def main():
    path, readers, stalled, leavers, seconds = sys.argv[1], *map(int, sys.argv[2:])
    wait = selectors.DefaultSelector()
    crowd = [Reader(path) for _ in range(readers)]
    for r in crowd:
        wait.register(r.socket, selectors.EVENT_READ, r)
    still = [connect(path) for _ in range(stalled)]
    for s in still:
        s.send(ASK)
    rubbish = Rubbish(path)
    came = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for key, _ in wait.select(0.02):
            if not key.data.read():
                sys.exit("clients.py: the plugin hung up on a reader")
        rubbish.push()
        for _ in range(leavers):
            with connect(path) as s:
                s.send(ASK)
            came += 1
    json.dump(
        {
            "least": min(r.summaries for r in crowd),
            "most": max(r.summaries for r in crowd),
            "missing": sum(r.missing for r in crowd),
            "gaps": sum(r.gaps for r in crowd),
            "came": came,
            "rubbish": rubbish.sent,
        },
        sys.stdout,
    )
    print()


main()
