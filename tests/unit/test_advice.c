/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_advice.c - proposals: one for each topic, their ids and states
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "emit/advice.h"
#include "emit/queue_object.h"

#define NOW 1700000000000

struct sent {
	unsigned int n;
	char id[8][17], state[8][12], reason[8][40];
};

static void take(void *arg, json_t *object)
{
	struct sent *s = arg;
	const char *reason = json_string_value(json_object_get(object, "reason"));

	assert_in_range(s->n, 0, 7);
	strcpy(s->id[s->n], json_string_value(json_object_get(object, "id")));
	strcpy(s->state[s->n], json_string_value(json_object_get(object, "state")));
	strcpy(s->reason[s->n++], reason ? reason : "");
}

static json_t *some(uint32_t depth, enum queue_verdict verdict)
{
	struct queue_advice a = {.verdict = verdict,
				 .basis = QUEUE_RECONSTRUCTED,
				 .depth = depth,
				 .at_least = 70,
				 .estimate = 1000,
				 .drain_per_s = 20000};
	struct ledger_entry e = {.cause = LEDGER_BURST};

	e.sums.refused = 17;
	e.sums.waited_ticks = 50;
	e.evidence.backlog_limit = 64;
	return queue_object(&a, &e, 100, 64);
}

static void the_same_is_said_once(void **state)
{
	struct sent s = {0};
	struct advice *a = advice_new(take, &s);
	int64_t since;

	advice_put(a, "queue", some(1280, QUEUE_DEEPER), NOW);
	advice_put(a, "queue", some(1280, QUEUE_DEEPER), NOW + 1);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.state[0], "proposed");
	assert_int_equal(strlen(s.id[0]), 16);
	assert_non_null(advice_standing(a, 0, &since));
	assert_null(advice_standing(a, 1, &since));
	advice_set_state(a, "queue", ADVICE_APPLIED, NOW + 2);
	advice_set_state(a, "queue", ADVICE_APPLIED, NOW + 3);
	advice_set_state(a, "other", ADVICE_APPLIED, NOW + 3);
	assert_int_equal(s.n, 2);
	assert_string_equal(s.state[1], "applied");
	advice_put(a, "queue", some(1280, QUEUE_DEEPER), NOW + 4);
	assert_string_equal(json_string_value(json_object_get(
				    advice_standing(a, 0, &since), "state")),
			    "applied");
	assert_int_equal(since, NOW + 2);
	assert_int_equal(s.n, 2);
	advice_free(a);
}

static void what_was_measured_stays(void **state)
{
	struct sent s = {0};
	struct advice *a = advice_new(take, &s);
	const json_t *o;
	int64_t since;

	assert_string_equal(advice_id_of(a, "queue"), "");
	advice_set_verified(a, "queue", json_object());
	advice_put(a, "queue", some(1280, QUEUE_DEEPER), NOW);
	advice_set_verified(a, "queue", json_pack("{s:i}", "after", 0));
	advice_set_state(a, "queue", ADVICE_VERIFIED, NOW + 1);
	assert_string_equal(s.state[1], "verified");
	advice_put(a, "queue", some(1280, QUEUE_DEEPER), NOW + 2);
	o = advice_standing(a, 0, &since);
	assert_string_equal(json_string_value(json_object_get(o, "state")), "verified");
	assert_true(json_is_object(json_object_get(o, "verified")));
	assert_string_equal(advice_id_of(a, "queue"), s.id[0]);
	advice_set_verified(a, "queue", NULL);
	assert_true(json_is_null(json_object_get(o, "verified")));
	assert_int_equal(s.n, 2);
	advice_free(a);
}

/* What an earlier process has left is said once, as it stands. */
static void what_is_resumed_has_its_state(void **state)
{
	struct sent s = {0};
	struct advice *a = advice_new(take, &s);
	int64_t since;

	assert_true(advice_resume(a, "queue", some(1280, QUEUE_DEEPER), ADVICE_VERIFIED,
				  NOW - 1000));
	assert_false(advice_resume(a, "wait", NULL, ADVICE_VERIFIED, NOW));
	assert_int_equal(s.n, 1);
	assert_string_equal(s.state[0], "verified");
	assert_non_null(advice_standing(a, 0, &since));
	assert_int_equal(since, NOW - 1000);
	advice_free(a);
}

