#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 04-rights.sh - what the kernel says of our processes while they run under
# auditd: users, groups, capabilities, no_new_privs, filter, descriptors; and
# who comes back when one of them is killed
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

KEPT=0000000040000004 # CAP_AUDIT_CONTROL (30) and CAP_DAC_READ_SEARCH (2)
NONE=0000000000000000

# of PID FIELD: from /proc/PID/status
of() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' '; }
# descriptors PID: where they lead, numbers of sockets and the like left out
descriptors()
{
	for fd in /proc/"$1"/fd/*; do readlink "$fd"; done | sed 's/:.*//' | sort | uniq -c |
		awk '{ printf "%s%s %s", sep, $1, $2; sep = ", " }'
}
child_of() { pgrep -P "$1" | head -n 1; }
find_them()
{
	stream=$(pgrep -P "$sys_auditd" -f "^$T/audisp-noise")
	keeper=$(child_of "${stream:-0}")
	worker=$(child_of "${keeper:-0}")
	[ -n "$worker" ] && [ "$(of "$worker" Seccomp)" = "$filtered" ] && [ -S "$T/run/socket" ]
}

# rights NAME PID CAPABILITIES
rights()
{
	same "$1: users" "$uid $uid $uid $uid" "$(of "$2" Uid)"
	same "$1: groups" "$gid $gid $gid $gid" "$(of "$2" Gid)"
	same "$1: supplementary groups" "$group" "$(of "$2" Groups | tr -d ' ')"
	for set in CapPrm CapEff; do same "$1: $set" "$3" "$(of "$2" $set)"; done
	for set in CapInh CapBnd CapAmb; do same "$1: $set" "$NONE" "$(of "$2" $set)"; done
	same "$1: no new privileges" 1 "$(of "$2" NoNewPrivs)"
	for task in /proc/"$2"/task/*; do
		same "$1: thread ${task##*/} is filtered" "$filtered" \
			"$(sed -n 's/^Seccomp:[[:space:]]*//p' "$task/status")"
	done
}

sys_begin pgrep jq socat
uid=$(id -u nobody)
gid=$(id -g nobody)
group=$(getent group adm | cut -d: -f3)
own_noise <<-CONF
	interval = 1
	socket_group = adm
CONF
# what a sanitizer calls for itself no list can name: such a build filters nothing
filtered=2
! grep -q __asan_init "$T/audisp-noise" || filtered=0
plugin_file noise "$T/audisp-noise" string "$T/noise.conf"
own_program tests/system/load
auditd_start ""
until_true "$SYS_WAIT" find_them || die "the plugin's processes do not run"

for pid in $stream $keeper $worker; do
	note "$(grep -E '^(Name|Uid|CapEff|NoNewPrivs|Seccomp):' "/proc/$pid/status" | tr -s '\n\t' ' ')"
done
rights "stream process" "$stream" $NONE
rights keeper "$keeper" $KEPT
rights worker "$worker" $KEPT
same "stream process: threads (itself, two that write, one that looks)" 4 "$(find /proc/"$stream"/task -mindepth 1 -maxdepth 1 | wc -l)"
note "stream process: $(descriptors "$stream")"
for pid in $keeper $worker; do
	same "watcher $pid: standard input is no copy of the stream" /dev/null \
		"$(readlink "/proc/$pid/fd/0")"
	note "watcher $pid: $(descriptors "$pid")"
done
same "the directory of the socket" "nobody adm 2750" "$(stat -c '%U %G %a' "$T/run")"
same "the directory of the log" "nobody adm 2750" "$(stat -c '%U %G %a' "$T/noise-log")"
same "the socket" "nobody adm 660" "$(stat -c '%U %G %a' "$T/run/socket")"
until_true "$SYS_WAIT" [ -s "$T/noise-log/summary.log" ] || fail "no line in the log"
same "the log" "nobody adm 640" "$(stat -c '%U %G %a' "$T/noise-log/summary.log")"

# under load, with a client, a rotation and a reload: nothing that it needs is refused
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k rights
ask reader '{"interval":1,"windows":"all","top":512}'
run "$T/load" getppid 2000 2 || fail "the load was not as expected"
kill -HUP "$stream"
counted() { [ "$(last_summary reader '.windows[-1].keys[] | select(.key == "rights").events')" -ge 2000 ]; }
check "2000 events and more (a sanitizer adds some) are counted" until_true "$SYS_WAIT" counted
same "calls that were refused" 0 "$(last_summary reader .health.calls_denied)"

# the keeper starts a new worker, auditd a new stream process
kill -KILL "$worker"
new_worker() { [ -n "$(child_of "$keeper")" ] && [ "$(child_of "$keeper")" != "$worker" ]; }
check "SIGKILL of the worker: the keeper starts another" until_true "$SYS_WAIT" new_worker
kill -KILL "$stream"
check "SIGKILL of the stream process: keeper and worker end" until_true "$SYS_WAIT" gone "$keeper"
run "$T/load" getppid 100 1 || fail "the load was not as expected"
old=$stream
anew() { find_them && [ "$stream" != "$old" ]; }
check "SIGKILL of the stream process: auditd starts it anew" until_true "$SYS_WAIT" anew
old=$keeper
kill -KILL "$keeper"
check "SIGKILL of the keeper: its worker ends" until_true "$SYS_WAIT" gone "$worker"
check "SIGKILL of the keeper: the stream process goes on" kill -0 "$stream"
auditd_stop || die "auditd did not end"
sys_end
