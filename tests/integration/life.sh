#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin's life: the end of the stream, signals by whom they come from,
# the socket left behind, a second instance, a log moved away.
. "$(dirname "$0")/lib.sh"
need gzip jq socat

gzip -dc "$recorded" | head -n 5000 >"$work/stream"
wanted=$(grep -c '^type=' "$work/stream")

# last_records FILE: what the last summary of a client's lines has counted
last_records() {
	jq -s '[.[] | select(.type == "summary")][-1].windows[-1].records' "$1"
}

plugin_pid() {
	jq -r 'select(.type == "hello").pid' "$work/client" 2>/dev/null | head -n 1
}

# begin OPTION...: drive the plugin in the background with a client beside it
begin() {
	rm -f "$work/client"
	"$DRIVE" "$@" "$NOISE_PLUGIN" "$(settings 'interval = 1')" <"$work/stream" \
		2>"$work/err" &
	drive=$!
	await "$AUNOISE" status --socket "$work/socket" >/dev/null || echo "no answer"
	socat -u "UNIX-CONNECT:$work/socket" - >"$work/client" &
	client=$!
	await grep -q hello "$work/client" || echo "no hello came"
}

end() {
	status=0
	wait "$drive" || status=$?
	wait "$client" || true
}

begin --linger 1500
end
check "end of stream: exit status 0" [ "$status" -eq 0 ]
check "end of stream: all is counted" [ "$(last_records "$work/client")" -eq "$wanted" ]
check "end of stream: the socket is gone" [ ! -e "$work/socket" ]
check "end of stream: nothing was said" [ -z "$(said "$work/err")" ]
seqs=$(jq -s -c '[.[].seq] == [range(1; length + 1)]' "$work/client")
check "end of stream: seq is consecutive" [ "$seqs" = true ]

begin --linger 2500
pid=$(plugin_pid)
for signal in TERM INT USR1 USR2 ALRM PIPE CONT HUP; do
	kill -s "$signal" "$pid"
done
end
check "signals that are not for it: do not end it" [ "$status" -eq 0 ]
check "signals that are not for it: the rest is counted" [ "$(last_records "$work/client")" -eq "$wanted" ]

is_gone() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"; }
begin --linger 2000 --term 4000
pid=$(plugin_pid)
await is_gone "$pid"
check "SIGTERM of the parent: it ends" is_gone "$pid"
check "SIGTERM of the parent: before the stream does" kill -0 "$drive"
end
check "SIGTERM of the parent: exit status 0" [ "$status" -eq 0 ]

begin --linger 2500
pid=$(plugin_pid)
mv "$work/summary.log" "$work/moved.log"
kill -HUP "$pid"
await [ -s "$work/summary.log" ] || true
end
check "SIGHUP: the summary log is begun anew" [ -s "$work/summary.log" ]

# settings FILE'S LINES are put in place and told of; then the plugin has said PATTERN
reloads() {
	pattern=$1
	shift
	settings "$@" >/dev/null
	kill -HUP "$(plugin_pid)"
	await grep -q "$pattern" "$work/err"
}
summaries() { grep -c '"type":"summary"' "$work/client"; }
begin --linger 12000
check "SIGHUP: a live setting holds at once" \
	reloads 'settings reloaded; changed: interval; needs a restart: none$' 'interval = 3600'
sleep 1
before=$(summaries)
sleep 2
check "SIGHUP: no summary comes before the new interval" [ "$(summaries)" -eq "$before" ]
check "SIGHUP: what needs a restart is named" \
	reloads 'changed: top; needs a restart: windows, max_values$' 'interval = 3600' 'top = 3' \
	'windows = 60' 'max_values = 100'
check "SIGHUP: a bad file is refused with its place" \
	reloads 'old ones hold: .*settings:3: interval: "soon"' 'interval = soon'
chmod 666 "$work/settings"
: >"$work/err"
kill -HUP "$(plugin_pid)"
check "SIGHUP: a file that others can write is refused" await grep -q 'old ones hold: .*writ' "$work/err"
chmod 600 "$work/settings"
check "SIGHUP: after that a good one is taken" \
	reloads 'changed: interval, top; needs a restart: none$' 'interval = 1'
more() { [ "$(summaries)" -gt "$before" ]; }
check "SIGHUP: summaries come at the old pace again" await more
end
check "SIGHUP: refused settings are counted" [ "$(of_last .health.settings_refused)" -eq 2 ]
check "SIGHUP: all is counted" [ "$(last_records "$work/client")" -eq "$wanted" ]

begin --linger 2500
status=0
"$DRIVE" "$NOISE_PLUGIN" "$work/settings" </dev/null 2>"$work/err2" || status=$?
check "second instance: exit status 1" [ "$status" -eq 1 ]
check "second instance: is said" grep -q "socket $work/socket: .*another" "$work/err2"
first_answers() { "$AUNOISE" status --socket "$work/socket" >/dev/null; }
check "second instance: the first still answers" first_answers
end
check "second instance: the first goes on" [ "$(last_records "$work/client")" -eq "$wanted" ]

begin --linger 5000
kill -KILL "$(plugin_pid)"
end
check "SIGKILL: leaves the socket" [ -S "$work/socket" ]
begin --linger 1500
end
check "a socket left behind is replaced" [ "$status" -eq 0 ]

# by hand: a pipe as standard input, signals count from anyone
(sleep 5) | "$NOISE_PLUGIN" "$work/settings" 2>"$work/err" &
hand=$!
await [ -S "$work/socket" ]
pid=$("$AUNOISE" status --json --socket "$work/socket" | jq 'select(.type == "hello").pid')
kill -TERM "$pid"
await [ ! -e "$work/socket" ]
check "by hand: SIGTERM ends it" [ ! -e "$work/socket" ]
wait "$hand" || true
finish
