# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lib.sh - the frame of every test that touches the kernel's audit system
#
# Sourced, never run. A test calls sys_begin, does its work with the functions
# below and ends with sys_end. It runs only where nobody else uses audit, holds
# one lock for the machine, journals every rule that it adds, and on every way
# out (signals included) stops what it started, deletes its own rules and puts
# the saved settings back; what is not as before is a failure, said aloud.
# Never used: failure mode 2 (it can halt the machine), enabled 2 (it locks the
# rules until reboot), rules that are not bound to executables, files or accounts
# of ours.

srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
builddir=$(cd "${builddir:-.}" && pwd)
export srcdir builddir

SYS_LOCK=/run/audisp-noise-tests.lock # stays: to remove a lock file is a race
SYS_WAIT=200                          # tenths of a second for anything that should be quick
sys_failed=0
sys_saved=
sys_auditd=
sys_pids=
sys_ended=
sys_disk=
T=

ok() { printf 'ok: %s\n' "$*"; }
note() { printf 'note: %s\n' "$*"; }
fail()
{
	printf 'FAIL: %s\n' "$*"
	sys_failed=$((sys_failed + 1))
}
# die TEXT: a failure after which nothing more can be tested
die()
{
	fail "$@"
	exit 1
}
skip()
{
	printf 'skip: %s\n' "$*"
	exit 77
}

# check TEXT COMMAND...: one line for one fact
check()
{
	check_text=$1
	shift
	if "$@"; then ok "$check_text"; else fail "$check_text"; fi
}

# same TEXT EXPECTED ACTUAL
same()
{
	if [ "$2" = "$3" ]; then ok "$1: $2"; else fail "$1: expected $2, got $3"; fi
}

# until_true TENTHS COMMAND...: ask again every 0.1 s, at most that often
until_true()
{
	until_left=$1
	shift
	until "$@"; do
		until_left=$((until_left - 1))
		[ "$until_left" -gt 0 ] || return 1
		sleep 0.1
	done
}

# status_of NAME: one figure of the kernel's audit status
status_of() { auditctl -s 2>/dev/null | awk -v name="$1" '$1 == name { print $2 }'; }

# audit_busy: prints why the audit system is not ours to use; fails when it is
audit_busy()
{
	if [ "$(id -u)" != 0 ]; then
		echo "needs root"
	elif ! command -v auditctl >/dev/null; then
		# without it nobody can say whether audit is free; as root that is
		# a missing package, which sys_tools names
		return 1
	elif [ -z "$(status_of enabled)" ]; then
		echo "the kernel answers no audit request here (container, or built without audit)"
	elif [ "$(status_of enabled)" = 2 ]; then
		echo "the audit settings are locked until the next boot"
	elif [ "$(status_of pid)" != 0 ]; then
		echo "auditd is registered, pid $(status_of pid)"
	elif [ "$(auditctl -l)" != "No rules" ]; then
		echo "audit rules are loaded"
	else
		return 1
	fi
}

# sys_tools NAME...: where audit is free a missing tool is a failure, no skip
sys_tools()
{
	for tool in flock auditctl auditd "$@"; do
		command -v "$tool" >/dev/null ||
			die "$tool is missing; the audit system is free, so this test must run: install it (Debian: auditd util-linux socat jq procps)"
	done
}

# sys_begin [-d DIRECTORY] TOOL...: lock, look, save; T is a directory of ours,
# made and removed here
sys_begin()
{
	sys_dir=
	[ "$1" != -d ] || { sys_dir=$2; shift 2; }
	PATH=$PATH:/usr/sbin:/sbin
	[ "$(id -u)" = 0 ] || skip "needs root"
	sys_tools "$@"
	[ "$LOCK_IS_HELD" = yes ] || sys_lock # by the test that runs this one
	if sys_why=$(audit_busy); then skip "$sys_why"; fi
	trap sys_cleanup EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	sys_make_dir
	sys_saved=$(auditctl -s)
	: >"$T/rules"
}

sys_lock()
{
	exec 9>"$SYS_LOCK" || die "cannot open $SYS_LOCK"
	flock -w 900 9 || die "another test has held $SYS_LOCK for 15 minutes"
}

# The plugin may run as another user, so it must be able to pass through.
sys_make_dir()
{
	if [ -n "$sys_dir" ]; then
		mkdir "$sys_dir" || die "$sys_dir: is there already, or cannot be made"
		T=$sys_dir
	else
		# not under /run, from which many systems let no program run
		T=$(mktemp -d "${TMPDIR:-/tmp}/audisp-noise-test.XXXXXX") || die "no temporary directory"
	fi
	chmod 0755 "$T"
	mkdir -m 0750 "$T/etc" "$T/etc/plugins.d" "$T/log" || die "cannot make $T/etc"
}

