# SPDX-License-Identifier: GPL-2.0-or-later
# layout.jq - a summary as one line for each thing that can be checked by hand
#
# First everything since the start, entry by entry; then of each window what
# differs from it (`same` names the lists that do not). Of health the counters
# that are not 0: names are added to it as features are. `parsed` says how the
# work was done, not what was counted, and is left out.

def shown($list; $window):
	({list: $list, window: $window} + .[$list][]),
	{other: $list, window: $window} + .other[$list];

# one spelling of a number in every version of jq
walk(if type == "number" then . + 0 else . end)
| (.windows[] | select(.seconds == null)) as $all
| ($all.other | keys) as $lists
| (del(.windows, .health) + {health: (.health | del(.parsed) | with_entries(select(.value != 0)))}),
(.windows | sort_by(.seconds)[] | . as $w
	| (.seconds // "all") as $window
	| (if .seconds then $lists | map(select($w[.] == $all[.] and $w.other[.] == $all.other[.]))
		else [] end) as $same
	| {window: $window, same: $same} + del(.seconds, .other, .[$lists[]]),
	(($lists - $same)[] as $list | $w | shown($list; $window)))
