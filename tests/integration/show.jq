# SPDX-License-Identifier: GPL-2.0-or-later
# show.jq - what a summary has counted since the start, in the oracle's lines

def digits: [(. / 16 | floor), . % 16] | map("0123456789abcdef"[. : . + 1]) | add;
def safe: test("^[A-Za-z0-9/._+:-]+$");
def shown($text; $hex):
	if $hex then "hex:" + $hex
	elif $text == null then "(none)"
	elif $text | safe then $text
	else "hex:" + ($text | explode | map(digits) | add // "") end;
def counts: "\(.events) \(.records) \(.bytes)";

(.windows[] | select(.seconds == null) |
	"total \(counts)",
	(.types[] | "type \(.type) \(counts)"),
	(.keys[] | "key \(shown(.key; .key_hex)) \(counts)"),
	(.exes[] | "exe \(shown(.exe; .exe_hex)) \(if .claimed then "claimed" else "kernel" end) \(counts)")),
"bad \(.health.lines_bad)"
