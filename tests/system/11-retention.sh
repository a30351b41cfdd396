#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 11-retention.sh - how long auditd's log lasts, said and measured
#
# auditd rotates three small logs under a steady load; what they hold at most, from
# the oldest record to the newest, is what the plugin says from their settings.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

SECONDS_LONG=40

# stamp FILE head|tail: of its first or last record, in ms
stamp() { "$2" -n 1 "$1" 2>/dev/null | sed -n 's/.*msg=audit(\([0-9]*\)\.\([0-9]*\):.*/\1\2/p'; }
oldest() { if [ -e "$T/log/audit.log.2" ]; then stamp "$T/log/audit.log.2" head; fi; }
retention() { last_summary reader ".retention.$1"; }

sys_begin jq socat unshare mount
own_program tests/system/load
own_noise <<-CONF
	interval = 1
CONF
plugin_file noise "$T/audisp-noise" string "$T/noise.conf"
auditd_conf
sed -i -e 's/^max_log_file = .*/max_log_file = 1/' -e 's/^num_logs = .*/num_logs = 3/' \
	-e 's/^max_log_file_action = .*/max_log_file_action = ROTATE/' "$T/etc/auditd.conf"
own_etc # the plugin reads auditd.conf where it was built for
noise_start "$in_own_etc"
ask reader '{"interval":1,"windows":"all","top":512}'
rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k steady
start steady sh -c "while :; do $T/load getppid 60 1 >/dev/null; sleep 0.1; done"
steady=$started

most=0 i=0
while [ $i -lt $((SECONDS_LONG * 5)) ]; do
	sleep 0.2
	from=$(oldest) to=$(stamp "$T/log/audit.log" tail)
	if [ -n "$from" ] && [ -n "$to" ] && [ $((to - from)) -gt "$most" ]; then most=$((to - from)); fi
	i=$((i + 1))
done
said=$(retention history_s)
stop "$steady"
note "kept at most $most ms, said $said s, at $(retention log_bytes_per_s) bytes a second"
check "logs were rotated" [ "$most" -gt 0 ]
check "what is said is what is kept, within a tenth" \
	awk -v s="$said" -v m="$most" 'BEGIN { m /= 1000; exit !(m > 0 && s > 0.9 * m && s < 1.1 * m) }'
same "rotation keeps the disk from filling" null "$(retention disk_full_s)"
check "all objects are valid" validate "$T/reader.out"
auditd_stop || die "auditd did not end"
sys_end
