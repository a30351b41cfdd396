#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 21-try.sh - aunoise try: what it loads goes again, however it ends, and what no
# advice may ask for is not loaded at all
#
# The daemon is one of ours that sends what a test wants it to: the one that is there may
# have been taken over. All rules are about programs of this test alone.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

# a place as system programs have one: nobody but root writes to it or above it
sys_begin -d "/var/lib/audisp-noise-test.$$" jq socat script setsid pgrep
aunoise=${AUNOISE:-$builddir/plugin/aunoise}
tool=$builddir/tests/system/advice_tool
if ! [ -x "$aunoise" ] || ! [ -x "$tool" ]; then die "aunoise or advice_tool is not built: make check builds them"; fi
own_program tests/system/load
journal=/run/audisp-noise-try/trial
[ ! -e "$journal" ] || die "$journal: another trial was left behind; see aunoise status"

# --- the daemon's side ---

instead=
# offer KIND RULE...: the advice that the daemon sends from now on; its id is in $id;
# $instead: the rule in whose place it puts them
offer()
{
	kind=$1
	shift
	rules=$(for each in "$@"; do jq -n --arg each "$each" '$each'; done | jq -sc .)
	jq -nc --arg kind "$kind" --arg ran "$T/ran" --argjson rules "$rules" --arg instead "$instead" '
		{schema: "audisp-noise/1", type: "advice", seq: 1, time: null, host: null, boot_id: null,
		rank: 1, kind: $kind, title: "silence it", why: "it is noise", evidence: {}, rules: $rules,
		remove: ($instead | if . == "" then [] else [.] end), commands: ["touch \($ran)", "$(touch \($ran))"], file: null, place: null,
		saves: {window_s: 60, events_per_s: 100, records_per_s: 100, bytes_per_s: 1, share: 0.5},
		gives_up: "what it does", blinds: [], risk: "low", confidence: "high", controls: [], try: null,
		undo: null, verified: null}' | "$tool" >"$T/advice.new" || die "advice_tool fails"
	mv "$T/advice.new" "$T/advice"
	id=$(jq -r .id "$T/advice")
}

# change FILTER: the same, with something else in it and the id that it had
change() { jq -c "$1" "$T/advice" >"$T/advice.new" && mv "$T/advice.new" "$T/advice"; }

# --- aunoise's side ---

loaded() { auditctl -l; }
as_before() { [ "$(loaded)" = "$before" ]; }
is_tried() { loaded | grep -q never; }
# try_start [OPTION...]: in the background, as process $try_pid
try_start()
{
	start try "$aunoise" try --socket "$T/fake" --yes "$@" "$id"
	try_pid=$started
}
try_end()
{
	wait "$try_pid"
	try_status=$?
	forget "$try_pid"
}
# refused TEXT [PATTERN]: the advice on offer is not loaded, and the reason has PATTERN;
# $settings: a file of settings
settings=
refused()
{
	timeout 30 "$aunoise" try --socket "$T/fake" ${settings:+--settings "$settings"} --yes --for 1 "$id" >"$T/refused" 2>&1 </dev/null
	same "$1: exit" 3 $?
	check "$1: nothing is loaded" as_before
	[ -z "$2" ] || check "$1: says why" grep -q "$2" "$T/refused"
	grep -q "$2" "$T/refused" || cat "$T/refused"
	check "$1: no journal" [ ! -e "$journal" ]
}

echo "$T/load" >"$T/exe"
rule always,exit -F arch=b64 -S getppid,getpid -F "exe=$T/load" -F key=noise
rule always,exit -F arch=b64 -S getpid -F "exe=$T/load" -F key=canary
before=$(loaded)
good="-a never,exit -F arch=b64 -S getppid -F exe=$T/load -F uid=33 -F auid=-1"
offer silence "$good"
start fake socat "UNIX-LISTEN:$T/fake,fork" "EXEC:sh $srcdir/tests/system/serve.sh $T"
until_true "$SYS_WAIT" [ -S "$T/fake" ] || die "no socket"

# --- advice ---

