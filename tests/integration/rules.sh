#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# rules.sh - which rule wrote each event of a recorded stream
#
# The recording's rules are known (tests/data/README), so what each has written can be
# held against the keys that the kernel wrote, which the attribution may use, and
# against its executables, which it may not.
. "$(dirname "$0")/lib.sh"

# rule FILTER: of the rules' entries over the whole input
rule() { jq -r "select(.type == \"summary\") | [.windows[-1].rules[] | $1] | add" "$work/json"; }

gzip -dc "$recorded" >"$work/recorded"
cat >"$work/rules" <<'RULES'
## the rules of the recording
-D
-b 8192
-a never,exit -S all -F exe=/srv/app/crash
-a always,exit -F arch=b64 -S open,openat -F exe=/srv/app/web -F exit=-EACCES -k denied
-a always,exit -F arch=b64 -S open,openat -F exe=/srv/app/web -k web -k files
-a always,exit -F arch=b64 -S open,openat -F exe=/srv/app/agent -k files
-a always,exit -F arch=b64 -S execve -F exe=/srv/app/helper -k exec
-a always,exit -F arch=b64 -S unlink,unlinkat -F exe=/srv/app/deploy -k delete
-a always,exit -F arch=b64 -S connect -F exe=/srv/app/job -k net
-a always,exit -F arch=b64 -S getppid -F exe=/srv/app/batch
RULES

"$AUNOISE" replay --json --rules "$work/rules" "$work/recorded" >"$work/json" 2>"$work/err"
check "nothing is said of rules that are understood" [ ! -s "$work/err" ]
check "is valid" "$PYTHON" "$here/../schema/validate.py" "$work/json"
# position, events: as many as bear its key (tests/data/README); the last has none
for of in 2:240 3:1464 4:6030 5:36 6:40 7:16 8:800; do
	check "rule ${of%:*} wrote ${of#*:} events" [ "$(rule "select(.position == ${of%:*}) | .events")" = "${of#*:}" ]
done
check "the file's line is said" [ "$(rule 'select(.position == 2) | .line')" = 5 ]
check "a never has written nothing" [ "$(rule 'select(.position == 1) | .events')" = null ]
check "messages of programs, auditd's too, are no rule's" [ "$(rule 'select(.reason == "user") | .events')" = 128 ]
check "what the kernel writes without a rule" [ "$(rule 'select(.reason == "hard-wired") | .events')" = 78 ]
check "rules and the rest are all" jq -es '.[0].windows | all(([.rules[].records] | add) + .other.rules.records == .records)' "$work/json" >/dev/null

# the same without the keys: what the executable alone tells
sed 's/key=[^ ]*/key=(null)/' "$work/recorded" | sed 's/key=(null).*/key=(null)/' >"$work/keyless"
"$AUNOISE" replay --json --rules "$work/rules" "$work/keyless" >"$work/json" 2>/dev/null
wrong=$(jq 'select(.type == "summary") | [.windows[-1].rules[] | select((.position == 4 and .events > 6030) or (.position == 5 and .events > 36) or (.position == 6 and .events > 40))] | length' "$work/json")
check "without keys: no rule has more than it wrote" [ "$wrong" = 0 ]

# rules that write nothing are listed too, and for how long they were watched
{ cat "$work/rules" && printf '%s\n' "-w /etc/never -p wa -k never" "-a never,exit -S all -F uid=4"; } >"$work/more"
"$AUNOISE" replay --json --rules "$work/more" "$work/recorded" >"$work/json" 2>"$work/err"
check "a rule that has written nothing" [ "$(jq -c 'select(.type == "summary") | [.windows[-1].rules[] | select(.key == "never") | .events, (.loaded_s > 1)]' "$work/json")" = "[0,true]" ]
check "and no window else lists it" [ "$(jq -c 'select(.type == "summary") | [.windows[:-1][].rules[] | select(.events == 0)]' "$work/json")" = "[]" ]

# a part of an event, whose SYSCALL was lost, is not called hard-wired
grep -v type=SYSCALL "$work/recorded" | grep -E 'type=(CWD|PATH|PROCTITLE|EOE) ' >"$work/part"
"$AUNOISE" replay --json --rules "$work/rules" "$work/part" >"$work/json" 2>/dev/null
check "in part: unknown" [ "$(jq -c 'select(.type == "summary") | [.windows[-1].rules[] | select(.events > 0).reason]' "$work/json")" = '["unknown"]' ]

# everything else is as without rules
for rules in "" "--rules $work/rules"; do
	# shellcheck disable=SC2086 # two words or none
	"$AUNOISE" replay --json $rules "$work/recorded" |
		jq -S 'select(.type == "summary") | del(.windows[].rules, .windows[].other.rules, .windows[].flows[].rule, .windows[].flows[].position, .health.parsed, .health.evicted_rules, .health.rule_advice_over, .health.rule_advice_unsure, .health.noise_refused, .health.noise_risky, .health.noise_left_out)' >"$work/rest$([ -z "$rules" ] || echo .rules)"
