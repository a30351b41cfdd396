#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 22-auth.sh - storms of logins, live: each class has its alert, and who only says that he
# is cron has none
#
# The senders have CAP_AUDIT_WRITE, as each container has, and say what PAM says. cron is
# a program of ours that stands as /usr/sbin/cron for itself alone.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

# of CLASS FILTER: of its newest alert
of() { objects alert "select(.alert == \"auth_storm\" and .cause == \"$1\") | $2" | tail -n 1; }
raised() { [ "$(of "$1" .state)" = raised ]; }
is() { [ "$(of "$1" "$2")" = true ]; }
# as_cron ARGUMENT...: load, with the path of cron's program
as_cron()
{
	# shellcheck disable=SC2016 # for the inner shell
	run unshare -m sh -c 'load=$1 && shift && mount -t tmpfs -o mode=0755 none /usr/sbin &&
		cp "$load" /usr/sbin/cron && exec /usr/sbin/cron "$@"' - "$T/load" "$@"
}
begin()
{
	noise_start ""
	: >"$T/reader.out"
	ask reader '{"interval":1}'
	reader=$started
}
over()
{
	auditd_stop || die "auditd did not end"
	stop "$reader"
	check "$1: all objects are valid" validate "$T/reader.out"
}

sys_begin jq socat unshare
own_program tests/system/load
for name in sshd sudo service; do own_program tests/system/load "$T/$name"; done
# a window of two minutes is the shortest that shows cron's
printf 'interval = 1\nwindows = 60 2m 1h\n' | own_noise
plugin_file noise "$T/audisp-noise" string "$T/noise.conf"

begin
as_cron session 40 root || fail "no messages as cron's"
for name in root admin test; do run "$T/sshd" badauth 12 "$name" || fail "no messages as sshd's"; done
run "$T/sudo" -a 1001 session 30 deploy || fail "no messages as sudo's"
for _ in 1 2 3 4 5 6 7 8; do
	run "$T/service" badauth 3 backup || fail "no messages as a service's"
	sleep 2
done
for class in password_guessing sudo_automation service_failure_loop; do
	check "$class: raised" until_true 300 raised "$class"
done
check "password_guessing: the figures" is password_guessing ".figures | .events == 36 and .failed == 36 and .accounts == 3 and .top_exe == \"$T/sshd\""
check "sudo_automation: the figures" is sudo_automation ".figures | .failed == 0 and .accounts == 1 and .account == \"deploy\""
check "service_failure_loop: the figures" is service_failure_loop ".figures | .account == \"backup\" and .failed >= 20"
same "cron's messages without LOGIN are no storm of cron's" "" "$(of cron_sessions .state)"
check "the summary log tells of it" grep -q 'alert alert=auth_storm state=raised level=warning cause=password_guessing ' "$T/noise-log/summary.log"
over "without LOGIN"

begin
as_cron -a 1003 session 40 root || fail "no sessions as cron's"
auditctl -m "a record behind them" >/dev/null
check "cron_sessions: raised" until_true 300 raised cron_sessions
check "cron_sessions: the figures" is cron_sessions '.level == "info" and (.figures | .sessions == 40 and .events == 240 and .top_exe == "/usr/sbin/cron")'
check "cron_sessions: the kernel shows them" is cron_sessions '.text | endswith("each with its records")'
over "with LOGIN"
sys_end
