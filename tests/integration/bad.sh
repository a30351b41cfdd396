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
	[ "$wanted" -eq 2 ] || check "$name: in one line" [ "$(said "$work/err" | wc -l)" -eq 1 ]
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
printf 'socket = %s/file/socket\n%s\n' "$work" "$as_user" >"$work/s2"; echo "state_file = none" >>"$work/s2"
refused "a socket's directory that is a file" "socket: directory $work/file: " 1 \
	"$NOISE_PLUGIN" "$work/s2"
printf 'socket = %s/socket\nsummary_log = %s/file/summary.log\n%s\n' "$work" "$work" "$as_user" >"$work/s2"; echo "state_file = none" >>"$work/s2"
refused "a log directory that is a file" "summary_log: directory $work/file: " 1 \
	"$NOISE_PLUGIN" "$work/s2"
ln -s file "$work/log"
printf 'socket = %s/socket\nsummary_log = %s/log\n%s\n' "$work" "$work" "$as_user" >"$work/s2"; echo "state_file = none" >>"$work/s2"
refused "a summary log that is a symbolic link" "summary log $work/log: .*symbolic link.*remove it" 1 \
	"$NOISE_PLUGIN" "$work/s2"
check "its target is left alone" [ "$(cat "$work/file")" = "not ours" ]
refused "a group that is not there" "socket_group: .*no-such-group" 1 \
	"$NOISE_PLUGIN" "$(settings 'socket_group = no-such-group')"
refused "--settings: a group that is not there" \
	'settings: socket_group: .*"no-such-group"; make it' 1 \
	"$NOISE_PLUGIN" --settings "$(settings 'socket_group = no-such-group')"

if [ -n "$as_user" ]; then
	printf 'socket = %s/socket\nsummary_log = none\nstate_file = none\nuser = no-such-user\n' "$work" >"$work/s2"
	refused "--settings: a user that is not there" "s2: user: there is no user .*no-such-user" 1 \
		"$NOISE_PLUGIN" --settings "$work/s2"
	refused "a user that is not there" "s2: user: there is no user .*no-such-user" 1 \
		"$NOISE_PLUGIN" "$work/s2"
fi

mkdir -p "$work/theirs"
printf 'socket = %s/theirs/socket\nsummary_log = none\nstate_file = %s/none/state\n%s\n' \
	"$work" "$work" "$as_user" >"$work/s2"
if [ "$(id -u)" -eq 0 ]; then
	refused "--settings: a directory that our user may not write" \
		'socket: the directory of .*/theirs/socket: Permission denied (as uid [1-9][0-9]*); give it' 1 \
		"$NOISE_PLUGIN" --settings "$work/s2"
fi
check "--settings: makes nothing" [ ! -e "$work/none" ]

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
	check "$name: in one line" [ "$(said "$work/err" | wc -l)" -eq 1 ]
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

refused "aunoise: no daemon" "$work/socket: there is no such socket.*the system log says" 3 \
	"$AUNOISE" status --socket "$work/socket"
refused "aunoise: no socket" "$work/file: nobody listens there: it is no socket" 3 \
	"$AUNOISE" status --socket "$work/file"
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

# A name can hold what a terminal obeys: no message may repeat it as it is.
hostile=$(printf '\033[31m\nevil')
cp "$work/stream" "$work/$hostile"
mkdir "$work/dir$hostile"
cp "$recorded" "$work/gz$hostile"
# tame NAME STATUS ARGUMENT...: aunoise ends with STATUS and shows \x1b and \x0a alone
tame() {
	name=$1 wanted=$2
	shift 2
	status=0
	"$AUNOISE" "$@" </dev/null >"$work/out" 2>"$work/err" || status=$?
	check "hostile $name: exit status $wanted" [ "$status" -eq "$wanted" ]
	check "hostile $name: is said" grep -qF '\x1b[31m\x0aevil' "$work/err"
	check "hostile $name: not raw" no_control "$work/err"
	grep -q '^evil' "$work/err" && check "hostile $name: one line" false
}
no_control() { ! LC_ALL=C grep -q '[^ -~]' "$1"; }
tame "file without records" 3 replay "$work/$hostile"
tame "file that is missing" 3 replay "$work/none$hostile"
tame "directory" 3 replay "$work/dir$hostile"
tame "compressed file" 3 replay "$work/gz$hostile"
tame "file named twice" 3 replay "$work/$hostile" "$work/$hostile"
tame "socket" 3 status --socket "$work/socket$hostile"
tame "command" 2 "$hostile"
tame "argument" 2 status "$hostile"
tame "option" 2 report "--$hostile"
tame "letter option" 2 report "-$hostile"
tame "option's value" 2 report "--json=$hostile"

# A key that is no UTF-8 is shown by its bytes, so that two of them differ.
for key in FF FE; do
	printf 'type=SYSCALL msg=audit(1.000:%d): arch=c000003e syscall=2 success=yes exit=0 key=%s\n' \
		"0x$key" "$key"
done >"$work/keys"
"$AUNOISE" replay "$work/keys" >"$work/out" 2>/dev/null
check "keys that are no UTF-8 are told apart" \
	[ "$(grep -c -e ' "\\xff"$' -e ' "\\xfe"$' "$work/out")" -eq 2 ]

# With standard input closed the first file that is opened is descriptor 0.
gzip -dc "$recorded" | head -n 200 >"$work/first"
printf 'type=SYSCALL msg=audit(1.000:9): arch=c000003e syscall=2 key="a"\n' >"$work/second"
"$AUNOISE" replay --json "$work/first" "$work/second" </dev/null >"$work/out" 2>/dev/null
"$AUNOISE" replay --json "$work/first" "$work/second" <&- >"$work/out2" 2>/dev/null
check "replay of files with standard input closed" cmp -s "$work/out" "$work/out2"
replay_closed() { "$AUNOISE" replay - <&-; }
status=0
replay_closed >/dev/null 2>"$work/err" || status=$?
check "replay of a closed standard input: status 3" [ "$status" -eq 3 ]
check "replay of a closed standard input: is said" grep -q "standard input is closed" "$work/err"

# gap_events: of the time since the summary before, but for the final one: of all
for serial in 1 2 5 6 9 10 11 12; do
	printf 'type=USER_CMD msg=audit(%d.000:%d): pid=1\n' $((1000 + serial * 4)) $serial
done >"$work/gaps"
"$AUNOISE" replay --json --interval 8 "$work/gaps" 2>/dev/null >"$work/out"
gaps=$(sed 's/.*"loss":{[^}]*"gap_events":\([0-9]*\).*/\1/' "$work/out")
final=$(echo "$gaps" | tail -n 1)
periodic=$(($(echo "$gaps" | sed '$d' | tr '\n' '+')0))
check "replay --interval: gaps in the final summary: 4, not $final" [ "$final" -eq 4 ]
check "replay --interval: the gaps before it add up to 4, not $periodic" [ "$periodic" -eq 4 ]
finish
