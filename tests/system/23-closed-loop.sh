#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 23-closed-loop.sh - advice on noise against the kernel: what it foretells comes to pass
#
# Rules are loaded, a known load runs under them, with events of other programs, accounts
# and places beside it, and the log of it is replayed. The advice that stands first must
# be the right one; it is loaded as it says, the same load runs again, and now exactly
# what was foretold must be missing, and nothing else. Then it is taken back as it says.
#
# A case is a few lines; what each word means stands at one_case. All programs are this
# test's, in a place that nobody but root writes to, and all accounts nobody's.
# shellcheck source=tests/system/lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/loads.sh
. "$srcdir/tests/system/loads.sh"

sys_begin -d "/var/lib/audisp-noise-test.$$" jq setpriv unshare
aunoise=${AUNOISE:-$builddir/plugin/aunoise}
[ -x "$aunoise" ] || die "aunoise is not built: make builds it"
# as of a service; of somebody who has logged in it is unset, where that is allowed
[ "$(cat /proc/self/loginuid)" = 4294967295 ] || echo 4294967295 >/proc/self/loginuid ||
	skip "a login uid is set, and cannot be unset again: run it from a service"
case $(uname -m) in x86_64) ;; *) skip "the rules name system calls of x86_64" ;; esac

sanitized=
! grep -q __asan_init "$builddir/tests/system/load" || sanitized=yes

# services' accounts, and one that people can be
s1=971 s2=972 someone=64321
for uid in 970 $s1 $s2 $someone; do
	! getent passwd "$uid" >/dev/null || skip "uid $uid is somebody's here"
done
# a rule is about one of our programs, or about these
ours="-F uid>=970 -F uid<=979"
for file in advised nowhere refused; do : >"$T/$file"; done
echo "-D" >"$T/rules" # first of all: whatever is loaded here goes again

mkdir "$T/bin" "$T/secret" "$T/logs" "$T/logs/app" "$T/logs/other" "$T/logs/open"
for program in agent other job1 job2 job3; do own_program tests/system/load "$T/bin/$program"; done
agent=$T/bin/agent other=$T/bin/other
for file in secret/f secret/g; do (umask 077 && echo "$file" >"$T/$file"); done
ln -s logs/app "$T/alias"
chown $s1 "$T/logs/app" "$T/logs/other"
chown $s2 "$T/logs/open"
for dir in app other open; do echo >"$T/logs/$dir/log" && chown --reference "$T/logs/$dir" "$T/logs/$dir/log"; done
auditd_start ""

# a command in whose view /usr/sbin is ours; empty: none is needed
place=

# --- one run of a load ---

# mark TEXT: a record in the log, so that what lies between two can be told
mark() { auditctl -m "mark-$1" >/dev/null; }
is_marked() { grep -aq "mark-$1" "$T/log/audit.log"; }

# each KIND: the lines of that kind of the case, without the word
each() { sed -n "s/^$1 //p" "$T/case"; }

# run_each KIND: as many events as it says; each is one program's work
run_each()
{
	each "$1" >"$T/work"
	while read -r work; do
		# shellcheck disable=SC2086 # words without blanks
		run $work || fail "$name: the load was not as expected: $work: $(cat "$T/run.out")"
	done <"$T/work"
}

# between FROM TO: the records of the log, from one mark to another
between()
{
	awk -v from="mark-$1 " -v to="mark-$2 " 'index($0, to) { exit } on; index($0, from) { on = 1 }' "$T/log/audit.log"
}

rounds=0
# load ROUND: what the noise wrote to $T/ROUND.noise, what all others did to $T/ROUND.canary
load()
{
	rounds=$((rounds + 1))
	mark $rounds-a
	run_each noise
	mark $rounds-b
	run_each canary
	mark $rounds-c
	until_true "$SYS_WAIT" is_marked $rounds-c || die "$name: the records do not come"
	between $rounds-a $rounds-b >"$T/$1.noise"
	between $rounds-b $rounds-c >"$T/$1.canary"
}

