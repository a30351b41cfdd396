#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 06-frozen.sh - the disk under our log and state hangs: the audit chain does
# not notice, neither while we run nor when we are killed in this condition
#
# Next to the plugin runs tee, whose file is on another disk: what it has got
# is what auditd could pass on.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

find_stream() { stream=$(pgrep -P "$sys_auditd" -f "^$T/audisp-noise") && [ -S "$T/run/socket" ]; }
# the kernel lets nobody wake a thread that waits for a frozen filesystem
hanging() { grep -q '^State:.D' /proc/"$1"/task/*/status 2>/dev/null; }
passed_on() { [ "$(grep -c 'SYSCALL=getppid' "$T/log/stream")" -ge "$1" ]; }
no_loss() { same "$1: the kernel's lost" "$(saved_of lost)" "$(status_of lost)"; }
counted()
{
	have=$(last_summary reader '.windows[-1].keys[] | select(.key == "frozen").events')
	[ "${have:-0}" -ge "$1" ]
}

# load TIMES: and tee has got them all
load()
{
	sum=$((sum + $1))
	run "$T/load" getppid "$1" 2 || fail "the load was not as expected"
	check "$2: all $sum events were passed on" until_true "$SYS_WAIT" passed_on "$sum"
	no_loss "$2"
}

sys_begin pgrep socat jq fsfreeze mkfs.ext4 mount
own_program tests/system/load
own_program tests/system/tee
disk "$T/noise-log"
state_file=$T/noise-log/state
echo "interval = 1" | own_noise
plugin_file noise "$T/audisp-noise" string "$T/noise.conf"
plugin_file tee "$T/tee" string "$T/log/stream"
SYS_Q_DEPTH=20000
auditd_start ""
until_true "$SYS_WAIT" find_stream || die "the plugin does not run"
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k frozen
sum=0
load 500 "before"
until_true "$SYS_WAIT" [ -s "$T/noise-log/summary.log" ] || die "no line in the log"

fsfreeze -f "$sys_disk" || die "the disk cannot be frozen"
until_true "$SYS_WAIT" hanging "$stream" || die "no thread hangs: nothing would be tested"
load 20000 "frozen"
ask reader '{"interval":1,"windows":"all","top":512}'
check "frozen: the plugin has counted them" until_true "$SYS_WAIT" counted "$sum"

# its threads stay in the kernel until the thaw, the process as a zombie
old=$stream
kill -KILL "$stream"
check "frozen and killed: it is a zombie" until_true "$SYS_WAIT" gone_or_zombie "$old"
load 2000 "frozen and killed"
anew() { find_stream && [ "$stream" != "$old" ]; }
check "frozen and killed: auditd has started it anew" until_true "$SYS_WAIT" anew
ask reader '{"interval":1,"windows":"all","top":512}'
check "frozen and killed: the new one counts" until_true "$SYS_WAIT" counted 500
load 2000 "frozen again"

fsfreeze -u "$sys_disk"
check "thawed: the old process goes" until_true "$SYS_WAIT" gone "$old"
load 500 "thawed"
auditd_stop || die "auditd did not end"
check "thawed: the new one has left its state" [ -s "$T/noise-log/state" ]
sys_end
