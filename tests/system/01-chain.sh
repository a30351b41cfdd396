#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 01-chain.sh - kernel, auditd and the plugin at full speed: nothing is lost,
# nothing is missing, and the plugin's figures are those that awk counts over
# the very stream that it was given
#
# Next to the plugin runs tee, which writes down the same stream. Eight clients
# read the plugin's socket meanwhile, four of them stalled.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

EVENTS=${EVENTS:-100000}
REQUEST='{"interval":1,"windows":"all","top":512}'

set_up()
{
	own_program tests/system/load
	own_program tests/system/tee
	install -m 0755 "$T/load" "$T/other"
	echo x >"$T/file"
	own_noise <<-CONF
		interval = 1
		client_buffer = 512K
	CONF
	plugin_file noise "$T/audisp-noise" string "$T/noise.conf"
	plugin_file tee "$T/tee" string "$T/log/stream"
	# a plugin that reads as fast as it can may still be scheduled late on a
	# busy machine; then auditd's own queue must hold what comes meanwhile
	SYS_Q_DEPTH=20000
	auditd_start ""
	auditctl -b 8192 >/dev/null
	[ "$(saved_of backlog_wait_time)" != 0 ] || auditctl --backlog_wait_time 15000 >/dev/null
	rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k flood
	rule always,exit -F arch=b64 -S open,openat -F "exe=$T/other" -F exit=-EACCES -k denied
	rule always,exit -F arch=b64 -S open,openat -F "exe=$T/other" -k one -k two
	rule always,exit -F arch=b64 -S execve -F "exe=$T/load" -k exec
	rule always,exit -F arch=b64 -S unlink -F "exe=$T/other"
}

clients()
{
	until_true "$SYS_WAIT" [ -S "$T/run/socket" ] || die "the plugin made no socket"
	for n in 1 2 3 4; do
		ask "reader$n" "$REQUEST"
		stall "stalled$n" "$REQUEST"
	done
	until_true "$SYS_WAIT" has_clients || die "not all clients were taken"
}

has_clients() { [ "$(last_summary reader1 .health.clients)" = 8 ]; }

# A little of everything beside the flood, at the same time.
load()
{
	start various "$T/other" open 2000 "$T/file"
	various=$started
	run "$T/load" getppid "$EVENTS" 4 || fail "the load was not as expected"
	cat "$T/run.out"
	wait "$various" || fail "the opens were not as expected"
	forget "$various"
	for what in "$T/other -u 65534 deny 50 $T/log/audit.log" "$T/other unlink 50 $T/log" \
		"$T/load -a 1003 exec 20 $T/load" "$T/other -a 1003 session 10 app" \
		"$T/other usermsg 30" "$T/other badauth 5 app" "$T/other crash 3" "$T/other seccomp 2"; do
		# shellcheck disable=SC2086 # a command of ours
		run $what || fail "not as expected: $what"
	done
	auditctl -m "the load is over"
}

# counted FILE: what a stream holds, counted without the plugin, as lines
#   total RECORDS EVENTS BYTES      types TYPE RECORDS EVENTS
#   LIST NAME EVENTS RECORDS BYTES, of whole events: keys, syscalls, exes
counted()
{
	LC_ALL=C awk '
		function field(name,  at, rest) {
			at = index($0, " " name "=")
			if (!at)
				return ""
			rest = substr($0, at + length(name) + 2)
			sub(/[ \035].*/, "", rest)
			gsub(/"/, "", rest)
			return rest
		}
		function unhex(text,  i, out) {
			if (text !~ /^([0-9A-F][0-9A-F])+$/)
				return text
			for (i = 1; i < length(text); i += 2)
				out = out sprintf("%c", index(d, substr(text, i, 1)) * 16 + index(d, substr(text, i + 1, 1)) - 17)
			return out
		}
		function give(list, name, id) {
			n_events[list, name]++
			n_records[list, name] += records[id]
			n_bytes[list, name] += bytes[id]
			names[list, name] = list " " name
		}
		{
			type = substr($1, 6)
			id = $2
			if (!(id in records))
				events++
			records[id]++
			bytes[id] += length($0) + 1
			all_bytes += length($0) + 1
			type_records[type]++
			if (!((type, id) in seen)) {
				seen[type, id] = 1
				type_events[type]++
			}
		}
		type == "SYSCALL" {
			key[id] = unhex(field("key"))
			call[id] = $0
			sub(/.* SYSCALL=/, "", call[id])
			sub(/ .*/, "", call[id])
		}
		/ exe="/ && !(id in exe) {
			exe[id] = field("exe") " " (type ~ /^(USER|CRED|TRUSTED)/ ? "claimed" : "kernel")
		}
		END {
			for (id in records) {
				if (!(id in key) || key[id] == "(null)")
					give("keys", "null", id)
				else
					for (n = split(key[id], part, "\001"); n; n--)
						give("keys", part[n], id)
				if (id in call)
					give("syscalls", call[id], id)
				if (id in exe)
					give("exes", exe[id], id)
			}
			print "total", NR, events, all_bytes
			for (t in type_records)
				print "types", t, type_records[t], type_events[t]
			for (n in names)
				print names[n], n_events[n], n_records[n], n_bytes[n]
		}' d=0123456789ABCDEF "$1" | LC_ALL=C sort
}

