#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What somebody has planted where our files go: links, FIFOs and directories
# are refused or set aside, said, and nothing behind them is changed.
. "$(dirname "$0")/lib.sh"
need gzip socat jq timeout

gzip -dc "$recorded" | head -n 2000 >"$work/stream"
# outside of our directories, writable by the plugin: only not following saves it
target=$work/target
echo "not ours" >"$target"
[ -z "$as_user" ] || chown nobody "$target"
unchanged() { [ "$(cat "$target")" = "not ours" ] && [ "$(stat -c %a "$target")" = "$mode" ]; }
mode=$(stat -c %a "$target")

# place DIR...: fresh directories of our own, in which the plugin may write
place() {
	rm -rf "$work/run" "$work/log" "$work/kept"
	for dir in "$@"; do
		mkdir -m 750 "$work/$dir"
		[ -z "$as_user" ] || chown nobody "$work/$dir"
	done
}
{
	printf 'socket = %s/run/socket\nsummary_log = %s/log/summary.log\n' "$work" "$work"
	printf 'state_file = %s/kept/state\nsummary_log_size = 64K\ninterval = 1\n%s\n' "$work" "$as_user"
} >"$work/settings"
chmod 600 "$work/settings"

# once [MS]: a whole run over a stream that lingers; its status, and what it said in err
once() {
	status=0
	timeout 20 "$DRIVE" --chunk 65536 --linger "${1:-0}" "$NOISE_PLUGIN" "$work/settings" \
		<"$work/stream" 2>"$work/err" || status=$?
}
# refused NAME PATTERN
refused() {
	once
	check "$1: refused" [ "$status" -eq 1 ]
	check "$1: is said" grep -q -- "$2" "$work/err"
	check "$1: nothing behind it is changed" unchanged
}
# passed NAME: it runs all the same
passed() {
	once 1200
	check "$1: it runs" [ "$status" -eq 0 ]
	check "$1: nothing behind it is changed" unchanged
}

for which in run log kept; do
	mkdir -p "$work/elsewhere"
	[ -z "$as_user" ] || chown nobody "$work/elsewhere"
	place run log kept
	rmdir "$work/$which"
	ln -s elsewhere "$work/$which"
	refused "a link in place of the directory $which" "directory $work/$which: .*symbolic link"
	check "a link in place of the directory $which: it stays empty" [ -z "$(ls "$work/elsewhere")" ]
done

place run log kept
ln -s "$target" "$work/run/socket"
refused "a link in the socket's place" "socket $work/run/socket: "
check "a link in the socket's place: it is left" [ -L "$work/run/socket" ]

# another's socket behind a link is not taken for a second instance of ours, nor removed
place run log kept
ln -s "$work/other" "$work/run/socket"
socat "UNIX-LISTEN:$work/other,fork" EXEC:cat &
other=$!
await [ -S "$work/other" ]
refused "a link to another's socket" "socket $work/run/socket: "
check "a link to another's socket: it goes on" kill -0 "$other"
check "a link to another's socket: it is left" [ -S "$work/other" ]
kill "$other"
wait "$other" 2>/dev/null || true

place run log kept
ln -s "$target" "$work/log/summary.log"
refused "a link in the log's place" "summary log .*symbolic link"
place run log kept
mkfifo "$work/log/summary.log"
[ -z "$as_user" ] || chown nobody "$work/log/summary.log"
refused "a FIFO in the log's place" "summary log .*no regular file"
place run log kept
mkdir "$work/log/summary.log"
refused "a directory in the log's place" "summary log .*no regular file"

# a line more and the log is renamed
full_log() {
	head -c 65500 /dev/zero | tr '\0' x >"$work/log/summary.log"
	echo >>"$work/log/summary.log"
	[ -z "$as_user" ] || chown nobody "$work/log/summary.log"
}
place run log kept
full_log
ln -s "$target" "$work/log/summary.log.1"
passed "a link where the log is renamed to"
check "a link where the log is renamed to: the log stands there" [ -f "$work/log/summary.log.1" ]
check "a link where the log is renamed to: it was pushed on, not followed" [ -L "$work/log/summary.log.2" ]
place run log kept
full_log
mkdir "$work/log/summary.log.1" "$work/log/summary.log.2" "$work/log/summary.log.3" "$work/log/summary.log.4"
touch "$work/log/summary.log.4/x"
passed "directories where the log is renamed to"
check "directories where the log is renamed to: no line is lost" grep -q 'records=' "$work/log/summary.log"

place run log kept
ln -s "$target" "$work/kept/state.new"
passed "a link where the new state is written"
check "a link where the new state is written: the state is a file" [ ! -L "$work/kept/state" ] && [ -f "$work/kept/state" ]
place run log kept
ln -s "$target" "$work/kept/state"
ln -s "$target" "$work/kept/state.bad"
passed "links in the places of the state and of a bad one"
check "links in the places of the state and of a bad one: is said" \
	grep -q "state_file $work/kept/state: a symbolic link; set aside as $work/kept/state.bad.1" "$work/err"
place run log kept
mkfifo "$work/kept/state"
passed "a FIFO in the state's place"
check "a FIFO in the state's place: is set aside" [ -p "$work/kept/state.bad" ]

# while it runs, before the log is opened anew
place run log kept
mkfifo "$work/pipe"
"$NOISE_PLUGIN" "$work/settings" <"$work/pipe" 2>"$work/err" 7>&- &
plugin=$!
exec 7>"$work/pipe"
await [ -s "$work/log/summary.log" ]
mv "$work/log/summary.log" "$work/log/old"
ln -s "$target" "$work/log/summary.log"
kill -HUP "$plugin"
errors() {
	[ "$(socat -u "UNIX-CONNECT:$work/run/socket" STDOUT 2>/dev/null 7>&- | timeout 5 jq -n 'first(inputs | select(.type == "summary" and .health.summary_log_errors > 0)) | 1')" = 1 ]
}
check "a link put there while it runs: is counted" await errors
check "a link put there while it runs: nothing behind it is changed" unchanged
rm "$work/log/summary.log"
check "it is gone: the log goes on" await [ -s "$work/log/summary.log" ]
check "it is gone: the log says how many lines are missing" await grep -q " gap dropped=" "$work/log/summary.log"
exec 7>&-
wait "$plugin" || true
finish
