#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 07-killed.sh - a hundred times SIGKILL under load: auditd starts us anew each
# time, the chain goes on, and what each one counts is the state that it found
# and what it has read itself
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

TIMES=${TIMES:-100}
EVENTS=500 # each time

find_stream() { stream=$(pgrep -P "$sys_auditd" -f "^$T/audisp-noise") && [ -S "$T/run/socket" ]; }
# auditd sees the death at the next record, which may have come before it was complete
anew()
{
	find_stream && [ "$stream" != "$old" ] && return
	run "$T/load" getppid 1 1 || fail "the load was not as expected"
	sum=$((sum + 1))
	return 1
}
passed_on() { [ "$(grep -c 'SYSCALL=getppid' "$T/log/stream")" -ge "$1" ]; }
lines() { wc -l <"$T/log/stream"; }
# figures: all records and lines read, of a summary that is new
figures()
{
	echo '{"interval":1}' >"$T/figures.ask"
	timeout 20 socat "UNIX-CONNECT:$T/run/socket" "OPEN:$T/figures.ask,rdonly,ignoreeof!!STDOUT" 2>/dev/null |
		sed -n '/"type":"summary"/{p;q;}' |
		jq -r '"\(.windows[-1].records) \(.health.lines)"'
}

# the socket of the one before is still there while the next one starts
has_figures()
{
	said=$(figures)
	[ -n "$said" ]
}

# counts: what the one that runs has counted is right
counts()
{
	most=$((kept + $(lines))) # at most, by what is in the stream when it is asked
	until_true "$SYS_WAIT" has_figures || return
	all=${said% *} read=${said#* }
	[ "$all" = $((kept + read)) ] && [ "$all" -le $((most + EVENTS * 4)) ]
}

sys_begin pgrep socat jq timeout
own_program tests/system/load
own_program tests/system/tee
echo "interval = 1" | own_noise
plugin_file noise "$T/audisp-noise" string "$T/noise.conf"
plugin_file tee "$T/tee" string "$T/log/stream"
SYS_Q_DEPTH=20000
auditd_conf
sed -i "s/^max_restarts = .*/max_restarts = $((TIMES + 10))/" "$T/etc/auditd.conf"

# a first run leaves a state
auditd_start ""
until_true "$SYS_WAIT" find_stream || die "the plugin does not run"
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k killed
run "$T/load" getppid 2000 2 || fail "the load was not as expected"
sys_drop_rules
auditd_stop || die "auditd did not end"
kept=$(lines)
cp "$T/state/state" "$T/state.first" || die "no state was left"

: >"$T/log/stream"
auditd_start ""
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k killed
old=0 wrong=0 sum=0 i=0
while [ $i -lt "$TIMES" ]; do
	until_true "$SYS_WAIT" anew || die "after $i kills the plugin is not started anew"
	counts || { note "after $i kills: $said, and the state had $kept"; wrong=$((wrong + 1)); }
	start flood "$T/load" getppid "$EVENTS" 2
	sleep "0.0$((i * 7 % 100))"
	old=$stream
	kill -KILL "$stream"
	wait "$started" || fail "the load was not as expected"
	forget "$started"
	sum=$((sum + EVENTS))
	i=$((i + 1))
done
check "$TIMES times SIGKILL: auditd has started it anew each time" until_true "$SYS_WAIT" anew
same "counts that are not those of the state and of what was read" 0 "$wrong"
check "the chain has passed on all $sum events" until_true "$SYS_WAIT" passed_on "$sum"
same "the kernel's lost" "$(saved_of lost)" "$(status_of lost)"
check "the state is the one that was there, whole" cmp -s "$T/state/state" "$T/state.first"
same "files beside the state" state "$(ls "$T/state")"
auditd_stop || die "auditd did not end"
sys_end
