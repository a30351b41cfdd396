#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where the kernel's audit system may not be asked: not as root, in another pid
# namespace, in a user namespace, in a kernel without one (made believe by a filter). The stream is counted all the same, and it is said
# what is not known, and why.
# shellcheck disable=SC2317 # functions that are given to others
. "$(dirname "$0")/lib.sh"
need gzip jq socat setpriv unshare
[ "$(id -u)" -eq 0 ] || {
	echo "needs root, who can become everybody"
	exit 77
}

gzip -dc "$recorded" | head -n 2000 >"$work/stream"
wanted=$(grep -c '^type=' "$work/stream")
chmod 644 "$work/stream"

last() { jq -s -r "[.[] | select(.type == \"summary\")][-1]$1" "$work/client"; }
was_asked() { [ "$(last .kernel.reason)" != "the kernel has not been asked yet" ]; }
has_all() { [ "$(last '.windows[-1].records')" -eq "$wanted" ]; }

# a user namespace in which everybody is who he is outside
map_all() {
	for map_of in uid_map gid_map; do
		await eval "echo 0 0 65536 >/proc/$1/$map_of" || echo "$map_of cannot be written"
	done
}
# shellcheck disable=SC2016 # for that shell
mapped='until grep -q 65536 /proc/self/uid_map && grep -q 65536 /proc/self/gid_map; do sleep 0.1; done; exec "$@"'
map=:

# place NAME REASON COMMAND...: the plugin under that command, whose process gets a map
place() {
	name=$1
	reason=$2
	shift 2
	rm -f "$work/client" "$work/socket"
	mkfifo "$work/in"
	"$@" "$NOISE_PLUGIN" "$work/settings" <"$work/in" 2>"$work/err" &
	plugin=$!
	exec 7>"$work/in" # waits for it to be opened
	"$map" $plugin
	cat "$work/stream" >&7
	check "$name: it runs" await [ -S "$work/socket" ]
	socat -u "UNIX-CONNECT:$work/socket" - >"$work/client" 7>&- &
	client=$!
	check "$name: all is counted" await has_all
	await was_asked || true
	check "$name: the kernel's status is not known" [ "$(last .kernel.known)" = false ]
	said=$(last .kernel.reason)
	echo "$name: $said"
	case $said in
	*"$reason"*) echo "ok: $name: and it says why" ;;
	*)
		echo "FAIL: $name: the reason should hold \"$reason\""
		failures=$((failures + 1))
		;;
	esac
	check "$name: nothing is claimed of losses" [ "$(last .loss.refused)" = null ]
	exec 7>&-
	status=0
	wait "$plugin" || status=$?
	check "$name: it ends with the stream" [ "$status" -eq 0 ]
	wait "$client" || true
	rm -f "$work/in"
	[ ! -s "$work/err" ] || sed "s/^/$name: /" "$work/err"
}

settings 'interval = 1' >/dev/null
chown nobody "$work/settings"
place "not root" "not started as root" setpriv --reuid nobody --regid nogroup --clear-groups
chown root "$work/settings"
rm -f "$work/summary.log"
place "pid namespace" "pid namespace" unshare --pid --fork --kill-child
place "no audit" "without audit" "${NO_AUDIT:-./tests/integration/no_audit}"
map=map_all
place "user namespace" "user namespace" unshare --user sh -c "$mapped" sh
exit $((failures > 0))