# events FILE: those of the kind that the case counts
events() { grep -ac -e "$(each pattern)" "$1"; }

# --- rules ---

loaded() { auditctl -l; }
take_out() { auditctl -D >/dev/null; }

# command_of TEXT: run it, if it is no other than advice may have
command_of()
{
	case $1 in
	*[!A-Za-z0-9/._+,=\ \<\>\&!\'-]*) die "$name: no command of ours: $1" ;;
	"auditctl -"[Ad]" never,"*) $place sh -c "$1" || fail "$name: fails: $1" ;;
	*) die "$name: no command of ours: $1" ;;
	esac
}

# of FILTER: of the advice that stands first
of() { jq -r "$1" "$T/first"; }

# as_file: the list with the advice in it, as `auditctl -R` reads it
as_file()
{
	case $(of .kind) in
	narrow) grep -vxF -f "$T/remove" "$T/before" ;;
	*) cat "$T/before" ;;
	esac >"$T/rest"
	cat "$T/these" "$T/rest"
}

# is_loaded: each line that is advised is in the kernel's list, each that goes is not
is_loaded()
{
	loaded >"$T/now"
	[ "$(grep -cxF -f "$T/these" "$T/now")" = "$(lines "$T/these")" ] &&
		[ "$(lines "$T/now")" = "$(lines "$T/whole")" ]
}

apply()
{
	of '.commands[]' >"$T/commands"
	if [ -s "$T/commands" ]; then
		while read -r command; do command_of "$command"; done <"$T/commands"
	else
		take_out
		auditctl -R "$T/whole" >"$T/loading" 2>&1 || fail "$name: auditctl does not load it: $(cat "$T/loading")"
	fi
}

take_back()
{
	if [ "$(of .kind)" = narrow ]; then # an edit: the old lines again
		take_out
		auditctl -R "$T/before" >/dev/null || fail "$name: the old lines do not load"
		return
	fi
	of .undo | tr ';' '\n' | sed 's/^ *//' >"$T/commands"
	while read -r command; do command_of "$command"; done <"$T/commands"
}

# --- one case ---

# counted: as many events as the load has made; what a sanitizer calls is beside them
counted()
{
	set -- "$(each count)" "$(events "$T/first.noise")" "$(events "$T/first.canary")"
	[ -z "$sanitized" ] || [ "$2" -lt "${1% *}" ] || [ "$3" -lt "${1#* }" ] || return 0
	same "$name: events of the noise, of others" "$1" "$2 $3"
}

# foretold: the records that went, by the logs, beside what the advice said of them
foretold()
{
	of '"\(.saves.share) \(.evidence.records) \(.evidence.of_records)"' |
		awk -v n1="$(lines "$T/first.noise")" -v c1="$(lines "$T/first.canary")" \
			-v n2="$(lines "$T/second.noise")" -v c2="$(lines "$T/second.canary")" '{
			went = n1 + c1 - n2 - c2
			d = 100 * (went / (n1 + c1) - $1)
			printf "foretold %d of %d records, gone %d of %d: %.3f points apart\n", $2, $3, went, n1 + c1, d < 0 ? -d : d
			exit !($2 == went && $3 == n1 + c1 && d <= 1 && d >= -1)
		}'
}

# replay: of the first round, with the rules as the kernel lists them
replay()
{
	cat "$T/first.noise" "$T/first.canary" >"$T/log.first"
	$place "$aunoise" replay --json --rules "$T/before" "$T/log.first" >"$T/replay" 2>"$T/replay.err" ||
		die "$name: replay fails: $(cat "$T/replay.err")"
	jq -c 'select(.type == "advice" and (.kind | IN("silence", "exclude", "narrow")))' "$T/replay" >"$T/advice"
	head -n 1 "$T/advice" >"$T/first"
}

