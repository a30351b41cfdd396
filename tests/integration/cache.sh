#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The flow cache changes no figure: whatever the input, a replay that asks
# libauparse about one event of each kind says the same as one that asks about
# every event.
. "$(dirname "$0")/lib.sh"
need gzip jq

# said OPTION... FILE: what replay says, but for how often libauparse was asked
said() {
	"$AUNOISE" replay --json "$@" 2>/dev/null | jq -S -c 'del(.health.parsed)'
}

same() {
	said "$1" >"$work/cached"
	said --every-event "$1" >"$work/every"
	cmp -s "$work/cached" "$work/every" && return
	diff "$work/cached" "$work/every" | cut -c 1-400
	return 1
}

gzip -dc "$recorded" >"$work/recorded"
# the same, cut and stirred: fields swapped for others, quotes lost, blanks doubled
awk 'BEGIN { srand(7) }
	{ n = split($0, word, " ")
	  if (NR % 3 == 0) { i = 4 + int(rand() * (n - 3)); word[i] = word[4 + int(rand() * (n - 3))] }
	  if (NR % 7 == 0) sub(/"/, "", word[n])
	  if (NR % 11 == 0) word[n] = word[n] " "
	  if (NR % 13 == 0) sub(/=/, "= ", word[4 + int(rand() * (n - 3))])
	  line = word[1]; for (i = 2; i <= n; i++) line = line " " word[i]
	  print line }' "$work/recorded" >"$work/stirred"
for file in "$work/recorded" "$work/stirred" "$srcdir"/tests/golden/*.raw \
	"$srcdir"/tests/fuzz/corpus/stream/*; do
	check "the same with and without the cache: ${file##*/}" same "$file"
done
asked=$("$AUNOISE" replay --json "$work/recorded" | jq 'select(.type == "summary") | .health.parsed')
events=$("$AUNOISE" replay --json "$work/recorded" | jq 'select(.type == "summary") | .windows[-1].events')
check "the cache is used: $asked of $events events were parsed" [ "$asked" -lt $((events / 20)) ]
finish
