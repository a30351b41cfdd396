#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench_tools.sh - our replay beside the tools that read the same log
#
# laurel (a package of Debian's) reads the whole stream as a plugin does and
# writes JSON; aureport counts one list. Processor time, rounds interleaved;
# aureport gets a tenth of the log, since its time grows with the square.
set -e
EVENTS=${EVENTS:-100000}
ROUNDS=${ROUNDS:-5}
for tool in laurel aureport; do
	command -v "$tool" >/dev/null || {
		echo "$tool is not installed; nothing is compared"
		exit 77
	}
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./tests/bench/synthetic_log "$EVENTS" 0 -1 >"$work/log"
./tests/bench/synthetic_log "$((EVENTS / 10))" 0 -1 >"$work/part"
printf 'directory = "%s/laurel"\n[auditlog]\nfile = "audit.log"\nsize = 1000000000\n' "$work" >"$work/laurel.toml"
mkdir "$work/laurel"

# seconds COMMAND...: of processor time
seconds() {
	(
		"$@" >"$work/out" 2>"$work/err" || echo "$*: $(head -n 3 "$work/err")" >&2
		times
	) | tail -n 1 | tr ms ' ' | awk '{ print $1 * 60 + $2 + $3 * 60 + $4 }'
}
run_laurel() { laurel -c "$work/laurel.toml" <"$work/log"; }
run_aureport() { aureport -k --summary -if "$1"; }
round=0
while [ "$round" -lt "$ROUNDS" ]; do
	echo "$(seconds ./plugin/aunoise replay --json "$work/log") $(seconds run_laurel) $(seconds ./plugin/aunoise replay --json "$work/part") $(seconds run_aureport "$work/part")"
	rm -rf "$work"/laurel/*
	round=$((round + 1))
done >"$work/figures"
echo "$EVENTS events, $(wc -l <"$work/log") records, $(wc -c <"$work/log") bytes; $ROUNDS rounds; seconds of processor time, medians"
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] " (" v[1] " to " v[NR] ")" }'; }
echo "aunoise replay   $(awk '{ print $1 }' "$work/figures" | median)"
echo "laurel           $(awk '{ print $2 }' "$work/figures" | median)   ratio $(awk '{ printf "%.1f\n", $2 / $1 }' "$work/figures" | median)"
echo "of a tenth of the log:"
echo "aunoise replay   $(awk '{ print $3 }' "$work/figures" | median)"
echo "aureport -k      $(awk '{ print $4 }' "$work/figures" | median)"