# The same lines from the plugin's summary.
figures()
{
	last_summary reader1 "$ALL | [
		\"total \\(.records) \\(.events) \\(.bytes)\",
		(.types[] | \"types \\(.type) \\(.records) \\(.events)\"),
		(.keys[] | \"keys \\(.key) \\(.events) \\(.records) \\(.bytes)\"),
		(.syscalls[] | select(.syscall) |
			\"syscalls \\(.syscall) \\(.events) \\(.records) \\(.bytes)\"),
		(.exes[] | select(.exe) | \"exes \\(.exe) \\(if .claimed then \"claimed\" else \"kernel\" end) \\(.events) \\(.records) \\(.bytes)\")
		] | join(\"|\")" | tr '|' '\n' | LC_ALL=C sort
}

# serials FILE: first, last and number of the kernel's serials in it
serials()
{
	sed -n 's/^type=\([^ ]*\) msg=audit([^:]*:\([0-9]*\)).*/\1 \2/p' "$1" | grep -v '^DAEMON_' |
		awk '{ print $2 }' | sort -nu | awk 'NR == 1 { first = $1 } { last = $1 } END { print first, last, NR }'
}

stream_lines() { wc -l <"$T/log/stream"; }
all_read() { [ "$(last_summary reader1 "$ALL.records")" = "$(stream_lines)" ]; }
all_ended() { [ "$(last_summary reader1 "$ALL.events")" = "$expected" ]; }
stream_quiet()
{
	before=$(stream_lines)
	sleep 0.5
	[ "$before" = "$(stream_lines)" ]
}
stalled_lost()
{
	sleep 1
	[ "$(last_summary reader1 .health.client_lines_dropped)" -gt 0 ]
}

ALL='.windows[] | select(.seconds == null)'

compare_kernel()
{
	read -r first last distinct <"$T/serials"
	same "the stream: events from serial $first to $last" "$((last - first + 1))" "$distinct"
	check "they are at least $EVENTS" [ "$distinct" -ge "$EVENTS" ]
	same "audit.log: the same serials" "$first $last $distinct" "$(serials "$T/log/audit.log")"
	same "the plugin's events, those of auditd itself among them" \
		"$expected" "$(last_summary reader1 "$ALL.events")"
	same "the kernel's lost" "$(saved_of lost)" "$(status_of lost)"
	same "the plugin's gap_events" 0 "$(last_summary reader1 .health.gap_events)"
	same "the plugin's lines_bad" 0 "$(last_summary reader1 .health.lines_bad)"
}

compare_stream()
{
	counted "$T/stream.now" >"$T/counted"
	figures >"$T/figures"
	check "$(wc -l <"$T/counted") totals, types, keys, system calls and executables are as awk counts them" \
		diff "$T/counted" "$T/figures"
}

# cpu_of PID: hundredths of a second so far
cpu_of() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

sys_begin pgrep socat jq
set_up
clients
noise_pid=$(pgrep -P "$sys_auditd" -f "^$T/audisp-noise") || die "the plugin does not run"
load
sys_drop_rules
until_true 60 stream_quiet || die "the stream does not come to rest"
until_true "$SYS_WAIT" all_read ||
	fail "the plugin has read $(last_summary reader1 "$ALL.records") of $(stream_lines) records"
cp "$T/log/stream" "$T/stream.now"
serials "$T/stream.now" >"$T/serials"
expected=$(($(cut -d' ' -f3 <"$T/serials") + $(grep -c '^type=DAEMON_' "$T/stream.now")))
until_true 50 all_ended || : # said below, in figures
compare_kernel
compare_stream
note "processor time in 1/100 s: plugin $(cpu_of "$noise_pid"), auditd $(cpu_of "$sys_auditd")"
until_true 120 stalled_lost || fail "the stalled clients never lost a line, so they tested nothing"
auditd_stop || die "auditd did not end"
check "the plugin ended with auditd" gone_or_zombie "$noise_pid"
check "its socket is gone" [ ! -e "$T/run/socket" ]
for n in 1 2 3 4; do
	check "reader $n: ended with the plugin" until_true 50 gone_or_zombie "$(cat "$T/reader$n.pid")"
	same "reader $n: lines lost" 0 "$(grep -c '"type":"gap"' "$T/reader$n.out")"
	check "reader $n: all objects are as the schema says" validate "$T/reader$n.out"
done
sys_end
