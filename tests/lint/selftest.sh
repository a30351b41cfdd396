#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# selftest.sh - the checks of this folder find what they are for
#
# Each case copies a few files of the tree, plants one fault there and expects
# the check to fail with a line that the unharmed copy does not get; and what
# only looks like a fault must not be taken for one.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

NOISE_PLUGIN=$(program audisp-noise "$NOISE_PLUGIN")
AUNOISE=$(program aunoise "$AUNOISE")
real_client=$AUNOISE
export NOISE_PLUGIN AUNOISE real_client
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0
cases=0
skipped=

copy_files()
{
	for file in $(find plugin -name '*.h') plugin/base/text.c plugin/stream/record.c \
		plugin/count/name.c plugin/emit/request.c plugin/cli/main.c plugin/cli/aunoise.8 \
		plugin/main.c plugin/outlet.c plugin/config_table.c plugin/audisp-noise.8 \
		conf/audisp-noise.conf conf/audisp-noise.conf.5 README .clang-format \
		tests/lint/*; do
		mkdir -p "$(dirname "$work/sound/$file")" || exit 1
		cp "$file" "$work/sound/$file" || exit 1
	done
	mkdir -p "$work/sound/plugin/rules"
	rm "$work/sound/tests/lint/selftest.sh" # large, and looked at where it stands
	# what others are writing at the time is not what is tested here
	! command -v clang-format >/dev/null ||
		find "$work/sound" -name '*.[ch]' -exec clang-format -i --style=file {} +
}

# look CHECK: run it over the copy; its exit status
look() { srcdir=$work/tree sh "$work/tree/tests/lint/$1.sh" >"$work/said" 2>&1; }

# plant: a fresh copy, changed by the shell commands on standard input
plant()
{
	rm -rf "$work/tree"
	cp -R "$work/sound" "$work/tree"
	(cd "$work/tree" && sh -eu) || {
		echo "FAIL: a fault could not be planted"
		exit 1
	}
}

# fault CHECK LINE: with what stands on standard input CHECK says LINE (an ERE)
fault()
{
	cases=$((cases + 1))
	plant
	look "$1"
	status=$?
	if [ "$status" = 1 ] && grep -qE -e "$2" "$work/said" &&
		! grep -qE -e "$2" "$work/sound.$1"; then
		return
	elif [ "$status" = 77 ]; then
		skipped="$skipped $1: $2;"
		return
	fi
	failed=$((failed + 1))
	printf 'FAIL: %s.sh: exit status %s, expected 1 and a line like: %s\nit said:\n' "$1" "$status" "$2"
	cat "$work/said"
}

# fine CHECK: nothing more is said than of the sound copy
fine()
{
	cases=$((cases + 1))
	plant
	look "$1"
	cmp -s "$work/said" "$work/sound.$1" && return
	failed=$((failed + 1))
	printf 'FAIL: %s.sh: takes for a fault what is none:\n' "$1"
	diff "$work/sound.$1" "$work/said"
}

test_arrows()
{
	fault arrows 'base/text.c:[0-9]+: "stream/record.h": base/ may not use stream/, only itself' <<-'END'
		echo '#include "stream/record.h"' >>plugin/base/text.c
	END
	fault arrows 'stream/record.c:[0-9]+: "count/name.h": stream/ may not use count/' <<-'END'
		echo '	#  include "count/name.h"' >>plugin/stream/record.c
	END
	fault arrows 'count/name.c:[0-9]+: "emit/schema.h": count/ may not use emit/, only base, kernel, stream, rules' <<-'END'
		echo '#include <emit/schema.h>' >>plugin/count/name.c
	END
	fault arrows 'emit/request.c:[0-9]+: "config.h" is for plugin' <<-'END'
		echo '#include "config.h"' >>plugin/emit/request.c
	END
	fault arrows 'emit/request.c:[0-9]+: "cli/cli.h" is for cli/ alone' <<-'END'
		echo '#include "cli/cli.h"' >>plugin/emit/request.c
	END
	fault arrows 'plugin/main.c:[0-9]+: "cli/cli.h" is for cli/ alone' <<-'END'
		echo '#include "cli/cli.h"' >>plugin/main.c
	END
	fault arrows 'emit/request.c:[0-9]+: .*name it from plugin/ on' <<-'END'
		echo '#include "../base/text.h"' >>plugin/emit/request.c
	END
	fault arrows 'emit/request.c:[0-9]+: "request.h": there is no such header' <<-'END'
		echo '#include "request.h"' >>plugin/emit/request.c
	END
	fault arrows 'plugin/misc/ has no place' <<-'END'
		mkdir plugin/misc
		echo 'int x;' >plugin/misc/x.c
	END
	fine arrows <<-'END'
		echo '#include "config.h"' >>plugin/cli/main.c
		echo '#include "outlet.h"' | sed 's/outlet/plugin/' >>plugin/main.c
		echo '#include "base/text.h"' >>plugin/emit/request.c
		echo '#include "emit/schema.h"' >>plugin/cli/main.c
	END
}

test_libraries()
{
	fault arrows 'count/name.c:[0-9]+: <auparse.h> is for stream/ alone' <<-'END'
		echo '#include <auparse.h>' >>plugin/count/name.c
	END
	fault arrows 'emit/request.c:[0-9]+: <auparse-defs.h> is for stream/ alone' <<-'END'
		echo '#include <auparse-defs.h>' >>plugin/emit/request.c
	END
	fault arrows 'plugin/outlet.c:[0-9]+: <jansson.h> is for emit/ and cli/ alone' <<-'END'
		echo '#include <jansson.h>' >>plugin/outlet.c
	END
	fault arrows 'cli/main.c:[0-9]+: <event2/event.h> is for emit/' <<-'END'
		echo '#include <event2/event.h>' >>plugin/cli/main.c
	END
	fine arrows <<-'END'
		echo '#include <auparse.h>' >>plugin/stream/record.c
		echo '#include <jansson.h>' >>plugin/cli/main.c
		echo '#include <event2/event.h>' >>plugin/emit/request.c
	END
}

test_purity()
{
	for call in 'read|n = read(0, p, n)' 'open|fd = open (name, 0)' 'time|now = time(NULL)' \
		'clock_gettime|clock_gettime(0, &t)' 'clock_read|now = clock_read()' \
		'fprintf|fprintf(stderr, "x")' 'getenv|return getenv("HOME")' \
		'log_msg|log_msg(3, "x")' 'write|x = (int)write(1, p, 1)'; do
		name=${call%%|*}
		call=${call#*|}
		for folder in count rules; do
			fault arrows "plugin/$folder/x.c:3: $name\(\): $folder/ is pure" <<-END
				printf 'void f(void)\n{\n\t$call;\n}\n' >plugin/$folder/x.c
			END
		done
	done
	fault arrows 'count/name.c:[0-9]+: a stream of the process: count/ is pure' <<-'END'
		echo 'void *x = stdout;' >>plugin/count/name.c
	END
	fault arrows 'count/name.c:[0-9]+: "base/log.h": count/ is pure' <<-'END'
		echo '#include "base/log.h"' >>plugin/count/name.c
	END
	fine arrows <<-'END'
		cat >>plugin/count/name.c <<-'CODE'
			/* it may read (a comment) and
			 * open("over lines"), #include "emit/schema.h" */
			// time(NULL)
			const char *text = "write(1, \"read(\")";
			char c = '"';
			int f(void) { return flow_read(1) + ops->read(2) + ops.open(3) + snprintf(0, 0, ""); }
			#define stdout_rate 1
		CODE
	END
	fine arrows <<-'END'
		printf 'void f(void)\n{\n\tread(0, 0, 0);\n}\n' >>plugin/base/text.c
	END
}

