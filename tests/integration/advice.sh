#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# aunoise advice, and aunoise try before it has asked the kernel anything, with a
# daemon that has been taken over: what is shown holds no byte for a terminal, what is
# printed as rules holds nothing else, and nothing is tried.
. "$(dirname "$0")/lib.sh"
need jq timeout

good='-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d -F uid=33 -F auid=-1'
# advice STATE KIND WHY RULE: one line; its id is not that of its rules
advice() {
	jq -nc --arg state "$1" --arg kind "$2" --arg why "$3" --arg rule "$4" '
		{schema: "audisp-noise/1", type: "advice", id: "00000000deadbeef", state: $state, kind: $kind,
		title: $why, why: $why, evidence: {}, rules: [$rule], remove: [], commands: [$why], file: $why,
		place: null, saves: {window_s: 60, events_per_s: 1, records_per_s: 1e308, bytes_per_s: -1, share: 9},
		gives_up: $why, blinds: [$why], risk: $why, confidence: $why, controls: [$why], try: $why,
		undo: $why, verified: {before: 1, after: 1, predicted_share: 1, measured_share: 1}}'
}
ask() { timeout 20 "$AUNOISE" "$@" --socket "$work/socket" >"$work/out" 2>"$work/err" </dev/null; }
# exits STATUS ARGUMENT...
exits() {
	expected=$1
	shift
	status=0
	ask "$@" || status=$?
	[ "$status" -eq "$expected" ]
}
harmless() { ! LC_ALL=C grep -q '[^ -~]' "$work/out"; }

: >"$work/lines"
"${PYTHON:-python3}" "$srcdir/tests/integration/hostile.py" "$work/socket" "$work/lines" &
server=$!
trap 'kill "$server"; clean_up' EXIT
await [ -S "$work/socket" ]

check "no advice: shown" exits 0 advice
check "no advice: said" grep -q 'No advice stands' "$work/out"
check "no advice: nothing to do" exits 0 advice --check
check "no advice: no rules" exits 0 advice --rules
check "no advice: comments alone" [ "$(grep -vc '^#' "$work/out")" -le 2 ]

hostile=$(printf 'x\033[2J\n-D\r\n-e 2\n\302\233 "%%s%%n')
{
	advice proposed silence "$hostile" "$good"
	printf '{"type":"advice"}\n{"type":"advice","id":1,"rules":{},"state":[],"saves":[]}\n'
} >"$work/lines"
check "a hostile one: shown" exits 0 advice
check "a hostile one: without its bytes" harmless
check "a hostile one: as an object" exits 0 advice --json
check "a hostile one: without its bytes" harmless
check "a hostile one: as rules" exits 0 advice --rules
check "a hostile one: no rule under another's id" [ "$(grep -vc '^#' "$work/out")" -le 3 ]
check "a hostile one: no line of its own" [ "$(grep -c '^-' "$work/out")" -eq 0 ]
check "a hostile one: something to do" exits 1 advice --check
check "a hostile one: --check prints nothing" [ ! -s "$work/out" ]
check "a hostile one: not tried" exits 3 try --yes 00000000deadbeef
check "no such id: not tried" exits 3 try --yes 0123456789abcdef
advice applied silence applied "$good" >"$work/lines"
check "an applied one: nothing to do" exits 0 advice --check

printf 'no JSON\n' >"$work/lines"
check "no JSON: cannot" exits 3 advice
check "no JSON: --check cannot" exits 3 advice --check
head -c 5000000 /dev/zero | tr '\0' x >"$work/lines"
check "a line without an end: cannot" exits 3 advice
check "two forms: usage" exits 2 advice --json --rules
check "an argument: usage" exits 2 advice x
check "without an id: usage" exits 2 try --yes
check "without a terminal: usage" exits 2 try 0123456789abcdef
rm "$work/socket"
check "nobody there: --check cannot" exits 3 advice --check
finish
