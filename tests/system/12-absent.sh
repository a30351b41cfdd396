#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 12-absent.sh - auditd is killed, events pass, and the next start names it
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

EVENTS=500

absent() { [ -n "$(raised 'select(.alert == "gap" and .cause == "auditd_absent") | .alert')" ]; }
records() { [ "$(last_summary reader '.windows[-1].records')" -ge "$1" ]; }
client()
{
	ask reader '{"interval":1,"windows":"all","top":512}'
}
load() { run "$T/load" getppid "$1" 1 >/dev/null || fail "the load was not as expected"; }

sys_begin jq socat pgrep
own_program tests/system/load
own_noise <<-CONF
	interval = 1
CONF
plugin_file noise "$T/audisp-noise" string "$T/noise.conf"
noise_start ""
client
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k absent
load 100
check "before: is counted" until_true "$SYS_WAIT" records 300
sleep 1 # the newest serial is taken down twice a second
plugin=$(pgrep -P "$sys_auditd" -f "^$T/audisp-noise")
kill -KILL "$sys_auditd"
until_true "$SYS_WAIT" gone_or_zombie "$plugin" || fail "the plugin outlived its auditd"
auditd_over
stop "$started"
load $EVENTS # nobody takes them
noise_start ""
: >"$T/reader.out"
client
load 100
check "a killed auditd: is named at the next start" until_true "$SYS_WAIT" absent
missing=$(raised 'select(.alert == "gap") | .figures.gap_events' | tail -n 1)
note "$missing events are missing, of which $EVENTS are the load's"
# auditd's own coming and going makes some, and writes them to no plugin of ours
check "all of them are" [ "$missing" -ge $EVENTS ] && check "and few others" [ "$missing" -le $((EVENTS + 20)) ]
check "all objects are valid" validate "$T/reader.out"
auditd_stop || die "auditd did not end"
"$AUNOISE" losses --state "$T/state/state" >"$T/losses" || :
cat "$T/losses"
check "aunoise losses names it" grep -q ' cause auditd_absent, place ' "$T/losses"

# auditd comes and goes in order; what the kernel refuses meanwhile is a loss, and said
noise_start ""
: >"$T/reader.out"
client
load 100
sleep 1.5
auditd_stop || die "auditd did not end"
same "an orderly restart: no alert of a gap" "" "$(raised 'select(.alert == "gap") | .cause')"
sys_end
