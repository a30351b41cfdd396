#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# headers.sh - each header compiles alone, and may be included twice
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

CC=${CC:-cc}
flags="-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -Werror -fsyntax-only"
for library in auparse audit jansson libevent_core; do
	flags="$flags $(pkg-config --cflags "$library" 2>/dev/null)"
done

look()
{
	sources plugin | grep '\.h$' | while read -r header; do
		name=${header#plugin/}
		# shellcheck disable=SC2086 # flags and CC are lists
		said=$(printf '#include "%s"\n#include "%s"\n' "$name" "$name" |
			$CC $flags -Iplugin -x c - 2>&1) && continue
		printf '%s: does not compile alone; include what it uses:\n%s\n' "$header" "$said"
	done
}

verdict "$(look)"
