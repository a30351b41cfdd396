#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# findings.sh - what replay proposes about the rules that it is given
#
# tests/data/faulty.rules has each fault that can be seen in files alone;
# faulty.advice what is said of it, to the last byte. Read what changes before it
# becomes the expected one.
# shellcheck disable=SC2317 # check calls functions
. "$(dirname "$0")/lib.sh"
PYTHON=${PYTHON:-python3}
[ "$PYTHON" != no ] || PYTHON=python3
need gzip jq "$PYTHON"
"$PYTHON" -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null || {
	echo "$PYTHON has no jsonschema"
	exit 77
}
case $(uname -m) in
x86_64) ;;
*)
	echo "the rules name system calls of x86_64"
	exit 77
	;;
esac
data=$(cd "$srcdir/tests/data" && pwd)
case $AUNOISE in /*) ;; *) AUNOISE=$(pwd)/$AUNOISE ;; esac

gzip -dc "$recorded" | head -n 2000 >"$work/log"
sed 's|@D@|/srv/app|g' "$data/faulty.rules" >"$work/faulty.rules"
cd "$work" || exit 99

# advise RULES: as JSON in advice, and what was said on standard error in err
advise() { "$AUNOISE" replay --json --rules "$1" log >advice 2>err; }
# holds FILTER FILE: of all objects of the file together
holds() { jq -es "$1" "$2" >/dev/null; }
# findings RULES: names of what is found, in their order
findings() { advise "$1" && jq -r 'select(.type == "advice") | .evidence.finding' advice | tr '\n' ' '; }

advise faulty.rules
check "exit 0" [ $? -eq 0 ]
check "valid" "$PYTHON" "$here/../schema/validate.py" advice
jq -r -f "$here/advice.jq" advice >said
check "each fault leads to what is expected" diff "$data/faulty.advice" said
check "ids differ" [ "$(jq -r .id advice | sort | uniq -d | grep -cv null)" -eq 0 ]
check "files that rules name were not looked at" holds 'map(select(.type == "advice") | .evidence.files_checked) | any | not' advice
check "nothing is left over" holds '.[0].health | .rule_advice_over == 0 and .rule_advice_unsure == 0' advice
check "the summary comes first" [ "$(head -n 1 advice | jq -r .type)" = summary ]
check "advice has the log's time" [ "$(jq -r .time advice | sort -u | wc -l)" -eq 1 ]

# the same rules say the same, wherever they stand
{
	echo "-w /srv/app/first -p wa -k first"
	cat faulty.rules
} >moved.rules
jq -r 'select(.type == "advice" and .evidence.rule != null) | .id' advice >ids
advise moved.rules
check "ids stay when the rules move" [ "$(jq -r .id advice | grep -cFxf ids)" -eq "$(wc -l <ids)" ]

# as text, behind the summary
"$AUNOISE" replay --rules faulty.rules log >text 2>err
check "text: as many" [ "$(grep -c '^ADVICE  *proposed, [a-z]*, id [0-9a-f]*: ' text)" -eq "$(grep -c '^[a-z_]*, line' "$data/faulty.advice")" ]
check "text: not looked at is said" grep -q '^advice on the rules (files that they name were not looked at)$' text
check "text: a rule to load" grep -q '^  for good     -a always,exit -F arch=b32 -S unlink -F exe=/srv/app/agent -F key=files$' text

# --- what leads to nothing ---

{
	echo "-a never,exit -F arch=b64 -S openat -F exe=/srv/app/web -F uid=33"
	for arch in b64 b32; do
		echo "-a always,exit -F arch=$arch -S open,openat -F exe=/srv/app/web -k web"
	done
	echo "-w /srv/app/list -p wa -k list"
} >good.rules
check "nothing is said of good rules" [ -z "$(findings good.rules)" ]
"$AUNOISE" replay --rules good.rules log >text
check "text: nor is there a heading" [ "$(grep -c '^advice on the rules' text)" -eq 0 ]

# a correction that was made is found no more: add what is to be added
advise faulty.rules
jq -r 'select(.evidence.finding == "no_twin") | .rules[]' advice >twin
check "what was corrected is found no more" [ -z "$(cat good.rules twin >twins.rules && findings twins.rules | grep -o no_twin)" ]

# many: the most serious 32, and how many were left over is counted
for i in $(seq 40); do echo "-w /srv/app/$i -p wa"; done >many.rules
echo "-a always,exit -F nosuch=1" >>many.rules
check "the most serious come first" [ "$(findings many.rules | cut -d ' ' -f 1,2)" = "bad_line no_key" ]
check "the others are counted" holds '([.[] | select(.type == "advice")] | length) == 32 and .[0].health.rule_advice_over == 9' advice

# names that could do harm are in no line that is to be loaded or run
cat >harm.rules <<'RULES'
-a always,exit -S connect -F uid=1 -k a;reboot
-a always,exit -S connect -F uid=2 -k $(reboot)
RULES
advise harm.rules
check "a key for a shell: told" [ "$(grep -c '"finding":"no_arch"' advice)" -eq 2 ]
check "a key for a shell: neither loaded nor run" holds 'map(select(.type == "advice") | .rules + .remove + .commands) | flatten | length == 0' advice
finish
