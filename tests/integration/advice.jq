# SPDX-License-Identifier: GPL-2.0-or-later
# advice.jq - what is proposed about rules, a block each: the finding and its place, the
# rules to add (+) and to take out (-), commands ($), where, what loses, and why
select(.type == "advice") |
	"\(.evidence.finding), line \(.evidence.line): \(.kind), \(.state), risk \(.risk), \(.id)",
	"  + \(.rules[])", "  - \(.remove[])", "  $ \(.commands[])",
	"  at \(.place)", (.gives_up // empty | "  cost \(.)"), "  loses \(.blinds[])",
	(.undo // empty | "  undo \(.)"), "  \(.why)"
