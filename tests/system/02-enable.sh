#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 02-enable.sh - the way that the manual tells an operator to go: install, set
# active to yes in the installed noise.conf, let auditd read it, read the
# socket, reload, stop
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

answers()
{
	timeout 10 socat -u "UNIX-CONNECT:$T/run/socket" STDOUT 2>/dev/null | head -n 2 >"$T/answer"
	[ "$(wc -l <"$T/answer")" = 2 ]
}
of_hello() { jq -Rr "fromjson? | select(.type == \"hello\") | $1" "$T/answer" | tail -n 1; }
plugin_pids() { pgrep -P "$sys_auditd" -f "^$root/" | tr '\n' ' '; }
plugin_runs() { [ -n "$(plugin_pids)" ] && answers; }

install_it()
{
	root=$T/root
	make=${MAKE:-make}
	$make -C "$builddir" install DESTDIR="$root" >"$T/install" 2>&1 ||
		die "make install: $(tail -n 5 "$T/install")"
	noise_conf=$(find "$root" -path '*/plugins.d/noise.conf')
	settings=$(find "$root" -name audisp-noise.conf -path '*/audit/*')
	check "the registration is installed, for root alone to write" \
		[ "$(stat -c '%U %A' "$noise_conf" | cut -c1-14)" = "root -rw-r----" ]
	check "it ships inactive" grep -q '^active = no$' "$noise_conf"
	program=$(sed -n 's/^path = //p' "$noise_conf")
	check "the program that it names is installed" [ -x "$root$program" ]
	same "keys of another format than auditd's" "" \
		"$(grep -vE '^(#|$|[a-z_]+ = [^ ]+$)' "$noise_conf")"
}

enable_it()
{
	# what an operator does, but for the places of this test
	sed -e 's/^active = no$/active = yes/' -e "s|^path = |path = $root|" "$noise_conf" \
		>"$T/etc/plugins.d/noise.conf"
	echo "args = $T/noise.conf" >>"$T/etc/plugins.d/noise.conf"
	{
		cat "$settings"
		echo "user = nobody"
		echo "state_file = none"
		echo "socket = $T/run/socket"
		echo "summary_log = $T/noise-log/summary.log"
		echo "interval = 1"
	} >"$T/noise.conf"
	chmod 0640 "$T/etc/plugins.d/noise.conf" "$T/noise.conf"
}

reload()
{
	pids=$(plugin_pids)
	mv "$T/noise-log/summary.log" "$T/noise-log/summary.log.old"
	auditctl --signal HUP >/dev/null || kill -HUP "$sys_auditd"
	check "after SIGHUP to auditd the plugin answers" until_true "$SYS_WAIT" plugin_runs
	# auditd 4.2 restarts its plugins at SIGHUP; older ones only tell them
	[ "$pids" = "$(plugin_pids)" ] || note "auditd started the plugin anew: $pids-> $(plugin_pids)"
	check "the summary log that was moved away is begun anew" \
		until_true "$SYS_WAIT" [ -s "$T/noise-log/summary.log" ]
	check "auditd itself goes on" auditd_registered
}

inactive()
{
	cp "$noise_conf" "$T/etc/plugins.d/noise.conf"
	chmod 0640 "$T/etc/plugins.d/noise.conf"
	auditd_start ""
	sleep 0.5
	same "as shipped: plugins that auditd runs" "" "$(plugin_pids)"
	auditd_stop || die "auditd did not end"
}

sys_begin pgrep socat jq make
install_it
inactive
enable_it
auditd_start ""
check "auditd starts the plugin and its socket answers" until_true "$SYS_WAIT" plugin_runs
note "$(of_hello '"hello: version \(.version), user \(.user), settings \(.settings_file)"')"
check "hello and summary are as the schema says" validate "$T/answer"
pid=$(plugin_pids)
same "hello names the process" "$pid" "$(of_hello .pid) "
same "the socket's mode" "srw-rw----" "$(stat -c %A "$T/run/socket")"
check "the summary log gets lines" until_true "$SYS_WAIT" [ -s "$T/noise-log/summary.log" ]
reload
pid=$(plugin_pids)
pid=${pid% }
auditd_stop || die "auditd did not end"
check "the plugin ended within a second of auditd" until_true 10 gone_or_zombie "$pid"
check "its socket is gone" [ ! -e "$T/run/socket" ]
same "processes of the installed tree that still run" "" "$(pgrep -f "^$root/" | tr '\n' ' ')"
sys_end
