/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_oom_advise.c - memory that runs out while advice is looked for
 *
 * What there is stays sound and is freed; sanitizers see what is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "oom.h"
#include "advise/noise.h"
#include "advise/trial.h"
#include "guard_help.h"

struct work {
	struct ruleset *set;
	struct whatif_table t;
};

static bool look(void *arg)
{
	struct work *work = arg;
	const struct whatif_options options = {.rules = work->set,
					       .machine = MACH_86_64,
					       .labels = MATCH_LABELS_NONE,
					       .is_real = help_is_real};
	struct whatif *w = whatif_new(&options);
	const struct noise_options o = {.whatif = w,
					.rules = work->set,
					.table = &work->t,
					.guard = &help_guard,
					.machine = MACH_86_64,
					.min_share = 0.02,
					.max_risk = GUARD_MEDIUM};
	struct noise *n = w ? noise_new(&o) : NULL;
	int rc = n ? 1 : -ENOMEM;

	while (rc > 0)
		rc = noise_step(n);
	assert_true(rc == 0 || rc == -ENOMEM);
	noise_free(n);
	whatif_free(w);
	return rc == 0;
}

static void advise_survives_lack_of_memory(void **state)
{
	struct whatif_flow flow[2] = {help_file("/usr/sbin/d", 33, -1, "/srv/d/log"),
				      help_file("/usr/sbin/chronyd", 123, -1, "/srv/x")};
	struct work work = {
		.set = help_set(
			"-a always,exit -F arch=b64 -S openat,unlink -F key=files\n"
			"-a always,exit -F arch=b32 -S openat,unlink -F key=files\n"),
		.t = help_table(flow, 2)};

	(void)state;
	for (int i = 0; i < 2; i++) {
		flow[i].won = WHATIF_WON_RULE;
		flow[i].position = 1;
	}
	sweep(look, &work);
	ruleset_free(work.set);
}

static bool try(void *arg)
{
	static const char *const line[TRIAL_KINDS][2] = {
		{"-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d -F uid=33 -F "
		 "auid=-1"},
		{"-a never,exclude -F msgtype=BPF -F exe=/usr/sbin/d -F uid=33 -F "
		 "auid=-1"},
		{"-a always,exit -F arch=b64 -S openat -F auid!=-1 -F key=files",
		 "-a always,exit -F arch=b64 -S openat -F key=files"},
	};
	bool all = true;

	for (unsigned int kind = 0; kind < TRIAL_KINDS && all; kind++) {
		const char *old = line[kind][1];
		struct trial t;
		int r;

		trial_init(&t, (enum trial_kind)kind);
		r = trial_add(&t, span_of(line[kind][0]), MACH_86_64);
		if (!r && old)
			r = trial_add_old(&t, span_of(old), MACH_86_64);
		if (!r)
			r = trial_judge(&t, arg, MACH_86_64, &help_guard);
		assert_true(r == 0 || r == -ENOMEM);
		trial_fini(&t);
		all = r == 0;
	}
	return all;
}

static void trial_survives_lack_of_memory(void **state)
{
	struct ruleset *set =
		help_set("-a always,exit -F arch=b64 -S openat -F key=files");

	(void)state;
	sweep(try, set);
	ruleset_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advise_survives_lack_of_memory),
		cmocka_unit_test(trial_survives_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
