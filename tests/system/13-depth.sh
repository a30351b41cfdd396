#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 13-depth.sh - how deep the queue must be, computed from a run that lost
#
# Three bursts of different shape into a queue of 64 without waiting. What the advice
# says is set, and the same load loses nothing, ten times; bisection finds how much of
# that was needed. All of it depends on who else has the processors meanwhile, so one
# miss is forgiven where two more attempts hold. Then more than auditd takes, for longer than a queue can hold.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

calls() { run "$T/load" getppid "$1" || fail "the load was not as expected"; }

spike() { calls 8000; }
spikes()
{
	for _ in 1 2 3 4 5; do
		calls 2500
		sleep 0.3
	done
}
ramp()
{
	for n in 100 200 400 800 1600 3200; do
		calls "$n"
		sleep 0.02
	done
}
overload()
{
	until_s=$(($(date +%s) + 14))
	while [ "$(date +%s)" -lt "$until_s" ]; do calls 20000; done
}

# lost_by LOAD: what the kernel refuses meanwhile, to lost_now
lost_by()
{
	lost_before=$(status_of lost)
	"$1"
	until_true "$SYS_WAIT" drained || fail "the queue does not run empty"
	lost_now=$(($(status_of lost) - lost_before))
}

# new_daemon: one that has seen nothing
new_daemon()
{
	[ -z "$sys_auditd" ] || auditd_stop || die "auditd did not end"
	rm -f "$T/state/"*
	noise_start ""
	ask reader '{"interval":1}'
	auditctl --backlog_wait_time 0 >/dev/null
	auditctl -b 64 >/dev/null
	until_true 50 drained
	sleep 1 # for the first status
	: >"$T/reader.out"
	old_advice=
}

# depth_of LOAD: at most two rounds, then ten times without a loss
depth_of()
{
	new_daemon
	lost_by "$1"
	check "$1: $lost_now refusals in a queue of 64" [ "$lost_now" -gt 0 ]
	until_true 100 is_advised || {
		no_depth_for "$1"
		return
	}
	depth=$(advice .evidence.depth)
	note "$1: advised $depth; $(advice '.evidence | "at least \(.at_least), estimate \(.estimate), drain \(.drain_per_s)/s"')"
	same "$1: basis" reconstructed "$(advice .evidence.basis)"
	advice '.commands[0]' | sh >/dev/null || fail "$1: the advised command does not work"
	same "$1: the command sets it" "$depth" "$(status_of backlog_limit)"
	old_advice=$(advice .id)
	lost_all=0
	for _ in 1 2 3; do
		lost_by "$1"
		lost_all=$((lost_all + lost_now))
	done
	if until_true 100 is_advised; then
		note "$1: $lost_all refusals in three times at $depth, second round"
		depth=$(advice .evidence.depth)
		note "$1: advised $depth; $(advice '.evidence | "\(.basis), estimate \(.estimate), drain \(.drain_per_s)/s"')"
		auditctl -b "$depth" >/dev/null
	elif [ $lost_all -gt 0 ]; then
		fail "$1: no second advice"
	fi
	lost_all=0
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		lost_by "$1"
		lost_all=$((lost_all + lost_now))
	done
	same "$1: refusals in ten times at $depth" 0 $lost_all
	smallest_for "$1"
	note "$1: the smallest depth is about $smallest, the advised one $((depth * 100 / smallest)) % of it"
	check "$1: at most twice of it" [ "$depth" -le $((2 * smallest)) ]
}

# two_of_three LOAD: the machine may have other work in just one of the runs
two_of_three()
{
	failed_before=$sys_failed
	depth_of "$1"
	[ "$sys_failed" -gt "$failed_before" ] || return 0
	note "$1: missed; it must hold twice in a row now"
	sys_failed=$failed_before
	depth_of "$1"
	depth_of "$1"
}

# no_depth_for LOAD: where others have the processors it is not the queue's depth, and
# auditd's figures have to say so
no_depth_for()
{
	cause=$(alert_of loss .cause)
	case $cause in
	auditd_slow | dispatcher) check "$1: no depth for the cause $cause (auditd ran $(share run 1) %, waited for a processor $(share starved 0) %)" cause_is_so ;;
	*) fail "$1: no advice, and the cause is $cause" ;;
	esac
}

# is_overload: $cause, or another by auditd's own figures
is_overload() { [ "$cause" = overload ] || { [ "$cause" != burst ] && cause_is_so; }; }

# holds LOAD: three times without a loss; once may be luck
holds()
{
	for _ in 1 2 3; do
		lost_by "$1"
		[ "$lost_now" = 0 ] || return
	done
}

# smallest_for LOAD: by bisection down from depth, to a tenth
smallest_for()
{
	lower=64
	smallest=$depth
	while [ $((smallest - lower)) -gt $((smallest / 10)) ]; do
		middle=$(((smallest + lower) / 2))
		auditctl -b "$middle" >/dev/null
		if holds "$1"; then smallest=$middle; else lower=$middle; fi
	done
}

sys_begin_noise
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k depth
for load in spike spikes ramp; do two_of_three $load; done

new_daemon
lost_by overload
check "overload: $lost_now refusals" [ "$lost_now" -gt 0 ]
if until_true 100 is_advised; then
	same "overload: commands" 0 "$(advice '.commands | length')"
	same "overload: estimated depth to set" null "$(advice '.evidence.depth // "null"')"
	note "$(advice .why)"
	cause=$(alert_of loss .cause)
	check "overload: its cause: $cause (auditd ran $(share run 1) %, waited for a processor $(share starved 0) %)" is_overload
	wait=$(advice_for queue "select(.rules == [\"$(wait_line)\"]) | .commands[0]")
	same "overload: a wait time is advised" "auditctl $(wait_line)" "$wait"
	echo "$wait" | sh >/dev/null || fail "overload: the advised command does not work"
	waits() { [ "$(advice_for queue "select(.rules == [\"$(wait_line)\"]) | .state")" = applied ]; }
	check "overload: it is seen to be applied" until_true "$SYS_WAIT" waits
	lost_by overload
	same "overload: refusals with a wait time" 0 "$lost_now"
else
	no_depth_for overload
fi
check "all objects are valid" validate "$T/reader.out"
grep ' advice id=' "$T/noise-log/summary.log" | tail -n 2
check "the summary log says it" grep -q " advice id=[0-9a-f]* state=proposed kind=queue basis=\"reconstructed\"" "$T/noise-log/summary.log"
sys_end
