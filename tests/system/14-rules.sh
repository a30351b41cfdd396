#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 14-rules.sh - the sample rules that come with auditd: each is read, printed, loaded
# from what was printed, and listed again as it was printed
#
# They are bound to no executable of ours, so they are loaded only while audit is
# switched off, and all of them are deleted on every way out; the samples' settings
# (-D, -b, -f, -e and the like) are never loaded. What the kernel refuses, for example a
# watch in a directory that is not there, is told with its error, and is no failure.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

samples=${SAMPLE_RULES:-/usr/share/doc/auditd/examples/rules}
[ -d "$samples" ] || skip "no sample rules in $samples; SAMPLE_RULES names another directory"

sys_begin
own_program tests/system/rules_tool
tool=$T/rules_tool
echo "-D" >"$T/rules" # first of all: whatever is loaded here goes again
auditctl -e 0 >/dev/null
[ "$(status_of enabled)" = 0 ] || die "audit cannot be switched off"

# load FILE: its rules one by one; $T/loaded has those that the kernel took, $T/refused
# the others with their errors
load()
{
	: >"$T/loaded"
	: >"$T/refused"
	while read -r line; do
		# shellcheck disable=SC2086 # a printed rule: its words have no blanks
		if auditctl $line >/dev/null 2>"$T/error"; then
			printf '%s\n' "$line" >>"$T/loaded"
		else
			printf '%s: %s\n' "$line" "$(tail -n 1 "$T/error")" >>"$T/refused"
		fi
	done <"$1"
}

# as_auditctl: what auditctl lists as -w, and would not load as the same rule from that:
# a directory with a slash at its end, and a path behind its permissions
as_auditctl()
{
	sed -e 's|^-a always,exit -S all -F dir=\([^ ]*/\) -F perm=\([rwxa]*\) -F key=|-w \1 -p \2 -k |' \
		-e 's|^-a always,exit -S all -F perm=\([rwxa]*\) -F path=\([^ ]*\) -F key=| -p \1-w \2 -k |'
}

# one_file NAME: all that is asked of one sample file, $T/sample
one_file()
{
	"$tool" file "$T/sample" >"$T/printed" 2>"$T/complaints" ||
		fail "$1: $(cat "$T/complaints")"
	"$tool" file "$T/printed" >"$T/printed.again" 2>"$T/complaints" ||
		fail "$1, as printed: $(cat "$T/complaints")"
	cmp -s "$T/printed" "$T/printed.again" || fail "$1: is not printed the same again"
	load "$T/printed"
	auditctl -l | grep -vx "No rules" >"$T/listed"
	"$tool" file "$T/loaded" | as_auditctl >"$T/expected"
	diff "$T/expected" "$T/listed" >"$T/diff" || fail "$1: auditctl lists otherwise: $(cat "$T/diff")"
	"$tool" kernel >"$T/kernel" 2>"$T/complaints" || fail "$1: $(cat "$T/complaints")"
	as_auditctl <"$T/kernel" | diff - "$T/listed" >"$T/diff" || fail "$1: the kernel's, as printed: $(cat "$T/diff")"
	"$tool" compare "$T/loaded" >"$T/diff" 2>&1 || fail "$1: the kernel has other rules: $(cat "$T/diff")"
	auditctl -D >/dev/null
	grep -cE '^ *-[aAwdW] ?[^ ]' "$T/sample" >"$T/lines"
	rules=$((rules + $(wc -l <"$T/printed")))
	lines=$((lines + $(cat "$T/lines")))
	loaded=$((loaded + $(wc -l <"$T/loaded")))
	refused=$((refused + $(wc -l <"$T/refused")))
	files=$((files + 1))
	while read -r line; do note "$1: refused: $line"; done <"$T/refused"
}

files=0 rules=0 lines=0 loaded=0 refused=0
for sample in "$samples"/*.rules "$samples"/*.rules.gz; do
	[ -e "$sample" ] || continue
	gzip -cdf "$sample" >"$T/sample" || die "$sample cannot be read"
	one_file "${sample##*/}"
done
same "rules of $files files, each line with one is read" "$lines" "$rules"
same "of them loaded or refused by the kernel" "$rules" "$((loaded + refused))"
check "most are loaded ($loaded)" [ "$loaded" -gt "$refused" ]
note "loaded $loaded, refused $refused"
sys_end
