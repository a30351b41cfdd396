/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_noise_object.c - advice on noise as an object: where it belongs, and no memory
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "oom.h"
#include "emit/noise_object.h"
#include "rules/controls.h"
#include "noise_help.h"
#include "rule_help.h"

#define RULES \
	"-a always,exit -F arch=b64 -S connect -F key=net\n" \
	"-a always,exit -F arch=b32 -S connect -F key=net\n"

static struct world world;
static struct noise_scene scene;

static void found(const char *file)
{
	flow[0] = help_flow(42, "/usr/sbin/d", 33, -1);
	flow[0].key = help_text("net");
	flow[0].n_keys = 1;
	weigh(0, 1000, 3);
	canary(1, 100);
	begin(&world, RULES, 2);
	assert_int_equal(world.r->n_set, 1);
	for (size_t i = 0; i < ruleset_count(world.set); i++) {
		ruleset_at(world.set, i)->file = file;
		ruleset_at(world.set, i)->line = 7;
	}
	scene = (struct noise_scene){.noise = world.n,
				     .whatif = world.w,
				     .table = &world.t,
				     .machine = MACH_86_64,
				     .window_s = 3600,
				     .span_s = 1000};
}

static void expect(const char *name, const char *want)
{
	json_t *o = noise_object(world.r->set[0], 3, &scene);
	const char *text = json_string_value(json_object_get(o, name));

	assert_non_null(o);
	if (want)
		assert_string_equal(text, want);
	else
		assert_true(json_is_null(json_object_get(o, name)));
	json_decref(o);
}

static void noise_object_says_the_figures(void **state)
{
	json_t *o, *saves;

	(void)state;
	found("30-net.rules");
	o = noise_object(world.r->set[0], 3, &scene);
	assert_non_null(o);
	saves = json_object_get(o, "saves");
	assert_int_equal(json_integer_value(json_object_get(o, "rank")), 3);
	assert_true(json_real_value(json_object_get(saves, "events_per_s")) == 1);
	assert_true(json_real_value(json_object_get(saves, "records_per_s")) == 3);
	assert_int_equal(json_array_size(json_object_get(o, "commands")), 2);
	json_decref(o);
	expect("kind", "silence");
	expect("place", "before: -a always,exit -F arch=b64 -S connect -F key=net");
	end(&world);
}

/* What augenrules reads before the rule's file. */
static void noise_object_finds_its_file(void **state)
{
	static const struct {
		const char *rules_d, *file, *want;
	} cases[] = {
		{"/etc/audit/rules.d", "30-net.rules",
		 "/etc/audit/rules.d/20-audisp-noise.rules"},
		{"/d//", "20-b.rules", "/d/20-audisp-noise.rules"},
		{"/d", "20-a.rules", "/d/0-audisp-noise.rules"},
		{"/d", "5.rules", "/d/0-audisp-noise.rules"},
		{"/d", "0-a.rules", "0-a.rules"},
		{"/d\xff", "30-net.rules", "20-audisp-noise.rules"},
		{"/d", NULL, "/d/20-audisp-noise.rules"},
		{NULL, "a.rules", "a.rules"},
		{NULL, "a\xff.rules", "\"a\\xff.rules\""},
		{NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		found(cases[i].file);
		scene.rules_d = cases[i].rules_d;
		expect("file", cases[i].want);
		end(&world);
	}
}

static bool try_object(void *arg)
{
	json_t *o = noise_object(world.r->set[0], 1, &scene);

	(void)arg;
	json_decref(o);
	return o != NULL;
}

/* Of the rule that it is about and its twin. */
static void noise_object_names_published_sets(void **state)
{
	static const char set[] = "## (GEN1: x) of \"net\"\n" RULES "-w /etc/x -p wa\n";
	static const char *const want[] = {
		"30-a.rules: \"(GEN1: x) of \\x22net\\x22\"",
		"\"30\\xff.rules\"",
	};
	struct controls *c = controls_new();
	json_t *o, *list;

	(void)state;
	assert_int_equal(controls_add(c, "30-a.rules", span_of(set), &rule_help_world),
			 0);
	assert_int_equal(
		controls_add(c, "30\xff.rules", span_of(RULES), &rule_help_world), 0);
	found("30-net.rules");
	scene.controls = c;
	o = noise_object(world.r->set[0], 3, &scene);
	list = json_object_get(o, "controls");
	assert_int_equal(json_array_size(list), 2);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(json_string_value(json_array_get(list, i)), want[i]);
	json_decref(o);
	sweep(try_object, NULL);
	scene.controls = NULL;
	o = noise_object(world.r->set[0], 3, &scene);
	assert_int_equal(json_array_size(json_object_get(o, "controls")), 0);
	json_decref(o);
	end(&world);
	controls_free(c);
}

static void noise_object_reports(void **state)
{
	(void)state;
	found("30-net.rules");
	sweep(try_object, NULL);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(noise_object_says_the_figures, reset),
		cmocka_unit_test_setup(noise_object_finds_its_file, reset),
		cmocka_unit_test_setup(noise_object_names_published_sets, reset),
		cmocka_unit_test_setup(noise_object_reports, reset),
	};

	json_set_alloc_funcs(__wrap_malloc, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
