/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_cache.c - the flow cache against libauparse, on any bytes
 *
 * The same bytes go through two engines, one that asks libauparse about every
 * event and one that asks about one of each kind. What they report has to be
 * equal. The input is fed twice to each, so that the cache is hit.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "count/engine.h"
#include "emit/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *rows_of(const struct engine *e)
{
	static struct auth_row row[AUTH_BOOK_ROWS];
	json_t *rows = json_array();
	bool complete;
	size_t n = auth_book_rows(engine_auth(e), 0,
				  timeline_now(engine_timeline(e)).bucket[0], row,
				  &complete);

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();

		json_object_set_new(o, "type", json_integer(row[i].type));
		json_object_set_new(o, "outcome", json_integer(row[i].outcome));
		json_object_set_new(o, "claimed", json_boolean(row[i].claimed));
		json_object_set_new(o, "events", json_integer((json_int_t)row[i].events));
		json_object_set_new(o, "uid", json_integer(row[i].uid));
		json_object_set_new(o, "auid", json_integer(row[i].auid));
		schema_set_text(o, "exe", row[i].exe, false);
		schema_set_text(o, "account", row[i].account, false);
		schema_set_text(o, "source", row[i].source, false);
		json_array_append_new(rows, o);
	}
	return rows;
}

/* What is told to nobody but the guard of the advice. */
static json_t *programs_of(struct engine *e)
{
	struct topk *exes = tally_table(engine_tally(e), TALLY_EXES);
	json_t *programs = json_object();

	for (unsigned int i = 0; i < topk_used(exes); i++) {
		struct program_seen seen;
		json_t *o = json_array();
		char name[4 * NAME_TEXT_MAX + 3];
		struct span exe;
		bool claimed;

		exe = tally_exe(topk_view(exes, i, -1, 0).name, &claimed).text;
		programs_seen(engine_programs(e), exe, engine_timeline(e)->now_ms, &seen);
		json_array_append_new(o, json_pack("[b, b, b]", seen.forgotten,
						   seen.login, seen.storm));
		for (unsigned int k = 0; k < seen.n; k++)
			json_array_append_new(o, json_pack("[I, I, I, b]",
							   (json_int_t)seen.file[k].inode,
							   (json_int_t)seen.file[k].major,
							   (json_int_t)seen.file[k].minor,
							   seen.file[k].named));
		json_object_set_new(programs, text_quote(exe, name, sizeof(name)), o);
	}
	return programs;
}

static json_t *said(const uint8_t *data, size_t size, bool every_event)
{
	static const struct siphash_key key = {{1, 2}}; /* who collides is the same */
	const struct engine_options options = {.n_windows = 1,
					       .window_sec = {60},
					       .max_values = 64,
					       .max_flows = 64,
					       .key = &key,
					       .every_event = every_event};
	const struct report_depth depth = {.top = 1000, .all_windows = true};
	const struct schema_origin origin = {{0}, {0}};
	const struct engine_own own = {{1, 2, 1234, 4242}, {.name = "host"}};
	struct report_source source = {.origin = &origin};
	json_t *summary;

	source.engine = engine_new(&options);
	if (!source.engine)
		abort();
	engine_set_own(source.engine, &own);
	engine_feed(source.engine, (const char *)data, size, NULL);
	engine_feed(source.engine, "\n", 1, NULL);
	engine_feed(source.engine, (const char *)data, size, NULL);
	engine_end(source.engine, NULL);
	summary = report_summary(&source, &depth);
	json_object_set_new(summary, "auth", rows_of(source.engine));
	json_object_set_new(summary, "programs", programs_of(source.engine));
	json_object_del(json_object_get(summary, "health"), "parsed");
	engine_free(source.engine);
	return summary;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *cached = said(data, size, false), *every = said(data, size, true);

	if (!json_equal(cached, every)) {
		json_dumpf(cached, stderr, JSON_SORT_KEYS);
		fputs("\n", stderr);
		json_dumpf(every, stderr, JSON_SORT_KEYS);
		fputs("\n", stderr);
		abort();
	}
	json_decref(cached);
	json_decref(every);
	return 0;
}
