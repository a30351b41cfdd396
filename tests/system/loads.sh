# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# loads.sh - does auditctl load the rules that advice has printed?
#
# Sourced behind lib.sh, never run. Rules about paths that are not here cannot be loaded by
# anybody; those are told of, and are no failure.

samples=${SAMPLE_RULES:-/usr/share/doc/auditd/examples/rules}
lines() { wc -l <"$1"; }

# unload RULE
unload()
{
	# shellcheck disable=SC2086 # a printed rule: its words have no blanks
	case $1 in
	-a*) auditctl -d ${1#-a } ;;
	-w*) auditctl -W ${1#-w } ;;
	esac >/dev/null 2>&1
}

# load_alone RULE: and take it out again; to $T/advised, $T/nowhere or $T/refused
load_alone()
{
	# shellcheck disable=SC2086
	if auditctl $1 >/dev/null 2>"$T/load.error"; then
		printf '%s\n' "$1" >>"$T/advised"
		unload "$1" || printf '%s: is not deleted\n' "$1" >>"$T/refused"
	elif grep -q 'No such file or directory' "$T/load.error"; then
		printf '%s\n' "$1" >>"$T/nowhere"
	else
		printf '%s: %s\n' "$1" "$(tail -n 1 "$T/load.error")" >>"$T/refused"
	fi
}

# load_each: of the rules on stdin those that the kernel takes beside the ones before it
load_each()
{
	while read -r line; do
		# shellcheck disable=SC2086
		auditctl $line >/dev/null 2>&1 && printf '%s\n' "$line"
	done
}

# sample_rules: without the settings (-D, -b, -e, -f and the like)
sample_rules()
{
	for sample in "$samples"/*.rules "$samples"/*.rules.gz; do
		[ -e "$sample" ] || continue
		gzip -cdf "$sample" | grep -E '^ *-[aAwW] ?[^ ]' | sed 's/^ *//'
	done
}

# one_file: all of $T/advised, before the sample sets, which are bound to no executable
# of ours and so need audit to be switched off; `auditctl -R` stops where one is refused,
# or is there already
one_file()
{
	auditctl -e 0 >/dev/null
	[ "$(status_of enabled)" = 0 ] || die "audit cannot be switched off"
	same "refused" "" "$(cat "$T/refused")"
	note "$(lines "$T/nowhere") are about paths that are not here"
	{
		cat "$T/advised"
		sample_rules
	} | load_each >"$T/whole"
	one_loaded=$(auditctl -l)
	auditctl -D >/dev/null
	auditctl -R "$T/whole" >"$T/loading" 2>&1
	same "$(lines "$T/advised") rules of advice and all samples in one file: exit" 0 $?
	check "all $(lines "$T/whole") of it are there" [ "$(auditctl -l)" = "$one_loaded" ]
	check "all that was advised is among them" [ "$(head -n "$(lines "$T/advised")" "$T/whole")" = "$(cat "$T/advised")" ]
	# shellcheck disable=SC2154 # of lib.sh
	[ "$sys_failed" = 0 ] || tail -n 5 "$T/loading"
	auditctl -D >/dev/null
}
