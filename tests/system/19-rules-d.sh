#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 19-rules-d.sh - where on disk each loaded rule stands, and what differs there
#
# Files as augenrules reads them, and such as nobody should put there: a fifo, a link, a
# directory, one that only root's rights open, one of a megabyte, one of endless lines.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"

all='.windows[] | select(.seconds == null).rules[]'
# place_of KEY: file:line of the rule with that key
place_of() { last_summary reader "[$all | select(.key == \"$1\") | \"\\(.file):\\(.line)\"] | join(\" \")"; }
health() { last_summary reader ".health.$1"; }
placed() { case " $(place_of "$1") " in *" $2 "*) ;; *) return 1 ;; esac; }
# differ DISK KERNEL MOVED: by so many
differ() { [ "$(health 'rules_only_disk') $(health 'rules_only_kernel') $(health 'rules_moved')" = "$*" ]; }
# again: a change of the rules, so that all is read again, and a list that holds
again()
{
	rule always,exit -F arch=b64 -S getpid -F "exe=$T/load-z" -F key=again
	unrule always,exit -F arch=b64 -S getpid -F "exe=$T/load-z" -F key=again
	sleep 1
	auditctl -m "a record behind the reading" >/dev/null
}
# must_stand KEY PLACE
must_stand()
{
	if until_true 100 placed "$1" "$2"; then ok "$1 stands in $2"; else fail "$1 stands in $(place_of "$1"), not in $2"; fi
}
must_differ()
{
	if until_true 100 differ "$@"; then ok "only on disk, only loaded, moved: $*"; else fail "only on disk, only loaded, moved: $(health rules_only_disk) $(health rules_only_kernel) $(health rules_moved), not $*"; fi
}

sys_begin_noise
own_etc
own_dev
for program in a z; do own_program tests/system/load "$T/load-$program"; done
d=$T/etc/rules.d
common="always,exit -F arch=b64 -S getppid -F exe=$T/load-a"
mkdir -m 0750 "$d"
printf '%s\n' "# ours" -D "" "-a $common -F pid>1 -F key=one" "-b 8192" >"$d/10-base.rules"
printf '%s\n' "-a $common -F pid>2 -F key=two" "  # a comment" "-a $common -F pid>3 -F key=three" >"$d/9-first.rules"
printf '%s\n' "-a $common -F pid>4 -F key=on-disk" "-a $common -F auid!=nobody -F key=name" \
	"-a $common -F auid!=root -F key=root" >"$d/20-more.rules"
# what must neither stall nor pass unseen
mkfifo "$d/30-fifo.rules"
ln -s 10-base.rules "$d/31-link.rules"
mkdir "$d/32-dir.rules"
head -c 1048576 /dev/zero | tr '\0' '#' >"$d/33-large.rules"
for line in 1 2 3; do printf '#%6143s\n-a %s -F key=%05900d%600s\n' "" "$common" "$line" ""; done >"$d/34-long.rules"
echo "-a $common -F pid>5 -F key=mode" >"$d/35-mode.rules"
chmod 0000 "$d/35-mode.rules"
echo "-a $common -F pid>6 -F key=no" >"$d/.36-hidden.rules"
echo "-a $common -F pid>6 -F key=no" >"$d/37-old.rules.bak"

for rule in "pid>3 three" "pid>2 two" "pid>1 one" "pid>7 loaded" "auid!=$(id -u nobody) name" "auid!=0 root" "pid>5 mode"; do
	# shellcheck disable=SC2086 # options without blanks in them
	rule $common -F "${rule% *}" -F "key=${rule#* }"
done
noise_start "$in_own_dev $in_own_etc"
ask reader '{"interval":1,"windows":"all","top":100}'
sleep 1
again
must_stand three 9-first.rules:3
must_stand two 9-first.rules:1
must_stand one 10-base.rules:4
must_stand root 20-more.rules:3
must_stand mode 35-mode.rules:1
must_stand loaded null:null
must_stand name null:null
must_differ 1 1 1
same "files that were left out" 4 "$(health rule_files_unread)"
same "lines that are not understood" 7 "$(health rules_not_understood)"
check "one of them is named" grep -a -q 'rules: the file "3[0-3]-[a-z]*.rules" is left out' "$T/syslog.out"
same "said how often" 1 "$(grep -a -c 'is left out' "$T/syslog.out")"
run "$T/load-a" getppid 2000 || fail "the load was not as expected"
counted() { [ "$(last_summary reader "[$all | select(.key == \"three\") | .events] | add")" = "$(grep -a -c 'type=SYSCALL .*key="three"' "$T/log/audit.log")" ]; }
check "and all is counted" until_true 100 counted
same "system calls that were refused" 0 "$(health calls_denied)"

# --- disk and kernel change ---

rm -r "$d"/3[0-4]-*.rules
sed -i '1i # a line more' "$d/10-base.rules"
# shellcheck disable=SC2086 # options without blanks in them
rule $common -F 'pid>4' -F key=on-disk
again
must_stand one 10-base.rules:5
must_stand on-disk 20-more.rules:1
# the rule that was added last stands behind two that were before it on disk
must_differ 0 1 2
same "files that were left out" 0 "$(health rule_files_unread)"
same "lines that are not understood" 1 "$(health rules_not_understood)"
same "changes that the stream did not tell of" 0 "$(health rule_changes_unseen)"

# without a file in rules.d it is what auditctl -R loads
rm -r "$d"
printf '%s\n' -D "-a $common -F pid>7 -F key=loaded" >"$T/etc/audit.rules"
again
must_stand loaded /etc/audit/audit.rules:2
must_differ 0 7 0
rm "$T/etc/audit.rules"
mkfifo "$T/etc/audit.rules"
again
must_differ 0 8 0
same "files that were left out" 1 "$(health rule_files_unread)"
echo >"$d"
again
unknown() { [ "$(health rules_only_disk)" = null ]; }
check "a directory that is none: nothing is said to differ" until_true 100 unknown
check "and why" grep -a -q 'what stands on disk is not known.*Not a directory' "$T/syslog.out"
check "all objects are valid" validate "$T/reader.out"
sys_end
