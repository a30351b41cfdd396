#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 05-self.sh - a rule that audits the plugin itself: each read makes records
# that bring about the next read. They are told apart, and the loop is damped.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

SECONDS_LONG=6
# undamped this was 2,500 records a second; damped, some 10 reads a second are left
MOST=2000

of_key() { last_summary reader ".windows[-1].keys[] | select(.key == \"$1\").$2"; }

sys_begin_noise
noise_start ""
ask reader '{"interval":1,"windows":"all","top":512}'
rule always,exit -F arch=b64 -S read -F "exe=$T/audisp-noise" -k loop
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k others
sleep $SECONDS_LONG
caused=$(of_key loop records)
note "$caused records of our own in $SECONDS_LONG s"
check "the plugin's own reads are recorded" [ "$caused" -gt 10 ]
check "they do not feed themselves for ever: at most $MOST" [ "$caused" -lt $MOST ]

# others are not held up by that, and stand where they belong
run "$T/load" getppid 5000 2 || fail "the load was not as expected"
others() { [ "$(of_key others events)" -ge 5000 ]; }
check "a load beside it is counted" until_true "$SYS_WAIT" others
check "own records are in self" [ "$(last_summary reader .self.records)" -ge "$caused" ]
same "own records are in no other list" "0 0" "$(last_summary reader \
	'"\([.windows[-1].exes[].exe | select(endswith("audisp-noise"))] | length) \([.windows[-1].flows[].exe | select(. != null and endswith("audisp-noise"))] | length)"')"
same "events missing" 0 "$(last_summary reader .health.gap_events)"
same "calls that were refused" 0 "$(last_summary reader .health.calls_denied)"
auditd_stop || die "auditd did not end"
sys_end
