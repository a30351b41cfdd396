#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# style.sh - what can be said of the sources without reading them: their form,
# their length, the licence's name, and what must not be in any of them
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

FUNCTION_LINES=80
FILE_LINES=500
# A test program is a row of cases that are read one by one, a table a part of its case.
TEST_FUNCTION_LINES=130
TEST_FILE_LINES=1000
FORMAT_VERSION=14 # of clang-format; others set the same style differently

# all text of ours, without what tests feed to the programs
texts()
{
	find README bootstrap Makefile.am configure.ac .ci/run .clang-format .gitignore \
		m4 conf plugin tests -type f \
		! -path 'tests/fuzz/corpus/*' ! -path 'tests/schema/good/*' \
		! -path 'tests/schema/bad/*' ! -path 'tests/golden/*' \
		\( -name '*.[ch58]' -o -name '*.sh' -o -name '*.awk' -o -name '*.jq' -o -name '*.py' -o -name '*.mk' -o -name '*.m4' \
		-o -name '*.am' -o -name '*.ac' -o -name '*.in' -o -name '*.conf' -o -name '*.json' \
		-o -name '*.dict' -o -name '*.logrotate' -o -name 'README' -o -name 'bootstrap' \
		-o -path '.ci/run' -o -name '.clang-format' -o -name '.gitignore' \) 2>/dev/null |
		LC_ALL=C sort
}

look_at_format()
{
	sources plugin tests | xargs "$1" --style=file --dry-run -Werror 2>&1 |
		sed -n 's/^\([^ :]*\.[ch]\):[0-9]*:.*/\1/p' | sort -u |
		sed 's/.*/&: is formatted otherwise; run clang-format -i &/'
}

look_at_length()
{
	# shellcheck disable=SC2046 # names of ours, without blanks
	LC_ALL=C awk -v program_function="$FUNCTION_LINES" -v program_file="$FILE_LINES" \
		-v test_function="$TEST_FUNCTION_LINES" -v test_file="$TEST_FILE_LINES" '
		FNR == 1 {
			begun = 0
			test = FILENAME ~ /^tests\/unit\//
			function_max = test ? test_function : program_function
			file_max = test ? test_file : program_file
		}
		/^\{/ { begun = FNR }
		/^\}/ && begun {
			if (FNR - begun + 1 > function_max)
				print FILENAME ":" begun ": a function of " FNR - begun + 1 \
					" lines; " function_max " are the most, so take a part out"
			begun = 0
		}
		FNR == file_max + 1 {
			print FILENAME ": has more than " file_max " lines; split it"
		}' $(sources plugin tests) $(scripts) $(find tests -name '*.py' 2>/dev/null) </dev/null
}

# The first line of what is compiled or read, the second of what begins with #!.
look_at_licence()
{
	{
		sources plugin tests
		scripts
		find plugin conf -name '*.[58]' 2>/dev/null
		find tests -name '*.py' -o -name '*.awk' -o -name '*.jq' 2>/dev/null
	} | while read -r file; do
		sed 2q "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' ||
			echo "$file: has no SPDX-License-Identifier: GPL-2.0-or-later in its first two lines"
	done
}

look_at_scripts()
{
	# SC2317 takes each function that a trap or another function calls by its
	# name for one that nobody calls
	scripts | xargs shellcheck -x -e SC2317 -f gcc 2>&1
}

# Directories of the machine at hand, which mean nothing anywhere else.
own_places()
{
	echo "$top"
	echo "$builddir"
	case $HOME in
	'' | / | /root) ;;
	*) echo "$HOME" ;;
	esac
	case ${top%/*} in
	'' | /tmp | /usr | /usr/* | /srv | /opt | /var | /var/* | /run | /root | /home | /mnt) ;;
	*) echo "${top%/*}" ;;
	esac
}

look_at_places()
{
	own_places | sort -u | while read -r place; do
		quoted=$(printf '%s\n' "$place" | sed 's/[][\.*^$+?(){}|]/\\&/g')
		texts | xargs grep -nE "(^|[^A-Za-z0-9_./}-])$quoted(/|[^A-Za-z0-9_.-]|\$)" /dev/null |
			sed 's/^\([^:]*:[0-9]*\):.*/\1: names a directory of this machine; take it out/'
	done
}

look_at_blanks()
{
	texts | xargs grep -nE '[[:blank:]]+$' /dev/null |
		sed 's/^\([^:]*:[0-9]*\):.*/\1: blanks stand at the end of the line; take them out/'
}

# The name of a clang-format of the right version, or nothing.
formatter()
{
	for name in "clang-format-$FORMAT_VERSION" clang-format; do
		"$name" --version 2>/dev/null | grep -q "version $FORMAT_VERSION\\." || continue
		echo "$name"
		return
	done
}

format=$(formatter)
[ -n "$format" ] || missing="$missing clang-format $FORMAT_VERSION (Debian 12: clang-format)"
need shellcheck shellcheck && shell=yes || shell=
verdict "$(
	look_at_length
	look_at_licence
	look_at_places
	look_at_blanks
	[ -z "$shell" ] || look_at_scripts
	[ -z "$format" ] || look_at_format "$format"
)"
