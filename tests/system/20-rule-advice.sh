#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 20-rule-advice.sh - what the plugin proposes about the rules that are loaded, live:
# proposed, applied once its commands were run, withdrawn once the rules are gone
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

# of FINDING FILTER: of its newest object
of() { objects advice "select(.evidence.finding == \"$1\") | $2" | tail -n 1; }
is() { [ "$(of "$1" .state)" = "$2" ]; }
# a_record: the lists are read behind a change that the stream tells of
a_record() { auditctl -m "a record behind the change" >/dev/null; }

sys_begin_noise
noise_start ""
ask reader '{"interval":1,"windows":"all","top":100}'
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -F key=ppid
rule always,exit -F arch=b32 -S getppid -F "exe=$T/load" -F key=ppid
rule never,exit -F arch=b64 -S getppid -F "exe=$T/load" -F uid=4711
a_record
check "an exception that comes too late: proposed" until_true "$SYS_WAIT" is late_never proposed
of late_never '.commands[]' >/dev/null
id=$(of late_never .id)
objects advice 'select(.evidence.finding == "late_never") | .commands[]' >"$T/commands"
same "commands" 2 "$(wc -l <"$T/commands")"
while read -r command; do
	case $command in
	"auditctl -"[dA]" never,exit "*" -F exe=$T/load "*) sh -c "$command" || fail "fails: $command" ;;
	*) die "no command of ours: $command" ;;
	esac
done <"$T/commands"
same "it is first now" "$(of late_never '.rules[0]')" "$(auditctl -l | head -n 1)"
a_record
check "applied" until_true "$SYS_WAIT" is late_never applied
same "with its id" "$id" "$(of late_never .id)"
unrule always,exit -F arch=b32 -S getppid -F "exe=$T/load" -F key=ppid
a_record
check "a missing twin: proposed" until_true "$SYS_WAIT" is no_twin proposed
unrule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -F key=ppid
a_record
check "with its rule it is withdrawn" until_true "$SYS_WAIT" is no_twin withdrawn
check "valid" validate "$T/reader.out"
sys_end
