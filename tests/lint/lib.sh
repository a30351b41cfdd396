# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lib.sh - the frame of every check of the sources
#
# Sourced, never run. Works in the source tree that the environment's srcdir
# names, by default the script's own. A check prints a line for each fault,
# `FILE[:LINE]: what is wrong; what to do`, and nothing when all is well; a
# tool that is missing makes the script end with 77 once all else was looked at.

builddir=$(pwd)
top=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd) || exit 1
cd "$top" || exit 1
missing=
if [ ! -d plugin ] || [ ! -d tests/lint ]; then
	echo "$top: is not the source tree; name it in the variable srcdir"
	exit 1
fi

# sources FOLDER...: the C files in them that exist, without generated ones
sources()
{
	find "$@" -name '*.[ch]' ! -path '*/.*' 2>/dev/null | LC_ALL=C sort
}

# the files of ours that a shell runs; tests/data and the like hold none
scripts()
{
	find bootstrap .ci/run tests -type f ! -path 'tests/fuzz/corpus/*' ! -path '*.trs' \
		! -path '*.log' ! -path '*.py' ! -path '*.[cho]' 2>/dev/null | LC_ALL=C sort |
		while read -r file; do
			case $file in
			*.sh) echo "$file" ;;
			*) ! sed 1q "$file" | LC_ALL=C grep -aq '^#!.*sh$' || echo "$file" ;;
			esac
		done
}

# program NAME VALUE: the place of a built program, by the environment's word
program()
{
	if [ -n "$2" ]; then
		echo "$2"
	else
		echo "$builddir/plugin/$1"
	fi
}

# need TOOL PACKAGE: is it there? Otherwise the script will end with 77.
need()
{
	command -v "$1" >/dev/null 2>&1 && return
	missing="$missing $1 (Debian: $2)"
	return 1
}

# verdict FAULTS: say them and end
verdict()
{
	if [ -n "$1" ]; then
		printf '%s\n' "$1"
		exit 1
	fi
	if [ -n "$missing" ]; then
		echo "missing:$missing; all else is in order"
		exit 77
	fi
	exit 0
}
