#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 03-bad.sh - what an operator may get wrong gives one clear line in the system
# log, which names the thing and the remedy, and never harms auditd
#
# A plugin's stderr may be /dev/null, so the line is looked for where the
# operator looks. auditd runs in a mount namespace whose /dev/log is ours; the
# machine's own system log is not touched.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

# said: what the plugin has written to the system log so far (a datagram has no
# newline; each begins with its priority)
said()
{
	sed 's/<[0-9]*>/\n&/g' "$T/syslog.out" | tr -d '\000' |
		sed -n 's/^<[0-9]*>[A-Z][a-z]* *[0-9]* [0-9:]* audisp-noise\[[0-9]*\]: //p' |
		grep -v 'built with sanitizers: system calls are not filtered'
}
has_said() { said | grep -q "$1"; }

# bad NAME PATTERN...: our auditd with the registration and settings as they
# stand; the plugin's line about it matches all patterns. auditd starts a plugin
# that ended again at the next record, at most max_restarts (10) times.
bad()
{
	bad_name=$1
	shift
	: >"$T/syslog.out"
	auditd_start "$in_own_dev"
	auditctl -m "a record" || :
	until_true 100 has_said "$1" || :
	auditctl -m "another" || :
	sleep 0.5
	check "$bad_name: auditd goes on" auditd_registered
	for pattern in "$@"; do
		check "$bad_name: the line says \"$pattern\"" has_said "$pattern"
	done
	said_all=$(said | grep -c "")
	said_this=$(said | grep -c "$1")
	same "$bad_name: other lines" 0 "$((said_all - said_this))"
	check "$bad_name: said $said_this times, no more than auditd starts it" [ "$said_this" -le 11 ]
	note "$(said | grep "$1" | head -n 1)"
	auditd_stop || die "auditd did not end"
	check "$bad_name: no socket is left" [ ! -e "$T/run/socket" ]
}

sys_begin pgrep socat unshare mount
own_noise </dev/null
own_dev

plugin_file noise "$T/audisp-noise" binary "$T/noise.conf"
bad "format = binary" "format = string" "plugins.d"

plugin_file noise "$T/audisp-noise" string "$T/noise.conf"
cp "$T/noise.conf" "$T/good.conf"
echo "intervall = 5" >>"$T/noise.conf"
bad "unknown setting" "$T/noise.conf:5: intervall: "

{ cat "$T/good.conf"; echo "interval = soon"; } >"$T/noise.conf"
bad "bad value" "$T/noise.conf:5: interval: "

cp "$T/good.conf" "$T/noise.conf"
chmod 0666 "$T/noise.conf"
bad "settings that anyone may write" "$T/noise.conf" "writ"

rm "$T/noise.conf"
bad "no such settings file" "$T/noise.conf"

cp "$T/good.conf" "$T/noise.conf"
mkdir -p "$T/run"
echo "mine" >"$T/run/socket"
plugin_file noise "$T/audisp-noise" string "$T/noise.conf"
: >"$T/syslog.out"
auditd_start "$in_own_dev"
until_true 100 has_said "$T/run/socket" || :
check "a file in the socket's place: the line names it" has_said "$T/run/socket"
note "$(said | grep "$T/run/socket" | head -n 1)"
auditd_stop || die "auditd did not end"
same "a file in the socket's place: it is left alone" mine "$(cat "$T/run/socket")"
sys_end