"$aunoise" advice --socket "$T/fake" >"$T/out" || fail "aunoise advice fails"
check "the advice is shown" grep -q "$id" "$T/out"
"$aunoise" advice --socket "$T/fake" --check
same "advice --check: exit" 1 $?
"$aunoise" advice --socket "$T/fake" --rules >"$T/out" || fail "aunoise advice --rules fails"
same "the rules that it prints" "$good" "$(grep -v '^#' "$T/out" | grep .)"

# --- the end of its time ---

try_start --for 3
check "it is loaded" until_true 150 is_tried
same "it stands first" "$good" "$(loaded | sed -n 1p)"
check "the journal says so" grep -qxF "rule $good" "$journal"
"$aunoise" try --socket "$T/fake" --yes "$id" >"$T/second" 2>&1 </dev/null
same "a second one meanwhile: exit" 3 $?
try_end
same "the end of its time: exit" 0 "$try_status"
check "the end of its time: the list is as before" as_before
check "the end of its time: no journal" [ ! -e "$journal" ]
check "it says what came before and after" grep -q '^after: *0.0 records/s of it' "$T/try.out"

# --- all other ends ---

for end in INT:130 TERM:143 HUP:129 KILL:137; do
	try_start --for 60
	until_true 150 is_tried || fail "it was not loaded"
	kill -"${end%:*}" "$try_pid"
	try_end
	same "SIG${end%:*}: exit" "${end#*:}" "$try_status"
	[ "${end%:*}" != KILL ] || until_true 50 as_before
	check "SIG${end%:*}: the list is as before" as_before
	until_true 20 [ ! -e "$journal" ]
	check "SIG${end%:*}: no journal" [ ! -e "$journal" ]
done

# a terminal that goes: of a session of its own, whose leader ends
start terminal script -qfc "$aunoise try --socket $T/fake --yes --for 60 $id" /dev/null
until_true 150 is_tried || fail "it was not loaded"
kill -KILL "$started"
wait "$started" 2>/dev/null
forget "$started"
until_true 100 as_before
check "the terminal goes: the list is as before" as_before

# stopped, so that it cannot see its time end; in a session of its own, for the kernel
# hangs up on a group that has stopped processes when its starter ends
start try setsid "$aunoise" try --socket "$T/fake" --yes --for 2 "$id"
try_pid=$started
until_true 150 is_tried || fail "it was not loaded"
kill -STOP "$try_pid"
until_true 150 as_before
check "stopped: the guardian ends it by itself" as_before
kill -CONT "$try_pid"
try_end
same "stopped: exit" 3 "$try_status"

# the guardian is killed: what was left behind is said, and nothing more is tried
try_start --for 60
until_true 150 is_tried || fail "it was not loaded"
# none but these two are of that program
guardian=
for pid in $(pgrep -x aunoise); do
	[ "$pid" = "$try_pid" ] || [ "$(readlink "/proc/$pid/exe")" != "$(readlink -f "$aunoise")" ] ||
		[ "$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status")" = "$$" ] || guardian=$pid
