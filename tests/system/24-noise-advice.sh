#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 24-noise-advice.sh - the life of an advice on noise, live: proposed by the plugin,
# tried, applied, verified, kept over a restart, and withdrawn once something else makes
# the noise under the program's name
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

# a place as system programs have one: nobody but root writes to it or above it
sys_begin -d "/var/lib/audisp-noise-test.$$" jq socat unshare
aunoise=${AUNOISE:-$builddir/plugin/aunoise}
[ -x "$aunoise" ] || die "$aunoise is not built: make builds it"
own_program tests/system/load
own_program tests/system/load "$T/canary"
chmod 0777 "$T/canary" # nothing that is advised, and nothing that goes
own_program tests/system/load "$T/other"
own_noise <<-SETTINGS
	interval = 1
	windows = 15 60
	advise_interval = 2
SETTINGS
plugin_file noise "$T/audisp-noise" string "$T/noise.conf"

uid=871 # nobody's
# of FILTER: of the newest object about noise
of() { objects advice "select(.kind == \"silence\") | $1" | tail -n 1; }
is() { [ "$(of .state)" = "$1" ]; }
# scoped RULE...: by the account, which only this test has
scoped()
{
	echo "-d $*" >>"$T/rules"
	auditctl -a "$@" || die "the kernel refused: auditctl -a $*"
}
# a_record: the lists are read behind a change that the stream tells of
a_record() { auditctl -m "a record behind the change" >/dev/null; }

noise_start ""
ask reader '{"interval":1,"windows":"all","top":100}'
scoped always,exit -F arch=b64 -S getppid -F "uid=$uid" -F key=noise
before=$(auditctl -l)
a_record
# noise NAME PROGRAM TIMES: so many calls again and again
# shellcheck disable=SC2016 # for the inner shell
loop() { start "$1" sh -c 'while "$1" -u "$2" getppid "$3"; do sleep 0.2; done' "$1" "$2" "$uid" "$3"; }
loop load "$T/load" 20
load=$started
loop canary "$T/canary" 5

# --- proposed ---

check "proposed" until_true 400 is proposed
good="never,exit -F arch=b64 -S getppid -F exe=$T/load -F uid=$uid -F auid=-1"
same "the rule" "-a $good" "$(of '.rules[0]')"
same "and its twin" "-a never,exit -F arch=b32 ${good#*b64 }" "$(of '.rules[1:] | join("|")')"
id=$(of .id)
same "how to try it" "aunoise try $id" "$(of .try)"
"$aunoise" advice --socket "$T/run/socket" --check
same "advice --check: exit" 1 $?
check "in the summary log" grep -q "advice .*$id" "$T/noise-log/summary.log"
sleep 15 # both windows see it as it is

# --- the same in replay ---

# ours FILE: what it proposes about rules, a line each, without what replay cannot look at
ours()
{
	jq -Rr 'fromjson? | select(.type == "advice" and (.kind | IN("narrow", "silence", "exclude", "order", "repair"))) |
		select(.state == "proposed" and (.evidence.finding // "" | startswith("only_") | not)) |
		[.kind, .id, (.rules | join("|"))] | @tsv' "$1" | sort -u
}
# share_in FILE: of our advice, in percent
share_in() { jq -Rr "fromjson? | select(.id == \"$id\") | .saves.share * 100" "$1" | tail -n 1; }
"$aunoise" advice --socket "$T/run/socket" --json >"$T/daemon.json" || fail "aunoise advice fails"
auditctl -l >"$T/list.rules"
"$aunoise" replay --json --rules "$T/list.rules" "$T/log/audit.log" >"$T/replay.json" || fail "replay fails"
ours "$T/daemon.json" >"$T/daemon.ours"
ours "$T/replay.json" >"$T/replay.ours"
check "daemon and replay propose something" [ -s "$T/daemon.ours" ]
check "daemon and replay propose the same" diff "$T/daemon.ours" "$T/replay.ours"
check "with shares within half a point" awk -v a="$(share_in "$T/daemon.json")" -v b="$(share_in "$T/replay.json")" \
	'BEGIN { d = a - b; exit !(a > 0 && d <= 0.5 && d >= -0.5) }'
note "shares: $(share_in "$T/daemon.json") $(share_in "$T/replay.json")"

# --- tried ---

"$aunoise" try --socket "$T/run/socket" --yes --for 18 "$id" >"$T/try" 2>&1 </dev/null
same "tried: exit" 0 $?
# rates WHEN: records/s of the silenced and of all others, in the last lines
rates() { sed -n "s/^$1: *\([0-9.]*\) records.s of it, \([0-9.]*\) of all others/\1 \2/p" "$T/try"; }
check "tried: it came before" awk -v rates="$(rates before)" 'BEGIN { split(rates, r); exit !(r[1] > 100) }'
# the trial is longer than the first window, so it is no estimate
same "tried: and not meanwhile" 0.0 "$(rates after | cut -d' ' -f1)"
check "tried: the others still come" awk -v rates="$(rates before) $(rates after)" \
	'BEGIN { split(rates, r); exit !(r[4] > r[2] / 2) }'
[ "$sys_failed" = 0 ] || cat "$T/try"
same "tried: the list is as before" "$before" "$(auditctl -l)"
check "proposed again" until_true "$SYS_WAIT" is proposed

# --- applied, verified ---

sleep 15
objects advice "select(.id == \"$id\") | .commands[]" | sort -u >"$T/commands"
same "commands" 2 "$(wc -l <"$T/commands")"
while read -r command; do
	case $command in
	"auditctl -A never,exit -F arch=b"[36][24]" -S getppid -F exe=$T/load -F uid=$uid -F auid=-1")
		echo "-d ${command#auditctl -A }" >>"$T/rules"
		sh -c "$command" || fail "fails: $command"
		;;
	*) die "no command of ours: $command" ;;
	esac
done <"$T/commands"
a_record
check "applied" until_true "$SYS_WAIT" is applied
same "applied: the same one" "$id" "$(of .id)"
check "verified" until_true 600 is verified
note "verified: $(of '.verified | tojson')"
check "verified: nothing of it comes" [ "$(of '.verified.after')" = 0 ]
check "verified: as was predicted" [ "$(of '.verified | (.predicted_share - .measured_share) | fabs * 100 | floor')" = 0 ]
check "verified: its rules stay in the file" [ "$("$aunoise" advice --socket "$T/run/socket" --rules | grep -c "^-a never,exit .*exe=$T/load ")" = 2 ]

# --- after a restart ---

auditd_stop || fail "auditd does not end"
noise_start ""
ask reader '{"interval":1,"windows":"all","top":100}'
a_record
check "after a restart it is known" until_true 400 is verified
same "after a restart: the same one" "$id" "$(of .id)"

# --- refuted: another program under the same name ---

stop "$load"
# shellcheck disable=SC2016
start forged unshare -m sh -c 'mount --bind "$2" "$1" &&
	while "$1" -u "$3" getppid 20; do sleep 0.2; done' forged "$T/load" "$T/other" "$uid"
check "refuted: withdrawn" until_true 600 is withdrawn
note "refuted: $(of .reason)"
check "refuted: a flood" until_true "$SYS_WAIT" [ -n "$(alert_of flood 'select(.cause == "refuted") | .text')" ]
check "valid" validate "$T/reader.out"
sys_end
