#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 10-causes.sh - each cause that can be provoked safely is, and is named, alone
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

has_raised() { [ -n "$(raised "select(.alert == \"$1\") | .alert")" ]; }
# The last word on the newest incident; what was first said of it may be taken back.
cause_of() { raised "select(.alert == \"$1\") | .cause" | tail -n 1; }
has_cause() { [ "$(cause_of "$1")" = "$2" ]; }
kernel() { last_summary reader ".kernel.$1"; }
known() { [ "$(kernel known)" = true ]; }
# the first summary may be one that was made for us, in the middle of an interval
total() { jq -Rr "fromjson? | select(.type == \"summary\") | .$1" "$T/reader.out" | awk '{ s += $1 } END { printf "%.3f\n", s }'; }

# begin: an auditd of ours, a plugin without a past, a client
begin()
{
	rm -rf "$T/state" "$T/run"
	noise_start "$in_own_etc"
	rm -f "$T/reader.out"
	# what is pushed each interval: only there the differences add up
	start reader socat -u "UNIX-CONNECT:$T/run/socket" STDOUT
	reader=$started
	until_true "$SYS_WAIT" known || die "the kernel's status is not read"
	rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k load
	sleep 1 # auditd's first report was asked for, which lets a stopped auditd go on
}
end()
{
	note "$1: raised: $(raised '"\(.alert)=\(.cause)"' | tr '\n' ' ')"
	sys_drop_rules
	auditd_stop || die "auditd did not end"
	stop "$reader"
	check "$1: all objects are valid" validate "$T/reader.out"
}
# only ALERTS...: besides these none was raised
only()
{
	name=$1
	shift
	others=$(raised .alert | sort -u | grep -vxE "$(echo "$@" | tr ' ' '|')" | tr '\n' ' ')
	same "$name: no other alert" "" "$others"
}

sys_begin_noise
SYS_Q_DEPTH=40000
auditd_conf
own_etc # the plugin reads auditd.conf where it was built for

# a stall: nothing is lost, programs wait
begin
auditctl -b 64 >/dev/null
# the kernel wakes one sleeper at a time, the last ones at the end of their wait
auditctl --backlog_wait_time 1000 >/dev/null
before=$(status_of backlog_wait_time_actual) lost=$(status_of lost)
run "$T/load" getppid 4000 4 >/dev/null || fail "the load was not as expected"
check "stall: is said" until_true "$SYS_WAIT" has_raised stall
sleep 2
ticks=$(($(status_of backlog_wait_time_actual) - before))
same "stall: nothing is lost" "$lost" "$(status_of lost)"
hz=$("${PYTHON:-python3}" -c 'import time; print(round(1 / time.clock_getres(6)))')
said=$(total kernel.stalled_s)
note "stall: $said s by the summaries, $ticks ticks of 1/$hz s by the kernel"
check "stall: its seconds are the kernel's" \
	awk -v s="$said" -v t="$ticks" -v hz="$hz" 'BEGIN { k = t / hz; exit !(k > 0 && s > 0.9 * k - 0.01 && s < 1.1 * k + 0.01) }'
case $(cause_of stall) in
burst | auditd_slow | dispatcher) ok "stall: its cause: $(cause_of stall)" ;; # the last two where we hold auditd up
*) fail "stall: its cause: $(cause_of stall)" ;;
esac
only stall stall backlog
end stall

# a limit on the rate
begin
auditctl -b 8192 >/dev/null
auditctl -r 40 >/dev/null
run "$T/load" getppid 2000 1 >/dev/null || fail "the load was not as expected"
check "rate limit: is the cause" until_true "$SYS_WAIT" has_cause loss rate_limit
check "rate limit: is an alert of its own" has_raised rate_limit
auditctl -r 0 >/dev/null
only "rate limit" loss rate_limit gap
end "rate limit"

# auditd is stopped, and goes on
begin
auditctl -b 64 >/dev/null
auditctl --backlog_wait_time 0 >/dev/null
kill -STOP "$sys_auditd"
sleep 0.7 # one look at its state
run "$T/load" getppid 3000 1 >/dev/null || fail "the load was not as expected"
sleep 1
kill -CONT "$sys_auditd"
check "a stopped auditd: is the cause" until_true "$SYS_WAIT" has_cause loss auditd_stopped
only "a stopped auditd" loss backlog gap
end "a stopped auditd"

# the count is reset in the middle
begin
auditctl -b 64 >/dev/null
auditctl --backlog_wait_time 0 >/dev/null
from=$(status_of lost)
sum=0
kill -STOP "$sys_auditd"
for burst in 1 2; do
	run "$T/load" getppid 2000 1 >/dev/null || fail "the load was not as expected"
	[ $burst = 2 ] && break
	kill -CONT "$sys_auditd"
	sleep 1
	sum=$(($(status_of lost) - from))
	auditctl --reset-lost >/dev/null
	kill -STOP "$sys_auditd"
