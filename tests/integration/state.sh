#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The state outlives the process: a restart counts on where it was; what is
# no good state is set aside, said, and never followed or overwritten.
. "$(dirname "$0")/lib.sh"
need gzip jq socat

# of another host: a process of the recording may have had the number of one of
# ours, whose events are in fewer lists
gzip -dc "$recorded" | sed 's/^type=/node=elsewhere.example &/' >"$work/stream"
wanted=$(grep -c '^node=' "$work/stream")
state=$work/kept/state
# shellcheck disable=SC2034 # read by settings()
state_line="state_file = $state"
asked='{"interval": 1, "windows": "all", "top": 512}'

# counts MS: a run of the plugin over a stream that lingers for MS; its last summary
# is in last. Events without an end are complete after 2 s without input.
counts() {
	rm -f "$work/client"
	"$DRIVE" --chunk 65536 --linger "$1" "$NOISE_PLUGIN" \
		"$(settings 'interval = 1' 'client_buffer = 16M')" \
		<"$work/stream" 2>"$work/err" &
	drive=$!
	await [ -S "$work/socket" ] || echo "no socket"
	echo "$asked" >"$work/ask"
	socat "UNIX-CONNECT:$work/socket" "OPEN:$work/ask,rdonly,ignoreeof!!STDOUT" >"$work/client" &
	client=$!
	status=0
	wait "$drive" || status=$?
	kill "$client" 2>/dev/null || true
	wait "$client" 2>/dev/null || true
	jq -c 'select(.type == "summary" and (.windows[-1].exes | length) > 0)' "$work/client" |
		tail -n 1 >"$work/last"
}
records() { jq '.windows[-1].records' "$work/last"; }
# each name of a list with its records, of everything since the first start
list() { jq -S -c "[.windows[-1].$1[] | del(.share, .error)] | sort" "$work/last"; }
scaled() { jq -S -c '[.windows[-1].'"$1"'[] | del(.share, .error) | .events *= '"$2"' | .records *= '"$2"' | .bytes *= '"$2"'] | sort' "$work/last"; }
nothing_else_said() { [ -z "$(said "$work/err")" ]; }

counts 8000
check "first run: exit status 0" [ "$status" -eq 0 ]
check "first run: nothing was said" nothing_else_said
check "first run: all is counted" [ "$(records)" -eq "$wanted" ]
check "first run: a state is there, for us alone" [ "$(stat -c %a "$state")" = 600 ]
check "first run: nothing else is" [ "$(ls "$work/kept")" = state ]
for list in types keys exes syscalls accounts flows; do scaled "$list" 2 >"$work/twice.$list"; done
cp "$state" "$work/good"
counts 8000
check "second run: exit status 0" [ "$status" -eq 0 ]
check "second run: nothing was said" nothing_else_said
check "second run: both are counted" [ "$(records)" -eq $((2 * wanted)) ]
for list in types keys exes syscalls accounts flows; do
	list "$list" >"$work/is.$list"
	check "second run: $list are those of both" cmp -s "$work/is.$list" "$work/twice.$list"
done

# bad NAME: the state that stands there is not used, but kept aside
bad() {
	name=$1
	cp "$state" "$work/bad"
	rm -f "$work"/kept/state?*
	counts 3500
	check "$name: exit status 0" [ "$status" -eq 0 ]
	check "$name: is said in one line" [ "$(said "$work/err" | grep -c state)" -eq 1 ]
	check "$name: counting began anew" [ "$(records)" -eq "$wanted" ]
	aside=$(find "$work/kept" -name 'state?*' | head -n 1)
	check "$name: is kept aside" cmp -s "$work/bad" "$aside"
}
size=$(wc -c <"$work/good")
for part in 1 40 99; do
	head -c $((size * part / 100)) "$work/good" >"$state"
	bad "cut off at $part %"
done
sed '3s/[0-9]/x/' "$work/good" >"$state"
bad "one byte changed"
sed '1s|audisp-noise-state/1|audisp-noise-state/9|' "$work/good" >"$state"
bad "of a newer version"
echo "not ours" >"$state"
bad "foreign"

# what is no file of ours is neither followed nor written
echo "not ours" >"$work/target"
rm -f "$work"/kept/*
ln -s "$work/target" "$state"
counts 3500
check "a symbolic link: its target is left alone" [ "$(cat "$work/target")" = "not ours" ]
check "a symbolic link: all is counted" [ "$(records)" -eq "$wanted" ]
check "a symbolic link: is said" grep -q state "$work/err"
rm -f "$work"/kept/*
if [ -n "$as_user" ]; then
	chown root "$work/kept"
	chmod 755 "$work/kept"
	counts 3500
	check "a directory of another's: all is counted" [ "$(records)" -eq "$wanted" ]
	check "a directory of another's: is said" \
		grep -q "state_file $state: its directory cannot be written: Permission denied; give it to uid" "$work/err"
fi
finish