sys_end()
{
	sys_ended=yes
	exit 0 # sys_cleanup gives the status
}

# A process that has just been killed may still hold it for a moment.
sys_drop_disk()
{
	[ -n "$sys_disk" ] || return 0
	until_true "$SYS_WAIT" umount "$sys_disk" 2>/dev/null || fail "left behind: the mount $sys_disk"
	sys_disk=
}

# disk DIRECTORY: a small filesystem of its own, for what is not to be done to
# the machine's; the directory is made, belongs to nobody, and goes in the end
disk()
{
	{ mkdir "$1" && truncate -s 32M "$T/disk.image" && mkfs.ext4 -q "$T/disk.image"; } ||
		die "no filesystem can be made in $T"
	mount -o loop "$T/disk.image" "$1" || skip "no loop device can be mounted here"
	sys_disk=$1
	chown nobody "$1" && chmod 0750 "$1"
}

saved_of() { printf '%s\n' "$sys_saved" | awk -v name="$1" '$1 == name { print $2 }'; }

sys_cleanup()
{
	sys_status=$?
	trap '' HUP INT TERM
	trap - EXIT
	set +e
	cd / || :
	sys_kill_started
	sys_drop_rules
	[ -z "$sys_disk" ] || fsfreeze -u "$sys_disk" 2>/dev/null
	[ -z "$sys_auditd" ] || auditd_stop || auditd_kill
	sys_drop_disk
	sys_restore
	sys_verify
	if [ -n "$T" ]; then
		if [ -n "$SYS_KEEP" ]; then note "kept for you: $T"; else rm -rf "$T"; fi
	fi
	[ "$sys_failed" = 0 ] || exit 1
	[ -n "$sys_ended" ] || [ "$sys_status" != 0 ] || sys_status=1
	exit "$sys_status"
}

# Only what was started here, by its own number.
sys_kill_started()
{
	for pid in $sys_pids; do
		kill -CONT "$pid" 2>/dev/null
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	sys_pids=
}

sys_drop_rules()
{
	[ -s "$T/rules" ] || return 0
	sed '1!G;h;$!d' "$T/rules" | while read -r line; do
		# shellcheck disable=SC2086 # our rules hold no blanks of their own
		auditctl $line >/dev/null 2>&1
	done
	: >"$T/rules"
}

sys_restore()
{
	[ -n "$sys_saved" ] || return 0
	# enabled first: while it is on, each of the others is itself recorded
	auditctl -e "$(saved_of enabled)" >/dev/null
	auditctl -b "$(saved_of backlog_limit)" >/dev/null
	auditctl -f "$(saved_of failure)" >/dev/null
	auditctl -r "$(saved_of rate_limit)" >/dev/null
	auditctl --backlog_wait_time "$(saved_of backlog_wait_time)" >/dev/null
}

sys_verify()
{
	[ -n "$sys_saved" ] || return 0
	[ "$(auditctl -l)" = "No rules" ] ||
		fail "left behind: audit rules; look with auditctl -l and delete them"
	for name in enabled failure pid rate_limit backlog_limit backlog_wait_time; do
		[ "$(status_of "$name")" = "$(saved_of "$name")" ] ||
			fail "left behind: $name is $(status_of "$name") and was $(saved_of "$name"); put it back with auditctl"
	done
}

# rule LIST FIELD...: append one rule, bound to an executable of ours
rule()
{
	case " $* " in
	*" -F exe=$T/"*) ;;
	*) die "rule without an executable under $T: $*" ;;
	esac
	echo "-d $*" >>"$T/rules" # first, for a signal may come in between
	auditctl -a "$@" || die "the kernel refused: auditctl -a $*"
}

# unrule LIST FIELD...: take one such rule out again
unrule()
{
	auditctl -d "$@" || die "the kernel refused: auditctl -d $*"
	grep -Fvx -e "-d $*" "$T/rules" >"$T/rules.new" || :
	mv "$T/rules.new" "$T/rules"
}

# start NAME COMMAND...: in the background, ended at the latest by sys_cleanup;
# its number is in started and $T/NAME.pid, its outputs in $T/NAME.out and .err
start()
{
	start_name=$1
	shift
	: >"$T/$start_name.out" # and appended to, so that a test may empty it
	"$@" >>"$T/$start_name.out" 2>"$T/$start_name.err" </dev/null 9>&- &
	started=$!
	sys_pids="$sys_pids $started"
	echo "$started" >"$T/$start_name.pid"
}