done
kill -CONT "$sys_auditd"
sleep 1.5
sum=$((sum + $(status_of lost)))
counted() { [ "$(total kernel.lost_delta)" = "$sum.000" ]; }
until_true "$SYS_WAIT" counted
same "a reset of lost: all is counted" "$sum.000" "$(total kernel.lost_delta)"
end "a reset of lost"

# another plugin does not read, and auditd waits for it
printf '#!/bin/sh\nsleep 8\nexec cat >/dev/null\n' >"$T/deaf"
chmod 0755 "$T/deaf"
plugin_file deaf "$T/deaf" string
sed -i 's/^q_depth = .*/q_depth = 400/' "$T/etc/auditd.conf"
deafened()
{
	begin
	auditctl -b 8192 >/dev/null
	run "$T/load" getppid 1000 1 >/dev/null || fail "the load was not as expected"
	sleep 12 # it reads by then
	# a missing number is missed two seconds of the stream later
	run "$T/load" getppid 100 1 >/dev/null || fail "the load was not as expected"
	sleep 3
	run "$T/load" getppid 100 1 >/dev/null || fail "the load was not as expected"
}
q_depth() { advice_for auditd '.rules[0]' | grep '^q_depth = '; }
deafened
check "a deaf plugin: is said" until_true "$SYS_WAIT" has_raised dispatcher_overflow
check "a deaf plugin: is the cause" until_true "$SYS_WAIT" has_cause gap dispatcher
only "a deaf plugin" dispatcher_overflow gap
check "a deaf plugin: a q_depth is advised" until_true "$SYS_WAIT" q_depth
same "a deaf plugin: in place of" "q_depth = 400" "$(advice_for auditd '.remove[0]')"
note "a deaf plugin: $(advice_for auditd .why)"
deeper=$(q_depth)
end "a deaf plugin"
sed -i "s/^q_depth = .*/$deeper/" "$T/etc/auditd.conf"
deafened
sleep 4 # a gap would be known by now
same "a deaf plugin, $deeper: no event is missing" "" "$(raised 'select(.alert == "gap") | .cause')"
rm "$T/etc/plugins.d/deaf.conf"
end "a deaf plugin, $deeper"

# auditd gets too little of the processors
sed -i 's/^q_depth = .*/q_depth = 40000/' "$T/etc/auditd.conf"
begin
auditctl -b 8192 >/dev/null
auditctl --backlog_wait_time 0 >/dev/null
renice -n 19 -p "$sys_auditd" >/dev/null # its first thread: that takes from the kernel
# and its session, where the scheduler weighs sessions against each other (sched(7))
[ ! -w "/proc/$sys_auditd/autogroup" ] || echo 19 >"/proc/$sys_auditd/autogroup"
for n in 1 2 3 4; do start "busy$n" timeout 30 sh -c 'while :; do :; done'; done
for _ in 1 2 3 4 5 6 7 8 9 10; do
	run "$T/load" getppid 8000 1 >/dev/null || fail "the load was not as expected"
	sleep 0.5
done
for n in 1 2 3 4; do stop "$(cat "$T/busy$n.pid")"; done
check "a niced auditd: is the cause" until_true "$SYS_WAIT" has_cause loss auditd_slow
note "a niced auditd: ran $(share run 1) %, waited for a processor $(share starved 0) %"
boost() { [ "$(advice_for auditd '.rules[0]')" = "priority_boost = 10" ]; }
check "a niced auditd: priority is advised" until_true "$SYS_WAIT" boost
only "a niced auditd" loss backlog gap
sed -i 's/^priority_boost = .*/priority_boost = 10/' "$T/etc/auditd.conf"
advice_for auditd '.commands[0]' | sh || fail "a niced auditd: the advised command does not work"
applied() { [ "$(advice_for auditd .state)" = applied ]; }
check "a niced auditd: it is seen to be applied" until_true 700 applied
sed -i 's/^priority_boost = .*/priority_boost = 4/' "$T/etc/auditd.conf"
end "a niced auditd"

# the log's filesystem is full, and auditd stops writing
disk "$T/small"
chown root "$T/small"
sed -i -e "s|^log_file = .*|log_file = $T/small/audit.log|" -e 's/^q_depth = .*/q_depth = 40000/' \
	-e 's/^disk_full_action = .*/disk_full_action = SUSPEND/' "$T/etc/auditd.conf"
: >"$T/small/audit.log"
chmod 0600 "$T/small/audit.log"
dd if=/dev/zero of="$T/small/fill" bs=64k 2>/dev/null
dd if=/dev/zero of="$T/small/fill2" bs=512 2>/dev/null
begin
unlogged() { [ "$(last_summary reader .loss.unlogged_events)" -ge 500 ] 2>/dev/null; }
run "$T/load" getppid 1000 1 >/dev/null || fail "the load was not as expected"
check "a full disk: is the cause" until_true "$SYS_WAIT" has_cause loss log_suspended
run "$T/load" getppid 1000 1 >/dev/null || fail "the load was not as expected"
check "a full disk: what is not logged is counted" until_true "$SYS_WAIT" unlogged
only "a full disk" loss
end "a full disk"
sys_end
