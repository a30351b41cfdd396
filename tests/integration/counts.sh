#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What aunoise replay and the plugin count, against an oracle in awk that
# counts the same lines: events, records and bytes in all, of each type, key
# and executable, and the lines that are no record.
# shellcheck disable=SC2317 # check calls functions
. "$(dirname "$0")/lib.sh"
PYTHON=${PYTHON:-python3}
[ "$PYTHON" != no ] || PYTHON=python3
need awk gzip jq socat "$PYTHON"

make_stream() {
	"$PYTHON" "$here/make_stream.py" "$@"
}

# oracle FILE: what has to be counted
oracle() {
	unended=0
	[ -z "$(tail -c 1 "$1" | tr '\n' '0' | tr -d '0')" ] || unended=1
	tr '\000' '?' <"$1" | LC_ALL=C awk -v unended=$unended -f "$here/oracle.awk" |
		LC_ALL=C sort
}

# counted: the summary on standard input as the oracle would say it
counted() {
	jq -r -f "$here/show.jq" | LC_ALL=C sort
}

# replay FILE...: as JSON, into $work/json
replay() {
	status=0
	"$AUNOISE" replay --json "$@" >"$work/json" 2>"$work/err" || status=$?
}

adds_up() {
	jq -r -f "$here/adds_up.jq" "$work/json" >"$work/faults"
	head -n 5 "$work/faults"
	[ ! -s "$work/faults" ]
}

same() {
	diff "$1" "$2" >"$work/diff" && return
	head -n 10 "$work/diff"
	return 1
}

# health NAME: a counter of the last replay
health() {
	jq ".health.$1" "$work/json"
}

# exact NAME FILE: replay counts what the oracle does
exact() {
	replay "$2"
	check "$1: exit status 0" [ $status -eq 0 ]
	oracle "$2" >"$work/want"
	counted <"$work/json" >"$work/got"
	check "$1: counts" same "$work/want" "$work/got"
	check "$1: lists add up" adds_up
}

gzip -dc "$recorded" >"$work/recorded"
exact "recording" "$work/recorded"
cp "$work/got" "$work/recorded.got"

make_stream two_cpus <"$work/recorded" >"$work/two_cpus"
exact "two processors" "$work/two_cpus"
check "two processors: the same as one" same "$work/recorded.got" "$work/got"
check "two processors: other lines" [ "$(cmp "$work/recorded" "$work/two_cpus" | wc -l)" -eq 1 ]

for kind in keys long nul nodes mixed; do
	make_stream $kind >"$work/$kind"
	exact "$kind" "$work/$kind"
done
check "nodes: none of several is the host" [ "$(jq .host "$work/json")" = null ]
check "mixed: the bad lines are said" [ "$(health lines_bad)" -eq "$(
	awk '/^bad/ { print $2 }' "$work/want"
)" ]
check "mixed: there are bad lines" [ "$(health lines_bad)" -gt 100 ]

make_stream endless >"$work/endless"
exact "endless" "$work/endless"
check "endless: 20,000 had to be ended" [ $(($(health events_aged) + $(health events_forced))) -ge 20000 ]
check "endless: none is counted twice" [ "$(health resumed)" -eq 0 ]

# --- ends ---

size=$(wc -c <"$work/keys")
tail -c +40 "$work/keys" | head -c $((size - 200)) >"$work/half"
exact "half a record at both ends" "$work/half"
check "half a record at both ends: the first is bad" [ "$(health lines_bad)" -eq 1 ]
{ cat "$work/keys"; printf 'type=SYSCALL msg=audit(17000'; } >"$work/half"
exact "half a header at the end" "$work/half"
check "half a header at the end: is bad" [ "$(health lines_bad)" -eq 1 ]
head -c $((size - 1)) "$work/keys" >"$work/unended"
exact "no newline at the end" "$work/unended"
check "no newline at the end: no bad line" [ "$(health lines_bad)" -eq 0 ]
head -n 1 "$work/recorded" >"$work/one"
exact "one record" "$work/one"

# --- nothing, and nothing of use ---

: >"$work/empty"
replay "$work/empty"
check "empty: exit status 0" [ $status -eq 0 ]
check "empty: a note" grep -q 'input is empty' "$work/err"
check "empty: zeros" [ "$(counted <"$work/json" | tr '\n' ' ')" = "bad 0 total 0 0 0 " ]
check "empty: no time" [ "$(jq .time "$work/json")" = null ]

