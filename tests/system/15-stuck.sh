#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 15-stuck.sh - auditd is stopped, the queue is full, and whoever asks the kernel sleeps
#
# Clients are served meanwhile and no thread of the stream process waits for the
# kernel's audit. Then each of our processes is killed while the poller sleeps.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

kernel() { last_summary reader ".kernel.$1"; }
known() { [ "$(kernel known)" = true ]; }
unknown() { [ "$(kernel known)" = false ]; }
summaries() { grep -c '"type":"summary"' "$T/reader.out"; }
child_of() { pgrep -P "$1" | head -n 1; }
find_them()
{
	stream=$(pgrep -P "$sys_auditd" -f "^$T/audisp-noise")
	keeper=$(child_of "${stream:-0}")
	worker=$(child_of "${keeper:-0}")
	[ -n "$worker" ] && [ -S "$T/run/socket" ]
}
# in_audit PID: has it a thread that sleeps in the kernel's audit?
in_audit() { cat /proc/"$1"/task/*/stack 2>/dev/null | grep -q ' audit_\| kauditd'; }
dead() { gone_or_zombie "$1"; }

# begin_stuck: auditd stopped, and programs in front of a full queue
begin_stuck()
{
	noise_start ""
	until_true "$SYS_WAIT" find_them || die "the plugin's processes do not run"
	: >"$T/reader.out"
	ask reader '{"interval":1}'
	reader=$started
	until_true "$SYS_WAIT" known || die "the kernel's status is not read"
	rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k stuck
	auditctl -b 64 >/dev/null
	auditctl --backlog_wait_time "$((12 * hz))" >/dev/null
	kill -STOP "$sys_auditd"
	start load "$T/load" getppid 1500 4
	load=$started
}
# stuck NAME: and our poller among them. It asks once in 30 seconds then; a wake-up of
# the kernel's may be its own, so it takes a try or two to find it asleep.
stuck()
{
	for try in 1 2 3 4 5 6 7 8; do
		begin_stuck
		until_true 40 in_audit "$worker" && break
		note "$1: try $try: the poller does not sleep"
		freed
		over "$1"
	done
	check "$1: the poller sleeps in the kernel" in_audit "$worker"
}
# freed: auditd goes on, and so does everything else
freed()
{
	kill -CONT "$sys_auditd"
	until_true 300 dead "$load" || fail "the load sleeps on"
	wait "$load"
	forget "$load"
}
over()
{
	sys_drop_rules
	auditd_stop || die "auditd did not end"
	stop "$reader"
	check "$1: all objects are valid" validate "$T/reader.out"
	auditctl -b 8192 >/dev/null
}

sys_begin_noise
hz=$("${PYTHON:-python3}" -c 'import time; print(round(1 / time.clock_getres(6)))')

stuck "clients"
before=$(summaries) waits=0
for _ in 1 2 3 4 5 6 7 8 9 10; do
	if in_audit "$stream"; then waits=$((waits + 1)); fi
	sleep 0.5
done
got=$(($(summaries) - before))
check "clients: $got summaries in 5 seconds" [ "$got" -ge 4 ]
same "clients: times that a thread of the stream process was found in audit" 0 "$waits"
note "clients: status $(kernel status_age_ms) ms old, backlog $(kernel backlog) of $(kernel backlog_limit)"
freed
check "clients: all is known again" until_true "$SYS_WAIT" known
over "clients"

stuck "worker killed"
kill -KILL "$worker"
other() { find_them && [ "$worker" != "$old" ]; }
old=$worker
freed
check "worker killed: the keeper starts another" until_true 300 other
fresh() { known && [ "$(kernel status_age_ms)" -lt 2000 ]; }
check "worker killed: the status is read again" until_true "$SYS_WAIT" fresh
over "worker killed"

stuck "keeper killed"
kill -KILL "$keeper"
check "keeper killed: known is false" until_true "$SYS_WAIT" unknown
note "keeper killed: $(kernel reason)"
check "keeper killed: the reason is said" [ -n "$(kernel reason)" ]
before=$(summaries)
freed
sleep 3
check "keeper killed: summaries go on" [ "$(summaries)" -gt "$before" ]
check "keeper killed: its worker has ended" until_true "$SYS_WAIT" dead "$worker"
counted() { [ "$(last_summary reader '.windows[-1].keys[] | select(.key == "stuck").events')" -gt 1000 ]; }
check "keeper killed: what came is counted" until_true "$SYS_WAIT" counted
over "keeper killed"

stuck "stream process killed"
old=$stream
kill -KILL "$stream"
freed
again() { find_them && [ "$stream" != "$old" ]; }
run "$T/load" getppid 100 1 >/dev/null || fail "the load was not as expected"
check "stream process killed: auditd starts it anew" until_true 300 again
stop "$reader"
until_true "$SYS_WAIT" [ -S "$T/run/socket" ] || fail "no socket"
ask reader '{"interval":1}'
reader=$started
check "stream process killed: the status is read again" until_true "$SYS_WAIT" fresh
over "stream process killed"
sys_end
