#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# noise.sh - what replay proposes so that less is recorded, and of what it keeps silent
#
# Streams of an hour and more, always the same bytes but for the name of the program,
# which has to be one of this host: whose file it is decides.
# shellcheck disable=SC2317 # check calls functions
. "$(dirname "$0")/lib.sh"
PYTHON=${PYTHON:-python3}
[ "$PYTHON" != no ] || PYTHON=python3
need awk jq "$PYTHON"
case $(uname -m) in
x86_64) ;;
*)
	echo "the rules name system calls of x86_64"
	exit 77
	;;
esac
case $AUNOISE in /*) ;; *) AUNOISE=$(pwd)/$AUNOISE ;; esac

# a program of root's that is no shell, where it is the file itself
program=
for each in cat ls cut sort; do
	for dir in /usr/bin /bin; do
		[ "$(stat -c %F:%u "$dir/$each" 2>/dev/null)" = "regular file:0" ] &&
			[ "$(realpath "$dir/$each")" = "$dir/$each" ] && program=${program:-$dir/$each}
	done
done
# not so in a user's namespace, where root's files may be nobody's
if [ -z "$program" ] || [ "$(stat -c %u /)" -ne 0 ]; then
	echo "no program of root's is found"
	exit 77
fi
here=$(cd "$here" && pwd)
cd "$work" || exit 99

# stream CALL EXE AUID UID [NODE]: 1,000 times, 4 s apart, two events of EXE, each of
# three records, and one of two of somebody who has logged in
stream() {
	awk -v call="$1" -v exe="$2" -v auid="$3" -v uid="$4" -v node="${5:+node=$5 }" '
		function put(type, rest) { printf "%stype=%s msg=audit(%d.%03d:%d): %s\n", node, type, 1700000000 + 4 * i, k, serial, rest }
		function put_call(auid, uid, exe) {
			serial++
			put("SYSCALL", sprintf("arch=c000003e syscall=%d success=yes exit=0 a0=3 a1=1 a2=10 a3=0 items=%d ppid=1 pid=2 auid=%s uid=%s gid=%s euid=%s suid=%s fsuid=%s egid=%s sgid=%s fsgid=%s tty=(none) ses=1 comm=\"x\" exe=\"%s\" subj=unconfined key=\"noisy\"",
				call, call == 87, auid, uid, uid, uid, uid, uid, uid, uid, uid, exe))
		}
		BEGIN {
			for (i = 0; i < 1000; i++) {
				for (k = 1; k <= 2; k++) {
					put_call(auid, uid, exe)
					put(call == 87 ? "PATH" : "SOCKADDR", call == 87 ? \
						"item=0 name=\"/srv/noise/f\" inode=1 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=DELETE" : "saddr=020000350A000001")
					put("PROCTITLE", "proctitle=\"x\"")
				}
				put_call(1000, 1000, "/usr/bin/someone")
				put("PROCTITLE", "proctitle=\"x\"")
			}
		}'
}

# advise RULES [OPTION...]: of log, as JSON in advice, and as text in text
advise() {
	rules=$1
	shift
	"$AUNOISE" replay --json --rules "$rules" "$@" log >advice 2>err &&
		"$AUNOISE" replay --rules "$rules" "$@" log >text 2>/dev/null
}
# is FILTER EXPECTED: of the advice
is() { [ "$(jq -rc "select(.type == \"advice\") | $1" advice)" = "$2" ]; }
none() { [ "$(grep -c '"type":"advice"' advice)" -eq 0 ]; }
refused() { none && grep -q "^nothing safe to silence: .*$1" text; }

unset=4294967295
mkdir rules.d
for arch in b64 b32; do echo "-a always,exit -F arch=$arch -S connect -k noisy"; done >rules.d/30-net.rules
for arch in b64 b32; do echo "-a always,exit -F arch=$arch -S unlink -k noisy"; done >delete.rules

# --- a service ---

stream 42 "$program" $unset 33 >log
advise rules.d
check "a service: valid" "$PYTHON" "$here/../schema/validate.py" advice
check "a service: an exception" is .kind silence
check "a service: for both architectures" is '.rules[]' "-a never,exit -F arch=b64 -S connect -F exe=$program -F uid=33 -F auid=-1
-a never,exit -F arch=b32 -S connect -F exe=$program -F uid=33 -F auid=-1"
check "a service: the commands put it first" is '.commands[0]' "auditctl -A never,exit -F arch=b64 -S connect -F exe=$program -F uid=33 -F auid=-1"
check "a service: and take it back" is '.undo' "auditctl -d never,exit -F arch=b64 -S connect -F exe=$program -F uid=33 -F auid=-1; auditctl -d never,exit -F arch=b32 -S connect -F exe=$program -F uid=33 -F auid=-1"
# two of three events, three of their eight records each
check "a service: 6 of 8 records" is '.saves.share, .saves.window_s' "0.75
3600"
check "a service: the figures agree" is '(.evidence.records * 8 == .evidence.of_records * 6) and (.evidence.events * 3 == .evidence.records) and ((.saves.records_per_s * .evidence.span_s - .evidence.records) | fabs < 2)' true
check "a service: file and place" is '.file, .place' "rules.d/20-audisp-noise.rules
before: -a always,exit -F arch=b64 -S connect -F key=noisy"
check "a service: what ran is not known to be that file" is '.confidence, .risk, .evidence.files_checked' "low
low
true"
check "a service: and that is said" is '.why | test("; not shown: that what ran was that very file$")' true
check "a service: who loses" is '.evidence.programs' "[{\"uid\":33,\"records\":$(jq 'select(.type == "advice").evidence.records' advice),\"exe\":\"$program\"}]"
check "text: as a block" grep -q '^ADVICE  *proposed, silence, id [0-9a-f]*: except connect by ' text
check "text: what it saves" grep -q '^  saves  *[0-9.]* records/s, .* 75.0% of all, over 3600 s$' text
check "text: how sure it is" grep -q '^  risk  *low, confidence low$' text
check "text: files were looked at" grep -q '^advice on noise (files of programs were looked at)$' text
id=$(jq -r 'select(.type == "advice").id' advice)

# what is proposed can be loaded where it is to be, and nothing is left to be said then
mkdir done.d
cp rules.d/30-net.rules done.d
jq -r 'select(.type == "advice").rules[]' advice >done.d/20-audisp-noise.rules
advise done.d
check "what is proposed is understood" [ ! -s err ]
check "and proposed once" none

# --- the settings ---

# set_to LINE...: the settings file
set_to() { printf '%s\n' "$@" >settings && chmod 600 settings; }
# keeps SETTING: it is proposed all the same; stops SETTING REASON: it is refused
keeps() {
	set_to "$1"
	advise rules.d --settings settings
	is .id "$id"
}
stops() {
	set_to "$1"
	advise rules.d --settings settings
	refused "$2"
}
check "protect_exe: another program" keeps "protect_exe = $program.d /usr/bin"
check "protect_exe: this one" stops "protect_exe = /bin/x $program" "protect_exe"
check "protect_key: another key" keeps "protect_key = nois noisy.2"
check "protect_key: the rule's" stops "protect_key = x noisy" "protect_key"
check "protect_type: another type" keeps "protect_type = USER_AUTH PATH"
check "protect_type: by name" stops "protect_type = USER_AUTH SOCKADDR" "protect_type has type 1306"
check "protect_type: by number" stops "protect_type = 1306" "protect_type"
check "min_share: 75 % are enough" keeps "min_share = 74"
set_to "min_share = 76"
advise rules.d --settings settings
check "min_share: and too little" none
check "max_risk: a low one" keeps "max_risk = low"
set_to "advise_interval = 5m" "min_share = 50" "max_risk = high" "protect_path = /srv/noise"
check "the settings have their say" advise rules.d --settings settings

set_to "min_share = 2" "protect_path = srv"
"$AUNOISE" replay --rules rules.d --settings settings log >out 2>err
check "a bad settings file: exit 3" [ $? -eq 3 ]
check "and why" grep -q '^aunoise: settings:2: protect_path: "srv" is no plain absolute path' err
check "and nothing else" [ ! -s out ]
chmod 666 settings
"$AUNOISE" replay --rules rules.d --settings settings log >out 2>err
check "one that others can write: exit 3" [ $? -eq 3 ]
"$AUNOISE" replay --rules rules.d --settings nothing log >out 2>err
check "a named one must exist: exit 3" [ $? -eq 3 ]
check "and it is said" grep -q '^aunoise: nothing: there is no such file' err

mv rules.d/30-net.rules rules.d/10-net.rules
advise rules.d
check "a file that is read before the rule's" is .file rules.d/0-audisp-noise.rules
check "the same proposal has the same id" is .id "$id"
mv rules.d/10-net.rules rules.d/30-net.rules
advise rules.d/30-net.rules
check "of one file it is that one" is '.file, .id' "rules.d/30-net.rules
$id"

# --- default deny ---

advise rules.d --no-files
check "no files: nothing is named" refused "not known to be a program of this host"
check "no files: text says so" grep -q '^advice on noise (files of programs were not looked at)$' text
check "no files: it is counted" jq -e 'select(.type == "summary").health.noise_refused > 0' advice >/dev/null

stream 42 "$program" $unset 33 nowhere.example >log
advise rules.d
check "another host's log: nothing is named" refused "not known to be a program of this host"
stream 42 "$program" $unset 33 "$(uname -n)" >log
advise rules.d
check "this host's: as without a node" is .id "$id"
{
	cat log
	stream 42 "$program" 1000 33 nowhere.example
} >both && mv both log
advise rules.d
check "of two hosts: people use it on one" none

cp "$program" ./program && chmod 755 . program
[ "$(id -u)" -ne 0 ] || chown 0 program
stream 42 "$(pwd -P)/program" $unset 33 >log
advise rules.d
check "a program that others can change" refused "others than root may write"
chmod 700 .

stream 42 /nonexistent/program $unset 33 >log
advise rules.d
check "a program that is not there" refused "not known to be a program of this host"
stream 42 "$program" 1000 33 >log
advise rules.d
check "people's own" none
{
	stream 42 "$program" $unset 33
	stream 42 "$program" 1000 33 | tail -n 8 | sed 's/:\([0-9]*\)):/:9\1):/'
} >log
advise rules.d
check "a program that people use too: neither it nor all of the service's account" none
stream 42 "$program" $unset 1000 >log
advise rules.d
check "an account that people can be" none
stream 42 "$program" $unset 0 >log
advise rules.d
check "uid 0 without a login uid is no reason" none

# --- what ran, and who used it ---

# event SECOND TYPE REST: a record of an event of that second of the log; -: of the last
# among: put the events of standard input into the log
event() { printf 'type=%s msg=audit(%d.000:SERIAL): %s\n' "$2" $((1700000000 + $1)) "$3"; }
among() {
	awk -v stream=log '
		function second(line) { match(line, /audit\([0-9]*/); return substr(line, RSTART + 6, RLENGTH - 6) + 0 }
		function put(line, serial) { sub(/SERIAL/, serial, line); print line }
		{ more[++n] = $0 }
		END {
			at = 1
			while ((getline line <stream) > 0) {
				match(line, /:[0-9]+\)/)
				serial = substr(line, RSTART + 1, RLENGTH - 2)
				while (at <= n && second(more[at]) <= second(line))
					put(more[at++], serial)
				print line
			}
		}' >with && mv with log
}
# call SECOND CALL AUID UID EXE KEY
call() {
	event "$1" SYSCALL "arch=c000003e syscall=$2 success=yes exit=0 a0=3 a1=1 a2=10 a3=0 items=0 ppid=1 pid=2 auid=$3 uid=$4 gid=$4 euid=$4 suid=$4 fsuid=$4 egid=$4 sgid=$4 fsgid=$4 tty=(none) ses=1 comm=\"x\" exe=\"$5\" subj=unconfined key=\"$6\""
}
# run SECOND EXE NAME INODE DEVICE [KEY]: by the service
run() {
	call "$1" 59 $unset 33 "$2" "${6:-exec}"
	event "$1" EXECVE 'argc=1 a0="x"'
	event "$1" PATH "item=0 name=\"$3\" inode=$4 dev=$5 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL"
	event "$1" PATH "item=1 name=\"/lib64/ld-linux-x86-64.so.2\" inode=5 dev=$5 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL"
	event "$1" PROCTITLE 'proctitle="x"'
}
# use SECOND: the program, by somebody who has logged in
use() {
	call "$1" 42 1000 1000 "$program" noisy
	event "$1" PROCTITLE 'proctitle="x"'
}
names_it() { jq -e 'select(.type == "advice").rules[0] | test(" exe=")' advice >/dev/null; }
names_it_not() { ! names_it; }

