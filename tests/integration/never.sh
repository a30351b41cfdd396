#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# never.sh - floods that no advice may silence, and that are told with a name
#
# Each is an hour of one source's events that ends in 80 records a second. The first case
# is one that advice names, so that the others are not quiet for want of anything to say.
# shellcheck disable=SC2317 # check calls functions
. "$(dirname "$0")/lib.sh"
PYTHON=${PYTHON:-python3}
[ "$PYTHON" != no ] || PYTHON=python3
need jq "$PYTHON"
[ "$(uname -m)" = x86_64 ] || {
	echo "the rules name system calls of x86_64"
	exit 77
}
case $AUNOISE in /*) ;; *) AUNOISE=$(pwd)/$AUNOISE ;; esac
here=$(cd "$here" && pwd)
cd "$work" || exit 99

# is_roots FILE: is it root's, and the file itself?
is_roots() { [ "$(stat -c %F:%u "$1" 2>/dev/null)" = "regular file:0" ] && [ "$(realpath "$1")" = "$1" ]; }
if [ "$(stat -c %u /)" -ne 0 ] || ! is_roots /usr/bin/cat; then
	echo "no program of root's is found"
	exit 77
fi
unset=4294967295
for arch in b64 b32; do echo "-a always,exit -F arch=$arch -S connect,openat -k noisy"; done >rules
: >none
chmod 600 none

replayed() {
	"$PYTHON" "$here/never.py" "$@" >log &&
		"$AUNOISE" replay --json --rules rules --settings "$setting" log >json 2>err
}
valid() { "$PYTHON" "$here/../schema/validate.py" json; }
silenced() { jq -e 'select(.type == "advice" and (.kind | IN("narrow", "silence", "exclude")))' json >/dev/null; }
not_silenced() { ! silenced; }
# flood FILTER: is there one, and does it say this of its figures?
flood() { jq -es "[.[] | select(.type == \"alert\" and .alert == \"flood\" and .state == \"raised\") | .figures] | length == 1 and (.[0] | $1)" json >/dev/null; }
no_flood() { ! flood true; }
flood_in_text() { "$AUNOISE" replay --rules rules --settings "$setting" log 2>/dev/null | grep -q '^ALERT  *flood, warning: '; }

# never NAME FILTER EXE UID AUID [CALL [OBJECT [TYPE]]]
never() {
	name=$1 filter=$2
	shift 2
	check "$name: replayed" replayed "$@"
	check "$name: not silenced" not_silenced
	check "$name: a flood" flood "$filter"
}

setting=none
check "a service: replayed" replayed /usr/bin/cat 33 $unset
check "a service: advice" silenced
check "a service: no flood" no_flood

never "a place that all may write" '.exe == "/tmp/x" or .dir == "/tmp"' /tmp/x 33 $unset
check "valid" valid
check "and in text" flood_in_text
if [ "$(id -u)" -eq 0 ]; then
	cp /usr/bin/cat theirs && chown 33 theirs
	never "a user's file" .exe "$(pwd -P)/theirs" 33 $unset
fi
shell=$(realpath /bin/sh)
python=$(realpath "$(command -v python3)")
never "a shell" '.exe != null' "$shell" 0 $unset
never "an interpreter" '.exe != null' "$python" 0 $unset
# as a service: the account may be left out, but neither is ever named
not_named() { [ "$(jq -r 'select(.type == "advice") | .rules[]' json | grep -cF -e "exe=$1")" -eq 0 ]; }
for each in "$shell" "$python"; do
	check "$each as a service: replayed" replayed "$each" 33 $unset
	check "$each as a service: not named" not_named "$each"
done
never "a user's find" '.exe == "/usr/bin/find" or .auid == 1000' /usr/bin/find 1000 1000 257
never "failed logins" '.exe == "/usr/sbin/sshd" or .dir == "/usr/sbin" or .uid == 0' /usr/sbin/sshd 0 $unset 0 "" USER_AUTH
never "forged messages of cron" '.exe != null or .dir != null or .uid == 33' /tmp/cron 33 $unset 0 "" USER_ACCT
is_roots /usr/bin/su && never "setuid root" '.exe == "/usr/bin/su"' /usr/bin/su 33 $unset
never "AVC" '.exe == "/usr/bin/cat"' /usr/bin/cat 33 $unset 257 "" AVC
never "ANOM_ABEND" '.exe != null or .uid == 33' /usr/bin/cat 33 $unset 0 "" ANOM_ABEND
never "objects under /etc" '.exe == "/usr/bin/cat"' /usr/bin/cat 33 $unset 257 /etc/passwd
for each in 'a\nb' 'a\"b' 'a b' 'a -F uid=0' 'a,b' 'a\xffb'; do
	never "a name: $each" '(.exe // .dir // .uid) != null' "/usr/bin/$each" 33 $unset
	never "a directory: $each" '(.exe // .dir // .uid) != null' "/tmp/$each/x" 33 $unset
done
never "another program each time" '.dir == "/tmp" or .uid == 33' /tmp/x%d 33 $unset
never "another directory each time" '.uid == 33' /tmp/%d/x 33 $unset

# what the next are quiet for is the setting, and above the place of the object
check "an object in /srv: replayed" replayed /usr/bin/cat 33 $unset 257 /srv/x/f
check "an object in /srv: advice" silenced
setting=protected
for each in "protect_key = noisy" "protect_type = PROCTITLE" "protect_exe = /usr/bin/cat" "protect_path = /srv/x"; do
	echo "$each" >protected
	chmod 600 protected
	never "$each" '.exe == "/usr/bin/cat"' /usr/bin/cat 33 $unset 257 /srv/x/f
done

finish