# all_load: each rule of each advice is loaded alone, beside nothing else
all_load()
{
	jq -r '.rules[]' "$T/advice" | sort -u >"$T/work"
	while read -r rule; do
		grep -qxF -e "$rule" "$T/advised" || load_alone "$rule"
	done <"$T/work"
}

# one_case NAME, its lines on stdin:
#   rule LIST FIELD...   loaded, in this order
#   noise PROGRAM...     what is to be silenced
#   canary PROGRAM...    what must be recorded as before
#   pattern TEXT         that a record of each of these events has
#   count NOISE CANARY   how many there are
#   left NOISE           of the noise, that the first advice is not about; else 0
#   kind KIND            of the advice that stands first; none: there is to be none
#   advise RULE          its rules; they may not be others
#   next RULE            the first rule of the advice that stands second
one_case()
{
	name=$1
	cat >"$T/case"
	each rule >"$T/work"
	while read -r line; do
		case " $line" in
		*" -F exe=$T/"* | *" -F dir=$T/"* | *" $ours"* | *" -S creat "*) ;;
		*) die "$name: rule about others than us: $line" ;;
		esac
		# shellcheck disable=SC2086 # our rules hold no blanks of their own
		auditctl -a $line || die "$name: the kernel refused: $line"
	done <"$T/work"
	loaded >"$T/before"
	load first
	counted
	replay
	same "$name: kind" "$(each kind)" "$([ -s "$T/first" ] && of .kind || echo none)"
	if [ -s "$T/first" ]; then one_advice; else why_not; fi
	take_out
	all_load
}

# why_not: nothing is advised; the rule that is behind it takes all of it, by the kernel
why_not()
{
	$place "$aunoise" replay --rules "$T/before" "$T/log.first" 2>/dev/null | grep -a '^nothing safe' || :
	first_rule=$(each rule | head -n 1)
	# shellcheck disable=SC2086 # our rules hold no blanks of their own
	auditctl -d $first_rule || fail "$name: the rule does not go"
	load second
	same "$name: records without the first rule" "$(lines "$T/first.noise")" "$(lines "$T/second.noise")"
}

one_advice()
{
	of '.rules[]' >"$T/these"
	of '.remove[]' >"$T/remove"
	same "$name: rules" "$(each advise)" "$(cat "$T/these")"
	next=$(sed -n 2p "$T/advice" | jq -r '.rules[0]')
	[ -z "$(each next)" ] || same "$name: the next one" "$(each next)" "$next"
	as_file >"$T/whole"
	apply
	check "$name: it is loaded" is_loaded
	load second
	if foretold >"$T/figures"; then ok "$name: $(cat "$T/figures")"; else fail "$name: $(cat "$T/figures")"; fi
	left=$(each left)
	same "$name: events of the noise, of others" "${left:-0} $(events "$T/first.canary")" "$(events "$T/second.noise") $(events "$T/second.canary")"
	same "$name: records of others" "$(lines "$T/first.canary")" "$(lines "$T/second.canary")"
	take_back
	loaded >"$T/now"
	check "$name: taken back, the list is as before" cmp "$T/before" "$T/now"
	take_out
	auditctl -R "$T/whole" >"$T/loading" 2>&1 || fail "$name: a file of all of it does not load: $(cat "$T/loading")"
	check "$name: loaded from a file, it is all there" is_loaded
}

# --- the cases ---

one_case "refused files" <<-CASE
	rule always,exit -F arch=b64 -S open,openat -F exit=-EACCES $ours -F key=access
	noise $agent -u $s1 deny 300 $T/secret/f
	canary $agent -u $s2 deny 2 $T/secret/f
	canary $other -u $s1 deny 2 $T/secret/g
	canary $other -a 1000 -u $s1 deny 2 $T/secret/f
	pattern key="access"
	count 300 6
	kind silence
	advise -a never,exit -F arch=b64 -S openat -F exe=$agent -F uid=$s1 -F auid=-1 -F exit=-EACCES
	advise -a never,exit -F arch=b32 -S openat -F exe=$agent -F uid=$s1 -F auid=-1 -F exit=-EACCES