# device FILE: as records have it
device() {
	number=0x$(stat -c %D "$1")
	printf '%02x:%02x' $((number >> 8 & 0xfff)) $((number & 0xff | number >> 12 & 0xfff00))
}
inode=$(stat -c %i "$program")
device=$(device "$program")
# of btrfs and overlayfs records have other numbers than stat(2)
if [ "${device%:*}" != 00 ] && [ "$(stat -c %d "$program")" = "$(stat -c %d "${program%/*}")" ]; then
	stream 42 "$program" $unset 33 >log
	{
		run 1000 "$program" "$program" "$inode" "$device"
		run 2000 "$program" x "$inode" "$device"
	} | among
	advise rules.d
	check "what ran was that file" is '.confidence, .rules[0]' "high
-a never,exit -F arch=b64 -S connect -F exe=$program -F uid=33 -F auid=-1"
	check "and that is said" is '.why | test("what ran was that very file") and (test("not shown") | not)' true
	run 2500 "$program" x $((inode + 1)) "$device" | among
	advise rules.d
	check "perhaps another one ran too" is '.confidence, .id' "low
$id"
	run 3000 "$program" "$program" $((inode + 1)) "$device" | among
	advise rules.d
	check "another one ran under its name too" refused "was another file than the one of that name"
	stream 42 "$program" $unset 33 >log
	run 1000 "$program" "$program" "$inode" 00:1b | among
	advise rules.d
	check "one of another filesystem ran" refused "was another file than the one of that name"
	stream 42 "$program" $unset 33 >log
	run 300 "$program" "$program" $((inode + 1)) "$device" | among
	advise rules.d
	check "another one ran an hour ago: it is not known what runs now" is '.confidence, .id' "low
$id"
fi

# the last event is of second 3996
stream 42 "$program" $unset 33 >log
use $((3996 - 59 * 60)) | among
advise rules.d
check "people used it 59 minutes ago" names_it_not
stream 42 "$program" $unset 33 >log
use $((3996 - 61 * 60)) | among
advise rules.d
check "people used it 61 minutes ago" names_it

# many programs that do nothing but start, or one
starts() {
	for each; do
		file=/usr/bin/$each
		[ "$(stat -c %F:%u "$file" 2>/dev/null)" = "regular file:0" ] && [ "$(realpath "$file")" = "$file" ] &&
			echo "$file $(stat -c %i "$file") $(device "$file")"
	done >programs
	second=0
	while [ $second -lt 3900 ]; do
		while read -r file inode device; do
			run $second "$file" "$file" "$inode" "$device" noisy
			second=$((second + 3))
		done <programs
	done | awk '/SYSCALL/ { n++ } { sub(/SERIAL/, n); print }' >log
}
for arch in b64 b32; do echo "-a always,exit -F arch=$arch -S execve -k noisy"; done >starts.rules
starts cat cut head tail wc tr uniq od paste fold expand join
if [ "$(wc -l <programs)" -ge 8 ]; then
	advise starts.rules
	check "one of many short programs is not named" names_it_not
	check "but the account is" is '.rules[0]' "-a never,exit -F arch=b64 -S execve -F uid=33 -F auid=-1"
fi

# --- the other kinds ---

stream 87 "$program" $unset 0 >log
advise delete.rules
check "narrow: valid" "$PYTHON" "$here/../schema/validate.py" advice
check "narrow: the rule asks for less" is '.kind, .rules[0], .remove[0], .file, .place, (.commands | length)' "narrow
-a always,exit -F arch=b64 -S unlink -F auid!=-1 -F key=noisy
-a always,exit -F arch=b64 -S unlink -F key=noisy
delete.rules
in place of the rule
0"
check "narrow: what it saves, and its risk" is '.saves.share, .risk' "0.75
medium"

# its risk is medium, and it is about files
narrow=$(jq -r 'select(.type == "advice").id' advice)
set_to "max_risk = low"
advise delete.rules --settings settings
check "max_risk: a medium one is not proposed" none
check "max_risk: it is counted" jq -e 'select(.type == "summary").health.noise_risky > 0' advice >/dev/null
set_to "protect_path = /srv/noise/f /srv/noise"
advise delete.rules --settings settings
check "protect_path: what is in it" none
set_to "protect_path = /srv/noise/f/g"
advise delete.rules --settings settings
check "protect_path: what is above it" none
set_to "protect_path = /srv/noises"
advise delete.rules --settings settings
check "protect_path: another" is .id "$narrow"

# of an account that people can be no exception is made; what people do is every third
echo "-a always,exit -F arch=b64 -S connect,accept -k noisy" >several.rules
stream 42 "$program" $unset 1000 >log
set_to "max_risk = high"
advise several.rules --settings settings
check "without a call: not where people make it" is 'select(.kind == "narrow")' ""
stream 42 "$program" $unset 1000 |
	awk '{ match($0, /:[0-9]+\)/); if (substr($0, RSTART + 1, RLENGTH - 2) % 3) print }' >log
advise several.rules --settings settings
check "without a call: valid" "$PYTHON" "$here/../schema/validate.py" advice
check "without a call: it goes from the rule" is 'select(.kind == "narrow") | .rules[], .remove[], .risk, .saves.share, .title' "-a always,exit -F arch=b64 -S accept -F key=noisy
-a always,exit -F arch=b64 -S connect,accept -F key=noisy
high
1
no longer ask for connect"
advise several.rules
check "without a call: not by default" is 'select(.kind == "narrow")' ""

awk -v exe="$program" 'BEGIN {
	for (i = 1; i <= 1000; i++)
		printf "type=SERVICE_START msg=audit(%d.000:%d): pid=1 uid=0 auid=4294967295 ses=4294967295 subj=unconfined msg=\047unit=x comm=\"x\" exe=\"%s\" hostname=? addr=? terminal=? res=success\047\n",
			1700000000 + 4 * i, i, exe
}' >log
advise rules.d
check "exclude: valid" "$PYTHON" "$here/../schema/validate.py" advice
check "exclude: one type, program and account" is '.kind, .rules[], .place, .saves.share' "exclude
-a never,exclude -F msgtype=SERVICE_START -F exe=$program -F uid=0 -F auid=-1
null
1"

# --- published rule sets ---

rule="-a always,exit -F arch=b64 -S adjtimex,settimeofday -F key=time-change"
echo "-a always,exit -F arch=b64 -S settimeofday,adjtimex -k time-change" >time.rules
stream 159 "$program" $unset 33 | sed 's/key="noisy"/key="time-change"/' >log
advise time.rules
sets=/usr/share/doc/auditd/examples/rules
[ -d "$sets" ] || sets=/usr/share/audit/sample-rules
if grep -qsxe "$rule" "$sets/30-stig.rules"; then
	check "a published rule: valid" "$PYTHON" "$here/../schema/validate.py" advice
	check "a published rule: its set and what that says" is 'select(.kind == "silence").controls | map(select(test("^30-stig.rules: \".*time"))) | length' 1
	check "a published rule: in text too" grep -q '^  control      30-stig\.rules: "' text
else
	echo "note: no published rule sets are installed here"
fi
stream 42 "$program" $unset 33 >log
advise rules.d
check "a rule of no set has none" is '.controls' '[]'

: >log
advise rules.d
check "of nothing nothing is said" none
finish
