/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * retention.c - how far back auditd's own log reaches at the present rate
 */
#include "emit/retention.h"

#include <math.h>

#define MIB 1048576.0

/* The longest window that was watched whole, else the longest. Return: its span in ms. */
static int64_t choose_window(struct engine *e, unsigned int *window)
{
	const struct timeline *t = engine_timeline(e);
	unsigned int w = t->windows.n;
	bool complete = false;

	while (w > 0 && !complete)
		(void)timeline_span_ms(t, --w, &complete);
	*window = complete ? w : t->windows.n - 1;
	return timeline_span_ms(t, *window, &complete);
}

/* Of records that are in the stream alone. */
static uint64_t eoe_bytes(struct engine *e, unsigned int window)
{
	struct topk *types = tally_table(engine_tally(e), TALLY_TYPES);
	int64_t now = timeline_now(engine_timeline(e)).bucket[window];
	unsigned int i;

	for (i = 0; i < topk_used(types); i++) {
		struct topk_view v = topk_view(types, i, (int)window, now);

		if (tally_type(v.name).type == RECORD_EOE)
			return v.count.bytes;
	}
	return 0;
}

static double log_rate(struct engine *e)
{
	unsigned int window;
	int64_t span_ms = choose_window(e, &window);
	int64_t now = timeline_now(engine_timeline(e)).bucket[window];
	uint64_t bytes;

	if (span_ms <= 0)
		return 0;
	bytes = tally_total(engine_tally(e), (int)window, now).bytes -
		eoe_bytes(e, window);
	return (double)bytes * 1000 / (double)span_ms;
}

static json_t *seconds(double bytes, double rate)
{
	return json_real(round(bytes / rate * 10) / 10);
}

json_t *retention_object(const struct retention_source *source, struct engine *engine)
{
	const struct daemon_config *c = source->config;
	double rate = log_rate(engine);
	bool rotates =
		c->max_log_action == DAEMON_ROTATE && c->num_logs > 1 && c->max_log_mib;
	json_t *o;

	if (!engine_timeline(engine)->started)
		return json_null();
	o = json_object();
	if (!c->write_logs)
		rate = 0;
	json_object_set_new(o, "log_bytes_per_s", json_real(round(rate * 10) / 10));
	json_object_set_new(
		o, "history_s",
		rate > 0 && rotates
			? seconds(c->num_logs * (double)c->max_log_mib * MIB, rate)
			: json_null());
	json_object_set_new(o, "disk_full_s",
			    rate > 0 && !rotates && source->free_bytes != DAEMON_UNKNOWN
				    ? seconds((double)source->free_bytes, rate)
				    : json_null());
	return o;
}
