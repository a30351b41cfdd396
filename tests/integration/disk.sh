#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A disk that is full or read-only under the summary log and the state: all is
# counted and given out, the errors are counted too, the old state stays whole,
# and when there is room again the log goes on and says what it lacks.
. "$(dirname "$0")/lib.sh"
need gzip jq socat mount

[ "$(id -u)" -eq 0 ] || {
	echo "only root can mount"
	exit 77
}
disk=$work/disk
unmount() {
	umount "$disk" 2>/dev/null || true
	clean_up
}
mkdir "$disk"
mount -t tmpfs -o size=1M,mode=750,uid=nobody tmpfs "$disk" || {
	echo "no tmpfs can be mounted here"
	exit 77
}
trap unmount EXIT

gzip -dc "$recorded" >"$work/stream"
wanted=$(grep -c '^type=' "$work/stream")
# shellcheck disable=SC2034 # read by settings()
summary_log=$disk/log state_line="state_file = $disk/state"

start() { feed "$(settings "interval = 1")"; }
rises() { [ "$(of_last ".health.$1")" -gt 0 ]; }
fill() { dd if=/dev/zero of="$disk/full" bs=4k status=none 2>/dev/null || [ -s "$disk/full" ]; }
said_log() { grep -q "summary log $disk/log: .*going on without it" "$work/err"; }

start
cat "$work/stream" >&7
check "before: all is counted" await has_counted "$wanted"
check "before: it ends with 0" ended
cp "$disk/state" "$work/good" || exit 99

# --- full ---
start
await [ -s "$disk/log" ]
fill
cat "$work/stream" >&7
check "full: all is counted" await has_counted $((2 * wanted))
check "full: errors of the log are counted" await rises summary_log_errors
check "full: lines that the log lacks are counted" await rises summary_log_dropped
rm "$disk/full"
check "room again: the log goes on and says what it lacks" await grep -q ' gap dropped=' "$disk/log"
fill
cat "$work/stream" >&7
await has_counted $((3 * wanted))
check "full at the end: it ends with 0" ended
check "full at the end: the state is the whole one of before" cmp -s "$disk/state" "$work/good"
check "full at the end: nothing half is left" [ ! -e "$disk/state.new" ]
rm "$disk/log"
fill
start
check "full at the start: it counts on" await has_counted "$wanted"
check "full at the start: errors of the log are counted" await rises summary_log_errors
rm "$disk/full"
check "room again: the log is made" await [ -s "$disk/log" ]
check "room again: it ends with 0" ended

# --- read-only ---
cp "$disk/state" "$work/good"
rm "$disk/log"
mount -o remount,ro "$disk" || exit 99
start
check "read-only at the start: it says so and runs" said_log
cat "$work/stream" >&7
check "read-only: all is counted" await has_counted $((2 * wanted))
check "read-only: errors of the log are counted" await rises summary_log_errors
check "read-only: it ends with 0" ended
check "read-only: the state is the whole one of before" cmp -s "$disk/state" "$work/good"
mount -o remount,rw "$disk"
start
check "writable again: it counts on from there" await has_counted "$wanted"
check "writable again: the log goes on" await grep -q records= "$disk/log"
check "writable again: it ends with 0" ended
finish