test_headers()
{
	fault headers 'base/odd.h: does not compile alone' <<-'END'
		printf '#ifndef O\n#define O\nuint32_t odd(void);\n#endif\n' >plugin/base/odd.h
	END
	fault headers 'base/odd.h: does not compile alone' <<-'END'
		printf 'struct odd {\n\tint x;\n};\n' >plugin/base/odd.h
	END
	fine headers <<-'END'
		printf '#ifndef O\n#define O\n#include <stdint.h>\nuint32_t odd(void);\n#endif\n' >plugin/base/odd.h
	END
}

test_style()
{
	fault style 'base/text.c:[0-9]+: a function of 81 lines; 80 are the most' <<-'END'
		{
			printf '\nint odd(int x)\n{\n'
			awk 'BEGIN { for (i = 0; i < 78; i++) print "\tx++;" }'
			printf '\treturn x;\n}\n'
		} >>plugin/base/text.c
	END
	fine style <<-'END'
		{
			printf '\nint odd(int x)\n{\n'
			awk 'BEGIN { for (i = 0; i < 77; i++) print "\tx++;" }'
			printf '\treturn x;\n}\n'
		} >>plugin/base/text.c
	END
	fault style 'base/odd.h: has more than 500 lines' <<-'END'
		awk 'BEGIN { print "/* SPDX-License-Identifier: GPL-2.0-or-later */"
			for (i = 0; i < 500; i++) print "extern const int x" i ";" }' >plugin/base/odd.h
	END
	fine style <<-'END'
		awk 'BEGIN { print "/* SPDX-License-Identifier: GPL-2.0-or-later */"
			for (i = 0; i < 499; i++) print "extern const int x" i ";" }' >plugin/base/odd.h
	END
	fault style 'base/odd.h: has no SPDX-License-Identifier' <<-'END'
		printf '/* a header */\nextern const int x;\n' >plugin/base/odd.h
	END
	fault style 'tests/odd.sh: has no SPDX-License-Identifier' <<-'END'
		printf '#!/bin/sh\necho\n' >tests/odd.sh
	END
	fault style 'README:[0-9]+: blanks stand at the end' <<-'END'
		printf 'a line \n' >>README
	END
	fault style 'plugin/audisp-noise.8:[0-9]+: names a directory of this machine' <<-'END'
		echo "See $(pwd)/README." >>plugin/audisp-noise.8
	END
	fault style 'tests/odd.sh:3:.*SC2086' <<-'END'
		printf '#!/bin/sh\n# SPDX-License-Identifier: GPL-2.0-or-later\necho $1\n' >tests/odd.sh
	END
	fault style 'base/odd.h: is formatted otherwise' <<-'END'
		printf '/* SPDX-License-Identifier: GPL-2.0-or-later */\nint  odd (int x) ;\n' >plugin/base/odd.h
	END
}

