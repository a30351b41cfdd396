#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench_memory.sh - what all our processes together take, over ten million
# events with a million different programs, keys, accounts and directories
#
# The proportional set size of /proc/PID/smaps_rollup, while the stream waits.
# As root the plugin becomes nobody and has its watcher, as under auditd.
set -e
EVENTS=${EVENTS:-10000000}
work=$(mktemp -d)
chmod 755 "$work"
trap 'kill $(jobs -p) 2>/dev/null || :; rm -rf "$work"' EXIT
as_user=
if [ "$(id -u)" -eq 0 ]; then
	as_user='user = nobody'
	chown nobody "$work"
fi
printf 'socket = %s/socket\nsummary_log = %s/log\nstate_file = %s/state\ninterval = 1\n%s\n' \
	"$work" "$work" "$work" "$as_user" >"$work/settings"
chmod 600 "$work/settings"
mkfifo "$work/pipe"
./plugin/audisp-noise "$work/settings" <"$work/pipe" 7>&- &
plugin=$!
exec 7>"$work/pipe"

family() {
	echo "$plugin"
	for child in $(pgrep -P "$plugin"); do
		echo "$child"
		pgrep -P "$child" || :
	done
}
memory() {
	for pid in $(family); do cat "/proc/$pid/smaps_rollup"; done | awk '/^Pss:/ { sum += $2 } END { print sum }'
}
# FIFO and input empty: nothing was read for half a second
rest() {
	before=
	until [ "$before" = "$(sed -n 's/^rchar: //p' "/proc/$plugin/io")" ]; do
		before=$(sed -n 's/^rchar: //p' "/proc/$plugin/io")
		sleep 0.5
	done
}
sleep 1
echo "events      KiB of all $(family | wc -l) processes"
printf '%-11s %s\n' 0 "$(memory)"
for part in 1 10 25 50 100; do
	wanted=$((EVENTS * part / 100))
	./tests/bench/synthetic_log "$((wanted - ${done:-0}))" 1000000 0 >&7
	rest
	printf '%-11s %s\n' "$wanted" "$(memory)"
	done=$wanted
done
exec 7>&-
wait "$plugin"
