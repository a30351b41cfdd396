#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 08-clients.sh - 64 clients, half of them stalled, some coming and going, one
# talking rubbish: all is read and counted, the chain goes on, those who read
# miss nothing, and the memory keeps its bound
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

CLIENTS=64
BUFFER_KIB=64
SECONDS_LONG=20
SLACK_KIB=2048 # of the allocator, and what each client takes beside its buffer

find_stream() { stream=$(pgrep -P "$sys_auditd" -f "^$T/audisp-noise") && [ -S "$T/run/socket" ]; }
# of the process alone, in KiB
memory() { awk '/^Private_(Clean|Dirty):/ { sum += $2 } END { print sum }' "/proc/$stream/smaps_rollup"; }
lines() { wc -l <"$T/log/stream"; }
all_read() { [ "$(last_summary reader '.windows[-1].records')" = "$(lines)" ]; }
there() { [ "$(last_summary reader .health.clients)" -ge 62 ]; }
of() { jq ".$1" "$T/clients.out"; }

sys_begin pgrep socat jq python3
own_program tests/system/load
own_program tests/system/tee
own_noise <<-CONF
	interval = 1
	max_clients = $CLIENTS
	client_buffer = ${BUFFER_KIB}K
CONF
plugin_file noise "$T/audisp-noise" string "$T/noise.conf"
plugin_file tee "$T/tee" string "$T/log/stream"
SYS_Q_DEPTH=20000
auditd_start ""
until_true "$SYS_WAIT" find_stream || die "the plugin does not run"
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k clients
ask reader '{"interval":1}'
run "$T/load" getppid 5000 2 || fail "the load was not as expected"
until_true "$SYS_WAIT" all_read || fail "not all was read before the clients came"
before=$(memory)

# with the reader that is there 62, and those who come and go
start clients python3 "$srcdir/tests/system/clients.py" "$T/run/socket" 28 32 3 "$SECONDS_LONG"
clients=$started
until_true 50 there || fail "only $(last_summary reader .health.clients) clients were taken"
most=$before
while ! gone_or_zombie "$clients"; do
	run "$T/load" getppid 2000 2 || fail "the load was not as expected"
	now=$(memory)
	[ "$now" -le "$most" ] || most=$now
	sleep 0.5
done
wait "$clients" || fail "$(cat "$T/clients.err")"
forget "$clients"
note "clients: $(cat "$T/clients.out")"
note "memory in KiB: $before before, $most at most; lines that stalled clients lost: $(last_summary reader .health.client_lines_dropped), refused: $(last_summary reader .health.clients_over)"

until_true 100 all_read
same "records counted" "$(lines)" "$(last_summary reader '.windows[-1].records')"
same "events missing in the stream" 0 "$(last_summary reader .health.gap_events)"
same "the kernel's lost" "$(saved_of lost)" "$(status_of lost)"
check "each reader got a summary a second" [ "$(of least)" -ge $((SECONDS_LONG - 3)) ]
same "objects that readers missed" 0 "$(of missing)"
same "lines that readers lost" 0 "$(of gaps)"
check "stalled ones lost lines, or they tested nothing" [ "$(last_summary reader .health.client_lines_dropped)" -gt 32 ]
same "bytes of rubbish taken" 1048576 "$(of rubbish)"
# a sanitizer keeps what was given back
grep -q __asan_init "$T/audisp-noise" || check "the memory stays within $CLIENTS x $BUFFER_KIB KiB" \
	[ $((most - before)) -le $((CLIENTS * BUFFER_KIB + SLACK_KIB)) ]
check "calls that were refused: none" [ "$(last_summary reader .health.calls_denied)" = 0 ]
auditd_stop || die "auditd did not end"
sys_end
