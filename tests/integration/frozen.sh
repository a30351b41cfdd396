#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A filesystem that hangs under the summary log and the state: everything is
# read and counted, the socket answers, the end does not wait, and no half of a
# file is taken for a whole one. Frozen with fsfreeze(8) on a mount of our own.
. "$(dirname "$0")/lib.sh"
need gzip jq socat fsfreeze mkfs.ext4 mount

[ "$(id -u)" -eq 0 ] || {
	echo "only root can mount"
	exit 77
}
disk=$work/disk
thaw() {
	fsfreeze -u "$disk" 2>/dev/null || true
	umount "$disk" 2>/dev/null || true
	clean_up
}
truncate -s 32M "$work/image" && mkdir "$disk" && mkfs.ext4 -q "$work/image" || exit 99
mount -o loop "$work/image" "$disk" || {
	echo "no loop device can be mounted here"
	exit 77
}
trap thaw EXIT
chown nobody "$disk" && chmod 700 "$disk"

gzip -dc "$recorded" >"$work/stream"
wanted=$(grep -c '^type=' "$work/stream")
# shellcheck disable=SC2034 # read by settings()
summary_log=$disk/log state_line="state_file = $disk/state"
# a search for leaks stops all threads first, also the one that cannot be stopped
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

start() { feed "$(settings "interval = 1")"; }
summaries() { jq -Rc 'fromjson? | select(.type == "summary")' "$work/client"; }

start
cat "$work/stream" >&7
check "before: all is counted" await has_counted "$wanted"
check "before: it ends with 0" ended
check "before: a state is there" [ -f "$disk/state" ]
cp "$disk/state" "$work/good"

start
check "after a start: the counts of before are there" await has_counted "$wanted"
rm "$disk/log"
fsfreeze -f "$disk" || exit 99
cat "$work/stream" >&7
check "frozen: all is counted" await has_counted $((2 * wanted))
n=$(summaries | wc -l)
more() { [ "$(summaries | wc -l)" -gt $((n + 3)) ]; }
check "frozen: summaries still come" await more
# the kernel keeps the thread that hangs, and with it the process, until the thaw
exec 7>&-
left() { grep -q '^State:.Z' "/proc/$plugin/status"; }
check "frozen: it does not wait for the disk" await left
# one that starts now finds no log: it does not wait for it to be made
mv "$work/socket" "$work/socket.old" 2>/dev/null || true
first=$plugin
start
cat "$work/stream" >&7
check "a start while it is frozen: it counts on from the state" await has_counted $((2 * wanted))
second=$plugin
exec 7>&-
check "a start while it is frozen: it does not wait at its end" await left
fsfreeze -u "$disk"
wait "$second" || true
plugin=$first
check "thawed: it ended with 0" ended
check "thawed: the state is the whole one of before" cmp -s "$disk/state" "$work/good"

start
check "thawed: it counts on from there" await has_counted "$wanted"
check "thawed: it ends with 0" ended
check "thawed: nothing was set aside" [ -z "$(find "$disk" -name 'state.bad*')" ]
finish
