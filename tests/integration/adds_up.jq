# SPDX-License-Identifier: GPL-2.0-or-later
# adds_up.jq - prints each list of a summary that does not add up to its total

.windows[] as $w
| ($w.other | keys[]) as $list
| ("records", "bytes") as $figure
| ([$w[$list][][$figure]] | add // 0) + $w.other[$list][$figure]
	- (if $list == "keys" then $w.overlap[$figure] else 0 end)
| select(. != $w[$figure])
| "\($w.seconds) \($list) \($figure): \(.), not \($w[$figure])"
