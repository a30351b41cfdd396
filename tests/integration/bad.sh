#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every bad input has one clear line that names the thing and the remedy; the
# plugin never crashes and is never silent.
. "$(dirname "$0")/lib.sh"
need gzip

# refused NAME PATTERN STATUS COMMAND...: ends with STATUS and says PATTERN in one line
refused() {
	name=$1 pattern=$2 wanted=$3
	shift 3
	status=0
	"$@" </dev/null >"$work/out" 2>"$work/err" || status=$?
	check "$name: exit status $wanted" [ "$status" -eq "$wanted" ]
	check "$name: is said" grep -q -- "$pattern" "$work/err"
	[ "$wanted" -eq 2 ] || check "$name: in one line" [ "$(wc -l <"$work/err")" -eq 1 ]
	grep -q -- "$pattern" "$work/err" || cat "$work/err"
}

refused "unknown option" "unrecognized option '--bogus'" 2 "$NOISE_PLUGIN" --bogus
refused "two settings files" "one settings file at most" 2 "$NOISE_PLUGIN" a b
refused "no such settings file" "$work/none: .*no such file" 1 "$NOISE_PLUGIN" "$work/none"
refused "unknown key" "settings:3: intervall: .*interval" 1 \
	"$NOISE_PLUGIN" "$(settings 'intervall = 5')"
refused "bad value" "settings:3: interval: " 1 "$NOISE_PLUGIN" "$(settings 'interval = soon')"
refused "hostile value" 'settings:3: top: .*"\\x1b\[31m' 1 \
	"$NOISE_PLUGIN" "$(settings "$(printf 'top = \033[31m')")"
settings >/dev/null
chmod 666 "$work/settings"
refused "settings that others can write" "settings: .*writ" 1 "$NOISE_PLUGIN" "$work/settings"
ln -s settings "$work/link"
refused "settings behind a symbolic link" "link: .*symbolic link" 1 "$NOISE_PLUGIN" "$work/link"
refused "settings that are a directory" "$work: " 1 "$NOISE_PLUGIN" "$work"

echo "not ours" >"$work/file"
refused "a file where the socket goes" "socket $work/file: .*no socket.*move it" 1 \
	"$NOISE_PLUGIN" "$(settings | xargs sed "s|$work/socket|$work/file|" >"$work/s2" &&
		chmod 600 "$work/s2" && echo "$work/s2")"
check "that file is left alone" [ "$(cat "$work/file")" = "not ours" ]
printf 'socket = %s/file/socket\n' "$work" >"$work/s2"
refused "a socket's directory that is a file" "socket: directory $work/file: " 1 \
	"$NOISE_PLUGIN" "$work/s2"
printf 'socket = %s/socket\nsummary_log = %s/file/summary.log\n' "$work" "$work" >"$work/s2"
refused "a log directory that is a file" "summary_log: directory $work/file: " 1 \
	"$NOISE_PLUGIN" "$work/s2"
ln -s file "$work/log"
printf 'socket = %s/socket\nsummary_log = %s/log\n' "$work" "$work" >"$work/s2"
refused "a summary log that is a symbolic link" "summary log $work/log: .*symbolic link.*remove it" 1 \
	"$NOISE_PLUGIN" "$work/s2"
check "its target is left alone" [ "$(cat "$work/file")" = "not ours" ]
refused "a group that is not there" "socket_group: .*no-such-group" 1 \
	"$NOISE_PLUGIN" "$(settings 'socket_group = no-such-group')"

closed() { "$NOISE_PLUGIN" "$work/settings" <&-; }
settings >/dev/null
refused "standard input closed" "standard input is closed" 1 closed

# streams that are none; the driver hands on the plugin's exit status
stream() {
	name=$1 pattern=$2
	status=0
	"$DRIVE" --chunk 4096 "$NOISE_PLUGIN" "$(settings)" <"$work/stream" 2>"$work/err" ||
		status=$?
	check "$name: exit status 1" [ "$status" -eq 1 ]
	check "$name: is said once" [ "$(grep -c -- "$pattern" "$work/err")" -eq 1 ]
	check "$name: in one line" [ "$(wc -l <"$work/err")" -eq 1 ]
	check "$name: the socket is gone" [ ! -e "$work/socket" ]
	check "$name: the summary log counts it" grep -q "health.lines_bad=" "$work/summary.log"
	rm -f "$work/summary.log"
}
# version 0, header of 16 bytes, type 1300, 40 bytes of data, and a newline in it
{
	printf '\000\000\000\000\020\000\000\000\024\005\000\000\050\000\000\000'
	printf 'audit(1700000000.123:45): arch=c000003e\n'
} >"$work/one"
cat "$work/one" "$work/one" "$work/one" >"$work/stream"
stream "binary format" "binary format.*format = string"
gzip -dc "$recorded" | head -n 200 | sed 's/^/x/' >"$work/stream"
stream "no audit data" "lines and none is an audit record"
head -n 3 "$work/stream" >"$work/few"
mv "$work/few" "$work/stream"
stream "little data that is none" "no audit record in 3 lines"

refused "aunoise: no daemon" "$work/socket: nobody listens there" 3 \
	"$AUNOISE" status --socket "$work/socket"
refused "aunoise: no such file" "$work/none: No such file" 3 "$AUNOISE" replay "$work/none"
refused "aunoise: a directory" "$work: is a directory" 3 "$AUNOISE" replay "$work"
refused "aunoise: compressed" "recorded.log.gz: is compressed" 3 "$AUNOISE" replay "$recorded"
refused "aunoise: no records" "no audit record in 3 lines of $work/stream" 3 \
	"$AUNOISE" replay "$work/stream"
refused "aunoise: unknown command" 'no command "bogus"' 2 "$AUNOISE" bogus
refused "aunoise: unknown option" "unrecognized option" 2 "$AUNOISE" report --bogus
refused "aunoise: no file named" "Name files" 2 "$AUNOISE" replay
replay_nothing() {
	"$AUNOISE" replay --json /dev/null >"$work/out" 2>"$work/err" &&
		grep -q "the input is empty" "$work/err" && grep -q '"events":0' "$work/out"
}
check "aunoise: empty input is zeros, status 0 and a note" replay_nothing
finish
