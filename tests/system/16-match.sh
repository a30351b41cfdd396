#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 16-match.sh - who has won: rules/match is given the records without their keys, and
# held against the kernel, whose rules have a key each
#
# What is known of files is seen by looks before and after each action, as a daemon would
# see it. Figures are told apart: what any program does with plain names, what plays with
# names (match_work: odd()), and what else happened on the machine.
#
# The sample rules that come with auditd, then rules of our own about every field, watch
# the same work: some two hundred system calls of many kinds. The rules are bound to no
# executable of ours, so audit is switched on only for that work, and what else happens
# on the machine in that time is judged as well. `wrong` must not be, with all that the
# caller may know; `right` and `one-of` are told for each action.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

samples=${SAMPLE_RULES:-/usr/share/doc/auditd/examples/rules}

sys_begin
own_program tests/system/rules_tool
own_program tests/system/match_tool
own_program tests/system/match_work
echo "-D" >"$T/rules" # first of all: whatever is loaded here goes again
auditctl -e 0 >/dev/null
[ "$(status_of enabled)" = 0 ] || die "audit cannot be switched off"
"$T/match_tool" classes >"$T/classes" 2>&1 || fail "classes of calls: $(cat "$T/classes")"
ok "the classes of perm= are the kernel's"
while read -r line; do note "$line"; done <"$T/classes"

# world: the files that match_work works on, made anew; nothing is made or removed in
# fixed, so that its inodes are known for the time of the work
world()
{
	W=$T/world
	F=$W/fixed
	rm -rf "$W"
	mkdir -p "$W/tree/sub" "$W/elsewhere" "$W/home" "$F"
	chmod 0755 "$W" "$W/tree" "$W/tree/sub" "$F"
	for name in first second replaced gone tree/sub/deep; do echo x >"$W/$name"; done
	for name in watched numbered secret one two of-nobody; do echo x >"$F/$name"; done
	chmod 0600 "$F/secret"
	chown nobody "$F/of-nobody"
	ln "$F/watched" "$F/hard"
	ln -s watched "$F/to-watched"
	ln -s tree "$W/to-tree"
	ln -s ../fixed/secret "$W/tree/out"
	cp /bin/true "$W/program"
	ln -s program "$W/to-program"
	sleep 0.1 # file times are coarse
}

# cold_world: a filesystem of whose names the kernel knows none yet
cold_world()
{
	W=$T/cold
	disk "$W"
	mkdir "$W/x" "$W/y" "$W/z"
	echo x >"$W/y/f"
	ln -s ../y/f "$W/x/f"
	ln -s "$T/far/made" "$W/x/far"
	mkdir "$T/far"
	umount "$W"
	mount -o loop "$T/disk.image" "$W" || die "the disk cannot be mounted again"
}

# cold_rules: the first is about a directory that the records of its events do not show
cold_rules()
{
	cat <<-RULES
		-a always,exit -F dir=$W/x -F perm=rw
		-a always,exit -F arch=b64 -S openat -F dir=$W/y
		-a always,exit -F arch=b64 -S openat -F dir=$W
	RULES
}

# keyed FILE: its rules, each with a key of its own; lists whose rules may have no key,
# and those that would keep our work from being seen, without
keyed()
{
	sed -e 's/ -k [^ ]*//g' -e 's/ -F key=[^ ]*//g' "$1" |
		awk '/^-[aA] [a-z]*,(task|user)/ || /,exclude .*msgtype=(SYSCALL|EOE|PATH)/ { next }
			/^-[aA] [a-z]*,(exclude|filesystem)/ { print; next }
			!seen[$0]++ { print $0 " -k r" NR }'
}

