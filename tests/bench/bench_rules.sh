#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench_rules.sh - what it costs that rules are known
#
# The replay of one log without rules, with 10 and with 1,000, which are half watches and
# half about calls; of both, three write all the events. First each with a key of its own,
# then all that it can with the key of an event, so that every event is asked which of
# them it is. Processor time, rounds interleaved.
set -e
EVENTS=${EVENTS:-100000}
ROUNDS=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./tests/bench/synthetic_log "$EVENTS" 0 -1 >"$work/log"

# rules N KEY: N rules; those that write nothing have this key, "" for one of their own
rules() {
	for call in getppid openat execve; do
		echo "-a always,exit -F arch=b64 -S $call -F auid>=1000 -F auid!=unset -F uid!=0 -k access"
		echo "-a always,exit -F arch=b64 -S $call -F auid>=1000 -F auid!=unset -F uid!=1 -k exec"
	done
	i=6
	while [ "$i" -lt "$1" ]; do
		if [ $((i % 2)) = 0 ]; then
			echo "-w /srv/other/file$i -p wa -k ${2:-watch$i}"
		else
			echo "-a always,exit -F arch=b64 -S chmod,fchmod,fchmodat -F uid=$i -k ${2:-call$i}"
		fi
		i=$((i + 1))
	done
}
rules 10 "" >"$work/few"
rules 1000 "" >"$work/many"
rules 10 access >"$work/few-shared"
rules 1000 access >"$work/many-shared"

# seconds COMMAND...: of processor time
seconds() {
	(
		"$@" >"$work/out" 2>"$work/err" || echo "$*: $(head -n 3 "$work/err")" >&2
		times
	) | tail -n 1 | tr ms ' ' | awk '{ print $1 * 60 + $2 + $3 * 60 + $4 }'
}
round=0
while [ "$round" -lt "$ROUNDS" ]; do
	seconds ./plugin/aunoise replay --json "$work/log"
	for set in few many few-shared many-shared; do
		seconds ./plugin/aunoise replay --json --rules "$work/$set" "$work/log"
	done
	round=$((round + 1))
done | paste - - - - - >"$work/figures"
echo "$EVENTS events; $ROUNDS rounds; seconds of processor time, medians"
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] " (" v[1] " to " v[NR] ")" }'; }
figure() { printf '%-32s %s   ratio %s\n' "$1" "$(awk "{ print \$$2 }" "$work/figures" | median)" "$(awk "{ printf \"%.2f\\n\", \$$2 / \$$3 }" "$work/figures" | median)"; }
figure "without rules" 1 1
figure "10 rules, to none" 2 1
figure "1,000 rules, to 10" 3 2
figure "10 rules of one key, to none" 4 1
figure "1,000 rules of one key, to 10" 5 4
