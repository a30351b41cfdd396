# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# objects.sh - what the plugin has said to the client `reader`
#
# Part of lib.sh, never run. Names are those of the objects on the socket.

cause=      # of the loss that a test is about
old_advice= # the id of the one that is known already

# objects TYPE FILTER: of those of a type that the client `reader` has got
objects() { jq -Rr "fromjson? | select(.type == \"$1\") | $2" "$T/reader.out"; }
alerts() { objects alert "$1"; }
raised() { alerts "select(.state == \"raised\") | $1"; }
# alert_of KIND FILTER: the newest that was raised
alert_of() { raised "select(.alert == \"$1\") | $2" | tail -n 1; }
# advice FILTER: of the newest on the queue that was not withdrawn
advice() { objects advice "select(.kind == \"queue\" and .state != \"withdrawn\" and .rules != [\"$(wait_line)\"]) | $1" | tail -n 1; }
# advice_for KIND FILTER: of the newest of that kind, whatever its state
advice_for() { objects advice "select(.kind == \"$1\") | $2" | tail -n 1; }
# wait_line: the rule that lets programs wait for a second at this kernel's tick
wait_line()
{
	"${PYTHON:-python3}" -c 'import time; print("--backlog_wait_time", round(1 / time.clock_getres(6)))'
}
# is_advised: there is another than old_advice
is_advised() { [ "$(advice .id)" != "$old_advice" ]; }
# drained: the kernel's queue is empty again
drained() { [ "$(status_of backlog)" -le 2 ]; }
# share NAME DEFAULT: auditd's part of the time in the loss that was raised last, percent
share() { alert_of loss "(.figures.auditd_$1_share // $2) * 100 | round"; }
# cause_is_so: of a loss in a burst, $cause; another than burst by auditd's own figures
cause_is_so()
{
	case $cause in
	burst) return ;;
	auditd_slow | dispatcher) [ "$(share starved 0)" -gt 40 ] || [ "$(share run 1)" -lt 20 ] ;;
	*) return 1 ;;
	esac
}
