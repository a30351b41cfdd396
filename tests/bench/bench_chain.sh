#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench_chain.sh - the real chain, kernel to auditd to one plugin, at full speed
#
# Four plugins take turns, a round of all after the other, each under an auditd
# of its own: one that reads and discards, ours, ours asking libauparse about
# every event, and ours with its log and state on a frozen filesystem and nobody
# reading /dev/log. Measured: the time until the plugin has read the whole load,
# and processor time of plugin and auditd. As every test that touches audit it
# runs only where nobody uses it.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317,SC2016
. "$(dirname "$0")/../system/lib.sh"

ROUNDS=${ROUNDS:-12}
BURSTS=${BURSTS:-5}    # of each in a round
EVENTS=${EVENTS:-20000} # of each burst
PROCESSES=${PROCESSES:-1}

# busy PID: nanoseconds of processor time of all its threads
busy() { cat /proc/"$1"/task/*/schedstat 2>/dev/null | awk '{ sum += $1 } END { printf "%d\n", sum }'; }
has_read() { sed -n 's/^rchar: //p' "/proc/$1/io"; }
now() { date +%s%N; }
plugin_runs() { plugin=$(pgrep -P "$sys_auditd" -f "^$T/$program"); }

# until_read PID: the time when it read last before it read nothing for 0.3 s
until_read()
{
	last=$(has_read "$1") at=$(now) quiet=0
	while [ $quiet -lt 15 ]; do
		sleep 0.02
		have=$(has_read "$1")
		if [ "$have" = "$last" ]; then quiet=$((quiet + 1)); else last=$have at=$(now) quiet=0; fi
	done
	echo "$at"
}

# From now on a write to the log or the state hangs, and so would syslog(3), by
# whomever: /dev/log takes nothing more. auditd has nothing to say under load.
hang()
{
	kill -STOP "$syslog"
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setblocking(False)
try:
    while True:
        s.sendto(b"<30>x", sys.argv[1])
except BlockingIOError:
    pass' "$T/dev/log"
	fsfreeze -f "$sys_disk"
}
unhang()
{
	fsfreeze -u "$sys_disk"
	kill -CONT "$syslog"
}

# once WAY COMMAND: for each burst a line to $T/figures: way, round, ns until it was
# read, processor time of plugin and auditd in ns
once()
{
	auditd_start "$2"
	auditctl -b 8192 >/dev/null
	[ "$(saved_of backlog_wait_time)" != 0 ] || auditctl --backlog_wait_time 15000 >/dev/null
	until_true "$SYS_WAIT" plugin_runs || die "$1: the plugin does not run"
	rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k chain
	run "$T/load" getppid 2000 1 # warm
	until_read "$plugin" >/dev/null
	[ "$1" != frozen ] || hang
	sleep 1.2 # a summary is due each second: its writer hangs by then
	burst=0
	while [ $burst -lt "$BURSTS" ]; do
		ours=$(busy "$plugin") auditds=$(busy "$sys_auditd") begin=$(now)
		run "$T/load" getppid "$EVENTS" "$PROCESSES" >/dev/null || fail "the load was not as expected"
		end=$(until_read "$plugin")
		echo "$1 $round $((end - begin)) $(($(busy "$plugin") - ours)) $(($(busy "$sys_auditd") - auditds))" >>"$T/figures"
		burst=$((burst + 1))
	done
	[ "$1" != frozen ] || unhang
	sys_drop_rules
	auditd_stop || die "auditd did not end"
	rm -f "$T"/log/* "$T"/state/*
}

way()
{
	program=${2%% *}
	rm -f "$T"/etc/plugins.d/*
	plugin_file p "$T/$program" string "${2#"$program"}"
	[ -n "${2#"$program"}" ] || sed -i '/^args/d' "$T/etc/plugins.d/p.conf"
	once "$1" "$3"
}

# of_rounds WAY WHAT: the median over the bursts of each round; WHAT is an awk
# expression of a line of figures
of_rounds()
{
	awk -v way="$1" '$1 == way { print $2, '"$2"' }' "$T/figures" | sort -k1,1n -k2,2n |
		awk 'function give() { if (n) print v[int((n + 1) / 2)] }
			$1 != round { give(); round = $1; n = 0 }
			{ v[++n] = $2 }
			END { give() }'
}
# median: of the lines that come in, with the least and the most
median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.3f (%.3f to %.3f)", v[int((NR + 1) / 2)], v[1], v[NR] }'; }
throughput()
{
	of_rounds discard '$3' >"$T/discard.ns"
	of_rounds "$1" '$3' | paste -d ' ' "$T/discard.ns" - | awk '{ print $1 / $2 }' | median
}
share() { of_rounds "$1" '$4 / $5' | median; }
sys_begin pgrep fsfreeze mkfs.ext4 mount socat python3
own_program tests/system/load
own_program tests/bench/discard
disk "$T/disk"
own_noise <<-CONF
	interval = 1
CONF
sed -e "s|^summary_log = .*|summary_log = $T/disk/summary.log|" -e "s|^state_file = .*|state_file = $T/disk/state|" \
	"$T/noise.conf" >"$T/frozen.conf"
chmod 0640 "$T/frozen.conf"
SYS_Q_DEPTH=40000
auditd_conf
own_dev
: >"$T/figures"
round=0
while [ $round -lt "$ROUNDS" ]; do
	# each in turn is the first of a round: what one leaves to the next differs
	turn=0
	while [ $turn -lt 4 ]; do
		case $(((round + turn) % 4)) in
		0) way discard discard "" ;;
		1) way ours "audisp-noise $T/noise.conf" "" ;;
		2) way frozen "audisp-noise $T/frozen.conf" "$in_own_dev" ;;
		3) way every "audisp-noise -e $T/noise.conf" "" ;;
		esac
		turn=$((turn + 1))
	done
	round=$((round + 1))
done
echo "$ROUNDS rounds of $BURSTS times $EVENTS events of 3 records; median of the rounds (least to most)"
echo "throughput of the chain, that with a plugin that discards being 1"
echo "  ours                                     $(throughput ours)"
echo "  with a frozen disk and /dev/log unread   $(throughput frozen)"
echo "processor time of the plugin, that of auditd being 1"
echo "  ours                                     $(share ours)"
echo "  asking libauparse about every event      $(share every)"
echo "  the plugin that discards                 $(share discard)"
echo "us an event: ours $(of_rounds ours "\$4 / $EVENTS / 1000" | median), auditd $(of_rounds ours "\$5 / $EVENTS / 1000" | median)"
[ -z "$SYS_KEEP" ] || cp "$T/figures" "$SYS_KEEP"
sys_end