# run COMMAND...: as a background job that is waited for, so that a signal to
# the test is served at once; its output goes to $T/run.out
run()
{
	start run "$@"
	run_pid=$started
	wait "$run_pid"
	run_status=$?
	forget "$run_pid"
	cat "$T/run.err" >&2
	return "$run_status"
}

# forget PID: it has ended and was waited for; the number may be another's soon
forget()
{
	sys_left=
	for left in $sys_pids; do [ "$left" = "$1" ] || sys_left="$sys_left $left"; done
	sys_pids=$sys_left
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# stop PID: SIGTERM, and SIGKILL when that is not enough
stop()
{
	kill -CONT "$1" 2>/dev/null
	kill -TERM "$1" 2>/dev/null
	until_true 20 gone_or_zombie "$1" || kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	forget "$1"
}

# own_program NAME: a copy of a program that the build made; rules name it, and
# auditd takes it as a plugin (root's, writable by root alone, one name a file)
own_program()
{
	[ -x "$builddir/$1" ] || die "$builddir/$1 is not built: make check builds it"
	install -m 0755 -o root -g root "$builddir/$1" "${2:-$T/${1##*/}}" || die "cannot copy $1"
}

# own_noise: the plugin under test, copied to $T/audisp-noise, with a settings
# file that keeps all its files in T; further lines of settings come on stdin
own_noise()
{
	noise=${NOISE_PLUGIN:-$builddir/plugin/audisp-noise}
	[ -x "$noise" ] || die "$noise is not built: make builds it"
	install -m 0755 -o root -g root "$noise" "$T/audisp-noise" || die "cannot copy $noise"
	{
		printf 'socket = %s\nsummary_log = %s\n' "$T/run/socket" "$T/noise-log/summary.log"
		echo "user = nobody" # who is everywhere
		echo "state_file = ${state_file:-$T/state/state}"
		cat
	} >"$T/noise.conf"
	chmod 0640 "$T/noise.conf"
	"$T/audisp-noise" --settings "$T/noise.conf" >/dev/null || die "the plugin refuses $T/noise.conf"
}

# sys_begin_noise: sys_begin, the load, and the plugin with a summary each second
sys_begin_noise()
{
	sys_begin jq socat
	own_program tests/system/load
	echo "interval = 1" | own_noise
	plugin_file noise "$T/audisp-noise" string "$T/noise.conf"
}

# noise_start [COMMAND]: our auditd (under that command), and the plugin's socket is there
noise_start()
{
	auditd_start "${1-}"
	until_true "$SYS_WAIT" [ -S "$T/run/socket" ] || die "the plugin made no socket"
}

# own_dev: $in_own_dev is a command under which auditd has a /dev of ours, whose
# log goes to $T/syslog.out, read by the process $syslog
own_dev()
{
	mkdir "$T/dev"
	touch "$T/dev/null" "$T/dev/urandom"
	cat >"$T/in-own-dev" <<-'SCRIPT'
		#!/bin/sh
		# in-own-dev DIR COMMAND...: with DIR as /dev
		dir=$1
		shift
		mount --bind /dev/null "$dir/null" && mount --bind /dev/urandom "$dir/urandom" &&
			mount --rbind "$dir" /dev && exec "$@"
	SCRIPT
	start syslog socat -u "UNIX-RECV:$T/dev/log,mode=666" STDOUT
	# shellcheck disable=SC2034 # for the test
	syslog=$started
	until_true "$SYS_WAIT" [ -S "$T/dev/log" ] || die "no listener for the system log"
	# shellcheck disable=SC2034 # for the test
	in_own_dev="unshare -m sh $T/in-own-dev $T/dev"
}

# own_etc: $in_own_etc is a command under which $T/etc stands as /etc/audit
own_etc()
{
	# shellcheck disable=SC2016 # for the inner shell
	printf '#!/bin/sh\nmount --bind "$1" /etc/audit && shift && exec "$@"\n' >"$T/in-own-etc"
	# shellcheck disable=SC2034 # for the test
	in_own_etc="unshare -m sh $T/in-own-etc $T/etc"
}

# ask NAME REQUEST [socat's ADDRESS OPTIONS]: a client of the plugin's socket
# that sends one line and reads for ever, to $T/NAME.out
ask()
{
	printf '%s\n' "$2" >"$T/$1.ask"
	start "$1" socat "UNIX-CONNECT:$T/run/socket" "OPEN:$T/$1.ask,rdonly,ignoreeof!!STDOUT"
}

# stall NAME REQUEST: a client that sends one line and then never reads
stall()
{
	printf '%s\n' "$2" >"$T/$1.ask"
	start "$1" socat -U "UNIX-CONNECT:$T/run/socket" "OPEN:$T/$1.ask,rdonly,ignoreeof"
}

# last_summary NAME FILTER: of the last whole summary that the client has read
last_summary()
{
	tail -n 24 "$T/$1.out" | jq -Rr "fromjson? | select(.type == \"summary\") | $2" | tail -n 1
}

# validate FILE: each object against the schema
validate()
{
	"${PYTHON:-python3}" "$srcdir/tests/schema/validate.py" "$1" >"$T/valid" 2>&1 && return
	head -n 20 "$T/valid"
	return 1
}

# plugin_file NAME PROGRAM FORMAT [ARGUMENT]: registers a plugin with our auditd
plugin_file()
{
	printf 'active = yes\ndirection = out\npath = %s\ntype = always\n%sformat = %s\n' \
		"$2" "${4:+args = $4
}" "$3" >"$T/etc/plugins.d/$1.conf"
	chmod 0640 "$T/etc/plugins.d/$1.conf"
}