CASE

one_case "an exec storm" <<-CASE
	rule always,exit -F arch=b64 -S execve $ours -F key=exec
	rule always,exit -F arch=b32 -S execve $ours -F key=exec
	noise $agent -u $s1 exec 100 $T/bin/job1
	noise $agent -u $s1 exec 100 $T/bin/job2
	noise $agent -u $s1 exec 100 $T/bin/job3
	canary $agent -u $s2 exec 2 $T/bin/job1
	canary $agent -a 1000 -u $s1 exec 2 $T/bin/job2
	pattern key="exec"
	count 300 4
	kind silence
	advise -a never,exit -F arch=b64 -S execve -F uid=$s1 -F auid=-1 -F dir=$T/bin
	advise -a never,exit -F arch=b32 -S execve -F uid=$s1 -F auid=-1 -F dir=$T/bin
CASE

one_case "logs under a watch" <<-CASE
	rule always,exit -F dir=$T/logs -F perm=wa -F key=logs
	noise $agent -u $s1 append 300 $T/logs/app/log
	canary $agent -u $s1 append 2 $T/logs/other/log
	canary $other -u $s1 append 2 $T/logs/app/log
	canary $other -a 1000 -u $s1 append 2 $T/logs/app/log
	pattern key="logs"
	count 300 6
	kind silence
	advise -a never,exit -F arch=b64 -S openat -F exe=$agent -F uid=$s1 -F auid=-1 -F dir=$T/logs/app -F perm=wa
	advise -a never,exit -F arch=b32 -S openat -F exe=$agent -F uid=$s1 -F auid=-1 -F dir=$T/logs/app -F perm=wa
CASE

one_case "others' files" <<-CASE
	rule always,exit -F arch=b64 -S open,openat -F dir=$T/logs -C uid!=obj_uid -F key=power
	noise $agent -u $s2 open 300 $T/logs/app/log
	canary $agent -u $s2 open 2 $T/logs/other/log
	canary $other -u $s2 open 2 $T/logs/app/log
	pattern key="power"
	count 300 4
	kind silence
	advise -a never,exit -F arch=b64 -S openat -F exe=$agent -F uid=$s2 -F auid=-1 -F dir=$T/logs/app -C uid!=obj_uid
	advise -a never,exit -F arch=b32 -S openat -F exe=$agent -F uid=$s2 -F auid=-1 -F dir=$T/logs/app -C uid!=obj_uid
CASE

one_case "a log with a link on the way" <<-CASE
	rule always,exit -F dir=$T/logs -F perm=wa -F key=logs
	noise $agent -u $s1 append 300 $T/alias/log
	canary $other -u $s1 append 2 $T/logs/app/log
	canary $agent -u $s2 append 2 $T/logs/open/log
	pattern key="logs"
	count 300 4
	kind silence
	advise -a never,exit -F arch=b64 -S openat -F exe=$agent -F uid=$s1 -F auid=-1 -F dir=$T/logs -F perm=wa
	advise -a never,exit -F arch=b32 -S openat -F exe=$agent -F uid=$s1 -F auid=-1 -F dir=$T/logs -F perm=wa
CASE

one_case "files made and deleted" <<-CASE
	rule always,exit -F arch=b64 -S openat,unlink,rename -F dir=$T/logs -F success=1 -F key=logs
	rule always,exit -F arch=b64 -S openat -F exit=-EACCES $ours -F key=access
	noise $agent -u $s1 unlink 150 $T/alias
	canary $other -u $s1 unlink 2 $T/logs/app
	canary $agent -u $s2 append 2 $T/logs/open/log
	canary $agent -u $s1 deny 2 $T/secret/f
	pattern key=
	count 300 8
	kind silence
	advise -a never,exit -F arch=b64 -S rename,unlink,openat -F exe=$agent -F uid=$s1 -F auid=-1 -F dir=$T/logs -F success=1
	advise -a never,exit -F arch=b32 -S unlink,rename,openat -F exe=$agent -F uid=$s1 -F auid=-1 -F dir=$T/logs -F success=1
