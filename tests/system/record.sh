#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# record.sh - records tests/data/recorded.log.gz from this kernel
#
# usage: record.sh OUTPUT.gz, as root, in the build directory
#
# A real auditd hands the stream to the plugin tee, which writes it down as it
# comes. All programs, files and accounts in it are made up for the recording
# and stand under /srv/app; the last step refuses a recording in which anything
# else of the machine shows, hex-coded text included.
# shellcheck source=tests/system/lib.sh disable=SC2154
. "$(dirname "$0")/lib.sh"

[ $# = 1 ] || { echo "usage: record.sh OUTPUT.gz" >&2; exit 2; }
case $1 in /*) output=$1 ;; *) output=$PWD/$1 ;; esac

SECONDS_LONG=${SECONDS_LONG:-80}

prepare()
{
	mkdir -m 0755 "$T/bin" "$T/data"
	for name in web agent job deploy batch crash helper; do
		own_program tests/system/load "$T/bin/$name"
	done
	own_program tests/system/tee "$T/bin/tee"
	mkdir "$T/data/public" "$T/data/private" "$T/data/spool"
	chown 1002:1002 "$T/data/spool"
	chmod 0700 "$T/data/private"
	for file in status public/page public/two\ words private/ledger; do
		echo x >"$T/data/$file"
	done
	cd "$T/data" || exit 1
}

bin=/srv/app/bin
web="-F arch=b64 -S open,openat -F exe=$bin/web"

load_rules()
{
	# the order is what a rule set has: exceptions, then the narrow, then the wide
	rule never,exit -F arch=b64 -S all -F "exe=$bin/crash"
	# shellcheck disable=SC2086
	{
		rule always,exit $web -F exit=-EACCES -k denied
		rule always,exit $web -k web -k files
	}
	rule always,exit -F arch=b64 -S open,openat -F "exe=$bin/agent" -k files
	rule always,exit -F arch=b64 -S execve -F "exe=$bin/helper" -k exec
	rule always,exit -F arch=b64 -S unlink,unlinkat -F "exe=$bin/deploy" -k delete
	rule always,exit -F arch=b64 -S connect -F "exe=$bin/job" -k net
	rule always,exit -F arch=b64 -S getppid -F "exe=$bin/batch"
}

# One second of an ordinary day; $1 is its number. Several run at once, so that
# the records of their events stand mixed.
second()
{
	start agent "$bin"/agent -u 1004 open 40 /srv/app/data/status
	start web "$bin"/web -u 1001 open 8 public/page
	start web2 "$bin"/web -u 1001 deny 3 /srv/app/data/private/ledger
	run "$bin"/batch -u 1003 getppid 10
	[ $(($1 % 4)) != 0 ] || run "$bin"/job -a 1003 session 1 app3
	[ $(($1 % 5)) != 1 ] || run "$bin"/job -a 1003 -u 1003 exec 2 "$bin/helper"
	[ $(($1 % 8)) != 2 ] || run "$bin"/deploy -a 1002 -u 1002 unlink 4 /srv/app/data/spool
	[ $(($1 % 10)) != 3 ] || run "$bin"/job -u 1003 connect 2 9
	[ $(($1 % 16)) != 5 ] || run "$bin"/job badauth 3 app1
	[ $(($1 % 20)) != 6 ] || run "$bin"/agent usermsg 2
	[ $(($1 % 20)) != 7 ] || run "$bin"/web -u 1001 open 1 "/srv/app/data/public/two words"
	[ $(($1 % 20)) != 8 ] || run "$bin"/crash -u 1004 crash 1
	[ $(($1 % 20)) != 9 ] || run "$bin"/job -u 1003 seccomp 1
	[ $(($1 % 20)) != 10 ] || run "$bin"/helper -u 1001 crash 1
}

# What happens once: a burst, an operator's messages and changes of the rules.
once()
{
	case $1 in
	12) auditctl -m "maintenance begins" ;;
	20)
		start burst "$bin"/agent -u 1004 open 1200 /srv/app/data/status
		run "$bin"/agent -u 1004 open 1200 /srv/app/data/status
		;;
	30) rule always,exit -F arch=b64 -S chdir -F "exe=$bin/web" -k later ;;
	36) unrule always,exit -F arch=b64 -S chdir -F "exe=$bin/web" -k later ;;
	40) auditctl -b 16384 >/dev/null ;;
	44) kill -USR1 "$sys_auditd" ;; # rotate
	50) auditctl -m "maintenance ends" ;;
	esac
}

day()
{
	n=0
	while [ "$n" -lt "$SECONDS_LONG" ]; do
		once "$n"
		second "$n"
		sleep 1
		for job in $sys_pids; do
			wait "$job" || die "a load failed in second $n: $(cat "$T"/*.out)"
			forget "$job"
		done
		n=$((n + 1))
	done
}

# decoded FILE: the text of every hex-coded value, one a line
decoded()
{
	grep -aoE '[=](([0-9A-F]{2}){4,})' "$1" | sort -u | LC_ALL=C awk '
		{
			for (i = 2; i < length($0); i += 2) {
				c = index(d, substr($0, i, 1)) * 16 + index(d, substr($0, i + 1, 1)) - 17
				printf "%s", (c < 32 || c > 126) ? " " : sprintf("%c", c)
			}
			print ""
		}' d=0123456789ABCDEF
}

# only_ours FILE: no path, account or host but those made for the recording; a
# path begins after a byte that no name holds, the C library's own may be there
only_ours()
{
	{ cat "$1"; decoded "$1"; } >"$T/text"
	same "paths that are not the recording's" "" "$(
		grep -aoE '(^|[^A-Za-z0-9._+/-])/[A-Za-z0-9._+/-]+' "$T/text" | sed 's/^[^/]//' | sort -u |
			grep -vE '^/srv/app(/|$)|^/usr/sbin/audit(d|ctl)$|^/(usr/)?lib(64)?/[a-z0-9_./-]*\.so[.0-9]*$|^/etc/ld\.so\.cache$|^/proc/sys/kernel/cap_last_cap$' |
			tr '\n' ' '
	)"
	same "accounts that are not the recording's" "" "$(
		grep -aoE '[A-Z]*[UG]ID="[^"]*"' "$T/text" | grep -vE '="(unset|root|unknown\(100[1-4]\))"' |
			sort -u | tr '\n' ' '
	)"
	same "hosts in it" "" "$(
		grep -aoE '(hostname|(^| )node)=[^ ]*' "$T/text" | grep -v '=?' | sort -u | tr '\n' ' '
	)"
	same "the name of this host in it" 0 "$(grep -acwF "$(uname -n)" "$T/text")"
}

whole()
{
	records=$(wc -l <"$1")
	check "$records records, at least 20,000" [ "$records" -ge 20000 ]
	same "lines that are no record" 0 "$(grep -acvE '^type=[^ ]+ msg=audit\([0-9]+\.[0-9]{3}:[0-9]+\): ?' "$1")"
	same "serials missing" 0 "$(sed -n 's/^type=\([^ ]*\) msg=audit([^:]*:\([0-9]*\)).*/\1 \2/p' "$1" |
		grep -v '^DAEMON_' | awk '{ print $2 }' | sort -nu |
		awk 'NR > 1 && $1 != last + 1 { n += $1 - last - 1 } { last = $1 } END { print n + 0 }')"
	same "records lost while it was made" "$(saved_of lost)" "$(status_of lost)"
}

for id in 1001 1002 1003 1004; do
	if getent passwd "$id" >/dev/null; then skip "account $id exists on this machine"; fi
done
SYS_Q_DEPTH=20000 # this machine may be busy; see 01-chain.sh
sys_begin -d /srv/app gzip getent pgrep
prepare
plugin_file tee "$T/bin/tee" string "$T/log/stream"
auditd_start ""
auditctl -b 8192 >/dev/null
load_rules
day
sys_drop_rules
sleep 1
auditd_stop || die "auditd did not end"
whole "$T/log/stream"
only_ours "$T/log/stream"
[ "$sys_failed" = 0 ] || die "not recorded"
gzip -9nc "$T/log/stream" >"$output" || die "$output: cannot write"
note "by type:"
sed 's/^type=\([^ ]*\).*/\1/' "$T/log/stream" | sort | uniq -c | sort -rn
sys_end
