#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# serve.sh DIRECTORY - one client's side of a daemon that is not one, for 21-try.sh
#
# Sends the advice of DIRECTORY/advice and a summary each half second. Before anything is
# loaded 100 records/s come from the program that DIRECTORY/exe names and 100 from
# another; what comes then says DIRECTORY/mode: good (the first is silent), deaf (nothing
# has changed) or mute (all is silent).
dir=$1

# summary SILENCED OTHERS
summary()
{
	now=$(date +%s)
	flows='{"rule":null,"position":1,"key":"noise","types":["SYSCALL"],"syscall":"getppid","arch":"x86_64","exe":"'$(cat "$dir/exe")'","comm":"load","uid":33,"auid":-1,"exit":null,"success":true,"subj_type":null,"dir":null,"node":null,"claimed":false,"events":'$1',"records":'$1',"bytes":1,"share":0.5,"error":0}'
	others='{"key":"canary","events":'$2',"records":'$2',"bytes":1,"share":0.5,"error":0}'
	[ "$1" != 0 ] || flows=
	printf '{"schema":"audisp-noise/1","type":"summary","host":"h","time":"t","windows":[{"seconds":60,"span_s":60,"records":%s,"flows":[%s],"keys":[%s],"other":{"flows":{"records":0},"keys":{"records":0}}},{"seconds":null,"span_s":99999,"records":%s}]}\n' \
		$(($1 + $2)) "$flows" "$others" $((now % 100000 * 200))
}

printf '{"schema":"audisp-noise/1","type":"hello","version":"0"}\n' || exit
summary 6000 6000 || exit
cat "$dir/advice" || exit
turn=0
while sleep 0.5; do
	turn=$(((turn + 1) % 3))
	others=$((6000 + turn * 10))
	mode=good
	[ ! -e "$dir/mode" ] || mode=$(cat "$dir/mode")
	case $mode:$(auditctl -l | grep -c never) in
	*:0 | deaf:*) summary 6000 $others ;;
	good:*) summary 0 $others ;;
	mute:*) summary 0 0 ;;
	esac || exit
done