# auditd_conf: the shipped settings, but with all files in T, no rotation (the
# log is what the figures are held against) and no action on a full disk
auditd_conf()
{
	cat >"$T/etc/auditd.conf" <<-CONF
		local_events = yes
		write_logs = yes
		log_file = $T/log/audit.log
		log_group = root
		log_format = ENRICHED
		flush = INCREMENTAL_ASYNC
		freq = 50
		max_log_file = 0
		num_logs = 0
		max_log_file_action = IGNORE
		priority_boost = 4
		name_format = NONE
		space_left = 2
		space_left_action = IGNORE
		admin_space_left = 1
		admin_space_left_action = IGNORE
		disk_full_action = IGNORE
		disk_error_action = IGNORE
		use_libwrap = no
		q_depth = ${SYS_Q_DEPTH:-2000}
		overflow_action = SYSLOG
		max_restarts = 10
		plugin_dir = $T/etc/plugins.d
		end_of_event_timeout = 2
	CONF
	chmod 0640 "$T/etc/auditd.conf"
}

auditd_registered() { [ "$(status_of pid)" = "$sys_auditd" ]; }

# auditd_start COMMAND: our auditd, under a command that ends in an exec of it
# ("" for none); returns when the kernel knows it
auditd_start()
{
	[ -e "$T/etc/auditd.conf" ] || auditd_conf
	# shellcheck disable=SC2086 # a command of our own, without blanks in its words
	$1 auditd -n -c "$T/etc" >"$T/auditd.out" 2>"$T/auditd.err" </dev/null 9>&- &
	sys_auditd=$!
	until_true "$SYS_WAIT" auditd_registered ||
		die "auditd did not register: $(cat "$T/auditd.err")"
}

auditd_children() { pgrep -P "$sys_auditd"; }

# auditd_stop: SIGTERM, then both it and its plugins must end by themselves
auditd_stop()
{
	[ -n "$sys_auditd" ] || return 0
	stop_children=$(auditd_children)
	! gone_or_zombie "$sys_auditd" || fail "auditd had ended before its time: $(cat "$T/auditd.err")"
	kill -TERM "$sys_auditd" 2>/dev/null
	until_true "$SYS_WAIT" gone_or_zombie "$sys_auditd" || return 1
	auditd_over
	for child in $stop_children; do
		until_true "$SYS_WAIT" gone_or_zombie "$child" && continue
		fail "a plugin (pid $child) outlived its auditd"
		kill -KILL "$child"
	done
}

gone_or_zombie() { gone "$1" || grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

auditd_kill()
{
	fail "auditd (pid $sys_auditd) did not end on SIGTERM"
	kill_children=$(auditd_children)
	kill -KILL "$sys_auditd"
	auditd_over
	for child in $kill_children; do gone "$child" || kill -KILL "$child"; done
}

# it has ended: the rest that a killed one leaves goes too
auditd_over()
{
	wait "$sys_auditd" 2>/dev/null
	[ "$(cat /run/auditd.pid 2>/dev/null)" != "$sys_auditd" ] || rm -f /run/auditd.pid
	sys_auditd=
}

# shellcheck source=tests/system/objects.sh
. "$srcdir/tests/system/objects.sh"