CASE

one_case "a clock that is read" <<-CASE
	rule always,exit -F arch=b64 -S adjtimex,settimeofday,clock_adjtime $ours -F key=time-change
	noise $agent -u $s1 gettime 300
	canary $agent -u $s2 gettime 2
	canary $other -a 1000 -u $s1 gettime 2
	pattern key="time-change"
	count 300 4
	kind silence
	advise -a never,exit -F arch=b64 -S adjtimex -F exe=$agent -F uid=$s1 -F auid=-1
	advise -a never,exit -F arch=b32 -S adjtimex -F exe=$agent -F uid=$s1 -F auid=-1
CASE

as_clock="setpriv --clear-groups --inh-caps +sys_time --ambient-caps +sys_time"
one_case "a clock that is steered" <<-CASE
	rule always,exit -F arch=b64 -S adjtimex,settimeofday,clock_adjtime $ours -F key=time-change
	noise $as_clock --reuid $s1 $agent settime 300
	canary $as_clock --reuid $s2 $agent settime 2
	canary $as_clock --reuid $s1 $other settime 2
	pattern type=TIME_ADJNTPVAL
	count 300 4
	kind silence
	advise -a never,exit -F arch=b64 -S clock_adjtime -F exe=$agent -F uid=$s1 -F auid=-1
	advise -a never,exit -F arch=b32 -S clock_adjtime -F exe=$agent -F uid=$s1 -F auid=-1
	advise -a never,exclude -F msgtype=TIME_ADJNTPVAL -F exe=$agent -F uid=$s1 -F auid=-1
CASE

as_firewall="setpriv --clear-groups --inh-caps +net_admin --ambient-caps +net_admin"
one_case "a firewall" <<-CASE
	rule always,exit -F arch=b64 -S getppid $ours -F key=other
	noise unshare -n $agent table 300
	canary unshare -n $other table 2
	canary unshare -n $as_firewall --reuid $s1 $agent table 2
	canary $agent -u $s1 getppid 2
	pattern type=NETFILTER_CFG
	count 300 4
	kind exclude
	advise -a never,exclude -F msgtype=NETFILTER_CFG -F exe=$agent -F uid=0 -F auid=-1
CASE

one_case "a firewall under a rule" <<-CASE
	rule always,exit -F arch=b64 -S sendto $ours -F key=send
	noise unshare -n $as_firewall --reuid $s1 $agent table 300
	canary unshare -n $as_firewall --reuid $s2 $agent table 2
	canary unshare -n $other table 2
	pattern type=NETFILTER_CFG
	count 300 4
	kind silence
	advise -a never,exit -F arch=b64 -S sendto -F exe=$agent -F uid=$s1 -F auid=-1
	advise -a never,exit -F arch=b32 -S sendto -F exe=$agent -F uid=$s1 -F auid=-1
	advise -a never,exclude -F msgtype=NETFILTER_CFG -F exe=$agent -F uid=$s1 -F auid=-1
CASE

one_case "one call of a shared key" <<-CASE
	rule always,exit -F arch=b64 -S adjtimex,connect $ours -F key=shared
	rule always,exit -F arch=b32 -S adjtimex,connect $ours -F key=shared
	rule always,exit -F arch=b64 -S openat -F exit=-EACCES $ours -F key=shared
	noise $agent -u $s1 gettime 300
	canary $agent -u $s1 connect 2 1
	canary $agent -u $s1 deny 2 $T/secret/f
	canary $agent -u $s2 gettime 2
	canary $other -u $s1 gettime 2
	pattern key="shared"
	count 300 8
	kind silence
	advise -a never,exit -F arch=b64 -S adjtimex -F exe=$agent -F uid=$s1 -F auid=-1
	advise -a never,exit -F arch=b32 -S adjtimex -F exe=$agent -F uid=$s1 -F auid=-1
