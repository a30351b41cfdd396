#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The schema and its validator: what is good passes, and what is broken in one
# way is refused for that one reason. bad/expected names for each broken file
# the place of its only fault.
set -u

srcdir=${srcdir:-$(dirname "$0")/../..}
dir=$srcdir/tests/schema
schema=$srcdir/conf/audisp-noise.schema.json
failed=0

if [ -z "${PYTHON:-}" ] || [ "$PYTHON" = no ]; then
	echo "skipped: PYTHON names no python3 with jsonschema (Debian: python3-jsonschema)"
	exit 77
fi

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

fail() {
	echo "FAIL: $*"
	failed=1
}

# validate STATUS ARGUMENT...: run the validator, which must end with STATUS
validate() {
	want=$1
	shift
	"$PYTHON" "$dir/validate.py" --schema "$schema" "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	[ "$got" -eq "$want" ] && return 0
	fail "status $got instead of $want from: validate.py $*"
	head -n 20 "$tmp/err"
}

# split DIR: $objects and $requests, the names of the files in it
split() {
	objects=
	requests=
	for file in "$dir/$1"/*.jsonl; do
		case ${file##*/} in
		request*) requests="$requests $file" ;;
		*) objects="$objects $file" ;;
		esac
	done
}

good() {
	split good
	# shellcheck disable=SC2086 # lists of names without blanks
	{
		validate 0 $objects
		# a good example for every type there is
		for type in hello summary alert advice gap; do
			grep -q "[0-9] $type" "$tmp/out" || fail "no good example of $type"
		done
		validate 0 --part request $requests
	}
	cat "$dir/good/replay.jsonl" >"$tmp/stream"
	"$PYTHON" "$dir/validate.py" --schema "$schema" - <"$tmp/stream" >"$tmp/out" 2>&1 ||
		fail "standard input is refused"
	[ "$(cat "$tmp/out")" = "3 objects: 1 advice, 1 alert, 1 summary" ] ||
		fail "wrong count: $(cat "$tmp/out")"
}

bad() {
	split bad
	# shellcheck disable=SC2086
	{
		validate 1 $objects
		cat "$tmp/err" >"$tmp/faults"
		validate 1 --part request $requests
		cat "$tmp/err" >>"$tmp/faults"
	}
	for file in $objects $requests; do
		grep -q "^${file##*/} " "$dir/bad/expected" || fail "$file is not in bad/expected"
	done
	sed 's|^.*/\([^/:]*\):1: \([^:]*\): ..*|\1 \2|' "$tmp/faults" | LC_ALL=C sort >"$tmp/found"
	grep -v '^#' "$dir/bad/expected" | LC_ALL=C sort >"$tmp/expected"
	diff "$tmp/expected" "$tmp/found" >"$tmp/diff" && return 0
	fail "faults that were expected (<) and found (>) differ:"
	cat "$tmp/diff"
}

edges() {
	: >"$tmp/empty"
	validate 1 "$tmp/empty"
	validate 1 "$tmp/none"
	grep -q "none: No such file" "$tmp/err" || fail "a missing file is not named"
	validate 2 --part nothing "$tmp/empty"
	# a fault behind good lines is found, and its line named
	cat "$dir/good/daemon.jsonl" "$dir/bad/gap-of-nothing.jsonl" >"$tmp/mixed"
	validate 1 "$tmp/mixed"
	line=$(($(wc -l <"$dir/good/daemon.jsonl") + 1))
	grep -q "mixed:$line: \$.dropped: " "$tmp/err" || fail "line $line is not named"
}

good
bad
edges
exit "$failed"
