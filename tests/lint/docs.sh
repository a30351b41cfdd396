#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# docs.sh - what the manual says is what there is, and all that there is
#
# Settings: config_table.c against the man page, the shipped file and the
# README, with their defaults. Options, commands, counters and the names of a
# summary: the built programs against their man pages.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

conf_man=conf/audisp-noise.conf.5
conf_file=conf/audisp-noise.conf
plugin_man=plugin/audisp-noise.8
client_man=plugin/cli/aunoise.8

# in_both WHERE-A WHERE-B LIST-A LIST-B: a line for each that only one has
in_both()
{
	for each in $3; do
		printf '%s\n' "$4" | grep -qxF -e "$each" || echo "$2: says nothing of $each, which $1 has"
	done
	for each in $4; do
		printf '%s\n' "$3" | grep -qxF -e "$each" || echo "$2: tells of $each, which $1 does not have"
	done
}

# NAME DEFAULT of each row; a default that is no plain text is left empty
table_rows()
{
	awk '/config_rows\[\] = \{/ { inside = 1; next }
		inside && /^\};/ { exit }
		inside { text = text $0 }
		END {
			n = split(text, row, /\},[ \t]*\{|\{/)
			for (i = 1; i <= n; i++) {
				parts = split(row[i], part, "\"")
				if (parts > 3)
					print part[2] "=" (parts > 5 ? part[4] : "?")
			}
		}' plugin/config_table.c
}

# the same of the file: a line `#name = default` each
file_rows() { sed -n 's/^#\([a-z_]*\) = *\(.*\)$/\1=\2/p' "$conf_file"; }

# and of the README: `  name  default  meaning` in its section Settings
readme_rows()
{
	awk '/^Settings$/ { inside = 1; next }
		inside && /^---/ && ++lines == 2 { exit }
		inside && /^  [a-z_]+  / {
			name = $1
			sub(/^  [a-z_]+ +/, "")
			print name "=" $0
		}' README
}

look_at_settings()
{
	names=$(table_rows | cut -d= -f1)
	[ -n "$names" ] || echo "plugin/config_table.c: no row was found; see to tests/lint/docs.sh"
	in_both plugin/config_table.c "$conf_man" "$names" \
		"$(sed -n '/^\.Sh SETTINGS/,/^\.Sh FILES/s/^\.It Ic \([a-z_]*\) No.*/\1/p' "$conf_man")"
	in_both plugin/config_table.c "$conf_file" "$names" "$(file_rows | cut -d= -f1)"
	in_both plugin/config_table.c README "$names" "$(readme_rows | cut -d= -f1)"
	file_rows | while IFS='=' read -r name default; do
		table_rows | grep -qxF -e "$name=$default" -e "$name=?" ||
			echo "$conf_file: $name: its default in plugin/config_table.c is another than \"$default\""
		readme_rows | grep -qF -e "$name=${default:-(empty)}  " ||
			echo "README: $name: the default in $conf_file is \"$default\""
	done
}

# said_options FILE: `COMMAND OPTION` lines of a --help text, `- OPTION` outside
said_options()
{
	awk '/^  [a-z]/ { command = $1 } /^  -/ { command = "" }
		/^usage:/ { next }
		{
			for (i = 1; i <= NF; i++) {
				word = $i
				gsub(/[][,]/, "", word)
				if (word ~ /^--?[a-zA-Z]/)
					print (command == "" ? "-" : command) ":" word
			}
		}' "$1" | sort -u
}

# man_options FILE: the same of its .It lines
man_options()
{
	awk '/^\.Sh/ { command = "" }
		/^The other options are:/ { command = "" }
		/^\.It Ic / { command = $3 }
		/^\.It Fl / {
			for (i = 3; i <= NF; i++)
				if ($(i - 1) == "Fl")
					print (command == "" ? "-" : command) ":-" $i
		}' "$1" | sort -u
}

# look_at_help PROGRAM MAN
look_at_help()
{
	"$1" --help >"$work/help" 2>&1 || echo "$2: ${1##*/} --help fails"
	in_both "${1##*/} --help" "$2" "$(said_options "$work/help")" "$(man_options "$2")"
	in_both "${1##*/} --help" "$2" "$(sed -n 's/^  \([a-z][a-z]*\)  *[[F-].*/\1/p' "$work/help")" \
		"$(sed -n '/^\.Sh COMMANDS/,/^\.Sh [^C]/s/^\.It Ic \([a-z]*\).*/\1/p' "$2")"
}

# One event and its summary, with every list filled.
make_summary()
{
	echo '-a always,exit -F arch=b64 -S open -k k' >"$work/rules"
	printf '%s\n' \
		'node=n type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=2 success=no exit=-13 ppid=1 pid=2 auid=1 uid=0 comm="c" exe="/e" subj=a:b:c:s0 key="k"' \
		'node=n type=CWD msg=audit(1.000:1): cwd="/"' \
		'node=n type=PATH msg=audit(1.000:1): item=0 name="/d/f" nametype=NORMAL' \
		'node=n type=PROCTITLE msg=audit(1.000:1): proctitle="p"' |
		"$client" replay --json --rules "$work/rules" - 2>/dev/null >"$work/objects" &&
		head -n 1 "$work/objects" # advice comes behind it
}

look_at_summary()
{
	make_summary >"$work/summary" || echo "$client_man: aunoise replay --json fails"
	grep -o '"[a-z0-9_]*":' "$work/summary" | tr -d '":' | sort -u | while read -r name; do
		grep -qE "Va ([a-z0-9_]+ , )*$name( |\$)" "$plugin_man" ||
			echo "$plugin_man: says nothing of $name, which stands in a summary"
	done
	in_both "health of a summary" "$plugin_man" "$(
		sed 's/.*"health":{\([^}]*\)}.*/\1/' "$work/summary" | tr ',' '\n' | sed 's/:.*//; s/"//g'
		sed -n 's/.*struct report_counter){"\([a-z_]*\)".*/\1/p' plugin/outlet.c plugin/rounds.c
	)" "$(sed -n '/^\.Ss Health/,/^\.S/s/^\.It Va //p' "$plugin_man" | sed 's/ , Va /\
/g')"
}

look_at_form()
{
	for page in "$conf_man" "$plugin_man" "$client_man"; do
		mandoc -Tlint -Wwarning "$page" | sed 's/^mandoc: //'
	done
}

plugin=$(program audisp-noise "$NOISE_PLUGIN")
client=$(program aunoise "$AUNOISE")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
need mandoc mandoc && form=yes || form=
need "$plugin" "none: build it" && need "$client" "none: build it" && built=yes || built=
verdict "$(
	look_at_settings
	[ -z "$form" ] || look_at_form
	[ -z "$built" ] || {
		look_at_help "$plugin" "$plugin_man"
		look_at_help "$client" "$client_man"
		look_at_summary
	}
)"