done
check "the other lists are the same" cmp -s "$work/rest" "$work/rest.rules"

"$AUNOISE" replay --rules "$work/rules" "$work/recorded" >"$work/text"
check "text: the rule, its place and its file" grep -q "exit 4: .*key=files\" \"$work/rules\":7" "$work/text"

# a directory, as augenrules reads it
mkdir "$work/rules.d"
tail -n 2 "$work/rules" >"$work/rules.d/30-late.rules"
head -n 9 "$work/rules" >"$work/rules.d/9-early.rules"
echo nonsense >"$work/rules.d/notes.txt"
"$AUNOISE" replay --json --rules "$work/rules.d" "$work/recorded" >"$work/json" 2>"$work/err"
check "rules.d: in its order" [ "$(rule 'select(.position == 4) | .file')" = 9-early.rules ]
check "rules.d: no other file is read" [ ! -s "$work/err" ]

# an operation of io_uring within its call: the call's rule is asked first
who="ppid=1 pid=2 auid=1 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 ses=1"
printf '%s\n' "type=URINGOP msg=audit(1.000:1): uring_op=18 success=yes exit=3 items=0 $who subj=x key=\"k\"" \
	"type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=426 success=yes exit=1 a0=3 a1=1 a2=0 a3=0 items=0 $who tty=(none) comm=\"c\" exe=\"/e\" subj=x key=\"k\"" \
	"type=PROCTITLE msg=audit(1.000:1): proctitle=\"c\"" >"$work/ring"
ring()
{
	printf '%s\n' "$@" >"$work/ring.rules"
	"$AUNOISE" replay --json --rules "$work/ring.rules" "$work/ring" | jq -c 'select(.type == "summary") | [.windows[-1].rules[] | select(.events > 0) | .list, .position, .candidates, .reason]'
}
check "io_uring: the rule of the call" [ "$(ring '-a always,exit -S chmod -k k' '-a always,exit -S io_uring_enter -k k' '-a always,io_uring -S openat -k k')" = '["exit",2,null,null]' ]
check "io_uring: that of the operation" [ "$(ring '-a always,exit -S chmod -k k' '-a always,io_uring -S openat -k k')" = '["io_uring",1,null,null]' ]
check "io_uring: either" [ "$(ring '-a always,exit -S io_uring_enter -F sgid=0 -F ppid!=7 -F gid=9 -k k' '-a always,exit -S chmod -k k' '-a always,io_uring -S openat -k k')" = '[null,null,[1],null]' ]

# one that stands twice is refused the second time
{ cat "$work/rules" && sed -n 7p "$work/rules"; } >"$work/twice"
"$AUNOISE" replay --json --rules "$work/twice" "$work/recorded" >"$work/json"
check "a rule that stands twice is the first line's" [ "$(rule 'select(.position == 4) | .line')" = 7 ]
check "and has all of its events" [ "$(rule 'select(.position == 4) | .events')" = 6030 ]

# more rules than are told
i=0
while [ $i -lt 70 ]; do
	i=$((i + 1))
	echo "-a always,exit -S execve -F path=/usr/bin/program$i -F perm=x -k privileged"
done >"$work/many"
printf '%s\n' "type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=1 a2=0 a3=0 items=1 $who tty=(none) comm=\"c\" exe=\"/e\" subj=x key=\"privileged\"" \
	"type=PATH msg=audit(1.000:1): item=0 name=\"/usr/bin/program3\" inode=1 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL" \
	"type=EOE msg=audit(1.000:1): " >"$work/one"
"$AUNOISE" replay --json --rules "$work/many" "$work/one" >"$work/json"
check "of 70: 64 are told, and that there are 6 more" [ "$(jq -c 'select(.type == "summary") | [.windows[-1].rules[] | select(.events > 0) | (.candidates | length), .candidates_more]' "$work/json")" = "[64,6]" ]
check "of 70: is valid" "$PYTHON" "$here/../schema/validate.py" "$work/json"

# --- what is wrong is said, and the rest holds ---

printf '%s\n' "-a always,exit -F nosuch=1" "$(tail -n 1 "$work/rules")" >"$work/half"
"$AUNOISE" replay --json --rules "$work/half" "$work/recorded" >"$work/json" 2>"$work/err"
check "a line that is not understood: file, line, reason" grep -q "half:1: not understood: .*nosuch" "$work/err"
check "a line that is not understood: the others hold" [ "$(rule 'select(.position == 1) | .events')" = 800 ]
echo "-b 64" >"$work/none"
for what in none missing; do
	"$AUNOISE" replay --rules "$work/$what" "$work/recorded" >"$work/out" 2>"$work/err" && status=0 || status=$?
	check "$what: exit 3 and nothing on standard output" [ "$status" = 3 -a ! -s "$work/out" ]
	check "$what: a reason" grep -q "$what\|--rules" "$work/err"
done
finish
