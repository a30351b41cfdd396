#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""hostile.py SOCKET FILE - a daemon that sends what FILE holds to each client

First hello and a summary, then the lines of FILE, then summaries for ever.
"""
import socket
import sys
import time

HELLO = b'{"schema":"audisp-noise/1","type":"hello","version":"0"}\n'
SUMMARY = b'{"schema":"audisp-noise/1","type":"summary","windows":[]}\n'


def serve(client, lines):
    try:
        client.sendall(HELLO + SUMMARY + lines)
        while True:
            client.sendall(SUMMARY)
            time.sleep(0.1)
    except OSError:
        pass


def main():
    server = socket.socket(socket.AF_UNIX)
    server.bind(sys.argv[1])
    server.listen(8)
    while True:
        client, _ = server.accept()
        with open(sys.argv[2], "rb") as lines, client:
            serve(client, lines.read())


main()
