#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every object that aunoise replay prints and that the plugin's socket gives
# out is as conf/audisp-noise.schema.json says, whatever the stream holds.
# shellcheck disable=SC2317 # check calls functions
. "$(dirname "$0")/lib.sh"
PYTHON=${PYTHON:-python3}
[ "$PYTHON" != no ] || PYTHON=python3
need gzip jq socat "$PYTHON"
validate=$srcdir/tests/schema/validate.py
"$PYTHON" -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null || {
	echo "$PYTHON has no jsonschema"
	exit 77
}

# is_valid FILE: each line of it is an object of the schema
is_valid() {
	"$PYTHON" "$validate" "$1" >"$work/verdict" 2>&1 && return
	head -n 5 "$work/verdict"
	return 1
}

# has FILE TYPE...: an object of each type is in it
has() {
	for type in "$@"; do
		[ "$type" = "$1" ] || grep -q "\"type\":\"$type\"" "$1" || return
	done
}

gzip -dc "$recorded" >"$work/recorded"
for kind in keys endless nodes long nul mixed; do
	"$PYTHON" "$here/make_stream.py" $kind >"$work/$kind"
done
"$PYTHON" "$here/make_stream.py" many 5000 >"$work/many"
: >"$work/empty"

for stream in empty recorded keys endless nodes long nul mixed many; do
	"$AUNOISE" replay --json "$work/$stream" >"$work/json" 2>/dev/null || true
	check "replay of $stream: one summary" [ "$(grep -c '"type":"summary"' "$work/json")" -eq 1 ]
	check "replay of $stream: valid" is_valid "$work/json"
done
"$AUNOISE" replay --json --interval 5 "$work/recorded" >"$work/json" 2>/dev/null
check "replay --interval: many summaries" [ "$(wc -l <"$work/json")" -gt 10 ]
check "replay --interval: valid" is_valid "$work/json"
"$AUNOISE" replay --json --top 1 "$work/keys" >"$work/json" 2>/dev/null
check "replay --top: valid" is_valid "$work/json"

# --- the socket: who only listens, who asks for all, who reads nothing for a while ---

ask() {
	await [ -S "$work/socket" ]
	printf '%s\n' "$1" | socat -t 60 - "UNIX-CONNECT:$work/socket" >"$2"
}

listen() {
	await [ -S "$work/socket" ]
	socat -u "UNIX-CONNECT:$work/socket" - | {
		sleep "$1"
		cat
	} >"$2"
}

# serve STREAM: with three clients beside it
serve() {
	rm -f "$work/socket"
	ask '{"interval": 1, "windows": "all", "top": 512}' "$work/all" &
	asks=$!
	listen 0 "$work/pushed" &
	listens=$!
	listen 2 "$work/late" &
	sleeps=$!
	"$DRIVE" --linger 3500 "$NOISE_PLUGIN" "$(settings 'interval = 1')" <"$work/$1" 2>"$work/err"
	wait "$asks" "$listens" "$sleeps" || true
}

# report: what aunoise prints as JSON while a plugin serves
report() {
	await [ -S "$work/socket" ]
	"$AUNOISE" report --json --socket "$work/socket" >"$work/report"
}

for stream in empty recorded keys nodes; do
	serve $stream
	for client in all pushed late; do
		check "socket, $stream, $client: hello and summary" has "$work/$client" hello summary
		check "socket, $stream, $client: valid" is_valid "$work/$client"
	done
	longest=$(grep '"type":"summary"' "$work/pushed" | wc -L)
	check "socket, $stream: what is pushed is small" [ "$longest" -le 12288 ]
done

# a name that ends in DEL: no control byte gets to a terminal by way of --json
printf 'type=SYSCALL msg=audit(%s.000:1): arch=c000003e syscall=39 success=yes exit=1 a0=0 a1=0 a2=0 a3=0 items=0 ppid=1 pid=2 auid=1 uid=0 exe=2F62696E2F7F key="k"\ntype=EOE msg=audit(%s.000:1): \n' \
	"$(date +%s)" "$(date +%s)" >"$work/del"
rm -f "$work/socket"
report &
reports=$!
serve del
wait "$reports" || true
check "aunoise report --json: has the name" grep -q '"/bin/\\u007F"' "$work/report"
check "aunoise report --json: no control byte" [ "$(tr -d '\n' <"$work/report" | tr -cd '\000-\037\177' | wc -c)" -eq 0 ]
finish
