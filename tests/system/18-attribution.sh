#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 18-attribution.sh - which loaded rule wrote each event, live
#
# Rules with keys of their own, rules that share one, one without; then the rules are
# exchanged again and again under a load, and no event is counted under a rule that was
# not loaded when it was made: how many there can be says auditd's log, where each change
# has its place.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

# of FILTER: events of the entries of the list of rules, over everything
of() { last_summary reader "([.windows[] | select(.seconds == null).rules[] | select($1).events] | add // 0)"; }
flow_of() { last_summary reader "([.windows[] | select(.seconds == null).flows[] | select($1).events] | add // 0)"; }
lists() { last_summary reader .health.rule_lists; }
# holds: a list does, from the first record on that is younger than its reading
holds()
{
	auditctl -m "a record behind the reading" >/dev/null
	[ "$(lists)" -ge 1 ] 2>/dev/null
}
counted() { [ "$(of "$1")" = "$2" ]; }

sys_begin_noise
for program in a b d; do own_program tests/system/load "$T/load-$program"; done
noise_start ""
ask reader '{"interval":1,"windows":"all","top":100}'
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load-a" -F key=own
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load-b" -F auid=1000 -F key=shared
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load-b" -F 'auid!=1000' -F 'pid>1' -F key=shared
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load-d"
sleep 1 # all of them in one list
until_true "$SYS_WAIT" holds || die "no list of rules was read"
for program in a "b -a 1000" b d; do
	# shellcheck disable=SC2086 # a program and its options
	run "$T/load-"$program getppid 500 || fail "the load was not as expected"
done
# wrote PATTERN: how many that auditd's log has: what a sanitizer calls is among them
wrote() { grep -a -c "type=SYSCALL .*$1" "$T/log/audit.log"; }
rule_wrote()
{
	if until_true 100 counted ".position == $1" "$2"; then ok "rule $1 wrote $2"; else fail "rule $1: $(of ".position == $1"), not $2"; fi
	same "flows of rule $1" "$2" "$(flow_of ".position == $1")"
}
rule_wrote 1 "$(wrote 'key="own"')"
rule_wrote 2 "$(wrote 'auid=1000 .*key="shared"')"
rule_wrote 3 "$(($(wrote 'key="shared"') - $(wrote 'auid=1000 .*key="shared"')))"
rule_wrote 4 "$(wrote "syscall=110 .*exe=\"$T/load-d\"")"
check "each at least 500" [ "$(wrote 'key="own"')" -ge 500 ]
same "the rule's text" "-a always,exit -F arch=b64 -S getppid -F exe=$T/load-b -F auid=1000 -F key=shared" "$(last_summary reader '.windows[] | select(.seconds == null).rules[] | select(.position == 2).rule')"
same "is that of the kernel's list" "$(auditctl -l | sed -n 2p)" "$(last_summary reader '.windows[] | select(.seconds == null).rules[] | select(.position == 2).rule')"
check "few events go to libauparse" [ "$(last_summary reader .health.parsed)" -lt 400 ]

# --- over a restart, and moved by one that is put first ---

auditd_stop || die "auditd did not end"
auditctl -A never,exit -F arch=b64 -S getppid -F "exe=$T/load-d" -F uid=4711
echo "-d never,exit -F arch=b64 -S getppid -F exe=$T/load-d -F uid=4711" >>"$T/rules"
noise_start ""
ask reader '{"interval":1,"windows":"all","top":100}'
until_true "$SYS_WAIT" holds || die "no list of rules was read"
run "$T/load-a" getppid 100 || fail "the load was not as expected"
rule_wrote 2 "$(wrote 'key="own"')"
check "a hundred more" [ "$(wrote 'key="own"')" -ge 600 ]

# --- exchanged under load ---

unrule always,exit -F arch=b64 -S getppid -F "exe=$T/load-a" -F key=own
# the queue is to run empty now and then, or the lists are not asked for
cat >"$T/often" <<-'SCRIPT'
	for i in $(seq 600); do "$1" getppid 100 >/dev/null && sleep 0.02; done
SCRIPT
start load sh "$T/often" "$T/load-a"
load=$started
for n in 1 2 3 4 5 6; do
	auditctl -a always,exit -F arch=b64 -S getppid -F "exe=$T/load-a" -F "pid!=$n" -F key=swap
	echo "-d always,exit -F arch=b64 -S getppid -F exe=$T/load-a -F pid!=$n -F key=swap" >>"$T/rules"
	sleep 1.2
	auditctl -d always,exit -F arch=b64 -S getppid -F "exe=$T/load-a" -F "pid!=$n" -F key=swap
done
check "the load went on all the time" kill -0 "$load"
stop "$load"
until_true "$SYS_WAIT" drained || fail "the queue does not run empty"
sleep 2
# what was made between the loading and the deleting of each, by the log's order
grep -a -E 'type=(SYSCALL|CONFIG_CHANGE) .*key="swap"' "$T/log/audit.log" |
	awk '/op=add_rule/ { n++; on = 1; next } /op=remove_rule/ { on = 0; next } /type=SYSCALL/ { if (on) made[n]++; else between++ }
		END { for (i = 1; i <= 6; i++) print i, made[i] + 0; print "between", between + 0 }' >"$T/made"
all=0
named=0
for n in 1 2 3 4 5 6; do
	made=$(awk -v n=$n '$1 == n { print $2 }' "$T/made")
	given=$(of "(.rule // \"\") | test(\"pid!=$n \")")
	check "exchange $n: $given of $made events have the rule, and no other has it" [ "$given" -le "$made" ]
	all=$((all + made))
	named=$((named + given))
done
note "made by the six: $all, given to them: $named, to any: $(of '.candidates == []'), without a rule loaded: $(awk '/between/ { print $2 }' "$T/made")"
check "most have their rule" [ $((named * 100)) -ge $((all * 60)) ]
same "changes that the stream did not tell of" 0 "$(last_summary reader .health.rule_changes_unseen)"
same "events of swapped rules with a wrong or no reason" 0 "$(of '(.reason // "") == "unknown"')"
check "all objects are valid" validate "$T/reader.out"
sys_end