make_stream rubbish >"$work/rubbish"
replay "$work/rubbish"
check "rubbish: exit status 3" [ $status -eq 3 ]
check "rubbish: nothing is printed" [ ! -s "$work/json" ]
check "rubbish: file and lines are named" grep -q "320 lines of $work/rubbish" "$work/err"

# --- more names than places: sums exact, each entry within its error ---

make_stream many 20000 >"$work/many"
replay "$work/many"
check "many names: lists add up" adds_up
oracle "$work/many" >"$work/want"
for list in key exe; do
	check "many names: ${list}s were evicted" [ "$(health evicted_${list}s)" -gt 500 ]
	jq -r --arg list $list '.windows[] | select(.seconds == null) | .[$list + "s"][]
		| "\(.[$list]) \(.records) \(.error) \(.events)"' "$work/json" >"$work/listed"
	awk -v list=$list 'NR == FNR { if ($1 == list) { records[$2] = $(NF - 1); events[$2] = $(NF - 2) } next }
		$1 == "null" { next }
		{ n++ }
		$2 > records[$1] || records[$1] > $2 + $3 || $4 > events[$1] {
			print $1 ": " $2 " + " $3 ", truth " records[$1]; wrong++ }
		END { exit wrong || n < 500 }' "$work/want" "$work/listed" >"$work/wrong"
	check "many names: ${list}s are within their error" [ $? -eq 0 ]
done
grep -E '^(total|bad|type)' "$work/want" >"$work/want.exact"
counted <"$work/json" | grep -E '^(total|bad|type)' >"$work/got"
check "many names: totals and types stay exact" same "$work/want.exact" "$work/got"

# --- the same in any portions ---

plain() {
	jq -S 'del(.seq)' "$1"
}
for kind in keys many mixed; do
	head -n 3000 "$work/$kind" >"$work/part"
	replay "$work/part"
	plain "$work/json" >"$work/want"
	for n in 1 17 1048576; do
		make_stream pour $n <"$work/part" | "$AUNOISE" replay --json - 2>/dev/null |
			plain - >"$work/got"
		check "$kind in writes of $n" same "$work/want" "$work/got"
	done
done

# --- the same through the plugin ---

# watch FILE: all windows and whole lists, once a second, to the end of the stream
watch() {
	await [ -S "$work/socket" ]
	printf '{"interval": 1, "windows": "all", "top": 512}\n' |
		socat -t 60 - "UNIX-CONNECT:$work/socket" >"$1"
}

# last_whole FILE: the last summary that was asked for; the pushed ones are cut
last_whole() {
	jq -c 'select(.type == "summary" and (.windows[-1].exes | length) > 0)' "$1" | tail -n 1
}

# drive_once FILE MS OPTION...: the last summary of a plugin whose stream lingers for MS
drive_once() {
	stream=$1 linger=$2
	shift 2
	rm -f "$work/socket"
	watch "$work/client" &
	watcher=$!
	status=0
	"$DRIVE" "$@" --linger "$linger" "$NOISE_PLUGIN" "$(settings 'client_buffer = 16M')" \
		<"$stream" || status=$?
	wait "$watcher" || true
	last_whole "$work/client" >"$work/json"
}

# through NAME FILE OPTION...: the plugin counts what the oracle does
through() {
	name=$1 file=$2
	shift 2
	oracle "$file" >"$work/want"
	# 2 s complete what has no end, the next summary is due a second later; a
	# machine that has much else to do may take longer
	for ms in 3500 10000 30000; do
		drive_once "$file" $ms "$@"
		counted <"$work/json" >"$work/got"
		! cmp -s "$work/want" "$work/got" || break
	done
	check "$name: exit status 0" [ $status -eq 0 ]
	check "$name: counts" same "$work/want" "$work/got"
	check "$name: lists add up" adds_up
}

through "plugin, line by line" "$work/recorded"
head -n 2000 "$work/keys" >"$work/part"
through "plugin, 1 byte" "$work/part" --chunk 1
through "plugin, 17 bytes" "$work/mixed" --chunk 17
through "plugin, 1 MB" "$work/two_cpus" --chunk 1048576
through "plugin, endless events" "$work/endless" --chunk 65536
finish
