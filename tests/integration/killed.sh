#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGKILL at every moment of saving the state: what the next one finds is the
# whole of one state, that of before or that of after.
. "$(dirname "$0")/lib.sh"
need gzip jq socat

times=${TIMES:-100}
gzip -dc "$recorded" >"$work/stream"
wanted=$(grep -c '^type=' "$work/stream")
state=$work/kept/state
# shellcheck disable=SC2034 # read by settings()
state_line="state_file = $state"
conf=$(settings 'interval = 1')

# the first whole summary; half a line may be there
has_total() {
	total=$(jq -Rr 'fromjson? | select(.type == "summary") | .windows[-1].records' "$work/client" | head -n 1)
	[ -n "$total" ]
}

# start: total is what it begins with
start() {
	feed "$conf"
	await has_total
}

before=0 kept=0 lost=0 wrong=0 said=0 i=0
while [ $i -lt "$times" ]; do
	start
	case $total in
	"$before") lost=$((lost + 1)) ;;
	$((before + wanted))) kept=$((kept + 1)) ;;
	*) wrong=$((wrong + 1)) ;;
	esac
	[ -z "$(said "$work/err")" ] || said=$((said + 1))
	before=$total
	cat "$work/stream" >&7
	exec 7>&- # the state is saved now
	sleep "0.0$(printf %02d $((i * 7 % 20)))"
	kill -KILL "$plugin" 2>/dev/null
	wait 2>/dev/null || true
	rm -f "$work/socket"
	i=$((i + 1))
done
echo "$times kills: the state was replaced $kept times, and $lost times not"
check "some were killed before the new state stood" [ "$lost" -ge 1 ]
check "some were killed after it" [ "$kept" -ge 1 ]
check "each state that was read was a whole one" [ "$wrong" -eq 0 ]
check "none was set aside, nothing was said" [ "$said" -eq 0 ]
start
exec 7>&-
wait "$plugin" || true
check "what is left is the state alone" [ "$(ls "$work/kept")" = state ]
finish