# own_rules: about every field, some of them only to be passed over
own_rules()
{
	cat <<-RULES
		-a never,exit -F arch=b64 -S openat -F path=$F/secret -F success=0
		-w $F/watched -p a
		-a always,exit -F arch=b32 -S open,openat,creat
		-a always,exit -F arch=b64 -S openat2 -F perm=w
		-a always,exit -F arch=b64 -S open,openat,truncate -F exit=-EACCES -F uid=65534
		-a always,exit -F arch=b64 -S open,openat -F exit=-EPERM
		-a always,exit -F arch=b64 -S mount -F path=$F/two
		-a always,exit -F arch=b64 -S mount -F path=$F/one
		-w $F/watched -p w
		-w $F/hard -p r
		-w $W/second -p wa
		-w $W/first -p wa
		-w $W/replaced -p w
		-w $W/replaced -p wa
		-w $W/gone -p wa
		-a always,exit -F arch=b64 -S chmod,fchmod,fchmodat -F inode=$(stat -c %i "$F/numbered") -F a1=0x180
		-a always,exit -F arch=b64 -S chmod,fchmod,fchmodat -F inode=$(stat -c %i "$F/numbered")
		-a always,exit -F arch=b64 -S chmod -F obj_uid=65534
		-a always,exit -F arch=b64 -S chmod -F a1&0x20 -F success=1
		-a always,exit -F arch=b64 -S all -F filetype=fifo
		-a always,exit -F arch=b64 -S connect,bind -F saddr_fam=2
		-a always,exit -F arch=b64 -S connect,bind,sendto -F saddr_fam!=10 -F success=1
		-a always,exit -F arch=b64 -S connect -F exit!=-EBADF -F exit>0
		-a always,exit -F arch=b64 -S open -C euid!=uid
		-a always,exit -F arch=b64 -S open -C fsuid=obj_uid -F fsuid!=0
		-a always,exit -F arch=b64 -S open -F pers=0x40000
		-a always,exit -F arch=b64 -S open -F a1&=0x41
		-a always,exit -F arch=b64 -S execve,execveat -F exe=$W/program
		-a always,exit -F arch=b64 -S execve,execveat -F exe!=/usr/bin/true -F success=1
		-a always,exit -F arch=b64 -S execve,execveat -F exit=-ENOENT
		-a always,exit -F arch=b64 -F perm=x -F auid!=unset
		-a always,exit -F arch=b64 -F perm=x
		-a always,exit -F arch=b64 -S ptrace -F a0=0x10
		-a always,exit -F arch=b64 -S ptrace
		-a always,exit -F arch=b64 -S mount -F a3&0x1000
		-a always,exit -F arch=b64 -S mount,umount2,chroot -F euid=0
		-a always,exit -F arch=b64 -S adjtimex -F success=1
		-a always,exit -F arch=b64 -S adjtimex,clock_adjtime,setxattr -F exit!=0
		-a always,exit -F arch=b64 -S unlink,rename,renameat,renameat2,link -F devmajor=$(($(stat -c %d "$W") >> 8 & 4095)) -F sgid=65534
		-a always,exit -S all -F dir=$W/tree/sub -F perm=w
		-w $W/tree -p rwxa
		-a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat,renameat2,link -F success=1
		-a always,exit -F dir=/etc -F perm=wa
		-a always,exit -F dir=/proc -F perm=r
		-a always,exit -F path=/etc/shadow -F perm=r
		-a always,exit -F arch=b64 -S open -F gid=8 -F egid=7
		-a always,exit -F arch=b64 -S open -F gid=7
		-a always,exit -F arch=b64 -S open,openat -F exit=-ENOENT -F sessionid=4294967295 -F ppid!=1
		-a always,exit -F arch=b64 -S open,openat -F exit=-ENOENT
		-a always,exit -F arch=b64 -S kill -F a1=0 -F suid=65534
	RULES
}

# load FILE: what the kernel takes of it
load()
{
	loaded=0 refused=0
	unloaded=$(date +%s%3N)
	while read -r line; do
		# shellcheck disable=SC2086 # a printed rule: its words have no blanks
		if auditctl $line >/dev/null 2>"$T/error"; then
			loaded=$((loaded + 1))
		else
			refused=$((refused + 1))
			note "refused: $line: $(tail -n 1 "$T/error")"
		fi
	done <"$1"
}

# look: what is to be seen of the files now; file times and stamps are coarse
look()
{
	sleep 0.04
	"$T/match_tool" look "$W" >>"$T/looks" || die "the files cannot be looked at"
	sleep 0.04
}

