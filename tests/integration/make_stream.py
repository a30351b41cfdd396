#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Print an audit stream of one kind, always the same bytes.

usage: make_stream.py KIND [NUMBER] > stream
  keys      hexadecimal keys, several in one event, claims, types without a name
  many N    N events under far more keys and programs than are kept, over hours
  endless   ordinary events among 20,000 that never end
  nodes     two hosts with the same serials and stamps
  long      lines of 9,200 bytes
  nul       NUL and other wild bytes
  mixed     records among lines that are none
  rubbish   not one record
  cron      ten jobs a minute for 80 minutes, with LOGIN by the kernel, as PAM writes them
  no_login  the same messages without the kernel's
  not_cron  the same messages as `cron`, but LOGIN is of another program
  varied    `cron` among messages of 300 other programs a minute
  guesses   passwords guessed at sshd, ten minutes, many names, three hosts
  scripts   sudo called each second, ten minutes
  loop      a service that fails to log in each five seconds, ten minutes
  two_cpus  a stream from standard input, its events' records interleaved
  pour N    standard input to standard output in writes of N bytes
"""
import os
import sys

START = 1700000000000


class Numbers:
    """A congruential generator: the same in every version of python."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n

    def skewed(self, n):
        limit = 1
        while limit < n and self.below(4):
            limit *= 2
        return self.below(min(limit, n))


def stamp(ms, serial):
    return f"msg=audit({ms // 1000}.{ms % 1000:03d}:{serial}):"


def syscall(ms, serial, key='(null)', exe='"/usr/bin/x"', node="", more=""):
    s = stamp(ms, serial)
    return [
        f"{node}type=SYSCALL {s} arch=c000003e syscall=257 success=yes exit=3 a0=1 items=1 ppid=1 "
        f"pid=2 auid=1000 uid=33 gid=33 tty=(none) ses=1 comm=\"x\" exe={exe} key={key}{more}\n",
        f'{node}type=CWD {s} cwd="/srv"\n',
        f'{node}type=PATH {s} item=0 name="/etc/f" inode=1 nametype=NORMAL\n',
        f"{node}type=PROCTITLE {s} proctitle=78\n",
        f"{node}type=EOE {s}\n",
    ]


def user(ms, serial, text):
    return [f"type=USER_ACCT {stamp(ms, serial)} pid=9 uid=0 auid=4294967295 ses=1 "
            f"msg='op=PAM:accounting {text} hostname=? addr=? terminal=cron res=success'\n"]


def keys():
    """Every spelling of a key and of an executable, several times each."""
    spellings = ['"files"', "(null)", "66696C6573", "6101620163", "7765620166696C6573",
                 "C3A9FF", "0102", '"a=b,c"', "610161", '"(null)"', '"' + "k" * 250 + '"']
    exes = ['"/usr/bin/x"', "2F62696E2F612062", '"/bin/(x)"', "2F62696EFF", '"/usr/bin/' + "y" * 300 + '"']
    claims = ['acct="root" exe="/usr/sbin/cron"', 'acct="x" exe="/fake" exe="/usr/sbin/real"',
              'acct="root" exe=2F746D702F6520', 'acct="nobody"', 'exe="/usr/bin/x"']
    serial = 0
    for turn in range(40):
        for i, key in enumerate(spellings):
            serial += 1
            yield from syscall(START + serial * 50, serial, key, exes[(turn + i) % len(exes)],
                               more="\x1dARCH=x86_64 key=\"no\" exe=\"/no\"" if i % 2 else "")
        for claim in claims:
            serial += 1
            yield from user(START + serial * 50, serial, claim)
        serial += 1
        yield f"type=UNKNOWN[{3900 + turn % 3}] {stamp(START + serial * 50, serial)} key=\"no\"\n"
        serial += 1
        yield f"type=BRAND_NEW {stamp(START + serial * 50, serial)} a=1\n"
        yield f"type=URINGOP {stamp(START + serial * 50, serial + 1)} uring_op=18 success=yes exit=0 " \
              f"uid=0 exe=\"/no\" key=\"ring\"\n"
        serial += 2