static void another_takes_its_place(void **state)
{
	struct sent s = {0};
	struct advice *a = advice_new(take, &s);
	char reason[40];

	advice_put(a, "queue", some(1280, QUEUE_DEEPER), NOW);
	advice_put(a, "queue", some(2560, QUEUE_DEEPER), NOW);
	assert_int_equal(s.n, 3);
	assert_string_equal(s.state[1], "withdrawn");
	assert_string_equal(s.id[1], s.id[0]);
	snprintf(reason, sizeof(reason), "replaced by %s", s.id[2]);
	assert_string_equal(s.reason[1], reason);
	assert_string_equal(s.state[2], "proposed");
	assert_string_not_equal(s.id[2], s.id[0]);
	advice_put(a, "queue", NULL, NOW);
	assert_int_equal(s.n, 3);
	advice_free(a);
}

/* The id is of what is to be changed, on every machine and in every version. */
static void an_id_is_for_ever(void **state)
{
	struct sent s = {0};
	struct advice *a = advice_new(take, &s);

	advice_put(a, "queue", some(1280, QUEUE_DEEPER), NOW);
	assert_string_equal(s.id[0], "0c31ca5ebe3f9e60");
	advice_free(a);
}

static void no_depth_has_nothing_to_load(void **state)
{
	json_t *o = some(0, QUEUE_NO_DEPTH), *evidence = json_object_get(o, "evidence");

	assert_int_equal(json_array_size(json_object_get(o, "rules")), 0);
	assert_int_equal(json_array_size(json_object_get(o, "commands")), 0);
	assert_true(json_is_null(json_object_get(o, "undo")));
	assert_true(json_is_null(json_object_get(evidence, "depth")));
	assert_true(json_real_value(json_object_get(evidence, "held_s")) == 0.5);
	json_decref(o);
}

static void a_wait_and_a_boot_parameter(void **state)
{
	struct queue_advice a = {.verdict = QUEUE_DEEPER, .depth = 8192, .at_least = 70};
	struct ledger_entry e = {.cause = LEDGER_BOOT};
	json_t *o = queue_boot_object(&a, &e, 64);

	assert_non_null(strstr(json_string_value(json_object_get(o, "place")),
			       "audit=1 audit_backlog_limit=8192 "));
	assert_int_equal(json_array_size(json_object_get(o, "commands")), 0);
	json_decref(o);
	o = queue_wait_object(&a, &e, 250);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(o, "rules"), 0)),
		"--backlog_wait_time 250");
	json_decref(o);
	a.verdict = QUEUE_NO_DEPTH;
	assert_null(queue_boot_object(&a, &e, 64));
}

static void what_is_withdrawn_is_gone(void **state)
{
	struct sent s = {0};
	struct advice *a = advice_new(take, &s);
	int64_t since;

	advice_withdraw(a, "queue", "for nothing", NOW);
	assert_int_equal(s.n, 0);
	advice_put(a, "queue", some(1280, QUEUE_DEEPER), NOW);
	advice_put(a, "wait", some(0, QUEUE_NO_DEPTH), NOW);
	advice_withdraw(a, "queue", "not wanted", NOW);
	assert_int_equal(s.n, 3);
	assert_string_equal(s.state[2], "withdrawn");
	assert_string_equal(s.reason[2], "not wanted");
	assert_non_null(advice_standing(a, 0, &since));
	assert_null(advice_standing(a, 1, &since));
	/* its place is another's now, and no longer holds what moved out of it */
	assert_true(advice_put(a, "boot", some(2560, QUEUE_DEEPER), NOW));
	assert_int_equal(
		json_array_size(json_object_get(advice_standing(a, 0, &since), "rules")),
		0);
	assert_int_equal(
		json_array_size(json_object_get(advice_standing(a, 1, &since), "rules")),
		1);
	assert_false(advice_put(a, "boot", NULL, NOW));
	advice_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_is_said_once),
		cmocka_unit_test(what_was_measured_stays),
		cmocka_unit_test(what_is_resumed_has_its_state),
		cmocka_unit_test(another_takes_its_place),
		cmocka_unit_test(an_id_is_for_ever),
		cmocka_unit_test(no_depth_has_nothing_to_load),
		cmocka_unit_test(a_wait_and_a_boot_parameter),
		cmocka_unit_test(what_is_withdrawn_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
