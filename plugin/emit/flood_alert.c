/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood_alert.c - a flood that no advice may silence, as an alert
 */
#include "emit/flood_alert.h"

#include <stdio.h>
#include <string.h>

#include "emit/schema.h"

static void set_id(json_t *figures, const char *name, int64_t id)
{
	json_object_set_new(figures, name,
			    id == EVENT_ID_ABSENT ? json_null() : json_integer(id));
}

static void set_flow(json_t *figures, const struct whatif_flow *flow)
{
	schema_set_text(figures, "exe", flow->exe.text, flow->exe.cut);
	if (flow->uid_class == ID_CLASS_NONE)
		set_id(figures, "uid", flow->uid);
	if (flow->auid_class == ID_CLASS_NONE)
		set_id(figures, "auid", flow->auid);
	if (flow->won == WHATIF_WON_RULE)
		set_id(figures, "position", flow->position);
}

static void set_source(json_t *figures, const struct flood_source *s,
		       const struct whatif_table *table)
{
	switch (s->kind) {
	case FLOOD_FLOW:
		set_flow(figures, &table->flow[s->flow]);
		break;
	case FLOOD_DIR:
		schema_set_text(figures, "dir", s->text, false);
		break;
	case FLOOD_UID:
		set_id(figures, "uid", s->id);
		break;
	case FLOOD_AUID:
		set_id(figures, "auid", s->id);
		break;
	case FLOOD_RULE:
		set_id(figures, "position", s->position);
		break;
	case FLOOD_KINDS:
		break;
	}
}

/* "": what was refused is of another source. */
static const char *why_of(const struct flood *flood, const struct whatif_table *table,
			  const struct noise_result *result)
{
	return result->refused && flood_has(flood, table, result->refused_flow)
		       ? result->why.text
		       : "";
}

void flood_alert(const struct flood *flood, const struct round *round, char *text,
		 struct alert *out)
{
	const struct whatif_table *table = round_table(round);
	const char *why = why_of(flood, table, noise_result(round_noise(round)));
	json_t *figures = json_object();
	size_t n = strlen(flood_text(flood, text));

	snprintf(text + n, FLOOD_ALERT_TEXT - n,
		 "%s%s; look at what it does (aunoise report), or stop it",
		 why[0] ? ": " : "", why);
	set_source(figures, &flood->source, table);
	schema_set_number(figures, "records", flood->source.records);
	json_object_set_new(figures, "share", json_real(schema_share(flood->share, 1)));
	json_object_set_new(figures, "records_per_s",
			    json_real((double)(int64_t)(flood->per_s * 10) / 10));
	json_object_set_new(figures, "looks",
			    json_string(flood_nature_name(flood->nature)));
	*out = (struct alert){
		.kind = ALERT_FLOOD,
		.level = ALERT_WARNING,
		.cause = flood_kind_name(flood->source.kind),
		.text = text,
		.figures = figures,
	};
}
