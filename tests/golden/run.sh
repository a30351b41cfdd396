#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What aunoise replay says of small logs, to the last byte.
#
# usage: run.sh [show NAME]
# Each NAME.raw is replayed and what comes out, laid out by layout.jq, compared
# with NAME.json. `show` prints what comes out now: read it before it becomes
# the expected one. CASES says what each pair pins.
set -u
here=$(cd "$(dirname "$0")" && pwd)
AUNOISE=${AUNOISE:-./plugin/aunoise}
command -v jq >/dev/null || {
	echo "jq is not installed"
	exit 77
}

# laid_out NAME: what replay prints of it now
laid_out() {
	"$AUNOISE" replay --json "$here/$1.raw" 2>/dev/null | jq -S -c -a -f "$here/layout.jq"
}

if [ "${1:-}" = show ]; then
	laid_out "$2"
	exit
fi

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failures=0
for raw in "$here"/*.raw; do
	name=$(basename "$raw" .raw)
	laid_out "$name" >"$work/got"
	if ! grep -q "^$name: " "$here/CASES"; then
		echo "FAIL: $name: CASES does not say what it pins"
		failures=$((failures + 1))
	fi
	if diff -u "$here/$name.json" "$work/got" >"$work/diff" && [ -s "$work/got" ]; then
		echo "ok: $name"
	else
		echo "FAIL: $name"
		cat "$work/diff"
		failures=$((failures + 1))
	fi
done
[ "$failures" -eq 0 ]