CASE

one_case "two calls of one rule" <<-CASE
	rule always,exit -F arch=b64 -S adjtimex,connect $ours -F key=shared
	noise $agent -u $s1 gettime 150
	noise $agent -u $s1 connect 150 1
	canary $agent -u $s2 connect 2 1
	canary $other -u $s1 gettime 2
	pattern key="shared"
	count 300 4
	kind silence
	advise -a never,exit -F arch=b64 -S connect,adjtimex -F exe=$agent -F uid=$s1 -F auid=-1
	advise -a never,exit -F arch=b32 -S adjtimex,connect -F exe=$agent -F uid=$s1 -F auid=-1
CASE

one_case "two programs under one rule" <<-CASE
	rule always,exit -F arch=b64 -S connect $ours -F key=net
	noise $agent -u $s1 connect 300 1
	noise $other -u $s2 connect 200 1
	canary $T/bin/job1 -u $s1 connect 2 1
	canary $T/bin/job1 -u 970 connect 2 1
	pattern key="net"
	count 500 4
	left 200
	kind silence
	advise -a never,exit -F arch=b64 -S connect -F exe=$agent -F uid=$s1 -F auid=-1 -F exit=-ECONNREFUSED
	advise -a never,exit -F arch=b32 -S connect -F exe=$agent -F uid=$s1 -F auid=-1 -F exit=-ECONNREFUSED
	next -a never,exit -F arch=b64 -S connect -F exe=$other -F uid=$s2 -F auid=-1 -F exit=-ECONNREFUSED
CASE

# nobody but this test makes the call, so that the rule can be as the sample sets have it
one_case "a rule about people" <<-CASE
	rule always,exit -F arch=b64 -S creat -F exit=-EACCES -F key=access
	noise $agent -u $someone creat 300 $T/secret/f
	canary $other -a 1000 -u $someone creat 2 $T/secret/f
	pattern key="access"
	count 300 2
	kind narrow
	advise -a always,exit -F arch=b64 -S creat -F exit=-EACCES -F auid!=-1 -F key=access
CASE

one_case "a rule behind it asks for the same" <<-CASE
	rule always,exit -F arch=b64 -S creat -F exit=-EACCES -F key=access
	rule always,exit -F arch=b64 -S creat -F exe=$agent -F key=behind
	noise $agent -u $someone creat 300 $T/secret/f
	canary $other -a 1000 -u $someone creat 2 $T/secret/f
	pattern key="\\(access\\|behind\\)"
	count 300 2
	kind none
CASE

# cron is a program of ours there, for those alone who look from there
mkdir "$T/sbin"
own_program tests/system/load "$T/sbin/cron"
cp "$(command -v auditctl)" "$T/sbin/auditctl"
# shellcheck disable=SC2016 # for the inner shell
printf '#!/bin/sh\nmount --bind "$1" /usr/sbin && shift && exec "$@"\n' >"$T/in-own-sbin"
place="unshare -m sh $T/in-own-sbin $T/sbin"
one_case "cron's sessions" <<-CASE
	rule always,exit -F arch=b64 -S getppid $ours -F key=other
	noise $place /usr/sbin/cron -a $someone session 50 root
	canary $other -a $someone session 2 root
	canary $agent -u $s1 getppid 2
	pattern type=\(USER_ACCT\|CRED_ACQ\|LOGIN\|USER_START\|CRED_DISP\|USER_END\)
	count 300 12
	kind exclude
	advise -a never,exclude -F msgtype=USER_ACCT -F exe=/usr/sbin/cron -F uid=0
	advise -a never,exclude -F msgtype>=CRED_ACQ -F msgtype<=USER_END -F exe=/usr/sbin/cron -F uid=0
	advise -a never,exclude -F msgtype=LOGIN -F exe=/usr/sbin/cron -F uid=0
CASE
place=

auditd_stop || die "auditd did not end"
one_file
sys_end