done
[ -n "$guardian" ] || die "no guardian"
# of NAME PID: a line of the process's status
of() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$2/status"; }
same "what aunoise may do meanwhile" 0000000000000000 "$(of CapEff "$try_pid")"
same "what the guardian may do" 0000000040000000 "$(of CapEff "$guardian")" # CAP_AUDIT_CONTROL
# what a sanitizer calls for itself no list can name: such a build filters nothing
filtered=2
! grep -q __asan_init "$aunoise" || filtered=0
same "system calls of both are filtered" "$filtered $filtered" "$(of Seccomp "$try_pid") $(of Seccomp "$guardian")"
check "the guardian is in a session of its own" [ "$(ps -o sid= -p "$guardian")" != "$(ps -o sid= -p "$try_pid")" ]
kill -KILL "$guardian"
try_end
same "the guardian is killed: exit" 3 "$try_status"
check "the guardian is killed: the journal stays" [ -e "$journal" ]
"$aunoise" status --socket "$T/fake" >"$T/out" 2>&1
check "status says so" grep -qF -e "auditctl -d ${good#-a }" "$T/out"
timeout 30 "$aunoise" try --socket "$T/fake" --yes --for 1 "$id" >"$T/out" 2>&1 </dev/null
same "the next one is refused: exit" 3 $?
# shellcheck disable=SC2086 # our rules hold no blanks of their own
auditctl -d ${good#-a }
check "taken out by hand: the list is as before" as_before
try_start --for 1
try_end
same "and the next one goes on: exit" 0 "$try_status"

# --- asked ---

echo n | script -qec "$aunoise try --socket $T/fake --for 60 $id" /dev/null >"$T/out"
same "no is the answer: exit" 0 $?
check "no is the answer: nothing is loaded" grep -q 'nothing is loaded' "$T/out"
check "no is the answer: the list is as before" as_before

# --- an exclude ---

offer exclude "-a never,exclude -F msgtype=SERVICE_START -F exe=$T/load -F uid=33 -F auid=-1"
try_start --for 2
check "an exclude is loaded" until_true 150 is_tried
try_end
same "an exclude: exit" 0 "$try_status"
check "an exclude: the list is as before" as_before
offer silence "$good"

# --- early ---

echo deaf >"$T/mode"
try_start --for 60
try_end
same "it saves nothing: exit" 3 "$try_status"
check "it saves nothing: the list is as before" as_before
check "it saves nothing: says so" grep -q 'less than half' "$T/try.out"
echo mute >"$T/mode"
try_start --for 60
try_end
same "others go quiet: exit" 3 "$try_status"
check "others go quiet: the list is as before" as_before
check "others go quiet: says so" grep -q 'went quiet' "$T/try.out"
echo good >"$T/mode"

# --- kept ---

own_etc
mkdir "$T/etc/rules.d"
loaded | head -n 1 >"$T/etc/rules.d/10-early.rules"
kept_in=20-audisp-noise.rules
for round in 1 2 3; do
	# written by whoever took advice --rules for it
	if [ $round = 3 ]; then
		cp "$T/etc/rules.d/$kept_in" "$T/saved"
		mv "$T/etc/rules.d/$kept_in" "$T/etc/rules.d/20-noise.rules"
		kept_in=20-noise.rules
	fi
	# shellcheck disable=SC2086 # a command, without blanks in its words
	start try $in_own_etc "$aunoise" try --socket "$T/fake" --yes --for 1 --keep "$id"
	try_pid=$started
	echo "-d ${good#-a }" >>"$T/rules" # to be sure
	try_end
	same "kept, round $round: exit" 0 "$try_status"
	check "kept: it is loaded" is_tried
	if [ $round = 1 ]; then
		check "kept: says that it stands behind its rule" grep -q '^but 10-early.rules' "$T/try.out"
	else
		check "kept: says where it stands" grep -q "^not written again: .*/$kept_in, line" "$T/try.out"
	fi
	# shellcheck disable=SC2086
	auditctl -d ${good#-a }
done
check "kept: the list is as before" as_before
check "kept: not in a second file" [ ! -e "$T/etc/rules.d/20-audisp-noise.rules" ]
mv "$T/saved" "$T/etc/rules.d/20-audisp-noise.rules"
same "kept: once" 1 "$(grep -cxF -e "$good" "$T/etc/rules.d/20-audisp-noise.rules")"
same "kept: the file's mode" 640:0 "$(stat -c %a:%u "$T/etc/rules.d/20-audisp-noise.rules")"
auditctl -R "$T/etc/rules.d/20-audisp-noise.rules" >/dev/null
same "kept: auditctl loads the file" 0 $?
# shellcheck disable=SC2086
auditctl -d ${good#-a }

# --- what is not loaded ---

exits="-a never,exit -F arch=b64 -S getppid"
change '.id = "0123456789abcdef"'
id=0123456789abcdef
refused "a forged id" "its id"
offer silence "$good"
change '.rules = ["'"$exits -F exe=$T/load -F uid=34 -F auid=-1"'"]'
refused "other rules under an id" "its id"
offer silence "$exits -F uid=0 -F auid=-1"
refused "an exception that names nothing" form
offer silence "$exits -F exe=$T/load"
refused "for everybody" form
offer silence "$exits -F exe=$T/load -F uid=1000 -F auid=-1"
refused "for people" "people"
offer silence "-d always,exit -F arch=b64 -S getppid,getpid -F exe=$T/load -F key=noise"
refused "a deletion" "no rule"
offer silence "-D"
refused "all deleted" "no rule"
offer silence "-w $T/load -p x -k noise"
refused "a watch" form
offer silence "$exits -F exe=$T/load -F uid=33 -F auid=-1 -F key=noise"
refused "a key" form
offer silence "$exits -F exe=/bin/sh -F uid=33 -F auid=-1"
refused "a shell" form
offer silence "$exits -F exe=$T/load -F uid=33 -F auid=-1
-D"
refused "a second line" "no rule"
offer silence "$exits -F exe=$T/l'oad -F uid=33 -F auid=-1"
refused "a quote" ""
offer silence "-a never,exit -F arch=b64 -S all -F exe=$T/load -F uid=33 -F auid=-1"
refused "all calls" form
offer silence "-a never,exit -F arch=b64 -S uname -F exe=$T/load -F uid=33 -F auid=-1"
refused "calls that no rule asks for" "no rule is loaded"
offer exclude "-a always,exclude -F msgtype=EOE"
refused "an exclude for all" form
offer exclude "-a never,exclude -F exe=$T/load -F uid=33 -F auid=-1 -F msgtype=AVC"
refused "an exclude of AVC" form
offer queue "-b 8192"
refused "another kind" kind
for i in 1 2 3 4 5; do set -- "$@" "$exits -F exe=$T/load -F uid=3$i -F auid=-1"; done
offer silence "$@"
refused "too many rules" "more rules"
offer silence "$good"
change '.rules = [.rules]'
refused "a list in a list" "no text"

# what the settings protect
settings=$T/settings
offer silence "$good"
for each in "protect_exe = $T/load" "protect_key = x noise" "protect_type = SYSCALL"; do
	echo "$each" >"$T/settings"
	refused "$each" "${each%% *}"
done
offer silence "$exits -F uid=33 -F auid=-1"
echo "max_risk = low" >"$T/settings"
refused "a risk above max_risk" "max_risk is low"
echo "max_risk = tiny" >"$T/settings"
refused "settings with a fault" "settings:1: max_risk"
rm "$T/settings"
refused "settings that are not there" "no such file"
settings=

own_program tests/system/load "$T/load-w"
offer silence "$exits -F exe=$T/load-w -F uid=33 -F auid=-1"
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load-w" -F key=w
before=$(loaded)
chmod 0777 "$T/load-w"
refused "a program that all may write to" "may write"
chmod 4755 "$T/load-w"
refused "a setuid program" setuid
rm "$T/load-w"
refused "a program that is not there" "not known"
ln -s load "$T/load-w"
refused "a link" link
rm "$T/load-w"
own_program tests/system/load "$T/load-w"
instead="-a always,exit -F arch=b64 -S open,openat -F exe=$T/load-w -F key=w"
narrowed="-a always,exit -F arch=b64 -S open -F exe=$T/load-w -F key=w"
rule always,exit -F arch=b64 -S open,openat -F "exe=$T/load-w" -F key=w
rule always,exit -F arch=b64 -S open -F "exe=$T/load-w" -F key=w
check "a rule without one of its calls: the kernel's list has its text" grep -qxF -e "$narrowed" <<-END
	$(loaded)
END
unrule always,exit -F arch=b64 -S open -F "exe=$T/load-w" -F key=w
before=$(loaded)
offer narrow "$narrowed"
refused "a rule without one of its calls" "is not tried"
check "it is an edit" grep -q '^For good it is an edit' "$T/refused"
rule always,exit -F arch=b64 -S execve,openat -F "exe=$T/load-w" -F key=w
before=$(loaded)
instead=$(echo "$instead" | sed 's/open,openat/execve,openat/')
offer narrow "$(echo "$instead" | sed 's/execve,//')"
refused "a rule without a call that is never left out" execve
instead=
check "no command was run" [ ! -e "$T/ran" ]

# --- who may ---

timeout 30 setpriv --reuid=65534 --clear-groups "$aunoise" try --socket "$T/fake" --yes "$id" >"$T/out" 2>&1 </dev/null
same "not as root: exit" 3 $?
timeout 30 "$aunoise" try --socket "$T/fake" "$id" >"$T/out" 2>&1 </dev/null
same "without a terminal: exit" 2 $?
check "the list is as before" as_before

rmdir /run/audisp-noise-try 2>/dev/null
sys_end
