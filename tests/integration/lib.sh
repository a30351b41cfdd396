# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# lib.sh - what the scripts of this folder share: places, checks, clean-up.
# The built programs come in through the environment (tests/local.mk).

here=$(cd "$(dirname "$0")" && pwd)
srcdir=${srcdir:-$here/../..}
NOISE_PLUGIN=${NOISE_PLUGIN:-./plugin/audisp-noise}
AUNOISE=${AUNOISE:-./plugin/aunoise}
DRIVE=${DRIVE:-./tests/drive}
# shellcheck disable=SC2034 # used by the scripts
recorded=$srcdir/tests/data/recorded.log.gz
failures=0

need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null || {
			echo "$tool is not installed"
			exit 77
		}
	done
}

work=$(mktemp -d) || exit 99
chmod 700 "$work"
# root's plugin becomes another user, who must be there and may write here
as_user=
if [ "$(id -u)" -eq 0 ]; then
	as_user='user = nobody'
	chown nobody "$work"
fi
# shellcheck disable=SC2046 # process ids
clean_up() {
	kill $(jobs -p) 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# settings [LINE...]: a settings file with places of our own; prints its name
settings() {
	{
		printf 'socket = %s/socket\nsummary_log = %s\n' "$work" "${summary_log:-$work/summary.log}"
		for line in "$@" "$as_user" "${state_line:-state_file = none}"; do printf '%s\n' "$line"; done
	} >"$work/settings"
	chmod 600 "$work/settings"
	echo "$work/settings"
}

# said FILE: what was said but for the one word of a build with sanitizers, or of valgrind
# what the kernel's audit system does meanwhile, as another test may, is no matter here
said() { grep -vE ': (system calls are not filtered|(alert [a-z_]+ (raised|cleared)|advice [0-9a-f]+ [a-z]+): )' "$1"; }

# check NAME COMMAND...: the command has to succeed
check() {
	checked=$1
	shift
	if "$@"; then
		echo "ok: $checked"
	else
		echo "FAIL: $checked ($*)"
		failures=$((failures + 1))
	fi
}

# await COMMAND...: until it succeeds, 10 s at most
await() {
	tries=0
	until "$@" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return 1
		sleep 0.1
	done
}

# feed SETTINGS: start the plugin, which reads what is written to descriptor 7, and
# a client, whose lines are in client
feed() {
	[ -p "$work/pipe" ] || mkfifo "$work/pipe"
	"$NOISE_PLUGIN" "$1" <"$work/pipe" 2>"$work/err" 7>&- &
	plugin=$!
	exec 7>"$work/pipe"
	await [ -S "$work/socket" ] || echo "no socket"
	socat -u "UNIX-CONNECT:$work/socket" STDOUT >"$work/client" 7>&- &
}
# of_last FILTER: of the last whole summary that the client has got
of_last() { jq -Rr "fromjson? | select(.type == \"summary\") | $1" "$work/client" | tail -n 1; }
has_counted() { [ "$(of_last '.windows[-1].records')" -eq "$1" ]; }
gone() { ! kill -0 "$plugin"; }
# ended: the stream has come to its end, and so has the plugin
ended() {
	exec 7>&-
	await gone && wait "$plugin"
}

finish() {
	[ "$failures" -eq 0 ] || echo "$failures checks failed"
	[ "$failures" -eq 0 ]
	exit $?
}
