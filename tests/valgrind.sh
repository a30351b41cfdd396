#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# valgrind.sh - the tests once more under valgrind's memcheck
#
# usage: valgrind.sh DIRECTORY PROGRAM... -- SCRIPT...
# Test programs are run by valgrind; scripts get daemon and command wrapped in
# it. A report of any process (also of those that the daemon forks) is a
# failure, besides what the test itself finds. DIRECTORY takes the reports.
set -u
dir=$1
shift
rm -rf "$dir"
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
chmod 1777 "$dir" # the daemon writes its reports as another user
memcheck="valgrind -q --vgdb=no --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --error-exitcode=99 --track-origins=yes"
suppressed=$(cd "$(dirname "$0")" && pwd)/valgrind.supp # in the daemon alone
failed=0

# wrap NAME PROGRAM: $dir/NAME runs PROGRAM under valgrind
wrap() {
	printf '#!/bin/sh\nexec %s --suppressions=%s --log-file=%s/report.%%p %s "$@"\n' "$memcheck" "$suppressed" "$dir" "$2" >"$dir/$1"
	chmod 755 "$dir/$1"
}
# reports NAME: what valgrind had to say about this test
reports() {
	find "$dir" -name 'report.*' -size +0 -exec cat {} + >"$dir/$1.reports"
	find "$dir" -name 'report.*' -delete
	[ -s "$dir/$1.reports" ] || { rm "$dir/$1.reports"; return 1; }
}
# judge NAME STATUS
judge() {
	if reports "$1"; then
		echo "FAIL: $1: valgrind reports: $dir/$1.reports"
	elif [ "$2" -eq 0 ]; then
		echo "PASS: $1"
		return
	elif [ "$2" -eq 77 ]; then
		echo "SKIP: $1"
		return
	else
		echo "FAIL: $1: exit status $2: $dir/$1.out"
	fi
	failed=$((failed + 1))
}

wrap audisp-noise "$NOISE_PLUGIN"
wrap aunoise "$AUNOISE"
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	name=$(basename "$1")
	# to standard error: a file of its own would be one more that a child holds
	# shellcheck disable=SC2086 # a command
	$memcheck "./$1" >"$dir/$name.out" 2>&1
	status=$?
	grep '^==[0-9]*== ' "$dir/$name.out" >"$dir/report.$name"
	judge "$name" $status
	shift
done
[ $# -eq 0 ] || shift
NOISE_PLUGIN=$dir/audisp-noise AUNOISE=$dir/aunoise
DRIVE_END_MS=60000
export NOISE_PLUGIN AUNOISE DRIVE_END_MS
for script in "$@"; do
	name=$(basename "$script")
	sh "$script" >"$dir/$name.out" 2>&1
	judge "$name" $?
done
[ $failed -eq 0 ] && echo "valgrind has nothing to report"
[ $failed -eq 0 ]