def many(n):
    numbers = Numbers(5)
    ms = START
    for serial in range(1, n + 1):
        ms += numbers.below(2000)
        lines = syscall(ms, serial, f'"k{numbers.skewed(20000)}"', f'"/bin/x{numbers.skewed(20000)}"')
        yield from lines[:1 + numbers.below(5)]


def endless():
    """Each fourth event ends; some unfinished ones get a record much later."""
    waiting = []
    for serial in range(1, 26668):
        ms = START + serial // 20
        lines = syscall(ms, serial, f'"k{serial % 7}"', f'"/bin/x{serial % 3}"')
        if serial % 4 == 0:
            yield from lines
            continue
        yield lines[0]
        if serial % 10 == 1:
            waiting.append(lines[1])
        if len(waiting) > 15:
            yield waiting.pop(0)


def nodes():
    for serial in range(1, 400):
        ms = START + serial * 20
        a = syscall(ms, serial, '"one"', node="node=web1 ")
        b = syscall(ms, serial, '"two"', node="node=web2.example ")
        for pair in zip(a, b):
            yield from pair
        yield from syscall(ms, serial, '"none"')[:2]


def long():
    for serial in range(1, 300):
        for line in syscall(START + serial * 20, serial, '"long"'):
            filler = 9199 - len(line) - 3
            yield f"{line[:-1]} x={'y' * filler}\n" if serial % 3 else line


def nul():
    for serial in range(1, 200):
        lines = syscall(START + serial * 20, serial, '"nul"')
        lines[1] = lines[1].replace("/srv", "/s\0r\0v")
        lines[2] = lines[2].replace("/etc", "/\x01\x7f\xff\0")
        yield from lines
    yield "\0\0\0\n"


NO_RECORDS = ["", "hello", "type=", "type=SYSCALL", "type=SYSCALL msg=audit(1700000000.000:1)", " type=EOE msg=audit(1.0:1):",
              "type=SYSCALL msg=audit(1700000000.000:99999999999): x", "type=SYSCALL msg=audit(-1.000:1): x",
              "type=SYS CALL msg=audit(1700000000.000:1): x", "type=EOE msg=audit(1700000000.000:", "node=", "----",
              "time->Thu Jan  1 00:00:00 1970", "node=a b type=EOE msg=audit(1700000000.000:1):", "\0", "\xff" * 9000]


def rubbish():
    for line in NO_RECORDS * 20:
        yield line + "\n"


def mixed():
    for serial in range(1, 200):
        for i, line in enumerate(syscall(START + serial * 20, serial, '"mixed"')):
            yield line
            if (serial + i) % 3 == 0:
                yield NO_RECORDS[(serial * 5 + i) % len(NO_RECORDS)] + "\n"


def message(ms, serial, kind, auid, text):
    return f"type={kind} {stamp(ms, serial)} pid={2000 + serial % 30000} uid=0 auid={auid} ses=4294967295 subj=unconfined msg='{text}'\n"


def login(ms, serial, exe):
    s = stamp(ms, serial)
    yield f"type=LOGIN {s} pid={2000 + serial % 30000} uid=0 subj=unconfined old-auid=4294967295 auid=0 tty=(none) " \
          f"old-ses=4294967295 ses={serial} res=1\n"
    yield f"type=SYSCALL {s} arch=c000003e syscall=1 success=yes exit=1 a0=7 a1=7ffd a2=1 a3=0 items=0 ppid=1 " \
          f"pid={2000 + serial % 30000} auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) " \
          f"ses={serial} comm=\"cron\" exe=\"{exe}\" subj=unconfined key=(null)\n"
    yield f"type=PROCTITLE {s} proctitle=\"cron\"\n"


UNSET = 4294967295
JOB = [("USER_ACCT", UNSET, "op=PAM:accounting grantors=pam_permit"),
       ("CRED_ACQ", UNSET, "op=PAM:setcred grantors=pam_permit"),
       ("USER_START", 0, "op=PAM:session_open grantors=pam_loginuid,pam_env,pam_permit,pam_unix,pam_limits"),
       ("CRED_DISP", 0, "op=PAM:setcred grantors=pam_permit"),
       ("USER_END", 0, "op=PAM:session_close grantors=pam_loginuid,pam_env,pam_permit,pam_unix,pam_limits")]