test_settings()
{
	fault docs 'conf/audisp-noise.conf.5: says nothing of top, which plugin/config_table.c has' <<-'END'
		sed -i '/^\.It Ic top No/s/top/tops/' conf/audisp-noise.conf.5
	END
	fault docs 'conf/audisp-noise.conf.5: tells of tops, which plugin/config_table.c does not have' <<-'END'
		sed -i '/^\.It Ic top No/s/top/tops/' conf/audisp-noise.conf.5
	END
	fault docs 'conf/audisp-noise.conf: says nothing of top,' <<-'END'
		sed -i '/^#top =/d' conf/audisp-noise.conf
	END
	fault docs 'README: says nothing of top,' <<-'END'
		sed -i '/^  top /d' README
	END
	fault docs 'says nothing of odd, which plugin/config_table.c has' <<-'END'
		sed -i 's/^const struct config_row config_rows.*/&\n\t{"odd", CONFIG_NUMBER, MEMBER(top), 1, 512, "10",\n\t "An odd one."},/' plugin/config_table.c
	END
	fault docs 'conf/audisp-noise.conf: max_flows: its default' <<-'END'
		sed -i 's/^#max_flows = .*/#max_flows = 77/' conf/audisp-noise.conf
	END
	fault docs 'README: max_flows: the default' <<-'END'
		sed -i '/^  max_flows /s/1024/1023/' README
	END
}

test_manual()
{
	fault docs 'plugin/audisp-noise.8:[0-9]+:[0-9]+: (WARNING|ERROR|UNSUPP)' <<-'END'
		echo '.Nosuchmacro' >>plugin/audisp-noise.8
	END
	fault docs 'plugin/cli/aunoise.8: says nothing of report:--window,' <<-'END'
		sed -i '/^\.It Fl -window/d' plugin/cli/aunoise.8
	END
	fault docs 'plugin/cli/aunoise.8: tells of status:--odd,' <<-'END'
		sed -i 's/^\.It Ic status/&\n.It Fl -odd/' plugin/cli/aunoise.8
	END
	fault docs 'plugin/cli/aunoise.8: tells of odd,' <<-'END'
		sed -i 's/^\.It Ic report/.It Ic odd\n&/' plugin/cli/aunoise.8
	END
	fault docs 'plugin/audisp-noise.8: says nothing of -:--settings,' <<-'END'
		sed -i 's/^\.It Fl s , Fl -settings/.It Fl s/' plugin/audisp-noise.8
	END
	fault docs 'plugin/audisp-noise.8: says nothing of lines_bad,' <<-'END'
		sed -i '/^\.It Va lines_bad/d' plugin/audisp-noise.8
	END
	fault docs 'plugin/audisp-noise.8: says nothing of clients_over,' <<-'END'
		sed -i '/^\.It Va clients_over/d' plugin/audisp-noise.8
	END
	fault docs 'plugin/audisp-noise.8: tells of odd, which health' <<-'END'
		sed -i 's/^\.It Va lines_bad/.It Va odd\n&/' plugin/audisp-noise.8
	END
	fault docs 'plugin/audisp-noise.8: says nothing of span_s,' <<-'END'
		sed -i 's/Va span_s/Va span/' plugin/audisp-noise.8
	END
	cat >"$work/client" <<-'END'
		#!/bin/sh
		[ "$1" = --help ] || exec "$real_client" "$@"
		"$real_client" --help
		echo "  mend   [--odd]"
	END
	chmod +x "$work/client"
	AUNOISE=$work/client
	fault docs 'plugin/cli/aunoise.8: says nothing of mend:--odd,' </dev/null
	fault docs 'plugin/cli/aunoise.8: says nothing of mend,' </dev/null
	AUNOISE=$real_client
}

copy_files
for check in arrows headers style docs; do
	: | plant
	look "$check"
	cp "$work/said" "$work/sound.$check"
done
test_arrows
test_libraries
test_purity
test_headers
test_style
test_settings
test_manual
echo "$cases cases, $failed not as expected"
[ "$failed" = 0 ] || exit 1
if [ -n "$skipped" ]; then
	echo "not tried, for a tool is missing:$skipped see the check's own words"
	exit 77
fi
