#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Print an hour of one source's events that ends in a flood of 40 a second.

usage: never.py EXE UID AUID [CALL [OBJECT [TYPE]]] > log

EXE as text, with \\n and the like; %d in it is another number each time.
"""
import sys

exe, uid, auid, call, name, kind = (sys.argv[1:] + ["42", "", "SYSCALL"][len(sys.argv) - 4:])[:6]
START, SECONDS, FLOOD = 1700000000, 3900, 75


def quoted(text):
    """As the kernel does: what is no plain text is hexadecimal."""
    raw = text.encode("latin-1")
    plain = all(0x21 <= c < 0x7f and c != 0x22 for c in raw)
    return f'"{text}"' if plain else raw.hex().upper()


exe = exe.encode("latin-1", "surrogateescape").decode("unicode_escape")
serial = 0
for second in range(SECONDS):
    for part in range(40 if second >= SECONDS - FLOOD else 2):
        serial += 1
        stamp = f"msg=audit({START + second}.{part * 20:03d}:{serial}):"
        shown = quoted(exe.replace("%d", str(serial)))
        if kind in ("USER_AUTH", "USER_ACCT"):
            what = "failed" if kind == "USER_AUTH" else "success"
            for each in (kind, "USER_START") if kind == "USER_ACCT" else (kind, kind):
                print(f"type={each} {stamp} pid=9 uid={uid} auid={auid} ses=1 "
                      f"msg='op=PAM:x acct=\"root\" exe={shown} hostname=? addr=? terminal=cron res={what}'")
            continue
        if kind == "ANOM_ABEND":
            for _ in range(2):
                print(f"type=ANOM_ABEND {stamp} auid={auid} uid={uid} gid={uid} ses=1 pid=2 comm=\"x\" exe={shown} sig=11 res=1")
            continue
        if kind == "AVC":
            print(f'type=AVC {stamp} avc:  denied  {{ read }} for  pid=2 comm="x" name="x" dev="sda1" ino=1 '
                  "scontext=a:b:c:s0 tcontext=a:b:d:s0 tclass=file permissive=0")
        print(f"type=SYSCALL {stamp} arch=c000003e syscall={call} success=yes exit=0 a0=3 a1=1 a2=10 a3=0 "
              f"items={int(bool(name))} ppid=1 pid=2 auid={auid} uid={uid} gid={uid} euid={uid} suid={uid} fsuid={uid} "
              f"egid={uid} sgid={uid} fsgid={uid} tty=(none) ses=1 comm=\"x\" exe={shown} subj=unconfined key=\"noisy\"")
        if name:
            print(f'type=PATH {stamp} item=0 name="{name}" inode=1 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL')
        print(f"type=PROCTITLE {stamp} proctitle=\"x\"")
