/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proposal.c - one advice, as an object of the socket
 */
#include "emit/proposal.h"

#define MUCH_BYTES 67108864 /* which a machine may miss */

const char *proposal_risk(double bytes)
{
	return bytes > MUCH_BYTES ? "medium" : "low";
}

json_t *proposal_count(double value)
{
	return value > 0 ? json_integer((json_int_t)value) : json_null();
}

static json_t *list_of(const char *line, const char *second)
{
	if (second)
		return json_pack("[s, s]", line, second);
	return line ? json_pack("[s]", line) : json_array();
}

json_t *proposal_object(const struct proposal *p)
{
	return json_pack(
		"{s:n, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s?, s:s?, s:n, s:s?, "
		"s:[], s:s, s:s, s:[], s:n, s:s?, s:n}",
		"rank", "kind", p->kind, "title", p->title, "why", p->why, "evidence",
		p->evidence, "rules", list_of(p->rule, p->rule2), "remove",
		list_of(p->remove, p->remove2), "commands", list_of(p->command, NULL),
		"file", p->file, "place", p->place, "saves", "gives_up", p->gives_up,
		"blinds", "risk", p->risk, "confidence", p->confidence, "controls", "try",
		"undo", p->undo, "verified");
}