# watched_work: the work with the rules at work, its log in $T/log/audit.log
watched_work()
{
	: >"$T/log/audit.log"
	: >"$T/looks"
	auditctl -e 1 >/dev/null
	for auid in - 1000; do
		for action in $actions; do
			[ "$actions" = w:cold ] || look # it would make names known
			run "$T/match_work" "$W" "$auid" "$action"
		done
	done
	auditctl -e 0 >/dev/null
	look
	until_true "$SYS_WAIT" drained || die "the queue does not empty"
	sleep 1 # for auditd to write what it has taken
}

# judge NAME OPTION...: the verdicts; where names are believed, wrong ones are only told
judge()
{
	judge_name="$1:"
	shift
	judge_name="$judge_name ${*:-nothing known}"
	"$T/match_tool" log "$@" <"$T/log/audit.log" >"$T/verdicts" 2>"$T/error" || [ $? = 1 ] ||
		die "$judge_name: $(cat "$T/error")"
	check "$judge_name: events were judged" [ "$(wc -l <"$T/verdicts")" -gt "$least" ]
	note "$judge_name: $(figures <"$T/verdicts")"
	case $* in
	*_by_name*) note "$judge_name: names that lie: $(grep -c '^wrong' "$T/verdicts")" ;;
	*)
		same "$judge_name: wrong" 0 "$(grep -c '^wrong' "$T/verdicts")"
		grep '^wrong' "$T/verdicts" | head -n 20
		;;
	esac
}

# figures: of verdicts
figures()
{
	awk '{ n[$1]++ } END { printf "right %d, one-of %d, wrong %d\n", n["right"], n["one-of"], n["wrong"] }'
}

# by_kind NAME: the last verdicts, told apart
by_kind()
{
	note "$1: plain calls: $(awk '$2 ~ /"w:/' "$T/verdicts" | figures)"
	note "$1: with odd names: $(awk '$2 ~ /"o:/' "$T/verdicts" | figures)"
	note "$1: of others: $(awk '$2 !~ /"[wo]:/' "$T/verdicts" | figures)"
	awk '$2 ~ /"w:/ && $1 == "one-of" { print $2, $3, $4, $5 }' "$T/verdicts" | while read -r line; do
		note "$1: open: $line"
	done
}

# by_action NAME: the last verdicts, for each part of the work
by_action()
{
	awk '$2 ~ /"[wo]:/ { print $2 }' "$T/verdicts" | sort -u | while read -r action; do
		note "$1: $action: $(grep -F " $action " "$T/verdicts" | figures)"
	done
}

# round NAME FILE: load, work, judge
round()
{
	load "$2"
	note "$1: loaded $loaded, refused $refused"
	watched_work
	judge "$1"
	judge "$1" recorded
	judge "$1" recorded inodes
	judge "$1" recorded "looks=$T/looks" births "unloaded=$unloaded"
	by_kind "$1"
	# the work registers no program with binfmt_misc; a daemon cannot know that of others
	judge "$1" recorded "looks=$T/looks" births "unloaded=$unloaded" plain_programs
	by_kind "$1"
	by_action "$1"
	judge "$1" recorded "looks=$T/looks" births "unloaded=$unloaded" by_key
	judge "$1" recorded "looks=$T/looks" births "unloaded=$unloaded" exe_by_name paths_by_name
	auditctl -D >/dev/null
}

actions=$("$T/match_work" actions | grep -v w:cold)
least=50
auditd_start ""
auditctl -e 0 >/dev/null
auditctl -b 8192 >/dev/null
world
own_rules >"$T/own"
keyed "$T/own" >"$T/own.rules"
round own "$T/own.rules"
if [ -d "$samples" ]; then
	for sample in "$samples"/*.rules "$samples"/*.rules.gz; do
		[ -e "$sample" ] || continue
		gzip -cdf "$sample" >"$T/sample" || die "$sample cannot be read"
		"$T/rules_tool" file "$T/sample" 2>/dev/null
	done >"$T/samples"
	keyed "$T/samples" >"$T/samples.rules"
	world
	round samples "$T/samples.rules"
else
	note "no sample rules in $samples; SAMPLE_RULES names another directory"
fi
actions=w:cold
cold_world
cold_rules >"$T/rules.cold"
keyed "$T/rules.cold" >"$T/cold.rules"
least=10
round cold "$T/cold.rules"
sys_end
