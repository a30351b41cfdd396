#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 17-findings.sh - what is advised of faulty rules: the kernel takes each rule of it, the
# commands do what they say, and undo takes it back
#
# The rules are those of tests/data/faulty.rules, bound to executables of ours. Each
# command is taken apart and checked before it is run. What auditctl refuses of the
# faulty rules themselves (older ones take no key on the exclude list, newer ones do) is
# told, and only the corrected rule is tried then.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

[ "$(uname -m)" = x86_64 ] || skip "the rules name system calls of x86_64"
sys_begin gzip jq
aunoise=${AUNOISE:-$builddir/plugin/aunoise}
[ -x "$aunoise" ] || die "$aunoise is not built: make builds it"
gzip -dc "$srcdir/tests/data/recorded.log.gz" | head -n 100 >"$T/stored"
sed "s|@D@|$T|g" "$srcdir/tests/data/faulty.rules" >"$T/faulty"
"$aunoise" replay --json --rules "$T/faulty" "$T/stored" 2>/dev/null >"$T/objects"
jq -c 'select(.type == "advice")' "$T/objects" >"$T/advice"
check "valid" validate "$T/objects"

listed() { auditctl -l | grep -vx "No rules"; }
# words LINE: a rule's text behind its -a; nothing of another form is loaded here
words()
{
	case $1 in
	"-a "*" -F exe=$T/"*) printf '%s\n' "${1#-a }" ;;
	*) die "no rule of ours: $1" ;;
	esac
}
# refused LINE: auditctl does not take it, though it is one of the faulty ones
refused()
{
	refused_words=$(words "$1")
	echo "-d $refused_words" >>"$T/rules"
	# shellcheck disable=SC2086 # its words have no blanks
	! auditctl -a $refused_words >/dev/null 2>&1
}

# --- each rule that is to be added, by itself ---

added=0
jq -r '.rules[]' "$T/advice" >"$T/added"
while read -r line; do
	line=$(words "$line")
	# shellcheck disable=SC2086
	{
		rule $line
		[ "$(listed)" = "-a $line" ] ||
			fail "is listed as $(listed), not as $line"
		unrule $line
	}
	added=$((added + 1))
done <"$T/added"
same "rules that the kernel took, and gave back" "$(wc -l <"$T/added")" "$added"
[ -z "$(listed)" ] || die "they are not all gone"

# --- all of them in one file: auditctl stops at none ---

jq -r 'select(.evidence.finding != "late_never") | .rules[]' "$T/advice" >"$T/all"
while read -r line; do echo "-d $(words "$line")" >>"$T/rules"; done <"$T/all"
check "auditctl -R loads all of them" auditctl -R "$T/all" >/dev/null
same "as many are there" "$(wc -l <"$T/all")" "$(listed | wc -l)"
sys_drop_rules
[ -z "$(listed)" ] || die "they are not all gone"

# --- the commands, from the faulty rules to the corrected ones and back ---

# run_line LINE: commands, parted by semicolons; each is auditctl with one rule of ours
run_line()
{
	printf '%s\n' "$1" | sed 's/; auditctl/\nauditctl/g' >"$T/commands"
	while read -r command; do
		plain=$(printf '%s\n' "$command" | tr -d "'")
		case $plain in
		*[!A-Za-z0-9/._+=,:\ \<\>!\&-]*) die "a command with strange characters: $command" ;;
		"auditctl -a "*" -F exe=$T/"* | "auditctl -A "*" -F exe=$T/"*)
			echo "-d ${plain#auditctl -? }" >>"$T/rules"
			;;
		"auditctl -d "*" -F exe=$T/"*) ;;
		*) die "no command of ours: $command" ;;
		esac
		sh -c "$command" >/dev/null || fail "fails: $command"
	done <"$T/commands"
}

tried=0 undone=0
while read -r advice; do
	of() { printf '%s\n' "$advice" | jq -r "$1"; }
	[ "$(of '.commands | length')" -gt 0 ] || continue
	name="$(of .evidence.finding), line $(of .evidence.line)"
	of '.remove[]' >"$T/old"
	[ -s "$T/old" ] || of .evidence.rule >"$T/old" # one is only to be added
	strange=
	# an exception is moved before a rule, which has to be there
	[ "$(of .evidence.finding)" != late_never ] || ! refused "$(of .evidence.other)" ||
		die "auditctl refuses $(of .evidence.other)"
	while read -r line; do ! refused "$line" || strange=$line; done <"$T/old"
	if [ -n "$strange" ]; then
		note "$name: this auditctl refuses the faulty rule: $strange"
		sys_drop_rules
		continue
	fi
	listed | sort >"$T/before"
	run_line "$(of '.commands | join("; ")')"
	of '.rules[]' | sort >"$T/expected"
	[ "$(of '.remove | length')" -gt 0 ] || sort "$T/old" "$T/expected" -o "$T/expected"
	if [ "$(of .evidence.finding)" = late_never ]; then
		of .evidence.other | sort - "$T/expected" -o "$T/expected"
		same "$name: which rule is first" "$(of '.rules[0]')" "$(listed | head -n 1)"
	fi
	listed | sort >"$T/after"
	check "$name: the commands do it" diff "$T/expected" "$T/after"
	tried=$((tried + 1))
	case $(of .undo) in
	*auditctl\ -*)
		run_line "$(of .undo)"
		listed | sort >"$T/after"
		check "$name: and undo takes it back" diff "$T/before" "$T/after"
		undone=$((undone + 1))
		;;
	esac
	sys_drop_rules
	[ -z "$(listed)" ] || die "$name: rules are left"
done <"$T/advice"
check "most were tried ($tried)" [ "$tried" -ge 6 ]
check "and undone ($undone)" [ "$undone" -ge 3 ]

# --- corrected, the file loads whole, and nothing of it is said again ---

# what the faulty lines are is told line by line; those are left out here
jq -r 'select(.evidence.finding == "bad_line" or .evidence.finding == "rule_twice" or
	.evidence.finding == "nothing_gone" or .evidence.finding == "poisoned") | .evidence.line' "$T/advice" >"$T/lines"
awk 'NR == FNR { out[$1] = 1; next } !(FNR in out)' "$T/lines" "$T/faulty" |
	grep '^-a .*exe=' >"$T/mended"
while read -r line; do words "$line" >/dev/null; echo "-d ${line#-a }" >>"$T/rules"; done <"$T/mended"
check "without the lines at which auditctl stops the rest loads" auditctl -R "$T/mended" >/dev/null
same "whole" "$(wc -l <"$T/mended")" "$(listed | wc -l)"
sys_end
