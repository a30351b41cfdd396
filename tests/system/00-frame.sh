#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 00-frame.sh - the frame itself: a test that is broken off in the midst of its
# work leaves the machine's audit system as it was, whatever broke it off
#
# Run with "inner HOW FILE" it is that test.
# shellcheck source=tests/system/lib.sh disable=SC2154
. "$(dirname "$0")/lib.sh"

inner()
{
	sys_begin pgrep
	own_program tests/system/load
	own_program tests/system/tee
	plugin_file tee "$T/tee" string "$T/log/stream"
	auditd_start ""
	auditctl -b 4096 >/dev/null
	auditctl --backlog_wait_time 500 >/dev/null
	auditctl -r 1000000 >/dev/null
	rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -k frame
	rule always,exit -F arch=b64 -S getppid -F "exe=$T/load" -F uid=1 -k frame2
	echo "$T $sys_auditd" >"$2"
	case $1 in
	fail) die "as it was asked" ;;
	killed) kill -KILL "$sys_auditd" ;;
	esac
	run "$T/load" getppid 400000
	sys_end
}

if [ "$1" = inner ]; then
	inner "$2" "$3"
fi

# the settings, without what the kernel counts
settings_now()
{
	auditctl -s | grep -vE '^(lost|backlog|backlog_wait_time_actual) ' | tr '\n' ' '
}

working() { [ -s "$told" ]; }

# broken_off HOW EXPECTED: a signal's name, or what the inner test does itself
broken_off()
{
	: >"$told"
	# a shell starts its background jobs with SIGINT ignored, and a shell that
	# was started so cannot trap it
	env -u SYS_KEEP --default-signal=INT LOCK_IS_HELD=yes sh "$0" inner "$1" "$told" \
		>"$told.out" 2>&1 &
	pid=$!
	until_true "$SYS_WAIT" working || {
		kill "$pid"
		wait "$pid"
		fail "$1: the inner test did not get to work: $(cat "$told.out")"
		return
	}
	sleep 0.3
	case $1 in
	fail | killed) ;;
	*) kill -s "$1" "$pid" ;;
	esac
	wait "$pid"
	same "$1: its exit status" "$2" "$?"
	read -r dir daemon <"$told"
	same "$1: settings" "$settings" "$(settings_now)"
	same "$1: rules" "No rules" "$(auditctl -l)"
	check "$1: its auditd is gone" gone "$daemon"
	check "$1: no /run/auditd.pid" [ ! -e /run/auditd.pid ]
	same "$1: processes of its directory" "" "$(pgrep -f "^$dir/" | tr '\n' ' ')"
	check "$1: its directory is gone" [ ! -e "$dir" ]
}

[ "$(id -u)" = 0 ] || skip "needs root"
sys_tools pgrep
sys_lock
if why=$(audit_busy); then skip "$why"; fi
told=$(mktemp /run/audisp-noise-frame.XXXXXX) || die "no file under /run"
trap 'rm -f "$told" "$told.out"' EXIT
settings=$(settings_now)
broken_off TERM 143
broken_off INT 130
broken_off HUP 129
broken_off fail 1
broken_off killed 1
[ "$sys_failed" = 0 ]
