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
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/../system/lib.sh"

ROUNDS=${ROUNDS:-9}
EVENTS=${EVENTS:-60000}

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
	sleep 1.2 # a summary is due each second
}
unhang()
{
	fsfreeze -u "$sys_disk"
	kill -CONT "$syslog"
}

# once WAY COMMAND: a line of figures to $T/figures: way, ns, plugin ns, auditd ns, bytes
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
	bytes=$(has_read "$plugin") ours=$(busy "$plugin") auditds=$(busy "$sys_auditd") begin=$(now)
	run "$T/load" getppid "$EVENTS" 2 || fail "the load was not as expected"
	end=$(until_read "$plugin")
	echo "$1 $((end - begin)) $(($(busy "$plugin") - ours)) $(($(busy "$sys_auditd") - auditds)) $(($(has_read "$plugin") - bytes))" >>"$T/figures"
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

# figures COLUMN WAY [WAY]: median (least to most) of a column, or of its ratio in each round
figures()
{
	awk -v column="$1" -v way="$2" -v to="$3" '
		$1 == way { value[++n] = $column }
		$1 == to { other[++m] = $column }
		END { for (i = 1; i <= n; i++) print to == "" ? value[i] : value[i] / other[i] }' "$T/figures" |
		sort -n | awk '{ v[NR] = $1 } END { printf "%.3f (%.3f to %.3f)", v[int((NR + 1) / 2)], v[1], v[NR] }'
}
share()
{
	awk -v way="$1" '$1 == way { print $3 / $4 }' "$T/figures" | sort -n |
		awk '{ v[NR] = $1 } END { printf "%.3f (%.3f to %.3f)", v[int((NR + 1) / 2)], v[1], v[NR] }'
}

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
mkdir "$T/dev"
touch "$T/dev/null" "$T/dev/urandom"
cat >"$T/in-own-dev" <<-'SCRIPT'
	#!/bin/sh
	# in-own-dev DIR COMMAND...: with DIR as /dev
	dir=$1
	shift
	mount --bind /dev/null "$dir/null" && mount --bind /dev/urandom "$dir/urandom" &&
		mount --rbind "$dir" /dev && exec "$@"
SCRIPT
start syslog socat -u "UNIX-RECV:$T/dev/log,mode=666" STDOUT
until_true "$SYS_WAIT" [ -S "$T/dev/log" ] || die "no listener for the system log"
syslog=$started
: >"$T/figures"
round=0
while [ $round -lt "$ROUNDS" ]; do
	way discard discard ""
	way ours "audisp-noise $T/noise.conf" ""
	way every "audisp-noise -e $T/noise.conf" ""
	way frozen "audisp-noise $T/frozen.conf" "unshare -m sh $T/in-own-dev $T/dev"
	round=$((round + 1))
done
echo "$ROUNDS rounds of $EVENTS events of 3 records; median (least to most)"
echo "throughput of the chain, that with a plugin that discards being 1"
echo "  ours                                     $(figures 2 discard ours)"
echo "  with a frozen disk and /dev/log unread   $(figures 2 discard frozen)"
echo "processor time of the plugin, that of auditd being 1"
echo "  ours                                     $(share ours)"
echo "  asking libauparse about every event      $(share every)"
echo "  the plugin that discards                 $(share discard)"
echo "us an event: auditd $(awk -v e="$EVENTS" '$1 == "ours" { s += $4; n++ } END { printf "%.2f", s / n / e / 1000 }' "$T/figures"), ours $(awk -v e="$EVENTS" '$1 == "ours" { s += $3; n++ } END { printf "%.2f", s / n / e / 1000 }' "$T/figures")"
[ -z "$SYS_KEEP" ] || cp "$T/figures" "$SYS_KEEP"
sys_end
