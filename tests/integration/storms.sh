#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# storms.sh - storms of logins: whose they are, and that only cron's are ever silenced
# shellcheck disable=SC2317 # check calls functions
. "$(dirname "$0")/lib.sh"
PYTHON=${PYTHON:-python3}
[ "$PYTHON" != no ] || PYTHON=python3
need jq "$PYTHON"
case $AUNOISE in /*) ;; *) AUNOISE=$(pwd)/$AUNOISE ;; esac
here=$(cd "$here" && pwd)
cd "$work" || exit 99

# replayed KIND [OPTION...]: as JSON in json, as text in text
replayed() {
	kind=$1
	shift
	"$PYTHON" "$here/make_stream.py" "$kind" >log
	replay json --json "$@" && replay text "$@"
}
replay() {
	out=$1
	shift
	"$AUNOISE" replay "$@" log >"$out" 2>err
}
alerts() { [ "$(jq -rc "select(.type == \"alert\") | $1" json)" = "$2" ]; }
told() { grep -q "^ALERT  *auth_storm, $1" text; }
valid() { "$PYTHON" "$here/../schema/validate.py" json; }
same_by_every_event() {
	replay every --json --every-event && replay json --json || return 1
	for each in every json; do jq -S -c 'del(.health.parsed)' "$each" >"$each.cmp"; done
	cmp -s every.cmp json.cmp
}

# --- the four classes ---

replayed guesses
check "guesses: an alert" alerts '.alert, .cause, .state, .level' 'auth_storm
password_guessing
raised
warning'
check "guesses: by whom" alerts '.figures.top_exe, .figures.sources, .figures.account, .figures.accounts > 3' '/usr/sbin/sshd
3
null
true'
check "guesses: all have failed" alerts '.figures.failed == .figures.events' true
check "guesses: valid" valid
check "guesses: in the text" told 'warning: [0-9]* logins by "/usr/sbin/sshd" have failed, to [0-9]* accounts from 3 hosts: somebody guesses'
check "guesses: none is driven out by that" [ "$(jq 'select(.type == "summary").health.auth_evicted' json)" = 0 ]
check "guesses: the cache changes nothing" same_by_every_event

replayed scripts
check "scripts: an alert" alerts '.cause, .level, .figures.per_s >= 1, .figures.failed' 'sudo_automation
info
true
0'
check "scripts: the cache changes nothing" same_by_every_event

replayed loop
check "a loop: an alert" alerts '.cause, .level, .figures.account, .figures.sources' 'service_failure_loop
warning
backup
0'
check "a loop: in the text" told 'warning: a service fails to log in by "/usr/lib/dovecot/auth" as "backup" at equal intervals'

replayed cron
check "cron: an alert" alerts '.cause, .level, .figures.sessions, .figures.accounts' 'cron_sessions
info
50
1'
check "cron: valid" valid
check "cron: the cache changes nothing" same_by_every_event
"$PYTHON" "$here/make_stream.py" cron | "$AUNOISE" replay --json - >piped 2>err
check "cron: from a pipe the same" cmp -s json piped

# --- who only says that he is cron ---

replayed no_login
check "no LOGIN: fewer than one a second" alerts .cause ""
replayed varied
check "others were driven out: that is counted" [ "$(jq 'select(.type == "summary").health.auth_evicted > 0' json)" = true ]
check "others were driven out: cron is not told of" alerts .cause ""

# --- what may be silenced ---

for arch in b64 b32; do echo "-a always,exit -F arch=$arch -S unlink -k k"; done >rules
# advised KIND: where there is such a program of root's
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	advised() {
		"$PYTHON" "$here/make_stream.py" "$1" >log
		# shellcheck disable=SC2016 # expanded there
		unshare -m sh -c 'mount -t tmpfs -o mode=0755 none /usr/sbin && cp /bin/true /usr/sbin/cron && chmod 755 /usr/sbin/cron &&
			exec "$1" replay --json --rules rules log' - "$AUNOISE" >json 2>err
	}
elif [ -x /usr/sbin/cron ]; then
	advised() {
		"$PYTHON" "$here/make_stream.py" "$1" >log
		"$AUNOISE" replay --json --rules rules log >json 2>err
	}
else
	echo "skipped: advice, for there is no /usr/sbin/cron and none can be put there"
	advised() { return 1; }
fi
advice() { [ "$(jq -rc "select(.type == \"advice\") | $1" json)" = "$2" ]; }

if advised cron; then
	check "cron: one proposal for its six kinds, USER_MGMT left out" advice '.kind, .rules[]' 'exclude
-a never,exclude -F msgtype=USER_ACCT -F exe=/usr/sbin/cron -F uid=0
-a never,exclude -F msgtype>=CRED_ACQ -F msgtype<=USER_END -F exe=/usr/sbin/cron -F uid=0
-a never,exclude -F msgtype=LOGIN -F exe=/usr/sbin/cron -F uid=0'
	check "cron: nothing of it is left" advice '.saves.share' 1
	check "cron: at medium risk and confidence" advice '.risk, .confidence' 'medium
medium'
	check "cron: valid" valid
	for each in no_login not_cron varied guesses scripts loop; do
		advised "$each"
		check "$each: nothing is silenced" advice .kind ""
		check "$each: and it was judged" [ -s json ]
	done
fi
finish
