#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 09-loss.sh - records are lost, and it is said at once: that, why, and by whom
#
# The reproduction that articles on "audit: backlog limit exceeded" give: a queue
# of 64, no waiting, a rule on execve, two thousand short processes.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

PROCESSES=2000

has_alert() { [ -n "$(alert_of "$1" .cause)" ]; }
kernel() { last_summary reader ".kernel.$1"; }
loss() { last_summary reader ".loss.$1"; }

# watch_lost: the time, in ms, when `lost` was first seen to grow, to $T/lost.out
watch_lost()
{
	before=$(status_of lost)
	# shellcheck disable=SC2016 # for that shell
	start lost sh -c 'while [ "$(auditctl -s | sed -n "s/^lost //p")" = "$1" ]; do :; done; date +%s%3N' sh "$before"
}
# Each looks for its program in many places first, as a shell does: each of these
# is an execve too.
many() { run env "PATH=$search" "$T/load" exec $PROCESSES load; }

sys_begin jq socat
own_program tests/system/load
search=$T
i=0
while [ $i -lt 30 ]; do
	search=/nonexistent/$i:$search
	i=$((i + 1))
done
own_noise <<-CONF
	interval = 1
CONF
plugin_file noise "$T/audisp-noise" string "$T/noise.conf"
noise_start ""
ask reader '{"interval":1,"windows":"all","top":512}'
knows() { [ "$(kernel known)" = true ]; }
check "the kernel's status is read" until_true "$SYS_WAIT" knows
same "auditd's pid" "$sys_auditd" "$(kernel pid)"
same "the queue's limit" "$(status_of backlog_limit)" "$(kernel backlog_limit)"
same "what the kernel has lost" "$(status_of lost)" "$(kernel lost)"

auditctl -b 64 >/dev/null
auditctl --backlog_wait_time 0 >/dev/null
rule always,exit -F arch=b64 -S execve -F "exe=$T/load" -k short-ones
lost=$(status_of lost)
: >"$T/reader.out"
watch_lost
began=$(date +%s)
many || fail "the load was not as expected"
took=$(($(date +%s) - began))
now_lost=$(status_of lost)
note "lost $((now_lost - lost)) of the kernel's records"
check "records are lost" [ "$now_lost" -gt "$lost" ]
check "an alert of loss" until_true "$SYS_WAIT" has_alert loss
until_true 50 [ -s "$T/lost.out" ] || fail "nobody saw lost grow"
raised=$(alerts 'select(.alert == "loss" and .state == "raised") | .time' | head -n 1)
late=$(($(date -d "$raised" +%s%3N) - $(cat "$T/lost.out")))
note "the alert came $late ms after lost was seen to grow"
check "within a second" [ "$late" -le 1000 ]
# where others use the machine, or we are built with sanitizers and hold auditd up
# ourselves, it may be auditd's share that is too small: its figures must say so then
cause=$(alert_of loss .cause)
# a build that is so slow that it goes on for ten seconds is held to that
is_overload() { [ "$(alert_of loss .cause)" = overload ] && [ "$took" -ge 9 ]; }
is_named() { cause_is_so || is_overload; }
check "its cause: $cause (auditd ran $(share run 1) %, waited for a processor $(share starved 0) %; $took s)" is_named
same "the key that did it" short-ones "$(alert_of loss .figures.top_key)"
same "the program that did it" "$T/load" "$(alert_of loss .figures.top_exe)"
counted() { [ "$(jq -Rr 'fromjson? | select(.type == "summary") | .kernel.lost_delta' "$T/reader.out" | awk '{ s += $1 } END { print s + 0 }')" -ge 1 ]; }
check "summaries count it" until_true "$SYS_WAIT" counted
grep '"type":"alert"' "$T/reader.out" | tail -n 3
# again: the same load in the depth that is advised now
again()
{
	until_true 150 is_advised || return
	old_advice=$(advice .id)
	note "advised: $(advice '"\(.title); \(.evidence | tojson)"')"
	advice '.commands[0]' | sh >/dev/null || fail "the advised command does not work"
	lost=$(status_of lost)
	many || fail "the load was not as expected"
	until_true "$SYS_WAIT" drained || fail "the queue does not run empty"
	now_lost=$(($(status_of lost) - lost))
	note "lost in it: $now_lost"
}
# or auditd got so little for so long that there is no depth, which it says then
has_no_depth() { [ "$took" -ge 9 ] && [ "$(advice '.evidence.depth')" = null ]; }
old_advice=
until_true 150 is_advised || :
if is_overload || has_no_depth; then
	same "more came than left for $took s: no depth" 0 "$(advice '.commands | length')"
elif again; then
	[ "$now_lost" = 0 ] || again || fail "no second advice"
	same "the advised change applied, the same load loses" 0 "$now_lost"
	is_applied() { objects advice 'select(.state == "applied") | .title' | grep -q "make the kernel's queue"; }
	check "it is seen to be applied" until_true 50 is_applied
	# by then less may be proposed already
	status_says() { "$AUNOISE" status --socket "$T/run/socket" | grep -q "^ADVICE .*: make the kernel's queue"; }
	check "aunoise status shows it" until_true 50 status_says
elif [ "$cause" = burst ]; then
	fail "no advice"
fi
check "all objects are valid" validate "$T/reader.out"
check "the summary log says it" grep -q " alert alert=loss state=raised level=critical cause=$cause" "$T/noise-log/summary.log"
same "calls that were refused" 0 "$(last_summary reader .health.calls_denied)"
cause=$(alert_of loss .cause)
auditd_stop || die "auditd did not end"
status=0
"$AUNOISE" losses --state "$T/state/state" >"$T/losses" || status=$?
cat "$T/losses"
same "aunoise losses: exit status" 1 "$status"
check "it names the cause" grep -q " cause $cause, place " "$T/losses"
check "and who did it" grep -q "key \"short-ones\", program \"$T/load\"" "$T/losses"
"$AUNOISE" losses --state "$T/state/state" --json >"$T/losses.json"
same "as JSON: cause and key" "$cause \"short-ones\"" "$(jq -r 'select(.suspects != []) | "\(.cause) \(.suspects[0].key | tojson)"' "$T/losses.json" | tail -n 1)"
status=0
"$AUNOISE" losses --state "$T/state/state" --since 2100-01-01 >/dev/null || status=$?
same "none since then: exit status" 0 "$status"
sys_end