def jobs(shown_by):
    """Debian's cron, ten jobs a minute; @shown_by: whose the LOGIN record is."""
    serial = 0
    for job in range(800):
        ms = START + job // 10 * 60000 + 1000 + job % 10 * 7
        for kind, auid, op in JOB:
            if kind == "USER_START" and shown_by:
                serial += 1
                yield from login(ms, serial, shown_by)
            serial += 1
            yield message(ms, serial, kind, auid,
                          f'{op} acct="root" exe="/usr/sbin/cron" hostname=? addr=? terminal=cron res=success')


def cron():
    yield from jobs("/usr/sbin/cron")


def no_login():
    yield from jobs(None)


def not_cron():
    yield from jobs("/tmp/cron")


def varied():
    serial = 1000000
    for i, line in enumerate(jobs("/usr/sbin/cron")):
        yield line
        if i % 80 == 79:  # a minute's
            ms = START + i // 80 * 60000 + 2000
            for k in range(300):
                serial += 1
                yield message(ms, serial, "USER_ACCT", UNSET,
                              f'op=x acct="x" exe="/tmp/{serial}" hostname=? addr=? terminal=? res=success')


def guesses():
    names = ["root", "admin", "test", "oracle", "28696E76616C6964207573657229"]
    for i in range(600):
        ms, host = START + i * 1000, f"203.0.113.{i % 3}"
        acct = f'"{names[i % 4]}"' if i % 2 else names[4]
        yield message(ms, 2 * i + 1, "USER_AUTH", UNSET,
                      f'op=PAM:authentication grantors=? acct="u{i}" exe="/usr/sbin/sshd" hostname={host} addr={host} '
                      "terminal=ssh res=failed")
        yield message(ms, 2 * i + 2, "USER_LOGIN", UNSET,
                      f'op=login acct={acct} exe="/usr/sbin/sshd" hostname=? addr={host} terminal=sshd res=failed')


def scripts():
    for i in range(600):
        for k, (kind, op) in enumerate([
                ("USER_ACCT", 'op=PAM:accounting grantors=pam_permit acct="deploy" exe="/usr/bin/sudo" hostname=?'),
                ("USER_CMD", 'cwd="/srv" cmd=73797374656D63746C20737461747573 exe="/usr/bin/sudo"'),
                ("CRED_REFR", 'op=PAM:setcred grantors=pam_permit acct="root" exe="/usr/bin/sudo" hostname=?'),
                ("USER_START", 'op=PAM:session_open grantors=pam_unix acct="root" exe="/usr/bin/sudo" hostname=?'),
                ("USER_END", 'op=PAM:session_close grantors=pam_unix acct="root" exe="/usr/bin/sudo" hostname=?'),
                ("CRED_DISP", 'op=PAM:setcred grantors=pam_permit acct="root" exe="/usr/bin/sudo" hostname=?')]):
            more = " addr=?" if "hostname" in op else ""
            yield message(START + i * 1000, 6 * i + k + 1, kind, 1000, f"{op}{more} terminal=? res=success")


def loop():
    for i in range(120):
        yield message(START + i * 5000, i + 1, "USER_AUTH", UNSET,
                      'op=PAM:authentication grantors=? acct="backup" exe="/usr/lib/dovecot/auth" hostname=127.0.0.1 '
                      "addr=127.0.0.1 terminal=dovecot res=failed")


def two_cpus():
    """Two neighbouring events share the stream line by line, the later one first."""
    events, index = [], {}
    for line in sys.stdin.buffer:
        at = line.find(b"msg=audit(")
        name = line[at:line.find(b")", at)]
        if name not in index:
            index[name] = len(events)
            events.append([])
        events[index[name]].append(line)
    for i in range(0, len(events), 2):
        pair = events[i:i + 2][::-1]
        while any(pair):
            for event in pair:
                if event:
                    yield event.pop(0)


def pour(n):
    while data := os.read(0, 1 << 20):
        for at in range(0, len(data), n):
            os.write(1, data[at:at + n])


def main():
    kind, *number = sys.argv[1:]
    if kind == "pour":
        pour(int(number[0]))
        return
    for line in globals()[kind](*map(int, number)):
        sys.stdout.buffer.write(line if isinstance(line, bytes) else line.encode("latin-1"))


main()
