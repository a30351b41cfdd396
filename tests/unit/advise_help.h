/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advise_help.h - flows, tables and changes for the tests of the advice
 */
#ifndef TESTS_ADVISE_HELP_H
#define TESTS_ADVISE_HELP_H

#include <stdlib.h>

#include "advise/whatif.h"
#include "base/path.h"
#include "match_help.h"

#define B64 0xc000003eu
#define B32 0x40000003u

enum {
	OPENAT = 257,
	EXECVE = 59,
	UNLINK = 87,
	RENAME = 82,
	ADJTIMEX = 159,
	SETUID = 105
};

static inline struct name_text help_text(const char *s)
{
	return (struct name_text){span_of(s), false};
}

/* Counts of one window: @events of @each records. */
static inline struct whatif_flow help_flow(uint32_t call, const char *exe, int64_t uid,
					   int64_t auid)
{
	struct whatif_flow f = {
		.exe = help_text(exe),
		.types = {1300, 1327},
		.n_types = 2,
		.has_call = true,
		.arch = B64,
		.call = call,
		.uid = uid,
		.auid = auid,
		.success = EVENT_SUCCESS_YES,
	};

	f.count[0] = (struct count){100, 500, 50000};
	return f;
}

static inline struct whatif_flow help_file(const char *exe, int64_t uid, int64_t auid,
					   const char *dir)
{
	struct whatif_flow f = help_flow(OPENAT, exe, uid, auid);

	f.types[1] = 1302;
	f.types[2] = 1307;
	f.types[3] = 1327;
	f.n_types = 4;
	f.dir = help_text(dir);
	return f;
}

/* A program's own message. */
static inline struct whatif_flow help_message(uint32_t type, const char *exe, int64_t uid,
					      int64_t auid)
{
	struct whatif_flow f = {
		.exe = help_text(exe),
		.types = {type},
		.n_types = 1,
		.claimed = true,
		.uid = uid,
		.auid = auid,
		.won = WHATIF_WON_NONE,
	};

	f.count[0] = (struct count){100, 100, 20000};
	return f;
}

static inline struct whatif_table help_table(const struct whatif_flow *flow, size_t n)
{
	struct whatif_table t = {.flow = flow, .n_flows = n, .n_windows = 1};

	for (size_t i = 0; i < n; i++) {
		t.total[0].events += flow[i].count[0].events;
		t.total[0].records += flow[i].count[0].records;
		t.total[0].bytes += flow[i].count[0].bytes;
	}
	return t;
}

/* /link leads somewhere else; every other name is that of the directory itself. */
static inline bool help_is_real(void *arg, struct span dir)
{
	(void)arg;
	return !path_is_below(dir, span_of("/link"));
}

static inline struct whatif *help_whatif(const struct ruleset *set)
{
	struct whatif_options o = {.rules = set,
				   .machine = MACH_86_64,
				   .labels = MATCH_LABELS_NONE,
				   .is_real = help_is_real};
	struct whatif *w = whatif_new(&o);

	assert_non_null(w);
	return w;
}

/* The @position-th of the exit list. */
static inline const struct rule *help_at(const struct ruleset *set, uint32_t position)
{
	for (size_t i = 0; i < ruleset_count(set); i++)
		if (ruleset_at(set, i)->list == AUDIT_FILTER_EXIT &&
		    ruleset_at(set, i)->position == position)
			return ruleset_at(set, i);
	return NULL;
}

#endif
